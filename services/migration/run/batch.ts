/** One batch: its intents recorded, then written, then its results recorded, then counted. */

import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { reach } from "../../../adapters/failpoints";
import { isUnanswered } from "../../../cluster/errors";
import type { Intent, Outcome, Result, UndoneRecord } from "../../../contracts/migration/records";
import type { Counted, Prepared, RecordEvent } from "../../../domain/migration/events";
import { leftOff, mayBeWritten, notSent } from "../../../domain/migration/importing";
import { noOutcomes, type StreamRun } from "../../../domain/migration/run";
import { addLost, addTally, type LossTally, type Lost, lostBy, type Tally } from "../../../domain/migration/tally";
import { appendRun, readRecords, recordStream } from "./journal";
import { linksOf } from "./links";
import type { HeldLease, Workplace } from "./place";

/** Where the stream of records stands; the run itself learns it when a batch is counted. */
export interface Log {
	version: string;
}

/** What the run said of a record before this batch; undefined when it is new. */
export type Before = (id: string) => Said | undefined;
interface Said {
	readonly outcome: Outcome;
	readonly category?: string;
	readonly lost: Lost;
	/** Its name at the target is taken by it. */
	readonly named: boolean;
}
export const NEW_RECORDS: Before = () => undefined;

/**
 * Finishes the batch that was prepared, and perhaps written, but not counted when the last controller stopped.
 * @param over whoever stood there before may be written over: not to be put back at once, since somebody else may have
 * changed him meanwhile (L2)
 */
export async function finishOpenBatch(place: Workplace, stream: StreamRun, before: Before, over = true): Promise<Log> {
	const log: Log = { version: stream.records };
	let prepared: Prepared | undefined;
	let results: readonly Result[] | undefined;
	for await (const { event, version } of readRecords(place.store, place.run.name, stream.stream, stream.records)) {
		log.version = version;
		if (event.type === "prepared") prepared = event.data;
		if (event.type === "written") results = event.data.results;
	}
	const again = (open: Prepared) => writeAgain(place, stream, open, over);
	if (prepared) await finish(place, stream, log, prepared, before, again, results);
	return log;
}

/** Records what shall be done, does it, records what became of it. */
export async function doBatch(
	place: Workplace,
	stream: StreamRun,
	log: Log,
	prepared: Prepared,
	before: Before
): Promise<void> {
	reach("intended");
	await record(place, stream, log, { type: "prepared", data: prepared });
	reach("prepared");
	await finish(place, stream, log, prepared, before, () => write(place, stream, prepared));
}

export async function record(
	{ store, run }: Workplace,
	{ stream }: StreamRun,
	log: Log,
	event: RecordEvent
): Promise<void> {
	const appendId = `${event.type}-${event.data.batch}`;
	const { version } = await store.append(recordStream(run.name, stream), log.version, [event], appendId);
	log.version = version;
}

async function finish(
	place: Workplace,
	stream: StreamRun,
	log: Log,
	prepared: Prepared,
	before: Before,
	send: (prepared: Prepared) => Promise<readonly Result[]>,
	known?: readonly Result[]
): Promise<void> {
	const { batch, cursor, last, total, intents, settles } = prepared;
	const results = known ?? (await send(prepared));
	reach("applied");
	if (!known) await record(place, stream, log, { type: "written", data: { batch, results } });
	reach("written");
	const links = linksOf(intents, results);
	if (links.length > 0) await place.broker.call("links.record", { migration: place.run.name, links });
	const counted = { stream: stream.stream, batch, ...count(intents, results, before), records: log.version };
	const event = settles
		? ({ type: "settled", data: counted } as const)
		: ({ type: "copied", data: { ...counted, cursor, last, total } } as const);
	await appendRun(place.store, place.run, event, `${event.type}-${stream.stream}-${batch}`);
	reach("counted");
}

async function write(
	{ applier, run, lease, secretsFor }: Workplace,
	stream: StreamRun,
	prepared: Prepared
): Promise<readonly Result[]> {
	const created = prepared.intents.filter(({ target, before }) => target && before === null);
	const secrets = await secretsFor(stream.stream, created);
	const records = prepared.intents.flatMap(({ id, target, before, kept, ours, sent }) => {
		if (!target) return [];
		const own = secrets.get(id);
		const { name, data } = target;
		const known = {
			...(kept !== undefined && { kept }),
			...(ours !== undefined && { ours }),
			...(sent && { sent: [...sent] })
		};
		return [{ id, name, data, before, ...known, ...(own && { secrets: { ...own } }) }];
	});
	const { target: connection, conflict } = run.definition;
	const call = { connection, stream: stream.stream, conflict };
	const results = new Map<string, Result>();
	// What was not settled before the lease was over goes on under the lease as it was renewed meanwhile.
	for (let left = records; left.length > 0; left = left.filter(({ id }) => !results.has(id))) {
		const ask = { ...call, records: left };
		const settled = await oneApplier(lease(), (held, timeout) => applier.write({ ...ask, lease: held }, timeout));
		for (const result of settled) results.set(result.id, result);
	}
	return prepared.intents.map(intent => results.get(intent.id) ?? notSent(intent));
}

