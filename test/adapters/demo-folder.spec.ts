/** The demo begins in an empty folder, but takes no data from under a server that an earlier one left running. */

import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { acquireLock } from "../../adapters/datadir";
import { dataOf, emptied, noteKept } from "../../demo/folder";

const parent = mkdtempSync(join(tmpdir(), "banyan-demo-"));
const folder = join(parent, "demo");
afterAll(() => rmSync(parent, { recursive: true, force: true }));
beforeEach(() => {
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { mode: 0o700 });
	writeFileSync(join(folder, "panel.yaml"), "name: panel");
});

it.each([
	["as it was noted", [11, 12, 13], "kill 11 12 13"],
	["by the process that holds it", undefined, "kill 4711"]
] as const)("what is held stays, and how to stop it is said: %s", (_, kept, stop) => {
	const lock = acquireLock(dataOf(folder), { pid: 4711, command: "the server" });
	try {
		if (kept) noteKept(folder, kept);
		expect(() => emptied(folder)).toThrow(new RegExp(`still runs on .*\\(process 4711\\).*: ${stop}$`));
		expect(existsSync(join(folder, "panel.yaml"))).toBe(true);
		expect(existsSync(join(dataOf(folder), "lock.db"))).toBe(true);
	} finally {
		lock.release();
	}
	emptied(folder);
	expect(readdirSync(folder)).toEqual([]);
});

it("a folder that is not there is made", () => {
	rmSync(folder, { recursive: true, force: true });
	emptied(folder);
	expect(readdirSync(folder)).toEqual([]);
});
