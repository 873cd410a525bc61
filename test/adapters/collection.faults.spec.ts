/** Disks that are full, folders that are read-only, files that are damaged or held: a typed error, nothing lost, and on it goes. */

import { execFileSync } from "node:child_process";
import {
	closeSync,
	mkdtempSync,
	openSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	truncateSync,
	writeFileSync,
	writeSync
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { StoreBroken, StoreBusy, StoreFull } from "../../adapters/errors";
import { type OpenedCollection, openCollection } from "../support/collections";
import { asRoot, fillDisk, makeRoom, mountDisk, unmountDisk } from "../support/disks";
import { type Note, SHAPE } from "./collection.model";

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "banyan-collection-faults-"));
});
afterEach(() => {
	unmountDisk(folder);
	rmSync(folder, { recursive: true, force: true });
});

const mount = (...options: string[]): void => mountDisk(folder, ...options);
const fill = (leavingKb: number): void => fillDisk(folder, leavingKb);
const opened = (): Promise<OpenedCollection<Note>> => openCollection<Note>(SHAPE, folder);
const event = { events: [{ event: "notes.changed", payload: {} }] };

/** Writes until it is refused; answers what was acknowledged, and the refusal. */
async function writtenUntilRefused(
	{ collection }: OpenedCollection<Note>,
	prefix: string
): Promise<{ stored: string[]; refusal: unknown }> {
	const stored: string[] = [];
	for (;;) {
		const id = `${prefix}-${stored.length}`;
		try {
			await collection.insert({ id, within: "x".repeat(500) }, event);
			stored.push(id);
		} catch (refusal) {
			return { stored, refusal };
		}
	}
}

const missing = async ({ collection }: OpenedCollection<Note>, stored: readonly string[]): Promise<string[]> => {
	const there = new Set<string>();
	for await (const { id } of collection.each()) there.add(id);
	return stored.filter(id => !there.has(id));
};

describe("a full disk", () => {
	asRoot("at any moment is told, loses nothing, and is written to again once there is room", async () => {
		mount("size=6m");
		const notes = await opened();
		const stored: string[] = [];
		for (const leavingKb of [0, 4, 8, 12, 20, 40, 80, 200]) {
			fill(leavingKb);
			const written = await writtenUntilRefused(notes, `${leavingKb}`);
			stored.push(...written.stored);
			expect(written.refusal).toBeInstanceOf(StoreFull);
			// What is there can be read, and nothing waits to be announced of what is not.
			expect(await missing(notes, stored)).toEqual([]);
			expect(await notes.adapter.pending(10_000)).toHaveLength(stored.length);
			makeRoom(folder);
			await notes.collection.insert({ id: `after-${leavingKb}` }, event);
			stored.push(`after-${leavingKb}`);
		}
		await notes.close();
		await using again = await opened();
		expect(await missing(again, stored)).toEqual([]);
	});

	asRoot("where it is opened first is told, and opened once there is room", async () => {
		mount("size=1m");
		for (const leavingKb of [0, 4, 16, 36]) {
			fill(leavingKb);
			await expect(opened()).rejects.toThrow(StoreFull);
			makeRoom(folder);
		}
		await using notes = await opened();
		await notes.collection.insert({ id: "a" });
	});

	asRoot("leaves a file of NeDB as it is, until there is room to take it over", async () => {
		mount("size=2m");
		const text = Array.from(
			{ length: 2_000 },
			(_, at) => `${JSON.stringify({ _id: `n${at}`, id: String(at), within: "x".repeat(100) })}\n`
		).join("");
		const file = join(folder, "notes.db");
		writeFileSync(file, text);
		for (const leavingKb of [0, 40, 200, 420]) {
			fill(leavingKb);
			await expect(opened()).rejects.toThrow(StoreFull);
			expect(readFileSync(file, "utf8")).toBe(text);
			makeRoom(folder);
		}
		await using notes = await opened();
		expect(await notes.collection.count()).toBe(2_000);
		expect(readdirSync(folder).filter(name => /importing|nedb\./.test(name))).toEqual([]);
	});
});

