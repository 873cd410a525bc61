/** Copies one stream: batch by batch, intents recorded before the first write, results after it. */

import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { chunks, type EventStore } from "../../../adapters/eventstore";
import type { Broker } from "../../../cluster";
import { isUnanswered } from "../../../cluster/errors";
import type { Json } from "../../../contracts/json";
import type { importer } from "../../../contracts/migration/importer";
import type { Intent, Result, SourceRecord, Transformed } from "../../../contracts/migration/records";
import type { Input } from "../../../contracts/schema";
import { notSent } from "../../../domain/migration/importing";
import {
	addTally,
	claimOf,
	noOutcomes,
	type Prepared,
	type RecordEvent,
	type Run,
	type StreamRun,
	type Tally
} from "../../../domain/migration/run";
import { appendRun, readRecords, recordStream } from "./journal";
import { linksOf } from "./links";
import { lookAhead } from "./look-ahead";

/** What a run works with. */
export interface Workplace {
	readonly broker: Broker;
	readonly store: EventStore;
	readonly run: Run;
	/** The lease, for the importer; throws when it is over. */
	readonly lease: () => { readonly token: string; readonly remainingMs: number };
	/** True when it shall stop after the batch at hand. */
	readonly halted: () => boolean;
	/** New secrets for a record that is created, for example an admin's password. */
	readonly secretsFor: (stream: string, name: string) => Record<string, string> | undefined;
}

/** How often the listing is begun anew when it gave fewer records than the source says it has. */
const MOST_LISTINGS = 3;

/** Where the stream of records stands; the run itself learns it when a batch is counted. */
interface Log {
	version: string;
}

export async function copyStream(place: Workplace, stream: StreamRun): Promise<void> {
	const log: Log = { version: stream.records };
	const open = await openBatch(place, stream, log);
	if (open) await finishBatch(place, stream, log, open.prepared, open.results);
	if (stream.copied) return;
	for await (const prepared of lookAhead(batches(place, stream))) {
		if (place.halted()) return;
		await record(place, stream, log, { type: "prepared", data: prepared });
		await finishBatch(place, stream, log, prepared);
	}
}

/** The batch that was prepared, and perhaps written, but not counted when the last controller stopped. */
async function openBatch(
	{ store, run }: Workplace,
	{ stream, records }: StreamRun,
	log: Log
): Promise<{ prepared: Prepared; results?: readonly Result[] } | undefined> {
	let prepared: Prepared | undefined;
	let results: readonly Result[] | undefined;
	for await (const { event, version } of readRecords(store, run.name, stream, records)) {
		log.version = version;
		if (event.type === "prepared") prepared = event.data;
		if (event.type === "written") results = event.data.results;
	}
	return prepared && { prepared, ...(results && { results }) };
}

async function record({ store, run }: Workplace, { stream }: StreamRun, log: Log, event: RecordEvent): Promise<void> {
	const appendId = `${event.type}-${event.data.batch}`;
	const { version } = await store.append(recordStream(run.name, stream), log.version, [event], appendId);
	log.version = version;
}

async function finishBatch(
	place: Workplace,
	stream: StreamRun,
	log: Log,
	prepared: Prepared,
	known?: readonly Result[]
): Promise<void> {
	const { batch, cursor, last, total, intents } = prepared;
	const results = known ?? (await write(place, stream, prepared));
	if (!known) await record(place, stream, log, { type: "written", data: { batch, results } });
	const links = linksOf(intents, results);
	if (links.length > 0) await place.broker.call("links.record", { migration: place.run.name, links });
	const counted = {
		stream: stream.stream,
		batch,
		cursor,
		last,
		total,
		...count(intents, results),
		records: log.version
	};
	await appendRun(place.store, place.run, { type: "copied", data: counted }, `copied-${stream.stream}-${batch}`);
}

async function write(
	{ broker, run, lease, secretsFor }: Workplace,
	stream: StreamRun,
	prepared: Prepared
): Promise<Result[]> {
	const records = prepared.intents.flatMap(({ id, target, before }) => {
		if (!target) return [];
		const secrets = before === null ? secretsFor(stream.stream, target.name) : undefined;
		return [{ id, name: target.name, data: target.data, before, ...(secrets && { secrets }) }];
	});
	const { target: connection, conflict } = run.definition;
	const call = { connection, stream: stream.stream, conflict, records };
	const written = records.length === 0 ? [] : await importAll(broker, call, lease());
	const results = new Map(written.map(result => [result.id, result]));
	return prepared.intents.map(intent => results.get(intent.id) ?? notSent(intent));
}

/** A write that began within the lease may still be answered after it. */
const GRACE_MS = 60_000;

type ImportCall = Omit<Input<typeof importer.actions.write.params>, "lease">;

/** One applier at a time: when nobody answers, whoever was asked may write until the lease he was given is over (L6). */
async function importAll(broker: Broker, call: ImportCall, lease: ReturnType<Workplace["lease"]>): Promise<Result[]> {
	const asked = performance.now();
	try {
		return await broker.call("importer.write", { ...call, lease }, { timeout: lease.remainingMs + GRACE_MS });
	} catch (error) {
		if (isUnanswered(error)) await sleep(lease.remainingMs - (performance.now() - asked));
		throw error;
	}
}

