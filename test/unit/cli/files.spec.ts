/** Whatever keeps a file from being written is told in one sentence that names it, however much of it there is. */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { CommandError } from "../../../cli/command";
import { streamForOwner, writeForOwner } from "../../../cli/files";

const folder = mkdtempSync(join(tmpdir(), "banyan-out-"));
const at = (name: string): string => join(folder, name);
beforeAll(() => {
	mkdirSync(at("folder"));
	writeFileSync(at("file"), "before");
	symlinkSync(at("file"), at("link"));
	symlinkSync(at("circle"), at("circle"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function* many(count: number, isSlow = false): AsyncGenerator<string> {
	for (let part = 0; part < count; part++) {
		if (isSlow) await turn();
		yield "x".repeat(1000);
	}
}

/** How a command writes what `--out`, or `--inbounds`, names. */
const WAYS: Readonly<Record<string, (file: string) => Promise<void>>> = {
	"links, inbounds: at once": async file => writeForOwner(file, "text", "The report", "--out"),
	"report: of one part": file => streamForOwner(file, many(1), { what: "The report", option: "--out" }),
	"report: of many parts": file => streamForOwner(file, many(2000), { what: "The report", option: "--out" }),
	"report: of parts that take time": file =>
		streamForOwner(file, many(200, true), { what: "The report", option: "--out" })
};

/** `/sys` takes no file of anybody, root too. */
const FAULTS: readonly (readonly [file: string, why: RegExp])[] = [
	[at("folder"), /EISDIR: it is a folder/],
	["/dev/full", /ENOSPC: the disk is full/],
	[at("file/report"), /ENOTDIR: it lies under a file/],
	[at("nowhere/report"), /ENOENT: there is no folder '.*nowhere'/],
	[at("link"), /it is a symbolic link/],
	[at("circle/report"), /ELOOP: its path leads in a circle/],
	[at("x".repeat(300)), /ENAMETOOLONG: its name is too long/],
	["/sys/report", /(EACCES|EPERM): this process may not write there|EROFS: the file system is read-only/]
];

describe.each(Object.entries(WAYS))("%s", (_, write) => {
	it.each(FAULTS)("%s", async (file, why) => {
		const error = await write(file).then(
			() => undefined,
			(thrown: unknown) => thrown
		);
		expect(error).toBeInstanceOf(CommandError);
		const { message } = error as Error;
		expect(message).toMatch(why);
		expect(message.startsWith(`The report cannot be written to '${file}' (`)).toBe(true);
		expect(message).toMatch(/: name another file by --out\.$/);
		expect(readdirSync(folder).sort()).toEqual(["circle", "file", "folder", "link"]);
		expect(readFileSync(at("file"), "utf8")).toBe("before");
	});
});

it("an error of whoever makes the parts stays theirs, and nothing is left of the file", async () => {
	const theirs = new Error("theirs");
	async function* breaks(): AsyncGenerator<string> {
		yield* many(100);
		throw theirs;
	}
	for (const file of [at("new"), at("file")])
		await expect(streamForOwner(file, breaks(), { what: "The report", option: "--out" })).rejects.toBe(theirs);
	expect([readdirSync(folder).sort(), readFileSync(at("file"), "utf8")]).toEqual([
		["circle", "file", "folder", "link"],
		"before"
	]);
});
