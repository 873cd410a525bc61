import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { acquireLock, DataDirLocked } from "../../adapters/datadir";
import { secretKey } from "../../adapters/secrets";
import type { Kept } from "./keeper";

let dir: string;
const children: ChildProcess[] = [];
beforeEach(() => {
	dir = join(mkdtempSync(join(tmpdir(), "banyan-data-")), "data");
});
afterEach(() => {
	for (const child of children.splice(0)) child.kill("SIGKILL");
	rmSync(join(dir, ".."), { recursive: true, force: true });
});

async function keeper(locked = true): Promise<{ child: ChildProcess; kept: Kept }> {
	const args = ["--import", "tsx", join(__dirname, "keeper.ts"), dir, locked ? "locked" : "open"];
	const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
	children.push(child);
	const [line] = await once(createInterface({ input: child.stdout }), "line");
	return { child, kept: JSON.parse(line as string) as Kept };
}
const me = { pid: process.pid, command: "the test" };

describe("the lock on the data folder", () => {
	it("makes the folder, for its owner alone", () => {
		const lock = acquireLock(dir, me);
		expect(statSync(dir).mode & 0o777).toBe(0o700);
		lock.release();
	});

	it("refuses a second process, and says which folder, who holds it and what to do", async () => {
		const lock = acquireLock(dir, me);
		const { kept } = await keeper();
		expect(kept).toEqual({
			refused: `The data folder '${dir}' is in use by process ${process.pid} (the test): wait for that process, stop it, or set DATA_DIR to another folder.`
		});
		lock.release();
	});

	it("ends with kill -9", async () => {
		const { child } = await keeper();
		expect(() => acquireLock(dir, me)).toThrow(DataDirLocked);
		expect(() => acquireLock(dir, me)).toThrow(new RegExp(`process ${child.pid} \\(banyan start\\)`));
		child.kill("SIGKILL");
		await once(child, "exit");
		acquireLock(dir, me).release();
	});

	it("stays with a process that is only stopped", async () => {
		const { child } = await keeper();
		child.kill("SIGSTOP");
		expect(() => acquireLock(dir, me)).toThrow(DataDirLocked);
	});

	it("is shared within a process, until the last one gives it back", async () => {
		const first = acquireLock(dir, me);
		const second = acquireLock(join(dir, "..", "data"), me);
		first.release();
		first.release();
		expect((await keeper()).kept).toHaveProperty("refused");
		second.release();
		expect((await keeper()).kept).toHaveProperty("secret");
	});

	it("refuses also when nobody knows any more who holds it", async () => {
		await keeper();
		writeFileSync(join(dir, "lock.json"), "{");
		expect(() => acquireLock(dir, me)).toThrow(/is in use: wait for that process/);
		expect(() => acquireLock(dir, me)).toThrow(expect.objectContaining({ type: "DATA_DIR_LOCKED" }));
	});
});

describe("the secret of a node", () => {
	beforeEach(() => acquireLock(dir, me).release());

	it("is made once, for its owner alone, and is the same ever after", () => {
		const key = secretKey(dir);
		expect(JSON.parse(key.toString()).keys).toHaveLength(1);
		expect(secretKey(dir).equals(key)).toBe(true);
		expect(statSync(join(dir, "secret.key")).mode & 0o777).toBe(0o600);
		expect(readdirSync(dir).filter(name => name.startsWith("secret"))).toEqual(["secret.key"]);
	});

	it("is another one in another folder", () => {
		const other = mkdtempSync(join(tmpdir(), "banyan-data-"));
		expect(secretKey(other).equals(secretKey(dir))).toBe(false);
		rmSync(other, { recursive: true });
	});

	it("is one, however many make it at once", async () => {
		const made = await Promise.all(Array.from({ length: 4 }, () => keeper(false)));
		const secret = secretKey(dir).toString("hex");
		expect(made.map(({ kept }) => kept)).toEqual(made.map(() => ({ secret })));
	});

	it("that is damaged is told and never replaced", () => {
		const file = join(dir, "secret.key");
		writeFileSync(file, "short");
		expect(() => secretKey(dir)).toThrow(`'${file}' is damaged: its 5 bytes are no keys. Restore it from a backup.`);
		expect(readFileSync(file, "utf8")).toBe("short");
	});
});
