/**
 * Compares one stream: lists the source anew, and looks at each moved record as the target holds it now. What changed at
 * the source is written and looked at again at once, page by page; what others changed at the target is left.
 */

import { reach } from "../../../adapters/failpoints";
import type { Difference, SourceRecord, UndoneRecord } from "../../../contracts/migration/records";
import type { Comparison } from "../../../contracts/migration/verifier";
import { digest } from "../../../domain/canonical";
import { countRemoved } from "../../../domain/migration/counting";
import type { ComparisonEvent, Prepared } from "../../../domain/migration/events";
import type { Known } from "../../../domain/migration/known";
import type { Placed, StreamRun } from "../../../domain/migration/run";
import { doBatch, finishOpenBatch, type Log, record } from "./batch";
import { appendRun, comparisonStream, ownId, readComparisons } from "./journal";
import { knownOf, priorOutcomes, priorOutcomesIn } from "./known";
import { isOpen, type Looked, Looking, only } from "./look";
import { lookAhead, mapAhead } from "./look-ahead";
import { intend } from "./prepare";
import { type Gone, takeAway } from "./removals";
import type { RunContext } from "./run-context";

interface ReadPage {
	readonly records: readonly SourceRecord[];
	readonly at: string | null;
	readonly next: string | null;
	/** The run's version before the read began (L5). */
	readonly position: string;
}

/** A page with the first look at it. */
interface SeenPage {
	readonly page: ReadPage;
	readonly looked: Looked;
}

/** A system answers one look-up while another one is being prepared. */
const LOOKS_AT_ONCE = 2;

/** How often a page is looked at again after something of it was written. */
const MOST_ROUNDS = 4;

export async function compareStream(context: RunContext, stream: StreamRun): Promise<void> {
	const comparing = new Comparing(context, stream);
	await comparing.start();
	// While one page is counted the next ones are looked up, and one more is read.
	for await (const seen of mapAhead(lookAhead(pages(context, stream)), page => comparing.see(page), LOOKS_AT_ONCE)) {
		if (context.halted()) return;
		await comparing.page(seen);
	}
}

async function* pages(context: RunContext, stream: StreamRun): AsyncGenerator<ReadPage> {
	let at = stream.comparison.cursor;
	for (;;) {
		const page = await read(context, stream, at);
		yield page;
		if (page.next === null) return;
		at = page.next;
	}
}

