/** What is asked of a run costs the same however many records it has: counted by what is read and written for it. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EventStore, openMemoryStore } from "../../../adapters/eventstore";
import { openProjections, type Projections } from "../../../adapters/projections";
import type { RunEvent } from "../../../domain/migration/events";
import { removalsAllowed } from "../../../domain/migration/removals";
import { newRun, noOutcomes, type Run } from "../../../domain/migration/run";
import { Folds } from "../../../services/migration/run/folds";
import { appendRun, comparisonStream, recordStream, written } from "../../../services/migration/run/journal";
import { changedLines, differenceLines, logLines, reportLines } from "../../../services/migration/run/lines";
import { Lists } from "../../../services/migration/run/lists";
import { streamOf } from "../../../services/migration/run/runs";
import { type Counts, counting, countingProjections } from "../../support/counting";

const BATCH = 20;
const KEYS = { open: <T>(definition: T): T => definition, seal: <T>(definition: T): T => definition };
const definition = {
	name: "panel",
	streams: ["users"],
	catchUp: { passes: 2, removals: 10 },
	source: { connector: "s" },
	target: { connector: "t" }
};
const planned = {
	definition,
	hash: "h",
	mapping: "m",
	context: {},
	plan: { ok: true, findings: [], streams: [{ stream: "users", source: 1 }], source: {}, target: {} }
} as unknown as Extract<RunEvent, { type: "planned" }>["data"];

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "banyan-growth-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A run that is over: `batches` copied, a tenth of them settled once more, all compared, every second one differs. */
class Moved {
	readonly store = openMemoryStore();
	private readonly run: Run = newRun("panel", planned, "0");
	private readonly lists: Lists;
	private readonly folds: Folds;
	private records = "0";
	private comparisons = "0";

	constructor(projections: Projections) {
		this.lists = new Lists(this.store, projections);
		this.folds = new Folds({ store: this.store, projections, ...KEYS });
	}

	async all(batches: number): Promise<void> {
		await this.say({ type: "planned", data: planned });
		await this.say({ type: "taken", data: { token: "t" } });
		for (let batch = 1; batch <= batches; batch++) await this.batch(batch, batch, batch === batches);
		for (let more = 1; more <= batches / 10; more++) await this.batch(batches + more, more * 7, undefined);
		for (let page = 1; page <= batches; page++) await this.page(page, page === batches);
		await this.say({ type: "surveyed", data: { stream: "users", extra: 0 } });
		await this.say({ type: "finished", data: { result: "attention", certificate: null } });
		this.folds.keep(this.run);
	}

	private say(event: RunEvent): Promise<string> {
		const said = appendRun(this.store, this.run, event, `${event.type}-${this.run.version}`);
		return said.finally(() => this.folds.offer(this.run));
	}

	/** @param last undefined: it is settled outside the order of the copy */
	private async batch(batch: number, of: number, last: boolean | undefined): Promise<void> {
		const ids = Array.from({ length: BATCH }, (_, index) => String(of * BATCH + index));
		const intents = ids.map(id => ({
			id,
			name: `n${id}`,
			target: { name: `n${id}`, data: { note: "x".repeat(50) } },
			losses: [],
			before: null
		}));
		const results = ids.map(id => ({ id, outcome: "created" as const }));
		const prepared = { batch, cursor: null, last: last ?? false, total: 0, intents, settles: last === undefined };
		const after = this.records;
		const stream = recordStream("panel", "users");
		const asked = await this.store.append(stream, after, [{ type: "prepared", data: prepared }], `p${batch}`);
		const event = { type: "written", data: { batch, results } };
		const placed = await this.store.append(stream, asked.version, [event], `w${batch}`);
		this.records = placed.version;
		const counts = {
			outcomes: { ...noOutcomes(), created: last === undefined ? 0 : BATCH },
			quarantine: {},
			losses: {}
		};
		const moved = ids.map((id): [string, string] => [id, `n${id}`]);
		const counted = { stream: "users", batch, ids, moved, claimed: [], held: [], removed: [], ...counts };
		await this.say(
			last === undefined
				? { type: "settled", data: { ...counted, records: this.records } }
				: { type: "copied", data: { ...counted, records: this.records, cursor: null, last, total: 0 } }
		);
		this.lists.addBatch("panel", "users", written(prepared, results), { ...placed, after, count: batch });
	}

	private async page(batch: number, last: boolean): Promise<void> {
		const ids = Array.from({ length: BATCH }, (_, index) => String(batch * BATCH + index));
		const differing = ids.filter((_, index) => index % 2 === 0);
		const differences = differing.map(id => ({ id, name: `n${id}`, kind: "different" as const, fields: [] }));
		const equal = ids.flatMap((id, index): [string, string, string][] => (index % 2 ? [[id, `n${id}`, "d"]] : []));
		const data = { pass: 1, batch, equal, differences, position: this.run.version };
		const after = this.comparisons;
		const stream = comparisonStream("panel", "users");
		const placed = await this.store.append(stream, after, [{ type: "compared", data }], `c${batch}`);
		this.comparisons = placed.version;
		const counted = {
			ids,
			added: 0,
			absent: [],
			compared: BATCH,
			differences: differing.length,
			differing,
			digest: "d"
		};
		const place = { stream: "users", batch, cursor: null, last, comparisons: placed.version };
		await this.say({ type: "compared", data: { ...counted, ...place } });
		this.lists.addComparison("panel", "users", data, { ...placed, after });
	}
}

