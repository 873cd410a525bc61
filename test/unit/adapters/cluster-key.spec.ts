import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ClusterKeyMissing, clusterKeys, readKeys } from "../../../adapters/cluster-key";

const key = randomBytes(32);
const other = randomBytes(32);

describe("the cluster's key", () => {
	it.each([
		["base64", key.toString("base64"), [key]],
		["base64url", key.toString("base64url"), [key]],
		["hex, with a newline", `${key.toString("hex")}\n`, [key]],
		["two, by a comma", `${key.toString("base64")},${other.toString("base64")}`, [key, other]],
		["two, a line each", `${key.toString("base64")}\n${other.toString("hex")}\n`, [key, other]]
	])("is read: %s", (_form, text, keys) => expect(readKeys(text)).toEqual(keys));

	it.each([
		"",
		"secret",
		randomBytes(31).toString("base64"),
		randomBytes(33).toString("base64"),
		"A".repeat(43),
		`${"ab".repeat(21)}a`,
		`${key.toString("base64")},`.repeat(3),
		`${key.toString("base64")},secret`
	])("is not '%s'", text => expect(readKeys(text)).toBeUndefined());

	describe("in a data folder", () => {
		let dataDir: string;
		beforeEach(() => {
			dataDir = mkdtempSync(join(tmpdir(), "banyan-key-"));
		});
		afterEach(() => rmSync(dataDir, { recursive: true }));
		const source = () => ({ keys: null, file: null, dataDir });

		it("is made once, by whoever holds the folder, for its owner alone", () => {
			expect(() => clusterKeys(source(), false)).toThrow(ClusterKeyMissing);
			const { keys, made } = clusterKeys(source(), true);
			expect(made).toBe(join(dataDir, "cluster.key"));
			expect(statSync(join(dataDir, "cluster.key")).mode & 0o777).toBe(0o600);
			expect(clusterKeys(source(), true)).toEqual({ keys, made: null });
			expect(clusterKeys(source(), false)).toEqual({ keys, made: null });
		});

		it("that is damaged is told, never replaced, and not shown", () => {
			const file = join(dataDir, "cluster.key");
			writeFileSync(file, "hunter2");
			expect(() => clusterKeys(source(), true)).toThrow(/cluster\.key' holds no key/);
			expect(() => clusterKeys(source(), true)).not.toThrow(/hunter2/);
		});

		it("may be in a file elsewhere, as secrets are mounted: a link, read by all; one that is not there is told", () => {
			const [file, mounted] = [join(dataDir, "given"), join(dataDir, "mounted")];
			expect(() => clusterKeys({ ...source(), file }, true)).toThrow(/given' cannot be read: ENOENT/);
			writeFileSync(mounted, key.toString("base64"), { mode: 0o444 });
			symlinkSync(mounted, file);
			expect(clusterKeys({ ...source(), file }, true).keys).toEqual([key]);
		});
	});
});
