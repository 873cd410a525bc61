/** The bulk of a run as lines for the operator: what became of each record, and what is not as it should be. */

import { setImmediate as othersFirst } from "node:timers/promises";
import { type EventStore, NEW } from "../../../adapters/eventstore";
import type { DifferenceLine, Lines, LogLine } from "../../../contracts/migration/migration";
import type { Difference, ReportLine, UndoneRecord } from "../../../contracts/migration/records";
import type { RunEvent } from "../../../domain/migration/events";
import { IdSet } from "../../../domain/migration/idset";
import { logLine } from "../../../domain/migration/log";
import type { StreamRun } from "../../../domain/migration/run";
import { removedLine, reportLine } from "../../../domain/migration/status";
import { isUnreadable } from "../../../domain/migration/unreadable";
import { readBatches, readComparisons, readUndos, runStream } from "./journal";

/** The most lines of one answer, give or take a batch. */
const MOST_LINES = 500;

/**
 * Lines of the batches after version `after`, in the order of the listing; each record once, as it is now.
 * @param still why a record is still at the target though it went from the source
 */
export async function reportLines(
	store: EventStore,
	name: string,
	run: StreamRun,
	after: string | null,
	still: (id: string) => string | undefined
): Promise<Lines<ReportLine>> {
	const { stream, records: until } = run;
	const lines: ReportLine[] = [];
	if (until === NEW || after === until) return { lines, next: null };
	const later = await settledOnce(store, name, run);
	for await (const batch of unhurried(readBatches(store, name, stream, { after: after ?? undefined, until }))) {
		const due = batch.entries.filter(({ intent: { id } }) => !batch.settles || later.get(id)?.first === batch.batch);
		const said = due.map(({ intent, result }) => later.get(intent.id)?.line ?? reportLine(stream, intent, result));
		const now = said.map(line => (run.removed.has(line.id) && isUnreadable(line.id) ? mended(line) : line));
		lines.push(...now.map(line => ({ ...line, reason: line.reason ?? still(line.id) ?? null })));
		if (lines.length >= MOST_LINES && batch.version !== until) return { lines, next: batch.version };
	}
	return { lines, next: null };
}

/** What was said last of a record, and the batch that met it first if that was outside the order of the copy. */
interface Settled {
	readonly line: ReportLine;
	readonly first: number | undefined;
}

/** Of each store, by run and stream: every page of a report would read the whole run for it. A run that goes on is folded on. */
const settledIn = new WeakMap<EventStore, Map<string, Remembered>>();
interface Remembered {
	readonly until: string;
	readonly folded: Promise<Folded>;
}
/** Grows only, so that pages that read it go on: what they meet in it beyond their own end is what was said since. */
interface Folded {
	/** The last batch that is in it. */
	version: string | undefined;
	readonly settled: Map<string, Settled>;
	/** What was met in the order of the copy. */
	readonly copied: IdSet;
}
const MOST_REMEMBERED = 4;
const nothing = (): Folded => ({ version: undefined, settled: new Map(), copied: new IdSet() });

async function settledOnce(store: EventStore, name: string, run: StreamRun): Promise<Map<string, Settled>> {
	const ofStore = settledIn.get(store) ?? new Map<string, Remembered>();
	settledIn.set(store, ofStore);
	const key = `${run.stream} ${name}`;
	const known = ofStore.get(key);
	if (known?.until === run.records) return (await known.folded).settled;
	// One that broke off is begun anew.
	const last = known?.folded.catch(nothing) ?? Promise.resolve(nothing());
	const folded = last.then(before => foldOn(before, store, name, run));
	const next = { until: run.records, folded };
	ofStore.delete(key);
	if (ofStore.size >= MOST_REMEMBERED) ofStore.delete(ofStore.keys().next().value as string);
	ofStore.set(key, next);
	folded.catch(() => ofStore.get(key) === next && ofStore.delete(key));
	return (await folded).settled;
}

/** The store is read without a pause: others' requests come between what is long. */
async function* unhurried<T>(all: AsyncIterable<T>): AsyncGenerator<T> {
	for await (const each of all) {
		yield each;
		await othersFirst();
	}
}

/** Of the records that were written, or taken away, outside the order of the copy. */
async function foldOn(
	folded: Folded,
	store: EventStore,
	name: string,
	{ stream, records: until }: StreamRun
): Promise<Folded> {
	const { version: after, settled, copied } = folded;
	// Whoever looked before those that were last asked for sees what is said by now.
	const batches = readBatches(store, name, stream, { after, until });
	const firstIn = (id: string, batch: number): number | undefined =>
		settled.get(id)?.first ?? (copied.has(id) ? undefined : batch);
	for await (const { version, batch, settles, entries, removed } of unhurried(batches)) {
		folded.version = version;
		for (const record of removed)
			settled.set(record.id, { first: settled.get(record.id)?.first, line: gone(stream, record) });
		for (const { intent, result } of entries)
			if (settles)
				settled.set(intent.id, { first: firstIn(intent.id, batch), line: reportLine(stream, intent, result) });
			else copied.add(intent.id);
	}
	return folded;
}

