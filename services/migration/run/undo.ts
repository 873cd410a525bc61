/** Puts the target back, batch by batch: what is still ours becomes what it was before; what others changed is left (L2). */

import type { EventStore } from "../../../adapters/eventstore";
import { reach } from "../../../adapters/failpoints";
import type { UndoneRecord } from "../../../contracts/migration/records";
import type { StreamRun } from "../../../domain/migration/run";
import { finishOpenBatch, oneApplier } from "./batch";
import { appendRun, readBatches, undoStream as undoStreamOf } from "./journal";
import { beforeOf, knownRecords, undoable } from "./known";
import type { UndoCall, Workplace } from "./place";

export async function undoStream(place: Workplace, stream: StreamRun): Promise<void> {
	const known = await knownRecords(place, stream);
	// What was about to be made is made first, so that all of it can be told from another's work.
	await finishOpenBatch(place, stream, beforeOf(known), false);
	const records = await knownRecords(place, stream);
	const { store, run } = place;
	for await (const { entries, version } of readBatches(store, run.name, stream.stream, {
		after: stream.undo.records
	})) {
		if (place.halted()) return;
		const ids = entries.map(({ intent }) => intent.id).filter(id => !stream.undo.ids.has(id));
		await undoBatch(place, stream, ids, undoable(ids, records), version, false);
	}
	await undoBatch(place, stream, [], [], stream.records, true);
}

async function undoBatch(
	{ applier, store, run, lease }: Workplace,
	stream: StreamRun,
	ids: string[],
	records: UndoCall["records"],
	version: string,
	last: boolean
): Promise<void> {
	const call = { connection: run.definition.target, stream: stream.stream, records };
	const undone: UndoneRecord[] =
		records.length === 0
			? []
			: await oneApplier(lease(), (held, timeout) => applier.undo({ ...call, lease: held }, timeout));
	reach("restored");
	let { undos } = stream.undo;
	if (undone.length > 0) undos = await appendUndone(store, undoStreamOf(run.name, stream.stream), undone, version);
	reach("undone");
	const restored = undone.filter(({ outcome }) => outcome === "restored").length;
	const changed = undone.length - restored;
	const data = { stream: stream.stream, ids, restored, changed, records: version, last, undos };
	await appendRun(store, run, { type: "undone", data }, `undone-${stream.stream}-${version}-${last}`);
}

/** What was undone but not counted when the last controller stopped is undone again, and said again. */
async function appendUndone(
	store: EventStore,
	bulk: string,
	records: readonly UndoneRecord[],
	batch: string
): Promise<string> {
	const version = await store.version(bulk);
	const event = { type: "undone", data: { records } };
	const appended = await store.append(bulk, version, [event], `undone-${batch}-after-${version}`);
	return appended.version;
}
