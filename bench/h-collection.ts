/** (h) A collection of a million records: opened, asked by key and page by page, against bare rows of node:sqlite. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { part } from "./children";
import { type Figure, median, milliseconds, mustBe, perSecond, plausible, say, scaled, whole } from "./figures";
import { built } from "./product";

const { Records, SqliteAdapter } = built<typeof import("../adapters/collection")>("adapters/collection");

interface User {
	readonly id: string;
	readonly mail: string;
	readonly at: number;
	readonly note: string;
}
const SHAPE = { name: "users", key: "id", unique: ["mail"], indexes: ["at"] } as const;

const RECORDS = scaled(1_000_000);
const BATCH = 1_000;
const ROUNDS = 3;
const ASKED = 5_000;
const PAGE = 50;

/** Made in the order of their keys; their order by `at` is another one. */
const userOf = (index: number): User => ({
	id: `user-${String(index).padStart(8, "0")}`,
	mail: `${String(index).padStart(8, "0")}@example.com`,
	at: (index * 104_729) % RECORDS,
	note: "0123456789abcdef".repeat(4)
});

interface Measured {
	readonly openMs: number;
	/** Of each look, in ms: all but one in twenty take no longer. */
	readonly getMs: number;
	readonly pageMs: number;
	/** How far the process grew by all these looks. */
	readonly grewMb: number;
	readonly found: number;
}

