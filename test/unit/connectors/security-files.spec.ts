/** Files that a definition names: what is no file is not waited for, and a folder holds what is in it. */

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withFiles } from "../../../connectors/files";
import { readCertificates } from "../../../connectors/http/certificates";

const root = mkdtempSync(join(tmpdir(), "banyan-named-"));
const folder = join(root, "folder");
beforeAll(() => {
	mkdirSync(folder);
	mkdirSync(join(root, "folder-beside"));
	for (const file of ["folder/in.pem", "folder-beside/out.pem"]) writeFileSync(join(root, file), "x");
	symlinkSync(join(root, "folder-beside"), join(folder, "beside"));
	symlinkSync(folder, join(root, "another-name"));
	execFileSync("mkfifo", [join(folder, "fifo")]);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

it.each(["/dev/zero", "/dev/stdin", "/proc/self/fd", "fifo"])("%s is not read as a certificate", name => {
	const caFile = name === "fifo" ? join(folder, "fifo") : name;
	const read = (): unknown => readCertificates({ caFile, certFile: "", keyFile: "", passphrase: "" });
	expect(read).toThrow(/Option caFile: .*(is no file|is a folder|cannot be read|holds no certificate)/);
});

const file = join(folder, "in.pem");
it.each([["in.pem"], ["./in.pem"], [file], [join(root, "another-name", "in.pem")], ["x/../in.pem"]])(
	"%s is in it",
	caFile => {
		for (const within of [folder, `${folder}/`, join(root, "another-name")]) {
			// By its own name a folder is found by the setting's spelling, or by its real one.
			if (caFile.includes("another-name") && !within.includes("another-name")) continue;
			expect(withFiles({ connector: "x", caFile }, { within })).toEqual({ connector: "x", caFile: file });
		}
	}
);

it.each([
	["../folder-beside/out.pem"],
	["beside/out.pem"],
	[join(root, "folder-beside", "out.pem")],
	["/etc/hostname"],
	["fifo"],
	["."],
	["in.pem\0"],
	["not-there"]
])("%j is not", caFile => {
	expect(() => withFiles({ connector: "x", caFile }, { within: folder })).toThrow(
		/^Option caFile names no file in the folder/
	);
});

it("a database is named where the panel keeps it: a copy is written to in vain", () => {
	const said = (within: string | null) => () =>
		withFiles({ connector: "x", database: "/elsewhere/db.sqlite3" }, { within });
	for (const within of [folder, null]) {
		expect(said(within)).toThrow(/^Option database names .*never a copy of it, nor a link to it\.$/);
		expect(said(within)).not.toThrow(/put it there/);
	}
});