function count(intents: readonly Intent[], results: readonly Result[]) {
	const counted = {
		ids: intents.map(({ id }) => id),
		moved: [] as [string, string][],
		claimed: [] as string[],
		outcomes: noOutcomes(),
		quarantine: {} as Tally,
		losses: {} as Tally
	};
	for (const [index, { outcome, quarantine }] of results.entries()) {
		const { id, target, losses } = intents[index] as Intent;
		counted.outcomes[outcome]++;
		if (quarantine) addTally(counted.quarantine, { [quarantine.category]: { count: 1, reason: quarantine.reason } });
		if (outcome === "quarantined" || !target) continue;
		if (outcome === "skipped") counted.claimed.push(target.name);
		else counted.moved.push([id, target.name]);
		for (const { code, reason, severity } of losses)
			addTally(counted.losses, { [code]: { count: 1, reason, severity } });
	}
	return counted;
}

/** What was read and is not counted yet. */
class Pending {
	readonly claims = new Map<string, string>();
	private readonly ids = new Set<string>();

	constructor(private readonly stream: StreamRun) {}

	/** All records met so far, each once. */
	get met(): number {
		return this.stream.ids.size + [...this.ids].filter(id => !this.stream.ids.has(id)).length;
	}

	/** Those that were not met before. */
	fresh(records: readonly SourceRecord[]): SourceRecord[] {
		return records.filter(({ id }) => {
			if (this.stream.ids.has(id) || this.ids.has(id)) return false;
			this.ids.add(id);
			return true;
		});
	}

	/** What the run knows by now need not be remembered here. */
	forget(): void {
		for (const id of this.ids) if (this.stream.ids.has(id)) this.ids.delete(id);
		for (const name of this.claims.keys()) if (this.stream.names.has(name)) this.claims.delete(name);
	}
}

/** Every batch from where the run stands, each record once. */
async function* batches(place: Workplace, stream: StreamRun): AsyncGenerator<Prepared> {
	const pending = new Pending(stream);
	let { batch } = stream;
	for await (const { records, at, next, last, total } of listing(place, stream, pending)) {
		const parts = chunks(records, place.run.definition.batch.bytes);
		for (const [index, part] of (parts.length > 0 ? parts : [[]]).entries()) {
			const whole = index >= parts.length - 1;
			const intents = await intend(place, stream, part, pending.claims);
			yield { batch: ++batch, cursor: whole ? next : at, last: last && whole, total, intents };
			pending.forget();
		}
	}
}

interface ListedPage {
	readonly records: readonly SourceRecord[];
	readonly at: string | null;
	readonly next: string | null;
	readonly last: boolean;
	readonly total: number;
}

/** The source's pages, begun anew while they gave fewer records than the source says it has. */
async function* listing({ broker, run }: Workplace, stream: StreamRun, pending: Pending): AsyncGenerator<ListedPage> {
	const { source: connection, batch } = run.definition;
	let cursor = stream.cursor;
	for (let listings = 1; ; ) {
		const asked = { connection, stream: stream.stream, cursor, limit: batch.records };
		const { records, next, total } = await broker.call("extractor.page", asked);
		const fresh = pending.fresh(records);
		const again = next === null && pending.met < total && listings < MOST_LISTINGS;
		const last = next === null && !again;
		yield { records: fresh, at: cursor, next, last, total };
		if (last) return;
		if (again) listings++;
		cursor = next;
	}
}

/** What shall be done with each record, and what stands at the target before it is (L1). Writes nothing. */
async function intend(
	place: Workplace,
	stream: StreamRun,
	records: readonly SourceRecord[],
	claims: Map<string, string>
): Promise<Intent[]> {
	if (records.length === 0) return [];
	const transformed = await prepare(place, stream.stream, records);
	const settled = transformed.map(record => claim(record, stream, claims));
	const names = settled.flatMap(({ target }) => (target ? [target.name] : []));
	const { target: connection } = place.run.definition;
	const there =
		names.length > 0 ? await place.broker.call("importer.find", { connection, stream: stream.stream, names }) : [];
	const before = new Map<string, Json>(there.map(({ name, data }) => [name, data]));
	return settled.map(record => ({ ...record, before: (record.target && before.get(record.target.name)) ?? null }));
}

/** Transformed and validated: what breaks a rule of the target is quarantined. */
export async function prepare(
	{ broker, run }: Pick<Workplace, "broker"> & { run: Pick<Run, "mapping" | "context"> },
	stream: string,
	records: readonly SourceRecord[]
): Promise<Transformed[]> {
	const { mapping, context } = run;
	const transformed = await broker.call("transformer.batch", { mapping, stream, context, records: [...records] });
	const toCheck = transformed.flatMap(({ id, target }) => (target ? [{ id, ...target }] : []));
	const violations = await broker.call("validator.batch", { mapping, stream, context, records: toCheck });
	const broken = new Map(violations.map(({ id, ...quarantine }) => [id, quarantine]));
	return transformed.map(record => {
		const quarantine = broken.get(record.id);
		return quarantine ? { id: record.id, name: record.name, losses: [], quarantine } : record;
	});
}

/** The first record that claims a name has it for ever (L9); another one of that name is quarantined. */
export function claim(
	record: Transformed,
	taken: { names: ReadonlySet<string> },
	claims: Map<string, string>
): Transformed {
	if (!record.target) return record;
	const name = claimOf(record.target.name);
	if (!taken.names.has(name) && !claims.has(name)) {
		claims.set(name, record.id);
		return record;
	}
	const reason = "Another record of the source has this name, or one that differs in case only.";
	const quarantine = { category: "name_taken", field: "name", value: record.target.name, reason };
	return { id: record.id, name: record.name, losses: [], quarantine };
}