export async function collectionRows(): Promise<Figure[]> {
	const folder = mkdtempSync(join(tmpdir(), "banyan-bench-"));
	try {
		const files = { ours: join(folder, "users.db"), bare: join(folder, "bare.db") };
		const filled = { ours: RECORDS / (await fill(files.ours)), bare: RECORDS / fillBare(files.bare) };
		const [ours, bare]: [Measured[], Measured[]] = [[], []];
		for (let round = 1; round <= ROUNDS; round++) {
			ours.push(await part<Measured>("collection", ["ours", files.ours]));
			bare.push(await part<Measured>("collection", ["bare", files.bare]));
		}
		for (const { found } of [...ours, ...bare]) mustBe("records found", found, ASKED * (1 + PAGE));
		return figures(ours, bare, filled);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

function figures(
	ours: readonly Measured[],
	bare: readonly Measured[],
	filled: Record<"ours" | "bare", number>
): Figure[] {
	const of = (all: readonly Measured[], what: keyof Measured): number => median(all.map(each => each[what]));
	const grew = of(ours, "grewMb");
	const row = (what: string, key: "getMs" | "pageMs", note: string): Figure => ({
		row: "h",
		what,
		measured: thousandths(of(ours, key)),
		peer: `${thousandths(of(bare, key))} as bare rows of node:sqlite`,
		ratio: of(ours, key) / of(bare, key),
		goal: "< 2 ms",
		met: of(ours, key) < 2,
		note
	});
	say(`(h) open ${of(ours, "openMs")} ms, get ${of(ours, "getMs")} ms, page ${of(ours, "pageMs")} ms, +${grew} MB`);
	return [
		{
			row: "h",
			what: `a collection of ${whole(RECORDS)} records opened and the first one read`,
			measured: milliseconds(of(ours, "openMs")),
			peer: `${milliseconds(of(bare, "openMs"))} as bare rows of node:sqlite`,
			ratio: of(ours, "openMs") / of(bare, "openMs"),
			goal: "< 500 ms",
			met: of(ours, "openMs") < 500,
			note: `Written at ${perSecond(filled.ours)}, bare rows at ${perSecond(filled.bare)}, ${whole(BATCH)} a transaction.`
		},
		row("a record by its key, p95", "getMs", `By ${whole(2 * ASKED)} looks the process grew by ${whole(grew)} MB.`),
		row(`a page of ${PAGE} by an index from a cursor on, p95`, "pageMs", "Each is parsed and its checksum looked at.")
	];
}

const thousandths = (ms: number): string => `${plausible(ms, "ms").toFixed(3)} ms`;

/** Answers how many seconds it took. */
async function fill(file: string): Promise<number> {
	const adapter = new SqliteAdapter(file, SHAPE);
	await adapter.connect();
	const users = new Records<User>(adapter, SHAPE);
	const began = performance.now();
	for (let done = 0; done < RECORDS; done += BATCH) await users.write(batchFrom(done).map(insert => ({ insert })));
	const seconds = (performance.now() - began) / 1000;
	mustBe("records in the collection", await users.count(), RECORDS);
	await adapter.disconnect();
	return seconds;
}

const batchFrom = (from: number): User[] =>
	Array.from({ length: Math.min(BATCH, RECORDS - from) }, (_, index) => userOf(from + index));

function fillBare(file: string): number {
	const db = new DatabaseSync(file);
	db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
	db.exec("CREATE TABLE rows (id TEXT PRIMARY KEY, mail TEXT UNIQUE, at INTEGER, body TEXT NOT NULL) STRICT");
	db.exec("CREATE INDEX by_at ON rows (at, id)");
	const insert = db.prepare("INSERT INTO rows VALUES (?, ?, ?, ?)");
	const began = performance.now();
	for (let done = 0; done < RECORDS; done += BATCH) {
		db.exec("BEGIN IMMEDIATE");
		for (const user of batchFrom(done)) insert.run(user.id, user.mail, user.at, JSON.stringify(user));
		db.exec("COMMIT");
	}
	const seconds = (performance.now() - began) / 1000;
	db.close();
	return seconds;
}

/** Looks of one kind: how many records each found. */
interface Looks {
	get(index: number): Promise<number>;
	page(index: number): Promise<number>;
}
const OPEN: Readonly<Record<string, (file: string) => Promise<Looks>>> = { ours: openOurs, bare: openBare };

async function openOurs(file: string): Promise<Looks> {
	const adapter = new SqliteAdapter(file, SHAPE);
	await adapter.connect();
	const users = new Records<User>(adapter, SHAPE);
	let after: string | null = null;
	return {
		get: async index => Number((await users.get(userOf(index).id)) !== undefined),
		page: async () => {
			const page: Awaited<ReturnType<typeof users.find>> = await users.find(
				{},
				{ sort: "at", limit: PAGE, ...(after !== null && { after }) }
			);
			after = page.next;
			return page.records.length;
		}
	};
}

async function openBare(file: string): Promise<Looks> {
	const db = new DatabaseSync(file);
	const one = db.prepare("SELECT body FROM rows WHERE id = ?");
	const some = db.prepare("SELECT id, at, body FROM rows WHERE (at, id) > (?, ?) ORDER BY at, id LIMIT ?");
	let last: readonly [number, string] = [-1, ""];
	return {
		get: async index => Number(JSON.parse(String(one.get(userOf(index).id)?.body)) !== undefined),
		page: async () => {
			const rows = some.all(...last, PAGE).map(row => JSON.parse(String(row.body)) as User);
			const { at, id } = rows.at(-1) as User;
			// Behind the last it begins anew, as ours does.
			last = at === RECORDS - 1 ? [-1, ""] : [at, id];
			return rows.length;
		}
	};
}

/** In a process of its own. */
export async function collectionPart([kind = "", file = ""]: readonly string[]): Promise<Measured> {
	const began = performance.now();
	const looks = await (OPEN[kind] as (file: string) => Promise<Looks>)(file);
	await looks.get(0);
	const openMs = performance.now() - began;
	const random = (): number => Math.floor(Math.random() * RECORDS);
	const before = process.memoryUsage().rss;
	const [gets, pages] = [await timed(() => looks.get(random())), await timed(() => looks.page(random()))];
	return {
		openMs,
		getMs: gets.p95,
		pageMs: pages.p95,
		grewMb: (process.memoryUsage().rss - before) / 2 ** 20,
		found: gets.found + pages.found
	};
}

async function timed(look: () => Promise<number>): Promise<{ readonly p95: number; readonly found: number }> {
	const took: number[] = [];
	let found = 0;
	for (let asked = 0; asked < ASKED; asked++) {
		const began = performance.now();
		found += await look();
		took.push(performance.now() - began);
	}
	took.sort((a, b) => a - b);
	return { p95: took[Math.floor(ASKED * 0.95)] as number, found };
}
