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

/** @throws FEW_DIFFER when one of them is not at the target as it should be · MIGRATION_NOT_FOUND for a name */
export async function moveCanary(context: RunContext, stream: StreamRun, canary: Canary): Promise<void> {
	const log = await finishOpenBatch(context, stream, ALL_NEW);
	const wanted = new Set(canary.only ?? []);
	const wrong: string[] = [];
	let left = canary.only ? Number.POSITIVE_INFINITY : (canary.limit ?? 0);
	let cursor: string | null = null;
	do {
		const page: { records: readonly SourceRecord[]; next: string | null } = await context.broker.call(
			"extractor.page",
			{
				connection: context.run.definition.source,
				stream: stream.stream,
				cursor,
				limit: context.run.definition.batch.records
			}
		);
		const named = page.records.filter(({ name }) => !canary.only || wanted.has(name));
		for (const { name } of named) wanted.delete(name);
		const chosen = named.filter(({ id }) => !stream.ids.has(id)).slice(0, left);
		left -= chosen.length;
		if (chosen.length > 0) await move(context, stream, log, chosen);
		// Who is named once more is looked at once more.
		wrong.push(...(await look(context, stream, canary.only ? named : chosen)));
		cursor = page.next;
	} while (cursor !== null && left > 0 && !(canary.only && wanted.size === 0) && !context.halted());
	unlessWrong(stream.stream, [...wanted], wrong);
}

function unlessWrong(stream: string, absent: readonly string[], wrong: readonly string[]): void {
	if (absent.length > 0) {
		const message = `The source has no ${stream} named ${absent.join(", ")}: correct the names.`;
		throw failure("MIGRATION_NOT_FOUND", message);
	}
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
