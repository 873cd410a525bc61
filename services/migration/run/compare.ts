/**
 * Compares one stream: lists the source anew, and looks at each moved record as the target holds it now. What changed at
 * the source is written and looked at again at once, page by page; what others changed at the target is left.
 */

import { reach } from "../../../adapters/failpoints";
import type { Difference, Intent, SourceRecord, Transformed } from "../../../contracts/migration/records";
import type { Comparison } from "../../../contracts/migration/verifier";
import { digest } from "../../../domain/canonical";
import type { Prepared } from "../../../domain/migration/events";
import { claimOf, type StreamRun } from "../../../domain/migration/run";
import { countRemoved, doBatch, finishOpenBatch, type Log, record } from "./batch";
import { appendRun, comparisonStream, readComparisons } from "./journal";
import { beforeOf, type Known, knownRecords, ownOf } from "./known";
import { lookAhead, mapAhead } from "./look-ahead";
import type { Workplace } from "./place";
import { intend, onto, prepare } from "./prepare";
import { type Gone, takeAway } from "./removals";

interface ReadPage {
	readonly records: readonly SourceRecord[];
	readonly at: string | null;
	readonly next: string | null;
	/** The run's version before the read began (L5). */
	readonly position: string;
}

/** What was found of a page. */
interface Looked {
	readonly equal: Comparison["equal"];
	readonly differences: readonly Difference[];
	/** New to the run, or held until now and fit to be moved. */
	readonly toMove: readonly Transformed[];
	/** Changed at the source; what stands at the target is ours. */
	readonly toWrite: readonly Intent[];
}

/** A page with the first look at it. */
interface SeenPage {
	readonly page: ReadPage;
	readonly looked: Looked;
}

/** A panel answers one look-up while another one is being prepared. */
const LOOKS_AT_ONCE = 2;

/** How often a page is looked at again after something of it was written. */
const MOST_ROUNDS = 4;

/** Why a record waits that the source itself cannot mend. */
const TARGETS_REASONS: ReadonlySet<string> = new Set(["target_refused", "target_failed", "conflict"]);

export async function compareStream(place: Workplace, stream: StreamRun): Promise<void> {
	const comparing = new Comparing(place, stream);
	await comparing.start();
	// While one page is counted the next ones are looked up, and one more is read.
	for await (const seen of mapAhead(lookAhead(pages(place, stream)), page => comparing.see(page), LOOKS_AT_ONCE)) {
		if (place.halted()) return;
		await comparing.page(seen);
	}
}

async function* pages(place: Workplace, stream: StreamRun): AsyncGenerator<ReadPage> {
	let at = stream.comparison.cursor;
	for (;;) {
		const page = await read(place, stream, at);
		yield page;
		if (page.next === null) return;
		at = page.next;
	}
}

async function read({ broker, run }: Workplace, { stream }: StreamRun, at: string | null): Promise<ReadPage> {
	const position = run.version;
	const { source: connection, batch } = run.definition;
	const { records, next } = await broker.call("extractor.page", {
		connection,
		stream,
		cursor: at,
		limit: batch.records
	});
	return { records, at, next, position };
}

class Comparing {
	private log: Log = { version: "" };
	private known: Promise<Map<string, Known>> | undefined;

	constructor(
		private readonly place: Workplace,
		private readonly stream: StreamRun
	) {}

	async start(): Promise<void> {
		this.log = await finishOpenBatch(this.place, this.stream, beforeOf(await this.records()));
		this.known = undefined;
	}

	/** A first look at a page, which may come before the pages before it were counted: see `page`. */
	async see(page: ReadPage): Promise<SeenPage> {
		return { page, looked: await this.look(this.fresh(page)) };
	}

	async page({ page, looked: first }: SeenPage): Promise<void> {
		// Without what the pages before this one named too: their writes may have come after the first look.
		const fresh = this.fresh(page);
		const added = fresh.filter(({ id }) => !this.stream.ids.has(id)).length;
		let looked = only(first, new Set(fresh.map(({ id }) => id)));
		const equal = [...looked.equal];
		for (let round = 1; isOpen(looked) && round <= MOST_ROUNDS; round++) {
			await this.settle(looked);
			const open = new Set([...looked.toMove, ...looked.toWrite, ...looked.differences].map(({ id }) => id));
			const { records } = await read(this.place, this.stream, page.at);
			looked = await this.look(records.filter(({ id }) => open.has(id)));
			equal.push(...looked.equal);
		}
		// What changes faster than it is written was never seen to be equal (L4).
		const unsettled = looked.toWrite.map(({ id, name }): Difference => ({ id, name, kind: "different", fields: [] }));
		await this.count(page, fresh, added, equal, [...looked.differences, ...unsettled]);
	}

