/** A run in the event store: its own stream, and beside it the bulk: records and comparisons by stream. */

import { type EventStore, NEW } from "../../../adapters/eventstore";
import type { Definition } from "../../../contracts/migration/definition";
import type { Result } from "../../../contracts/migration/records";
import type {
	ComparisonEvent,
	DataOf,
	Prepared,
	RecordEvent,
	RunEvent,
	UndoEvent
} from "../../../domain/migration/events";
import { apply } from "../../../domain/migration/fold";
import type { Batch } from "../../../domain/migration/known";
import { newRun, type Placed, type Run } from "../../../domain/migration/run";
import { nth } from "../../../domain/there";

const PREFIX = "migration/";

export const runStream = (name: string): string => `${PREFIX}${name}`;
export const recordStream = (name: string, stream: string): string => `${PREFIX}${name}/records/${stream}`;
export const comparisonStream = (name: string, stream: string): string => `${PREFIX}${name}/comparisons/${stream}`;

export const undoStream = (name: string, stream: string): string => `${PREFIX}${name}/undos/${stream}`;

/** The run whose own stream this is, if it is one. */
export function runNameOf(stream: string): string | undefined {
	const name = stream.startsWith(PREFIX) ? stream.slice(PREFIX.length) : "/";
	return name.includes("/") ? undefined : name;
}

/** The names of all runs. */
export async function runNames(store: EventStore): Promise<string[]> {
	return (await store.streams(PREFIX)).flatMap(stream => runNameOf(stream) ?? []);
}

/**
 * The run as its events say, or undefined when none is there.
 * @param open gives the definition with its secrets in the clear
 * @param known the same run as it was: what was recorded since is folded into it
 */
export async function loadRun(
	store: EventStore,
	name: string,
	open: (definition: Definition) => Definition = definition => definition,
	known?: Run
): Promise<Run | undefined> {
	let run = known;
	let isSealed = false;
	for await (const { event, version, position, at } of store.read(runStream(name), known?.version)) {
		const recorded = event as RunEvent;
		run ??= newRun(name, recorded.data as DataOf<"planned">, NEW);
		const after = run.version;
		apply(run, recorded, version, at);
		if (after !== version) run.placed = { after, version, position, at };
		isSealed ||= recorded.type === "planned" || recorded.type === "redefined";
	}
	// The last one alone: what sealed those before may be gone.
	if (run && isSealed) run.definition = open(run.definition);
	return run;
}

/**
 * An append's id, of a controller's own: two that fight for one run come to the same steps, and what one of them stored must
 * not be taken for the other's.
 */
export const ownId = ({ token }: Pick<Run, "token">, id: string): string => (token === null ? id : `${id}-${token}`);

/** Appends to the run's stream and folds what was appended; a controller that was overtaken gets a VersionConflict. */
export const appendRun = (store: EventStore, run: Run, event: RunEvent, id: string): Promise<string> =>
	appendAll(store, run, [event], ownId(run, id));

/** Several at once, all or none. @param appendId of whoever appends them, and of nobody else */
export async function appendAll(
	store: EventStore,
	run: Run,
	events: readonly RunEvent[],
	appendId: string
): Promise<string> {
	const { version, position, at } = await store.append(runStream(run.name), run.version, events, appendId);
	const after = run.version;
	for (const event of events) apply(run, event, version, at);
	run.placed = { after, version, position, at };
	return position;
}

async function* readBulk<E>(
	store: EventStore,
	stream: string,
	from: string = NEW
): AsyncGenerator<Placed & { event: E }> {
	let after = from;
	for await (const { event, version, position, at } of store.read(stream, from)) {
		yield { event: event as E, after, version, position, at };
		after = version;
	}
}

export const readRecords = (store: EventStore, name: string, stream: string, after?: string) =>
	readBulk<RecordEvent>(store, recordStream(name, stream), after);

export const readComparisons = (store: EventStore, name: string, stream: string, after?: string) =>
	readBulk<ComparisonEvent>(store, comparisonStream(name, stream), after);

export const readUndos = (store: EventStore, name: string, stream: string, after?: string) =>
	readBulk<UndoEvent>(store, undoStream(name, stream), after);

/** A batch, and the last append that it stands in; `after` is the version before its first one. */
export interface PlacedBatch extends Batch, Placed {}

/** The batches that were written, after version `after`, up to and with version `until`. */
export async function* readBatches(
	store: EventStore,
	name: string,
	stream: string,
	{ after: from, until }: { after?: string | undefined; until?: string } = {}
): AsyncGenerator<PlacedBatch> {
	let prepared: { readonly data: Prepared; readonly after: string } | undefined;
	for await (const { event, after, ...place } of readRecords(store, name, stream, from)) {
		if (event.type === "prepared") prepared = { data: event.data, after };
		else if (event.type === "removed") yield { ...place, after, entries: [], ...event.data };
		else if (prepared) yield { ...place, after: prepared.after, ...written(prepared.data, event.data.results) };
		if (place.version === until) return;
	}
}

export const written = ({ batch, intents }: Prepared, results: readonly Result[]): Batch => ({
	batch,
	entries: results.map((result, index) => ({ intent: nth(intents, index), result })),
	removed: []
});
