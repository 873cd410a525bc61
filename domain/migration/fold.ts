/** The state of a run as a fold over its events. Pure: the same events, the same state. */

import { OUTCOMES, type Outcome } from "../../contracts/migration/records";
import type { Counted, DataOf, EventOf, Fold, RunEvent } from "./events";
import { fold, foldingOf } from "./folding";
import { IdSet } from "./idset";
import { chainDigest, newComparison, type Run, type StreamRun } from "./run";
import { addLosses, addTally } from "./tally";
import { isUnreadable, UNREADABLE } from "./unreadable";

const streamOf = (run: Run, name: string): StreamRun => {
	const found = run.streams.find(({ stream }) => stream === name);
	if (!found) throw new Error(`The run '${run.name}' has no stream '${name}'.`);
	return found;
};

function addCounts({ context }: Run, stream: StreamRun, data: Counted): void {
	const folding = foldingOf(context, stream.stream);
	for (const id of data.ids) {
		stream.ids.add(id);
		// The source names it again.
		stream.removed.delete(id);
	}
	for (const [id, name] of data.moved) {
		stream.moved.add(id);
		stream.held.delete(id);
		stream.names.add(fold(name, folding));
	}
	for (const name of data.claimed) stream.names.add(fold(name, folding));
	for (const [id, category] of data.held) stream.held.set(id, category);
	for (const id of data.removed) {
		stream.moved.delete(id);
		stream.held.delete(id);
		stream.removed.add(id);
	}
	for (const name of data.released ?? []) stream.names.delete(fold(name, folding));
	for (const outcome of OUTCOMES) stream.outcomes[outcome] += data.outcomes[outcome];
	addTally(stream.quarantine, data.quarantine);
	addLosses(stream.losses, data.losses);
	for (const [id, codes] of data.acts ?? []) markActs(stream.acts, id, codes);
}

function markActs(acts: StreamRun["acts"], id: string, codes: readonly string[]): void {
	for (const [code, ids] of acts) {
		ids.delete(id);
		if (ids.size === 0) acts.delete(code);
	}
	for (const code of codes) {
		const ids = acts.get(code) ?? new IdSet();
		ids.add(id);
		acts.set(code, ids);
	}
}

/** A row that could not be read and is not listed any more was mended or is gone: either way it is not one to wait for. */
function markUnreadable(stream: StreamRun, { ids, absent }: DataOf<"compared">): void {
	for (const id of absent) {
		if (stream.held.get(id) !== UNREADABLE) continue;
		stream.held.delete(id);
		stream.removed.add(id);
		move(stream, "quarantined", "removed", -1);
	}
	for (const id of ids) {
		if (!isUnreadable(id) || !stream.removed.has(id)) continue;
		stream.removed.delete(id);
		stream.held.set(id, UNREADABLE);
		move(stream, "removed", "quarantined", 1);
	}
}

function waitingOf(
	absent: readonly string[],
	once: readonly string[],
	left: ReadonlyMap<string, string>
): ReadonlySet<string> {
	const unsure = new Set(once);
	return new Set(absent.filter(id => !unsure.has(id) && !left.has(id)));
}

function move({ outcomes, quarantine }: StreamRun, from: Outcome, to: Outcome, count: 1 | -1): void {
	outcomes[from]--;
	outcomes[to]++;
	addTally(quarantine, { [UNREADABLE]: { count } });
}