describe("a folder that is read-only", () => {
	asRoot("is told, and opened once it can be written to", async () => {
		mount("size=2m");
		const notes = await opened();
		await notes.collection.insert({ id: "a" });
		await notes.close();
		const remount = (how: string): void => void execFileSync("mount", ["-o", `remount,${how}`, folder]);
		remount("ro");
		await expect(opened()).rejects.toThrow(/the file system is read-only; mount it writable/);
		remount("rw");
		await using again = await opened();
		expect(await again.collection.count()).toBe(1);
	});
});

describe("a file that is damaged", () => {
	const file = (): string => join(folder, "notes.db");
	const filled = async (): Promise<Buffer> => {
		const notes = await opened();
		await notes.collection.write(
			Array.from({ length: 500 }, (_, at) => ({ insert: { id: `${at}`, within: `${at}${"y".repeat(300)}` } }))
		);
		await notes.close();
		return readFileSync(file());
	};
	const overwrite = (at: number, bytes: string): void => {
		const handle = openSync(file(), "r+");
		writeSync(handle, bytes, at);
		closeSync(handle);
	};
	/** Reads all of it; what befalls it names the file, and what to do. */
	const expectBroken = async (): Promise<void> => {
		const read = async (): Promise<void> => {
			await using notes = await opened();
			for await (const _ of notes.collection.each());
		};
		const refusal = await read().catch((error: unknown) => error);
		expect(refusal).toBeInstanceOf(StoreBroken);
		expect((refusal as Error).message).toMatch(/notes\.db' cannot be used \(.*\)\. Restore it from a backup/);
	};

	it("by being cut off, wherever", async () => {
		const whole = await filled();
		for (const left of [10, 60, 3_000, 4_096, 10_000, Math.floor(whole.length / 2), whole.length - 4_096]) {
			writeFileSync(file(), whole);
			truncateSync(file(), left);
			await expectBroken();
		}
	});

	it("by a page that is overwritten, or a single byte of a record", async () => {
		const whole = await filled();
		overwrite(Math.floor(whole.length / 2), "\u0007".repeat(5_000));
		await expectBroken();
		writeFileSync(file(), whole);
		for (let at = whole.indexOf("77yyy"); at >= 0; at = whole.indexOf("77yyy", at + 1)) overwrite(at, "8");
		await expectBroken();
	});

	it("or is another program's", async () => {
		const foreign = new DatabaseSync(file());
		foreign.exec("CREATE TABLE users (id INTEGER)");
		foreign.close();
		await expectBroken();
	});
});

it("a file that another process holds is waited for, and told in the end", async () => {
	const notes = await openCollection<Note>(SHAPE, folder, { busyMs: 50 });
	const other = new DatabaseSync(notes.file);
	other.exec("BEGIN IMMEDIATE");
	await expect(notes.collection.insert({ id: "a" })).rejects.toThrow(StoreBusy);
	await expect(notes.collection.insert({ id: "a" })).rejects.toThrow(/locked by another process for \d+ ms/);
	expect(await notes.collection.count()).toBe(0);
	other.exec("ROLLBACK");
	await notes.collection.insert({ id: "a" });
	await notes.close();
	other.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT");
	await expect(openCollection<Note>(SHAPE, folder, { busyMs: 50 })).rejects.toThrow(StoreBusy);
	other.close();
});

it("all its files are their owner's alone, whatever the umask", async () => {
	const before = process.umask(0);
	try {
		await using notes = await opened();
		await notes.collection.insert({ id: "a" });
		const modes = readdirSync(folder).map(name => [name, statSync(join(folder, name)).mode & 0o777]);
		expect(modes.sort()).toEqual(["notes.db", "notes.db-shm", "notes.db-wal"].map(name => [name, 0o600]));
	} finally {
		process.umask(before);
	}
});