async function read({ broker, run }: RunContext, { stream }: StreamRun, at: string | null): Promise<ReadPage> {
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
	private readonly looking: Looking;

	constructor(
		private readonly context: RunContext,
		private readonly stream: StreamRun
	) {
		this.looking = new Looking(context, stream, ids => this.known(ids));
	}

	async start(): Promise<void> {
		this.log = await finishOpenBatch(this.context, this.stream, priorOutcomesIn(this.context, this.stream));
	}

	/** A first look at a page, which may come before the pages before it were counted: see `page`. */
	async see(page: ReadPage): Promise<SeenPage> {
		return { page, looked: await this.looking.look(this.fresh(page)) };
	}

	async page({ page, looked: first }: SeenPage): Promise<void> {
		// Without what the pages before this one named too: their writes may have come after the first look.
		const fresh = this.fresh(page);
		const added = fresh.filter(({ id }) => !this.stream.ids.has(id)).length;
		let looked = only(first, new Set(fresh.map(({ id }) => id)));
		const equal = [...looked.equal];
		for (let round = 1; isOpen(looked) && round <= MOST_ROUNDS; round++) {
			await this.settle(looked);
			const written = idsOf(looked);
			const known = await this.known(written);
			for (const id of written) if (known.get(id)?.outcome === "quarantined") this.looking.leave(id);
			const open = new Set([...written, ...looked.differences.map(({ id }) => id)]);
			const { records } = await read(this.context, this.stream, page.at);
			looked = await this.looking.look(records.filter(({ id }) => open.has(id)));
			equal.push(...looked.equal);
		}
		// What changes faster than it is written was never seen to be equal (L4).
		const unsettled = looked.toWrite.flatMap(({ difference }) => difference ?? []);
		await this.count(page, fresh, added, equal, [...looked.differences, ...unsettled]);
	}

	private fresh({ records }: ReadPage): SourceRecord[] {
		return unique(records).filter(({ id }) => !this.stream.comparison.ids.has(id));
	}

	private async settle(looked: Looked): Promise<void> {
		const { toMove, toWrite } = looked;
		const known = await this.known(idsOf(looked));
		const again = toWrite.map(({ intent }) => intent);
		const intents = [...(await intend(this.context, this.stream, toMove, new Map(), known)), ...again];
		const { cursor, total } = this.stream;
		const prepared: Prepared = { batch: this.stream.batch + 1, cursor, last: false, total, intents, settles: true };
		await doBatch(this.context, this.stream, this.log, prepared, priorOutcomes(known));
	}

	private known(ids: readonly string[]): Promise<ReadonlyMap<string, Known>> {
		return knownOf(this.context, this.stream, ids);
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
		const batch = comparison.batch + 1;
		const { pass } = comparison;
		const compared = { pass, batch, equal, differences: left, position: page.position };
		reach("looked");
		const placed = await this.appendBulk({ type: "compared", data: compared }, `compared-${pass}-${batch}`);
		reach("compared");
		const data = {
			stream,
			batch,
			cursor: page.next,
			last,
			ids: fresh.map(({ id }) => id),
			added,
			...gone,
			compared: equal.length + left.length,
			differences: left.length + gone.absent.length,
			differing: left.map(({ id }) => id),
			digest: digest(equal.map(key => [...key])),
			comparisons: placed.version
		};
		await appendRun(
			this.context.store,
			this.context.run,
			{ type: "compared", data },
			`compared-${stream}-${pass}-${batch}`
		);
		this.context.lists.addComparison(this.context.run.name, stream, compared, placed);
	}

	/** Follows what this listing, whole with its last page, did not name. */
	private async follow(absent: readonly string[]): Promise<Gone> {
		if (absent.length === 0) return NOBODY;
		const known = await this.known(absent);
		return takeAway(this.context, this.stream, absent, known, removed => this.settleGone(removed, known));
	}

	private async settleGone(removed: readonly UndoneRecord[], known: ReadonlyMap<string, Known>): Promise<void> {
		const { store, run } = this.context;
		const { stream } = this.stream;
		const batch = this.stream.batch + 1;
		const taken = { batch, removed: [...removed] };
		const placed = await record(this.context, this.stream, this.log, { type: "removed", data: taken });
		const data = { stream, batch, ...countRemoved(removed, priorOutcomes(known)), records: this.log.version };
		await appendRun(store, run, { type: "settled", data }, `removed-${stream}-${batch}`);
		this.context.lists.addBatch(run.name, stream, { ...taken, entries: [] }, { ...placed, count: batch });
	}

	/** A comparison that was recorded but not counted when the last controller stopped is made again, and replaces it. */
	private async appendBulk(event: ComparisonEvent, appendId: string): Promise<Placed> {
		const { store, run } = this.context;
		const { stream, comparison } = this.stream;
		let after = comparison.comparisons;
		for await (const orphan of readComparisons(store, run.name, stream, after)) after = orphan.version;
		const bulk = comparisonStream(run.name, stream);
		const { version, position, at } = await store.append(
			bulk,
			after,
			[event],
			ownId(run, `${appendId}-after-${after}`)
		);
		return { after, version, position, at };
	}
}

const NOBODY: Gone = { absent: [], once: [], left: [], holds: false };

const idsOf = ({ toMove, toWrite }: Looked): string[] => [
	...toMove.map(({ id }) => id),
	...toWrite.map(({ intent }) => intent.id)
];

const unique = (records: readonly SourceRecord[]): SourceRecord[] => [
	...new Map(records.map(each => [each.id, each])).values()
];

/** What the run knows and this listing, whole with its last page, did not name. */
function absentIds({ ids, removed, comparison }: StreamRun, lastPage: readonly SourceRecord[]): string[] {
	const named = new Set(lastPage.map(({ id }) => id));
	return [...ids.without(comparison.ids)].filter(id => !named.has(id) && !removed.has(id));
}
