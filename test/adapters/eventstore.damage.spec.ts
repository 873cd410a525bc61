import {
	closeSync,
	mkdtempSync,
	openSync,
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
import { type EventStore, openSqliteStore, StoreBroken } from "../../adapters/eventstore";
import { all, insist } from "./events";
import { type Acknowledged, startWriter } from "./writer";

let dir: string;
let file: string;
beforeEach(() => {
	dir = mkdtempSync(join(tmpdir(), "banyan-damage-"));
	file = join(dir, "events.db");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** What was acknowledged and is not in the store, or elsewhere in it. */
async function missing(store: EventStore, acknowledged: readonly Acknowledged[]): Promise<Acknowledged[]> {
	const found = new Map<string, { version: string; position: string }>();
	for await (const recorded of store.readAll()) found.set(`${recorded.stream}/${recorded.event.data}`, recorded);
	return acknowledged.filter(({ stream, id, version, position }) => {
		const stored = found.get(`${stream}/${id}`);
		return !stored || (version && stored.version !== version) || (position && stored.position !== position);
	});
}

const streams = ["a", "b", "c", "d"];

/** A writer killed at a random moment of its work. */
async function killed(name: string, ackFirst = false): Promise<Acknowledged[]> {
	const writer = startWriter({ file, name, streams, count: 1_000_000, ackFirst });
	await writer.began;
	await new Promise(resolve => setTimeout(resolve, Math.random() * 150));
	await writer.kill();
	return writer.acknowledged;
}

describe("kill -9", () => {
	it("L11: loses nothing that was acknowledged, at any of six moments; the store opens again", async () => {
		const acknowledged: Acknowledged[] = [];
		for (let kill = 0; kill < 6; kill++) {
			const heard = await killed(`k${kill}`);
			expect(heard.length).toBeGreaterThan(0);
			acknowledged.push(...heard);
			const store = openSqliteStore(file);
			expect(await missing(store, acknowledged)).toEqual([]);
			for (const stream of streams) {
				const versions = (await all(store.read(stream))).map(recorded => recorded.version);
				expect(versions).toEqual(versions.map((_, i) => `${i + 1}`));
			}
			await insist(store, "after", kill, `${kill}`);
			await store.close();
		}
	});

	it("is seen to lose by the same look, when a writer acknowledges first", async () => {
		let lost = 0;
		for (let kill = 0; kill < 6 && lost === 0; kill++) {
			const heard = await killed(`k${kill}`, true);
			const store = openSqliteStore(file);
			lost = (await missing(store, heard)).length;
			await store.close();
		}
		expect(lost).toBeGreaterThan(0);
	});
});

describe("a file that is no readable event store", () => {
	const filled = async (): Promise<void> => {
		const store = openSqliteStore(file);
		for (let i = 0; i < 300; i++) await insist(store, "a", `${i}${"x".repeat(400)}`, `${i}`);
		await store.close();
	};
	const expectBroken = async (detail: RegExp): Promise<void> => {
		const read = async (): Promise<void> => {
			const store = openSqliteStore(file);
			try {
				await all(store.readAll());
			} finally {
				await store.close();
			}
		};
		const reading = read();
		await expect(reading).rejects.toThrow(StoreBroken);
		await expect(reading).rejects.toThrow(detail);
	};
	const overwrite = (at: number, bytes: string): void => {
		const handle = openSync(file, "r+");
		writeSync(handle, bytes, at);
		closeSync(handle);
	};

	it("is told, when it is no database at all", async () => {
		writeFileSync(file, "not a database, but a text\n".repeat(500));
		await expectBroken(/not a database/);
		expect(readFileSync(file, "utf8")).toMatch(/^not a database, but a text/);
	});

	it("is told, when it is cut off, wherever", async () => {
		await filled();
		const { size } = statSync(file);
		const whole = readFileSync(file);
		for (const left of [60, 3_000, 4_096, 10_000, Math.floor(size / 2), size - 4_096]) {
			writeFileSync(file, whole);
			truncateSync(file, left);
			await expectBroken(/malformed|not a database|damaged|another program/);
		}
	});

	it("is told, when a page is overwritten", async () => {
		await filled();
		overwrite(Math.floor(statSync(file).size / 2), "\u0007".repeat(5_000));
		await expectBroken(/malformed|damaged/);
	});

	it("is told, when a single byte of an event has changed", async () => {
		await filled();
		const bytes = readFileSync(file);
		// Every copy of the text: SQLite leaves old ones in pages that it has split.
		for (let at = bytes.indexOf("7xxxx"); at >= 0; at = bytes.indexOf("7xxxx", at + 1)) overwrite(at, "8");
		await expectBroken(/append \d+ is damaged/);
	});

	it("is told, and left alone, when it is the database of another program", async () => {
		const foreign = new DatabaseSync(file);
		foreign.exec("CREATE TABLE users (id INTEGER); INSERT INTO users VALUES (1)");
		foreign.close();
		const before = readFileSync(file);
		await expectBroken(/another program/);
		expect(readFileSync(file).equals(before)).toBe(true);
	});

	it("is told, when its format is a later one", async () => {
		await filled();
		const later = new DatabaseSync(file);
		later.exec("PRAGMA user_version = 99");
		later.close();
		await expectBroken(/format is number 99, this program knows number 1/);
	});
});
