/** (d) The event store: events a second in batches and one by one, against SQLite itself with the same rows. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Figure, median, mustBe, perSecond, say, scaled } from "./figures";
import { built } from "./product";

const { NEW, openSqliteStore } = built<typeof import("../adapters/eventstore")>("adapters/eventstore");

type Synchronous = "FULL" | "NORMAL";
interface Way {
	readonly row: string;
	readonly synchronous: Synchronous;
	/** Events an append. */
	readonly batch: number;
	readonly events: number;
}

const ROUNDS = 5;
const WAYS: readonly Way[] = [
	{ row: "d", synchronous: "FULL", batch: 100, events: scaled(100_000) },
	{ row: "d", synchronous: "FULL", batch: 1, events: scaled(2_000) },
	{ row: "d", synchronous: "NORMAL", batch: 1, events: scaled(5_000) }
];
const event = (index: number) => ({
	type: "moved",
	data: { id: String(index), name: `user_${index}`, outcome: "created", fingerprint: "0123456789abcdef".repeat(4) }
});

export async function storeRows(): Promise<Figure[]> {
	const seen = WAYS.map(way => ({ way, ours: [] as number[], sqlite: [] as number[] }));
	for (let round = 1; round <= ROUNDS; round++)
		for (const { way, ours, sqlite } of seen) {
			ours.push(way.events / (await inFolder(file => appended(file, way))));
			sqlite.push(way.events / (await inFolder(async file => inserted(file, way))));
		}
	return seen.map(({ way, ours, sqlite }) => figure(way, median(ours), median(sqlite)));
}

function figure({ row, synchronous, batch }: Way, ours: number, sqlite: number): Figure {
	say(`(d) ${synchronous} ${batch}: ${perSecond(ours)}, SQLite ${perSecond(sqlite)}`);
	return {
		row,
		what: `events stored, ${batch === 1 ? "one an append" : `${batch} an append`}, each append waited for, synchronous=${synchronous}`,
		measured: perSecond(ours),
		peer: `${perSecond(sqlite)} as bare rows of node:sqlite`,
		ratio: ours / sqlite,
		goal: batch === 1 ? "reported only" : "≥ 50,000/s",
		met: batch === 1 ? null : ours >= 50_000,
		note: synchronous === "FULL" ? "On disk before it is answered." : "Does not outlive a power cut."
	};
}

async function inFolder(work: (file: string) => Promise<number>): Promise<number> {
	const folder = mkdtempSync(join(tmpdir(), "banyan-bench-"));
	try {
		return await work(join(folder, "events.db"));
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

async function appended(file: string, { synchronous, batch, events }: Way): Promise<number> {
	const store = openSqliteStore(file, { synchronous });
	const began = performance.now();
	let version = NEW;
	for (let done = 0; done < events; done += batch) {
		const more = Array.from({ length: batch }, (_, index) => event(done + index));
		version = (await store.append("bench", version, more, `append-${done}`)).version;
	}
	const seconds = (performance.now() - began) / 1000;
	let stored = 0;
	for await (const _ of store.read("bench")) stored++;
	mustBe("events in the store", stored, events);
	await store.close();
	return seconds;
}

/** The same JSON in as many transactions, with nothing looked up and nothing checked. */
function inserted(file: string, { synchronous, batch, events }: Way): number {
	const db = new DatabaseSync(file);
	db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous};`);
	db.exec("CREATE TABLE rows (position INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT");
	const insert = db.prepare("INSERT INTO rows (body) VALUES (?)");
	const began = performance.now();
	for (let done = 0; done < events; done += batch)
		insert.run(JSON.stringify(Array.from({ length: batch }, (_, index) => event(done + index))));
	const seconds = (performance.now() - began) / 1000;
	const { stored } = db.prepare("SELECT sum(json_array_length(body)) AS stored FROM rows").get() as { stored: number };
	mustBe("events in bare rows", stored, events);
	db.close();
	return seconds;
}