type Asked = (on: { store: EventStore; lists: Lists; folds: Folds }) => Promise<unknown>;
const view = async (folds: Folds) => {
	const found = await folds.view("panel");
	if (!found) throw new Error("There is no run.");
	return found;
};
const told = async ({ lists, folds }: { lists: Lists; folds: Folds }) => ({
	lists,
	name: "panel",
	stream: streamOf(await view(folds), "users")
});
/** The page at the end of as many as there are everywhere. */
async function third<T extends { readonly next: string | null }>(
	page: (after: string | null) => Promise<T>
): Promise<T> {
	const { next } = await page(null);
	return page((await page(next)).next);
}

const ASKED: Readonly<Record<string, Asked>> = {
	"status, list and metrics": async ({ folds }) => (await view(folds)).status,
	"links and the addresses of both ends": async ({ folds }) => removalsAllowed(await view(folds)),
	"a first page of the log": ({ store }) => logLines(store, "panel", null, 100),
	"a page in the midst of the log": ({ store }) => third(after => logLines(store, "panel", after, 20)),
	"a first page of the report": async on => reportLines(await told(on), null, () => undefined),
	"a page in the midst of the report": async on => {
		const of = await told(on);
		return third(after => reportLines(of, after, () => undefined));
	},
	"a first page of the diff": async on => differenceLines(await told(on), null, () => ""),
	"a page in the midst of the diff": async on => {
		const of = await told(on);
		return third(after => differenceLines(of, after, () => ""));
	},
	"what a rollback left": async on => changedLines(await told(on), null),
	"what is known of a page of records": async on =>
		(await on.lists.known("panel", { stream: "users", batch: 1 }, ["40", "41", "99"])).size
};

const N = 160;

it("after a restart each of these reads and writes as much for four times as many records", async () => {
	const work = new Map<string, Counts[]>();
	for (const batches of [N, 4 * N]) {
		const file = join(folder, `${batches}.db`);
		const filled = openProjections(file, { access: "write" });
		const moved = new Moved(filled);
		await moved.all(batches);
		filled.close();
		for (const [what, ask] of Object.entries(ASKED)) {
			const { store, counts } = counting(moved.store);
			const opened = openProjections(file, { access: "write" });
			const projections = countingProjections(opened, counts);
			const on = { store, lists: new Lists(store, projections), folds: new Folds({ store, projections, ...KEYS }) };
			expect(await ask(on)).toBeDefined();
			opened.close();
			work.set(what, [...(work.get(what) ?? []), counts]);
		}
	}
	for (const [what, [few, many]] of work) {
		expect([what, many]).toEqual([what, few]);
		// And little of it: a page, and the append that a list or a state ends with.
		expect(few?.events).toBeLessThan(1_000);
	}
	expect(work.get("a first page of the report")?.[1]).toMatchObject({ rows: 501 });
});

it("a whole run is folded on from its last snapshot, and only what came since is read", async () => {
	for (const batches of [N, 4 * N]) {
		const projections = openProjections(join(folder, `${batches}.db`), { access: "write" });
		const moved = new Moved(projections);
		await moved.all(batches);
		const { store, counts } = counting(moved.store);
		const run = await new Folds({ store, projections, ...KEYS }).own("panel");
		expect([run?.streams[0]?.ids.size, counts.events]).toEqual([batches * BATCH, 1]);
		projections.close();
	}
});

it("what was derived from other events than those that are there is not believed", async () => {
	const projections = openProjections(join(folder, "p.db"), { access: "write" });
	await new Moved(projections).all(N);
	// The store was put back from a backup, and went on otherwise.
	const other = new Moved(openProjections(join(folder, "other.db"), { access: "write" }));
	await new Promise(resolve => setTimeout(resolve, 5));
	await other.all(N / 2);
	const { store } = other;
	const on = { store, lists: new Lists(store, projections), folds: new Folds({ store, projections, ...KEYS }) };
	const seen = await view(on.folds);
	expect(seen.status.streams[0]?.read).toBe((N / 2) * BATCH);
	const lines: unknown[] = [];
	const of = await told(on);
	for (let after: string | null = null; ; ) {
		const page: Awaited<ReturnType<typeof reportLines>> = await reportLines(of, after, () => undefined);
		lines.push(...page.lines);
		after = page.next;
		if (after === null) break;
	}
	expect(lines).toHaveLength((N / 2) * BATCH);
});
