/** Puts the target back, batch by batch: what is still ours becomes what it was before; what others changed is left (L2). */

import type { EventStore } from "../../../adapters/eventstore";
import { reach } from "../../../adapters/failpoints";
import { settingsOf } from "../../../cluster/settings";
import type { UndoneRecord } from "../../../contracts/migration/records";
import type { Run, StreamRun } from "../../../domain/migration/run";
import { judged } from "../../../domain/migration/undoing";
import { finishOpenBatch, oneApplier } from "./batch";
import { heldBy } from "./holders";
import { appendRun, ownId, readBatches, undoStream as undoStreamOf } from "./journal";
import { knownOf, priorOutcomesIn, undoable, unknownOf } from "./known";
import { meetLost } from "./lost";
import type { RunContext, UndoCall } from "./run-context";

/** Of one batch. */
interface Due {
	readonly records: UndoCall["records"];
	/** What is left, and named. */
	readonly unknown: readonly UndoneRecord[];
	/** Of the stream of records, after it. */
	readonly version: string;
}
const NOTHING: Omit<Due, "version"> = { records: [], unknown: [] };

export async function undoStream(context: RunContext, stream: StreamRun): Promise<void> {
	// What was about to be made is made first, so that all of it can be told from another's work.
	await finishOpenBatch(context, stream, priorOutcomesIn(context, stream), false);
	await meetLost(context, stream);
	const { store, run } = context;
	for await (const { entries, version } of readBatches(store, run.name, stream.stream, {
		after: stream.undo.records
	})) {
		const ids = entries.map(({ intent }) => intent.id);
		for (let due = left(stream, ids); due.length > 0; due = left(stream, ids)) {
			if (context.halted()) return;
			await waitFor(context, stream, due);
			const known = await knownOf(context, stream, due);
			await undoBatch(context, stream, due, {
				records: undoable(due, known),
				unknown: unknownOf(due, known, run),
				version
			});
		}
	}
	if (!context.halted()) await undoBatch(context, stream, [], { ...NOTHING, version: stream.records }, true);
}

/** Those that are not put back yet, nor left for good. */
const left = ({ undo }: StreamRun, ids: readonly string[]): string[] => [
	...new Set(ids.filter(id => !undo.ids.has(id)))
];

async function waitFor(context: RunContext, { undo }: StreamRun, ids: readonly string[]): Promise<void> {
	const tries = Math.max(0, ...ids.map(id => undo.tries.get(id) ?? 0));
	if (tries > 0) await context.pause(tries * settingsOf(context.broker).patienceMs);
}

async function undoBatch(
	{ applier, store, run, lease, holders }: RunContext,
	stream: StreamRun,
	ids: readonly string[],
	{ records, unknown, version }: Due,
	last = false
): Promise<void> {
	// A later migration's record is not ours to take away, nor to put back (L33).
	const held = records.length > 0 ? await holders(stream.stream) : new Map<string, string>();
	const kept = records.flatMap(({ id, name }): UndoneRecord[] => {
		const holder = held.get(name);
		return holder === undefined ? [] : [{ id, name, outcome: "changed-since", reason: heldBy(holder) }];
	});
	const due = records.filter(({ name }) => !held.has(name));
	const call = { connection: run.definition.target, stream: stream.stream, records: due };
	const undone =
		due.length === 0 ? [] : await oneApplier(lease(), (own, ms) => applier.undo({ ...call, lease: own }, ms));
	reach("restored");
	const { settled, again } = judged([...kept, ...unknown, ...undone], stream.undo.tries);
	let { undos } = stream.undo;
	const bulk = undoStreamOf(run.name, stream.stream);
	if (settled.length > 0) undos = await appendUndone(store, run, bulk, settled, version);
	reach("undone");
	const waits = new Set(again.map(([id]) => id));
	const stays = settled.filter(({ outcome }) => outcome !== "restored").map(({ id }) => id);
	const data = {
		stream: stream.stream,
		ids: ids.filter(id => !waits.has(id)),
		restored: settled.length - stays.length,
		changed: stays.length,
		left: stays,
		tries: again,
		// The batch is read again as long as one of it waits.
		records: waits.size > 0 ? stream.undo.records : version,
		last,
		undos
	};
	await appendRun(store, run, { type: "undone", data }, `undone-${stream.stream}-after-${run.version}`);
}

/** What was undone but not counted when the last controller stopped is undone again, and said again. */
async function appendUndone(
	store: EventStore,
	run: Pick<Run, "token">,
	bulk: string,
	records: readonly UndoneRecord[],
	batch: string
): Promise<string> {
	const version = await store.version(bulk);
	const event = { type: "undone", data: { records } };
	const appended = await store.append(bulk, version, [event], ownId(run, `undone-${batch}-after-${version}`));
	return appended.version;
}
