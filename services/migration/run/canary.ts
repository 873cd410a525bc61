/** Moves a few records first, and looks at them at the target, before the rest goes. */

import { failure } from "../../../cluster/errors";
import type { SourceRecord, Transformed } from "../../../contracts/migration/records";
import type { Prepared } from "../../../domain/migration/events";
import type { StreamRun } from "../../../domain/migration/run";
import { doBatch, finishOpenBatch, type Log, NEW_RECORDS } from "./batch";
import type { Workplace } from "./place";
import { intend, prepare } from "./prepare";

/** Which records go first: those of these names, or so many. */
export interface Canary {
	readonly only?: readonly string[];
	readonly limit?: number;
}

/** @throws SYSTEM_FAILED when one of them is not at the target as it should be · MIGRATION_NOT_FOUND for a name */
export async function moveCanary(place: Workplace, stream: StreamRun, canary: Canary): Promise<void> {
	const log = await finishOpenBatch(place, stream, NEW_RECORDS);
	const wanted = new Set(canary.only ?? []);
	let left = canary.only ? Number.POSITIVE_INFINITY : (canary.limit ?? 0);
	let cursor: string | null = null;
	do {
		const page: { records: readonly SourceRecord[]; next: string | null } = await place.broker.call("extractor.page", {
			connection: place.run.definition.source,
			stream: stream.stream,
			cursor,
			limit: place.run.definition.batch.records
		});
		const named = page.records.filter(({ name }) => !canary.only || wanted.has(name));
		for (const { name } of named) wanted.delete(name);
		const chosen = named.filter(({ id }) => !stream.ids.has(id)).slice(0, left);
		left -= chosen.length;
		if (chosen.length > 0) await move(place, stream, log, chosen);
		cursor = page.next;
	} while (cursor !== null && left > 0 && !(canary.only && wanted.size === 0) && !place.halted());
	if (wanted.size > 0)
		throw failure(
			"MIGRATION_NOT_FOUND",
			`The source has no ${stream.stream} named ${[...wanted].join(", ")}: correct the names.`
		);
}

async function move(place: Workplace, stream: StreamRun, log: Log, records: readonly SourceRecord[]): Promise<void> {
	const transformed = await prepare(place, stream.stream, records);
	const intents = await intend(place, stream, transformed, new Map());
	const { cursor, total } = stream;
	const prepared: Prepared = { batch: stream.batch + 1, cursor, last: false, total, intents, settles: true };
	await doBatch(place, stream, log, prepared, NEW_RECORDS);
	await look(
		place,
		stream,
		transformed.filter(({ id }) => stream.moved.has(id))
	);
}

async function look({ broker, run }: Workplace, { stream }: StreamRun, moved: readonly Transformed[]): Promise<void> {
	const records = moved.flatMap(({ id, target }) => (target ? [{ id, ...target }] : []));
	if (records.length === 0) return;
	const { differences } = await broker.call("verifier.compare", { connection: run.definition.target, stream, records });
	if (differences.length === 0) return;
	const said = differences.map(
		({ name, kind, fields }) => `${name} (${kind} ${fields.map(({ field }) => field).join(", ")})`
	);
	throw failure("SYSTEM_FAILED", `Not at the target as they should be: ${said.join("; ")}.`);
}
