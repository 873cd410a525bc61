/** A run in the event store: its own stream, and beside it the bulk: records and comparisons by stream. */

import { type EventStore, NEW } from "../../../adapters/eventstore";
import {
	apply,
	type ComparisonEvent,
	newRun,
	type RecordEvent,
	type Run,
	type RunEvent
} from "../../../domain/migration/run";

const PREFIX = "migration/";

export const runStream = (name: string): string => `${PREFIX}${name}`;
export const recordStream = (name: string, stream: string): string => `${PREFIX}${name}/records/${stream}`;
export const comparisonStream = (name: string, stream: string): string => `${PREFIX}${name}/comparisons/${stream}`;

/** The names of all runs. */
export async function runNames(store: EventStore): Promise<string[]> {
	const streams = await store.streams(PREFIX);
	return streams.map(stream => stream.slice(PREFIX.length)).filter(name => !name.includes("/"));
}

/** The run as its events say, or undefined when none is there. */
export async function loadRun(store: EventStore, name: string): Promise<Run | undefined> {
	let run: Run | undefined;
	for await (const { event, version, at } of store.read(runStream(name))) {
		const known = event as RunEvent;
		run ??= newRun(name, (known as Extract<RunEvent, { type: "planned" }>).data, NEW);
		apply(run, known, version, at);
	}
	return run;
}

/** Appends to the run's stream and folds what was appended; a controller that was overtaken gets a VersionConflict. */
export async function appendRun(store: EventStore, run: Run, event: RunEvent, appendId: string): Promise<string> {
	const { version, position } = await store.append(runStream(run.name), run.version, [event], appendId);
	apply(run, event, version, new Date().toISOString());
	return position;
}

export async function* readRecords(
	store: EventStore,
	name: string,
	stream: string,
	after?: string
): AsyncGenerator<{ event: RecordEvent; version: string }> {
	for await (const { event, version } of store.read(recordStream(name, stream), after))
		yield { event: event as RecordEvent, version };
}

export async function* readComparisons(
	store: EventStore,
	name: string,
	stream: string,
	after?: string
): AsyncGenerator<{ event: ComparisonEvent; version: string }> {
	for await (const { event, version } of store.read(comparisonStream(name, stream), after))
		yield { event: event as ComparisonEvent, version };
}
