/** Moves a few records first, and looks at them at the target, before the rest goes. */

import { failure } from "../../../cluster/errors";
import type { SourceRecord } from "../../../contracts/migration/records";
import { NEW_RECORDS } from "../../../domain/migration/counting";
import type { Prepared } from "../../../domain/migration/events";
import type { StreamRun } from "../../../domain/migration/run";
import { ALL_NEW, doBatch, finishOpenBatch, type Log } from "./batch";
import { intend, prepare } from "./prepare";
import type { RunContext } from "./run-context";

/** In one sentence. */
const MOST_NAMED = 10;

/** Which records go first: those of these names, or so many. */
export interface Canary {
	readonly only?: readonly string[];
	readonly limit?: number;
}

/** Before anything is written, also of other streams: does the source have whom the operator names? @throws MIGRATION_NOT_FOUND */
export async function findCanary(context: RunContext, canary: Canary | undefined): Promise<void> {
	const stream = context.run.streams.at(-1);
	if (stream && canary?.only) await findNamed(context, stream, canary.only);
}

async function findNamed(context: RunContext, stream: StreamRun, names: readonly string[]): Promise<void> {
	const wanted = new Set(names);
	for await (const { records } of pages(context, stream)) {
		for (const { name } of records) wanted.delete(name);
		if (wanted.size === 0 || context.halted()) return;
	}
	if (wanted.size === 0) return;
	const message = `The source has no ${stream.stream} named ${[...wanted].join(", ")}: correct the names.`;
	throw failure("MIGRATION_NOT_FOUND", message);
}

/** Of the source's listing, from its beginning. */
async function* pages({ broker, run }: RunContext, { stream }: StreamRun): AsyncGenerator<SourcePage> {
	const { source: connection, batch } = run.definition;
	for (let cursor: string | null = null; ; ) {
		const page: SourcePage = await broker.call("extractor.page", { connection, stream, cursor, limit: batch.records });
		yield page;
		if (page.next === null) return;
		cursor = page.next;
	}
}

interface SourcePage {
	readonly records: readonly SourceRecord[];
	readonly next: string | null;
}

/** @throws FEW_DIFFER when one of them is not at the target as it should be */
export async function moveCanary(context: RunContext, stream: StreamRun, canary: Canary): Promise<void> {
	const log = await finishOpenBatch(context, stream, ALL_NEW);
	const few = new Few(canary);
	const wrong: string[] = [];
	for await (const { records } of pages(context, stream)) {
		const { named, chosen } = few.among(records, stream.ids);
		if (chosen.length > 0) await move(context, stream, log, chosen);
		wrong.push(...(await look(context, stream, named)));
		if (few.isWhole || context.halted()) break;
	}
	unlessWrong(wrong);
}

/** Which of a listing go first. */
class Few {
	private readonly wanted: Set<string> | undefined;
	private left: number;

	constructor({ only, limit = 0 }: Canary) {
		this.wanted = only && new Set(only);
		this.left = only ? Number.POSITIVE_INFINITY : limit;
	}

	get isWhole(): boolean {
		return this.left <= 0 || this.wanted?.size === 0;
	}

	/** Those to look at, and those of them that were not moved before. Who is named once more is looked at once more. */
	among(
		records: readonly SourceRecord[],
		moved: Pick<ReadonlySet<string>, "has">
	): Record<"named" | "chosen", SourceRecord[]> {
		const { wanted } = this;
		const isNew = ({ id }: SourceRecord): boolean => !moved.has(id);
		const named = wanted
			? records.filter(({ name }) => wanted.delete(name))
			: records.filter(isNew).slice(0, this.left);
		const chosen = named.filter(isNew);
		this.left -= chosen.length;
		return { named, chosen };
	}
}

function unlessWrong(wrong: readonly string[]): void {
	if (wrong.length === 0) return;
	const more = wrong.length > MOST_NAMED ? `, and ${wrong.length - MOST_NAMED} more` : "";
	const said = `${wrong.slice(0, MOST_NAMED).join("; ")}${more}`;
	throw failure("FEW_DIFFER", `Not at the target as they should be: ${said}. The report says why of each.`);
}

async function move(context: RunContext, stream: StreamRun, log: Log, records: readonly SourceRecord[]): Promise<void> {
	const transformed = await prepare(context, stream.stream, records);
	const intents = await intend(context, stream, transformed, new Map());
	const { cursor, total } = stream;
	const prepared: Prepared = { batch: stream.batch + 1, cursor, last: false, total, intents, settles: true };
	await doBatch(context, stream, log, prepared, NEW_RECORDS);
}

/** Those that are not there as they should be, each with what is wrong with it. */
async function look(context: RunContext, stream: StreamRun, records: readonly SourceRecord[]): Promise<string[]> {
	const isThere = ({ id }: SourceRecord): boolean => stream.moved.has(id) && !stream.held.has(id);
	const waiting = records.filter(record => !isThere(record));
	const held = waiting.map(({ id, name }) => `${name} (${stream.held.get(id) ?? "skipped"})`);
	const transformed = await prepare(context, stream.stream, records.filter(isThere));
	const expected = transformed.flatMap(({ id, target }) => (target ? [{ id, ...target }] : []));
	if (expected.length === 0) return held;
	const { target: connection } = context.run.definition;
	const call = { connection, stream: stream.stream, records: expected };
	const { differences } = await context.broker.call("verifier.compare", call);
	const differing = differences.map(
		({ name, kind, fields }) => `${name} (${kind} ${fields.map(({ field }) => field).join(", ")})`
	);
	return [...held, ...differing];
}
