/**
 * What is said of a run's records, differences and undos, as lists that are folded on from where they came: a page of
 * them, or what is known of some records, costs what is in it, however many there are.
 */

import { type EventStore, StoreFull } from "../../../adapters/eventstore";
import { type Edit, type Mark, MOST_PLACES, type ProjectedList } from "../../../adapters/projected-lists";
import { openMemoryProjections, type Projections } from "../../../adapters/projections";
import type { ComparisonEvent, UndoEvent } from "../../../domain/migration/events";
import { type Batch, type Known, knownFrom } from "../../../domain/migration/known";
import type { Placed } from "../../../domain/migration/run";
import { FOLD } from "../../../domain/migration/run-snapshot";
import { comparisonStream, readBatches, readComparisons, readUndos, recordStream, undoStream } from "./journal";
import { putBatch, putDifferences, putUndone, reached } from "./list-rows";

/** One thing that is folded into a list. */
interface Step {
	readonly mark: Mark;
	readonly work: (edit: Edit, list: ProjectedList) => void;
}

type Steps = (after?: string) => AsyncIterable<Step>;

/** Marks that are asked for together share one transaction. */
const STEPS_AT_ONCE = 16;

export class Lists {
	/** Those whose marks were compared with the store, which may be an earlier one put back. */
	private readonly verified = new Set<ProjectedList>();
	/** On a full disk, what there is no room for. */
	private memory: Projections | undefined;

	constructor(
		private readonly store: EventStore,
		private readonly projections: Projections
	) {}

	/** The records of a stream, up to its `batch` at least. */
	records(name: string, stream: string, batch: number): Promise<ProjectedList> {
		const steps = (after?: string) => batchSteps(this.store, name, stream, after, batch);
		return this.folded(recordStream(name, stream), batch, steps);
	}

	/** By id, what is known of those of these records that the run met up to its `batch`. */
	async known(
		name: string,
		{ stream, batch }: { readonly stream: string; readonly batch: number },
		ids: readonly string[]
	): Promise<ReadonlyMap<string, Known>> {
		const list = await this.records(name, stream, batch);
		return new Map(list.find(ids).map(({ key, facts }) => [key, knownFrom(facts)]));
	}

	/** What the listing `pass` found to differ, up to its `batch` at least. */
	differences(name: string, stream: string, { pass, batch }: Pass): Promise<ProjectedList> {
		const steps = (after?: string) => comparisonSteps(this.store, name, stream, after);
		return this.folded(comparisonStream(name, stream), reached({ pass, batch }), steps);
	}

	/** What a rollback left. */
	undone(name: string, stream: string): Promise<ProjectedList> {
		const steps = (after?: string) => undoSteps(this.store, name, stream, after);
		return this.folded(undoStream(name, stream), Number.POSITIVE_INFINITY, steps);
	}

	/** A batch that was just counted: its events need not be read for it. */
	addBatch(name: string, stream: string, batch: Batch, mark: Mark): void {
		const list = this.list(recordStream(name, stream));
		this.add(list, { mark, work: (edit, to) => putBatch(edit, to, stream, batch) });
	}

	/** A page of a comparison that was just counted. */
	addComparison(name: string, stream: string, data: ComparisonEvent["data"], placed: Placed): void {
		const mark = markOf(reached(data), placed);
		this.add(this.list(comparisonStream(name, stream)), { mark, work: edit => putDifferences(edit, stream, data) });
	}

	private list(of: string): ProjectedList {
		return this.projections.list(of, `${FOLD}`);
	}

	/** Only what follows the last that is in it; all else is folded when the list is asked for. */
	private add(list: ProjectedList, { mark, work }: Step): void {
		try {
			if ((list.mark?.version ?? "0") === mark.after) list.change(mark, edit => work(edit, list));
		} catch {
			// On a full disk, for example: what the run records itself will tell.
		}
	}

	/** Where there is no room for it, in memory, until there is. */
	private async folded(of: string, until: number, steps: Steps): Promise<ProjectedList> {
		try {
			const list = await this.foldOn(this.list(of), of, until, steps);
			this.memory = undefined;
			return list;
		} catch (error) {
			if (!(error instanceof StoreFull)) throw error;
			this.memory ??= openMemoryProjections();
			return await this.foldOn(this.memory.list(of, `${FOLD}`), of, until, steps);
		}
	}

	private async foldOn(list: ProjectedList, stream: string, until: number, steps: Steps): Promise<ProjectedList> {
		if (!list.writable) return list;
		await this.verify(list, stream);
		for (;;) {
			const begun = list.mark;
			if (until === 0 || (begun?.count ?? 0) >= until) return list;
			if (await foldAll(list, begun, steps(begun?.version))) return list;
		}
	}

	/** What was folded from other events than those that are there is begun anew. */
	private async verify(list: ProjectedList, stream: string): Promise<void> {
		if (this.verified.has(list)) return;
		this.verified.add(list);
		const { mark } = list;
		if (mark === undefined || (await isThere(this.store, stream, mark))) return;
		list.change(undefined, edit => edit.clear(0, MOST_PLACES));
	}
}

interface Pass {
	readonly pass: number;
	readonly batch: number;
}

/** False where somebody else folded on meanwhile. */
async function foldAll(list: ProjectedList, begun: Mark | undefined, steps: AsyncIterable<Step>): Promise<boolean> {
	let at = begun?.version;
	let group: Step[] = [];
	const store = (): boolean => {
		const mark = group.at(-1)?.mark;
		if (mark === undefined) return true;
		if (list.mark?.version !== at) return false;
		list.change(mark, edit => {
			for (const { work } of group) work(edit, list);
		});
		at = mark.version;
		group = [];
		return true;
	};
	for await (const step of steps) {
		group.push(step);
		if (group.length >= STEPS_AT_ONCE && !store()) return false;
	}
	return store();
}

/** A batch stands in two appends, of which the mark is the second one. */
const MOST_APPENDS = 2;

/** Is that append there as it was folded? */
export async function isThere(store: EventStore, stream: string, mark: Mark): Promise<boolean> {
	let looked = 0;
	for await (const { version, position, at } of store.read(stream, mark.after)) {
		if (version === mark.version) return position === mark.position && at === mark.at;
		if (++looked === MOST_APPENDS) return false;
	}
	return false;
}

const markOf = (count: number, { after, version, position, at }: Placed): Mark => ({
	after,
	version,
	position,
	at,
	count
});

async function* batchSteps(
	store: EventStore,
	name: string,
	stream: string,
	after: string | undefined,
	until: number
): AsyncGenerator<Step> {
	for await (const batch of readBatches(store, name, stream, { after })) {
		// What was written and not counted yet is none of the run's.
		if (batch.batch > until) return;
		yield { mark: markOf(batch.batch, batch), work: (edit, list) => putBatch(edit, list, stream, batch) };
	}
}

async function* comparisonSteps(
	store: EventStore,
	name: string,
	stream: string,
	after: string | undefined
): AsyncGenerator<Step> {
	for await (const { event, ...placed } of readComparisons(store, name, stream, after))
		yield { mark: markOf(reached(event.data), placed), work: edit => putDifferences(edit, stream, event.data) };
}

async function* undoSteps(
	store: EventStore,
	name: string,
	stream: string,
	after: string | undefined
): AsyncGenerator<Step> {
	const work =
		({ data }: UndoEvent) =>
		(edit: Edit, list: ProjectedList) =>
			putUndone(edit, list, stream, data);
	for await (const { event, ...placed } of readUndos(store, name, stream, after))
		yield { mark: markOf(0, placed), work: work(event) };
}
