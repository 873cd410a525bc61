import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileKeeper } from "../../adapters/secrets";

const dirs: string[] = [];
const sealer = (dir: string) => fileKeeper(dir).sealer;
const folder = (): string => {
	const dir = mkdtempSync(join(tmpdir(), "banyan-secrets-"));
	dirs.push(dir);
	return dir;
};
afterAll(() => {
	for (const dir of dirs) rmSync(dir, { recursive: true, force: true });
});

describe("a sealed secret", () => {
	it("opens with the same folder's key, also after a restart, and shows nothing", () => {
		const dir = folder();
		const text = sealer(dir).seal("p@ss wörd", "panel/source/password");
		expect(text).not.toContain("p@ss");
		expect(sealer(dir).open(text, "panel/source/password")).toBe("p@ss wörd");
		expect(sealer(dir).seal("p@ss wörd", "panel/source/password")).not.toBe(text);
	});

	it("opens neither elsewhere, nor for another place, nor changed", () => {
		const dir = folder();
		const text = sealer(dir).seal("secret", "panel/source/password");
		expect(() => sealer(dir).open(text, "panel/target/password")).toThrow("restore the one it was sealed with");
		expect(() => sealer(folder()).open(text, "panel/source/password")).toThrow("another secret.key");
		expect(() => sealer(dir).open(`${text.slice(0, -2)}AA`, "panel/source/password")).toThrow();
	});

	it("is told from a text that was never sealed, for which no key is made", () => {
		const dir = folder();
		expect(sealer(dir).open("plain", "panel/source/password")).toBe("plain");
		expect(readdirSync(dir)).toEqual([]);
	});
});