	private fresh({ records }: ReadPage): SourceRecord[] {
		return unique(records).filter(({ id }) => !this.stream.comparison.ids.has(id));
	}

	private async look(records: readonly SourceRecord[]): Promise<Looked> {
		const { moved, held, ids, removed, comparison } = this.stream;
		const transformed = await prepare(
			this.place,
			this.stream.stream,
			records.filter(({ id }) => this.matters(id))
		);
		const mine = await this.fitted(transformed.filter(({ id }) => moved.has(id)));
		const { equal, differences } = await this.compare(mine);
		const byId = new Map(mine.map(each => [each.id, each]));
		const toWrite: Intent[] = [];
		const left: Difference[] = mine.filter(({ target }) => !target).map(unmapped);
		for (const difference of differences) {
			const intent = await this.rewrite(byId.get(difference.id) as Transformed, difference, comparison.force);
			if (intent) toWrite.push(intent);
			else left.push(difference);
		}
		// Held back by a write that failed, and as it should be: written once more, so that its outcome is said anew.
		const settled = equal.filter(([id]) => held.has(id));
		for (const [id, , found] of settled) {
			const known = (await this.records()).get(id);
			if (known) toWrite.push({ ...(byId.get(id) as Transformed), ...ownOf(known), ours: found });
		}
		const isHeld = ({ id, target }: Transformed): boolean =>
			held.has(id) && !moved.has(id) && target !== undefined && !this.isTaken(id, target.name);
		const toMove = transformed.filter(each => !ids.has(each.id) || removed.has(each.id) || isHeld(each));
		return { equal: equal.filter(([id]) => !held.has(id)), differences: left, toMove, toWrite };
	}

	/** As they can be at the target, where others stood there before us. */
	private async fitted(mine: readonly Transformed[]): Promise<Transformed[]> {
		const known = await this.records();
		const over = mine.map(each => ({ ...each, before: known.get(each.id)?.before ?? null }));
		const fitted = await onto(this.place, this.stream.stream, over);
		return fitted.map(({ before, ...each }) => each);
	}

	/** Who waits for a name waits until it is free. */
	private isTaken(id: string, name: string): boolean {
		return this.stream.held.get(id) === "name_taken" && this.stream.names.has(claimOf(name));
	}

	/** Not what waits for a reason that only the target, or a human, can mend. */
	private matters(id: string): boolean {
		const category = this.stream.held.get(id);
		if (category !== undefined) return this.stream.comparison.force || !TARGETS_REASONS.has(category);
		return this.stream.moved.has(id) || !this.stream.ids.has(id) || this.stream.removed.has(id);
	}

	private async compare(transformed: readonly Transformed[]): Promise<Comparison> {
		const records = transformed.flatMap(({ id, target }) => (target ? [{ id, ...target }] : []));
		if (records.length === 0) return { equal: [], differences: [] };
		const { target: connection } = this.place.run.definition;
		return this.place.broker.call("verifier.compare", { connection, stream: this.stream.stream, records });
	}

	/** How to write a record that differs, if it is ours to write: nobody else changed it, or a repair was asked for. */
	private async rewrite(
		transformed: Transformed,
		{ kind, found }: Difference,
		force: boolean
	): Promise<Intent | undefined> {
		const known = (await this.records()).get(transformed.id);
		if (!known || !(force || (kind === "different" && found === known.ours))) return undefined;
		return { ...transformed, ...ownOf(known), ...(found !== undefined && { ours: found }) };
	}

	private async settle({ toMove, toWrite }: Looked): Promise<void> {
		const known = await this.records();
		const intents = [...(await intend(this.place, this.stream, toMove, new Map(), known)), ...toWrite];
		const { cursor, total } = this.stream;
		const prepared: Prepared = { batch: this.stream.batch + 1, cursor, last: false, total, intents, settles: true };
		await doBatch(this.place, this.stream, this.log, prepared, beforeOf(known));
		this.known = undefined;
	}