const FOLD: Fold<Run> = {
	planned: (run, data, at) => Object.assign(run, data, { plannedAt: at }),
	redefined: (run, { definition, hash }) => Object.assign(run, { definition, hash }),
	taken: (run, { token }, at) => {
		run.token = token;
		run.startedAt ??= at;
		run.failure = null;
		run.paused = false;
		if (run.phase === "planned") run.phase = "copying";
	},
	backedUp: (run, { path }) => {
		run.backup = path;
	},
	copied: (run, data) => {
		const stream = streamOf(run, data.stream);
		addCounts(run, stream, data);
		const { batch, cursor, total, records, last } = data;
		Object.assign(stream, { batch, cursor, total, records, copied: last });
		if (run.streams.every(({ copied }) => copied)) run.phase = "comparing";
	},
	settled: (run, data) => {
		const stream = streamOf(run, data.stream);
		addCounts(run, stream, data);
		stream.batch = Math.max(stream.batch, data.batch);
		stream.records = data.records;
		if (run.confirmed) run.confirmed.spent += data.removed.length;
		if (data.released?.length) stream.comparison.freed = [...stream.held.values()].includes("name_taken");
	},
	compared: (run, data) => {
		const stream = streamOf(run, data.stream);
		const { comparison } = stream;
		for (const id of data.ids) comparison.ids.add(id);
		comparison.unreadable += data.ids.filter(isUnreadable).length;
		markUnreadable(stream, data);
		comparison.added += data.added;
		comparison.compared += data.compared;
		comparison.differences += data.differences;
		for (const id of [...(data.differing ?? []), ...data.absent]) comparison.differing.add(id);
		comparison.digest = chainDigest(comparison.digest, data.digest);
		const { batch, cursor, comparisons, last, absent } = data;
		const left = new Map(data.left);
		const waiting = data.holds ? waitingOf(data.absent, data.once ?? [], left) : new Set<string>();
		Object.assign(comparison, { batch, cursor, comparisons, listed: last, absent, waiting, left });
	},
	again: (run, { stream: name, force, follows = false, removals }) => {
		const stream = streamOf(run, name);
		const { pass, round, comparisons, absent, unreadable, left } = stream.comparison;
		stream.comparison = newComparison(comparisons, {
			pass: pass + 1,
			round: follows ? round + 1 : 1,
			force,
			absentBefore: unreadable > 0 ? [] : absent,
			...(follows && { leftBefore: left })
		});
		if (!follows) run.confirmed = removals === undefined ? null : { limit: removals, spent: 0 };
		stream.extra = null;
		Object.assign(run, { phase: "comparing", result: null, certificate: null, finishedAt: null, failure: null });
	},
	surveyed: (run, { stream, extra }) => {
		streamOf(run, stream).extra = extra;
	},
	accepted: (run, { codes }) => {
		for (const code of codes) run.accepted.add(code);
	},
	finished: (run, { result, certificate }, at) => {
		run.confirmed = null;
		run.completedAt ??= at;
		Object.assign(run, { phase: "finished", result, certificate, finishedAt: at });
	},
	failed: (run, failure) => {
		run.failure = failure;
	},
	paused: run => {
		run.paused = true;
	},
	restored: (run, { backup }) => {
		// Of one that is over there is nothing to go on with.
		Object.assign(run, { paused: run.paused || run.phase !== "finished", restored: backup });
	},
	cancelled: run => {
		run.phase = "cancelled";
	},
	undoing: run => {
		// Once more by the operator's word: what was left is tried again.
		if (run.phase === "rolled-back") for (const { undo } of run.streams) tryLeftAgain(undo);
		Object.assign(run, { phase: "rolling-back", failure: null });
	},
	undone: (run, data) => {
		const { undo } = streamOf(run, data.stream);
		for (const id of data.ids) {
			undo.ids.add(id);
			undo.tries.delete(id);
		}
		for (const id of data.left ?? []) undo.left.add(id);
		for (const [id, tries] of data.tries ?? []) undo.tries.set(id, tries);
		undo.restored += data.restored;
		undo.changed += data.changed;
		Object.assign(undo, { records: data.records, undos: data.undos, done: data.last });
	},
	rolledBack: (run, _data, at) => {
		Object.assign(run, { phase: "rolled-back", finishedAt: at });
	}
};

function tryLeftAgain(undo: StreamRun["undo"]): void {
	if (undo.left.size === 0) return;
	for (const id of [...undo.left.all()]) {
		undo.left.delete(id);
		undo.ids.delete(id);
	}
	Object.assign(undo, { changed: 0, records: undo.from, done: false });
}

/** More were never asked for again. */
const MOST_REQUESTS = 32;

function remember(run: Run, data: { readonly request?: string } | object): void {
	if ("request" in data && data.request !== undefined)
		run.requests = [...run.requests, data.request].slice(-MOST_REQUESTS);
}

/** Changes `run` by one event, stored at `at`, after which its stream is at `version`. */
export function apply<T extends RunEvent["type"]>(run: Run, event: EventOf<T>, version: string, at: string): void {
	FOLD[event.type](run, event.data, at);
	remember(run, event.data);
	run.version = version;
	run.folded++;
}