/** What may have been sent before is in doubt where it fails now, whatever the target says to this attempt. */
async function writeAgain(
	place: Workplace,
	stream: StreamRun,
	prepared: Prepared,
	over: boolean
): Promise<readonly Result[]> {
	const { conflict } = place.run.definition;
	const isLeft = (intent: Intent): boolean => !over && intent.before !== null && mayBeWritten(intent, conflict);
	const sent = await write(place, stream, { ...prepared, intents: prepared.intents.filter(each => !isLeft(each)) });
	const byId = new Map(sent.map(result => [result.id, result]));
	return prepared.intents.map(intent => {
		const result = byId.get(intent.id) ?? leftOff(intent);
		const isDoubtful = result.outcome === "quarantined" && mayBeWritten(intent, conflict);
		return isDoubtful ? { ...result, inDoubt: true } : result;
	});
}

/** A write that began within the lease may still be answered after it. */
const GRACE_MS = 60_000;

/** One applier at a time: when nobody answers, whoever was asked may write until the lease he was given is over (L6). */
export async function oneApplier<R>(
	lease: HeldLease,
	call: (lease: HeldLease, timeout: number) => Promise<R>
): Promise<R> {
	const asked = performance.now();
	try {
		return await call(lease, lease.remainingMs + GRACE_MS);
	} catch (error) {
		if (isUnanswered(error)) await sleep(lease.remainingMs - (performance.now() - asked));
		throw error;
	}
}

const noCounts = () => ({
	ids: [] as string[],
	moved: [] as [string, string][],
	claimed: [] as string[],
	held: [] as [string, string][],
	removed: [] as string[],
	outcomes: noOutcomes(),
	quarantine: {} as Tally,
	losses: {} as LossTally,
	acts: [] as [string, string[]][]
});

/** What a batch changes in the counts: the new outcome of each record, less what was said of it before. */
export function count(intents: readonly Intent[], results: readonly Result[], before: Before): Counted {
	const counted = noCounts();
	for (const [index, result] of results.entries()) {
		const intent = intents[index] as Intent;
		const said = before(intent.id);
		if (said) takeBack(counted, said);
		if (!said || said.outcome === "removed") counted.ids.push(intent.id);
		counted.outcomes[result.outcome]++;
		place(counted, intent, result);
		countLosses(counted, intent, result, said?.lost ?? []);
	}
	return counted;
}

function takeBack(counted: ReturnType<typeof noCounts>, { outcome, category, lost }: Said): void {
	counted.outcomes[outcome]--;
	addLost(counted.losses, lost, -1);
	if (category !== undefined) addTally(counted.quarantine, { [category]: { count: -1 } });
}

function place(counted: ReturnType<typeof noCounts>, { id, target }: Intent, result: Result): void {
	const { outcome, quarantine, inDoubt, lacks } = result;
	if (quarantine) {
		counted.held.push([id, quarantine.category]);
		addTally(counted.quarantine, { [quarantine.category]: { count: 1 } });
	}
	// What may stand there by us keeps its name for its own record (L9).
	if ((inDoubt || lacks) && target) counted.claimed.push(target.name);
	if (outcome === "quarantined" || !target) return;
	if (outcome === "skipped") counted.claimed.push(target.name);
	else counted.moved.push([id, target.name]);
}

function countLosses(counted: ReturnType<typeof noCounts>, intent: Intent, result: Result, before: Lost): void {
	const lost = lostBy(intent, result);
	addLost(counted.losses, lost, 1);
	const [acts, actsBefore] = [lost, before].map(all => all.filter(([, severity]) => severity === "act"));
	if (acts && actsBefore && acts.length + actsBefore.length > 0)
		counted.acts.push([intent.id, acts.map(([code]) => code)]);
}

/** Counts for records that went from the source, and are not at the target by us any more. */
export function countRemoved(
	removed: readonly Pick<UndoneRecord, "id" | "name">[],
	before: Before
): Counted & { readonly released: string[] } {
	const released = removed.filter(({ id }) => before(id)?.named).map(({ name }) => name);
	const counted = { ...noCounts(), released };
	for (const { id } of removed) {
		const said = before(id);
		if (said) takeBack(counted, said);
		if (said && said.lost.length > 0) counted.acts.push([id, []]);
		counted.outcomes.removed++;
		counted.removed.push(id);
	}
	return counted;
}
