/** One batch: its intents recorded, then written, then its results recorded, then counted. */

import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { reach } from "../../../adapters/failpoints";
import { isUnanswered } from "../../../cluster/errors";
import type { Intent, Result } from "../../../contracts/migration/records";
import { count, NEW_RECORDS, type PriorOutcomes } from "../../../domain/migration/counting";
import type { Prepared, RecordEvent } from "../../../domain/migration/events";
import { leftOff, mayBeWritten, notSent } from "../../../domain/migration/importing";
import { inDoubt } from "../../../domain/migration/restored";
import type { Placed, StreamRun } from "../../../domain/migration/run";
import { nth } from "../../../domain/there";
import { appendRun, ownId, readRecords, recordStream, written } from "./journal";
import { linksOf } from "./links";
import type { HeldLease, RunContext } from "./run-context";

/** Where the stream of records stands; the run itself learns it when a batch is counted. */
export interface Log {
	version: string;
}

/** What the run said of these records before a batch, looked up. */
export type PriorOutcomesOf = (ids: readonly string[]) => Promise<PriorOutcomes>;
export const ALL_NEW: PriorOutcomesOf = async () => NEW_RECORDS;

/**
 * Finishes the batch that was prepared, and perhaps written, but not counted when the last controller stopped.
 * @param over whoever stood there before may be written over: not to be put back at once, since somebody else may have
 * changed them meanwhile (L2)
 */
export async function finishOpenBatch(
	context: RunContext,
	stream: StreamRun,
	before: PriorOutcomesOf,
	over = true
): Promise<Log> {
	const log: Log = { version: stream.records };
	let prepared: Prepared | undefined;
	let results: readonly Result[] | undefined;
	for await (const { event, version } of readRecords(context.store, context.run.name, stream.stream, stream.records)) {
		log.version = version;
		if (event.type === "prepared") prepared = event.data;
		if (event.type === "written") results = event.data.results;
	}
	if (prepared) {
		const prior = await before(prepared.intents.map(({ id }) => id));
		if (results === undefined) {
			results = await writeAgain(context, stream, prepared, over);
			await recordResults(context, stream, log, prepared, results);
		}
		await settle(context, stream, log, prepared, prior, results);
	}
	// From here on each batch follows the one before it.
	await context.lists.records(context.run.name, stream.stream, stream.batch);
	return log;
}

/** Records what shall be done, does it, records what became of it. */
export async function doBatch(
	context: RunContext,
	stream: StreamRun,
	log: Log,
	prepared: Prepared,
	before: PriorOutcomes
): Promise<void> {
	reach("intended");
	const { after } = await record(context, stream, log, { type: "prepared", data: prepared });
	reach("prepared");
	const results = doubted(context, prepared, await write(context, stream, prepared));
	const placed = await recordResults(context, stream, log, prepared, results);
	await settle(context, stream, log, prepared, before, results);
	const { batch } = prepared;
	context.lists.addBatch(context.run.name, stream.stream, written(prepared, results), {
		...placed,
		after,
		count: batch
	});
}

/** Of a run that was put back from a backup, what it may have made since. */
const doubted = ({ run }: RunContext, { intents }: Prepared, results: readonly Result[]): readonly Result[] =>
	run.restored === null ? results : results.map((result, index) => inDoubt(nth(intents, index), result));

export async function record(
	{ store, run }: RunContext,
	{ stream }: StreamRun,
	log: Log,
	event: RecordEvent
): Promise<Placed> {
	const appendId = ownId(run, `${event.type}-${event.data.batch}`);
	const after = log.version;
	const { version, position, at } = await store.append(recordStream(run.name, stream), after, [event], appendId);
	log.version = version;
	return { after, version, position, at };
}

function recordResults(
	context: RunContext,
	stream: StreamRun,
	log: Log,
	{ batch }: Prepared,
	results: readonly Result[]
): Promise<Placed> {
	reach("applied");
	return record(context, stream, log, { type: "written", data: { batch, results } });
}

/** Counts a batch that was written. */
async function settle(
	{ broker, store, run }: RunContext,
	{ stream }: StreamRun,
	log: Log,
	prepared: Prepared,
	before: PriorOutcomes,
	results: readonly Result[]
): Promise<void> {
	const { batch, cursor, last, total, intents, settles } = prepared;
	reach("written");
	const links = linksOf(intents, results);
	if (links.length > 0) await broker.call("links.record", { migration: run.name, links });
	const counted = { stream, batch, ...count(intents, results, before), records: log.version };
	const event = settles
		? ({ type: "settled", data: counted } as const)
		: ({ type: "copied", data: { ...counted, cursor, last, total } } as const);
	await appendRun(store, run, event, `${event.type}-${stream}-${batch}`);
	reach("counted");
}

async function write(
	{ applier, run, lease, secretsFor }: RunContext,
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
	context: RunContext,
	stream: StreamRun,
	prepared: Prepared,
	over: boolean
): Promise<readonly Result[]> {
	const { conflict } = context.run.definition;
	const isLeft = (intent: Intent): boolean => !over && intent.before !== null && mayBeWritten(intent, conflict);
	const sent = await write(context, stream, { ...prepared, intents: prepared.intents.filter(each => !isLeft(each)) });
	const byId = new Map(sent.map(result => [result.id, result]));
	return prepared.intents.map(intent => {
		const result = byId.get(intent.id) ?? leftOff(intent);
		const isDoubtful = result.outcome === "quarantined" && mayBeWritten(intent, conflict);
		return isDoubtful ? { ...result, inDoubt: true } : result;
	});
}

/** A write that began within the lease may still be answered after it. */
const GRACE_MS = 60_000;

/** One applier at a time: when nobody answers, whoever was asked may write until the lease they got is over (L6). */
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