	private records(): Promise<Map<string, Known>> {
		this.known ??= knownRecords(this.place, this.stream);
		return this.known;
	}

	private async count(
		page: ReadPage,
		fresh: readonly SourceRecord[],
		added: number,
		equal: Comparison["equal"],
		left: readonly Difference[]
	): Promise<void> {
		const { comparison, stream } = this.stream;
		const last = page.next === null;
		const gone = last ? await this.follow(absentIds(this.stream, fresh)) : NOBODY;
		const differences = [...left, ...gone.differences];
		const batch = comparison.batch + 1;
		const { pass } = comparison;
		const event = { type: "compared", data: { pass, batch, equal, differences, position: page.position } };
		reach("looked");
		const appended = await this.appendBulk(event, `compared-${pass}-${batch}`);
		reach("compared");
		const data = {
			stream,
			batch,
			cursor: page.next,
			last,
			ids: fresh.map(({ id }) => id),
			added,
			absent: gone.differences.map(({ id }) => id),
			waiting: gone.waiting,
			left: gone.left,
			compared: equal.length + left.length,
			differences: differences.length,
			differing: differences.map(({ id }) => id),
			digest: digest(equal.map(key => [...key])),
			comparisons: appended
		};
		await appendRun(
			this.place.store,
			this.place.run,
			{ type: "compared", data },
			`compared-${stream}-${pass}-${batch}`
		);
	}

	/** Follows what this listing, whole with its last page, did not name. */
	private async follow(absent: readonly string[]): Promise<Gone> {
		if (absent.length === 0) return NOBODY;
		const known = await this.records();
		const gone = await takeAway(this.place, this.stream, absent, known);
		const { removed } = gone;
		if (removed.length === 0) return gone;
		const batch = this.stream.batch + 1;
		await record(this.place, this.stream, this.log, { type: "removed", data: { batch, removed } });
		const counts = countRemoved(removed, beforeOf(known));
		const data = { stream: this.stream.stream, batch, ...counts, records: this.log.version };
		const { store, run } = this.place;
		await appendRun(store, run, { type: "settled", data }, `removed-${this.stream.stream}-${batch}`);
		this.known = undefined;
		return gone;
	}

	/** A comparison that was recorded but not counted when the last controller stopped is made again, and replaces it. */
	private async appendBulk(event: { type: string; data: unknown }, appendId: string): Promise<string> {
		const { store, run } = this.place;
		const { stream, comparison } = this.stream;
		let version = comparison.comparisons;
		for await (const orphan of readComparisons(store, run.name, stream, version)) version = orphan.version;
		const bulk = comparisonStream(run.name, stream);
		const appended = await store.append(bulk, version, [event], `${appendId}-after-${version}`);
		return appended.version;
	}
}

const NOBODY: Gone = { removed: [], waiting: [], left: [], differences: [] };

const unique = (records: readonly SourceRecord[]): SourceRecord[] => [
	...new Map(records.map(each => [each.id, each])).values()
];

const isOpen = ({ toMove, toWrite }: Looked): boolean => toMove.length + toWrite.length > 0;

/** What a look found of some of its records. */
const only = ({ equal, differences, toMove, toWrite }: Looked, ids: ReadonlySet<string>): Looked => ({
	equal: equal.filter(([id]) => ids.has(id)),
	differences: differences.filter(({ id }) => ids.has(id)),
	toMove: toMove.filter(({ id }) => ids.has(id)),
	toWrite: toWrite.filter(({ id }) => ids.has(id))
});

const unmapped = ({ id, name, quarantine }: Transformed): Difference => ({
	id,
	name,
	kind: "unmapped",
	fields: quarantine ? [{ field: quarantine.field, expected: quarantine.reason, actual: null }] : []
});

/** What the run knows and this listing, whole with its last page, did not name. */
function absentIds({ ids, removed, comparison }: StreamRun, lastPage: readonly SourceRecord[]): string[] {
	const named = new Set(lastPage.map(({ id }) => id));
	return [...ids.without(comparison.ids)].filter(id => !named.has(id) && !removed.has(id));
}