const gone = (stream: string, record: UndoneRecord): ReportLine =>
	removedLine(stream, record, record.reason ?? "Gone from the source: two listings in a row did not name it.");

const mended = ({ stream, ...line }: ReportLine): ReportLine =>
	removedLine(
		stream,
		line,
		"The source could not show it; the last listing has no such row: if it was mended, it has a line of its own."
	);

/**
 * The records that the last comparison found not to be as they should; at the end those that went from the source.
 * @param why one that went is still at the target
 */
export async function differenceLines(
	store: EventStore,
	name: string,
	run: StreamRun,
	after: string | null,
	why: (id: string) => string
): Promise<Lines<DifferenceLine>> {
	const { comparison } = run;
	if (comparison.comparisons === NEW) return { lines: [], next: null };
	if (after?.startsWith(GONE)) return goneLines(store, name, run, Number(after.slice(GONE.length)), why);
	const { lines, next } = await differingLines(store, name, run, after);
	return { lines, next: next ?? (comparison.absent.length > 0 ? `${GONE}0` : null) };
}

const GONE = "gone ";

async function differingLines(
	store: EventStore,
	name: string,
	{ stream, comparison }: StreamRun,
	after: string | null
): Promise<Lines<DifferenceLine>> {
	// A place that is none is told by the store.
	if (after !== null) for await (const _ of readComparisons(store, name, stream, after)) break;
	const batches = await comparedBatches(store, name, stream, comparison);
	const from = batches.findIndex(({ version }) => version === after) + 1;
	const lines: DifferenceLine[] = [];
	for (const { version, differences } of batches.slice(from)) {
		const said = differences.filter(({ kind }) => kind !== "gone");
		lines.push(...said.map(({ found, ...line }) => ({ stream, ...line })));
		if (lines.length >= MOST_LINES && version !== comparison.comparisons) return { lines, next: version };
	}
	return { lines, next: null };
}

/** The batches of the last listing that differ, in order. */
async function comparedBatches(
	store: EventStore,
	name: string,
	stream: string,
	{ pass, comparisons }: StreamRun["comparison"]
): Promise<{ version: string; differences: readonly Difference[] }[]> {
	const found = new Map<number, { version: string; differences: readonly Difference[] }>();
	for await (const { event, version } of unhurried(readComparisons(store, name, stream))) {
		const { batch, differences } = event.data;
		// A batch that was compared twice, because a controller stopped between, counts as it was the second time.
		found.delete(batch);
		if (event.data.pass === pass && differences.length > 0) found.set(batch, { version, differences });
		if (version === comparisons) break;
	}
	return [...found.values()];
}

async function goneLines(
	store: EventStore,
	name: string,
	{ stream, comparison, records: until }: StreamRun,
	from: number,
	why: (id: string) => string
): Promise<Lines<DifferenceLine>> {
	const ids = comparison.absent.slice(from, from + MOST_LINES);
	const wanted = new Set(ids);
	const names = new Map<string, string>();
	for await (const { entries } of unhurried(readBatches(store, name, stream, { until })))
		for (const { intent } of entries)
			if (wanted.has(intent.id)) names.set(intent.id, intent.target?.name ?? intent.name);
	const lines = ids.map((id): DifferenceLine => {
		return { stream, id, name: names.get(id) ?? "", kind: "gone", fields: [], reason: why(id) };
	});
	const next = from + ids.length;
	return { lines, next: next < comparison.absent.length ? `${GONE}${next}` : null };
}

/** The records that a rollback left: others changed them, or the target cannot put them back. */
export async function changedLines(store: EventStore, name: string, stream: string): Promise<DifferenceLine[]> {
	const lines = new Map<string, DifferenceLine>();
	for await (const { event } of unhurried(readUndos(store, name, stream)))
		for (const { id, name: record, outcome, reason } of event.data.records) {
			// What was left by one rollback the next one may have put back.
			if (outcome === "changed-since")
				lines.set(id, { stream, id, name: record, kind: "changed-since", fields: [], ...(reason && { reason }) });
			else lines.delete(id);
		}
	return [...lines.values()];
}

/** What happened to a run after its version `after`, at most `limit` lines of it. `next` is where to ask again. */
export async function logLines(
	store: EventStore,
	name: string,
	after: string | null,
	limit: number
): Promise<Lines<LogLine>> {
	const lines: LogLine[] = [];
	for await (const { event, version, at } of store.read(runStream(name), after ?? undefined)) {
		if (lines.length === limit) return { lines, next: lines.at(-1)?.id ?? null };
		lines.push(logLine(event as RunEvent, version, at));
	}
	return { lines, next: null };
}
