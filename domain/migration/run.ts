/**
 * A run of a migration as a fold over its events, and what comes next.
 *
 *   planned → copying → comparing → finished          (rolling-back → rolled-back, or cancelled, from any of them)
 *
 * Copying goes stream by stream, batch by batch. Of each batch the intents are recorded first (with what stood at the
 * target before, L1), then it is written, then its results are recorded; only then does `copied` move the cursor.
 *
 * Comparing lists the source anew, stream by stream: every record as it should be against the record as it is. What
 * changed at the source since it was written is written again and looked at again, page by page, so that each key was
 * equal at some moment after its position (L4); what others changed at the target is left, and listed. A listing that
 * named other ids than the run knows is followed by another one, at most `catchUp.passes` in all: two equal listings
 * prove the set of keys.
 *
 * `failed` changes no phase: the same step is tried again on the next start. There is no program counter in memory:
 * `nextStep` answers from the events alone, so a run that was killed anywhere goes on where it was.
 */

import { createHash } from "node:crypto";
import type { Json } from "../../contracts/json";
import type { Definition } from "../../contracts/migration/definition";
import type { Phase, Plan } from "../../contracts/migration/migration";
import { OUTCOMES, type Outcome } from "../../contracts/migration/records";
import type { Counted, DataOf, Fold, OutcomeCounts, RunEvent } from "./events";
import { IdSet } from "./idset";
import { NameSet } from "./nameset";
import { addLosses, addTally, type LossTally, type Tally } from "./tally";
import { isUnreadable, UNREADABLE } from "./unreadable";

export interface Comparison {
	pass: number;
	/** Which listing this is since the operator asked for one. */
	round: number;
	force: boolean;
	batch: number;
	cursor: string | null;
	listed: boolean;
	readonly ids: IdSet;
	added: number;
	/** Rows of this listing that the source cannot show: while there are any, it proves no absence (L3). */
	unreadable: number;
	absent: readonly string[];
	/** What the listing before this one did not name either. */
	readonly absentBefore: readonly string[];
	/** Gone from the source, and more at once than may be taken away without a word. */
	waiting: ReadonlySet<string>;
	/** By id, why it cannot be taken away though it went from the source. */
	left: ReadonlyMap<string, string>;
	/** The same by the listing before this one, where that was of one request: not tried again. */
	readonly leftBefore: ReadonlyMap<string, string>;
	/** A name came free that somebody waits for. */
	freed: boolean;
	/** The ids of all that is not as it should be. */
	readonly differing: IdSet;
	compared: number;
	differences: number;
	digest: string;
	comparisons: string;
}

export interface StreamRun {
	readonly stream: string;
	total: number;
	batch: number;
	cursor: string | null;
	copied: boolean;
	readonly ids: IdSet;
	/** The ids of what is at the target as ours. */
	readonly moved: IdSet;
	/** Ours once, gone from the source, taken away. */
	readonly removed: IdSet;
	/** By id, why it waits for a human. */
	readonly held: Map<string, string>;
	/** Every name at the target that stands for a record, as `claimOf` spells it. */
	readonly names: NameSet;
	readonly outcomes: OutcomeCounts;
	readonly quarantine: Tally;
	readonly losses: LossTally;
	/** By code of a loss for which someone must act, the ids of those who have it. */
	readonly acts: Map<string, IdSet>;
	records: string;
	comparison: Comparison;
	/** Records that only the target has; null until it was listed. */
	extra: number | null;
	readonly undo: {
		readonly ids: IdSet;
		/** Of these, the ids of what was left. */
		readonly left: IdSet;
		/** By id, how often one was tried that is not put back yet. */
		readonly tries: Map<string, number>;
		restored: number;
		changed: number;
		/** Where the records begin. */
		readonly from: string;
		records: string;
		undos: string;
		done: boolean;
	};
}

export interface Run {
	readonly name: string;
	phase: Phase;
	definition: Definition;
	hash: string;
	mapping: string;
	context: Json;
	plan: Plan;
	/** Deletions that the operator confirmed, and how many of them were done; null: the definition decides. */
	confirmed: { readonly limit: number; spent: number } | null;
	token: string | null;
	paused: boolean;
	/** Where the target's database was copied to; null: the operator did; undefined: not yet. */
	backup: string | null | undefined;
	plannedAt: string | null;
	startedAt: string | null;
	finishedAt: string | null;
	failure: { code: string; message: string } | null;
	result: "clean" | "attention" | null;
	/** Codes of losses that the operator accepted, beside those of the definition. */
	readonly accepted: Set<string>;
	certificate: string | null;
	readonly streams: StreamRun[];
	/** The version of the run's stream after the last event folded. */
	version: string;
}

export const noOutcomes = (): OutcomeCounts =>
	Object.fromEntries(OUTCOMES.map(outcome => [outcome, 0])) as OutcomeCounts;

export const noDigest = (): string => "0".repeat(64);

const newComparison = (
	comparisons: string,
	before: Partial<Pick<Comparison, "pass" | "round" | "force" | "absentBefore" | "leftBefore">> = {}
): Comparison => ({
	pass: 1,
	round: 1,
	force: false,
	batch: 0,
	cursor: null,
	listed: false,
	ids: new IdSet(),
	added: 0,
	unreadable: 0,
	absent: [],
	absentBefore: [],
	waiting: new Set(),
	left: new Map(),
	leftBefore: new Map(),
	freed: false,
	differing: new IdSet(),
	compared: 0,
	differences: 0,
	digest: noDigest(),
	comparisons,
	...before
});

const newStream = (stream: string, total: number, version: string): StreamRun => ({
	stream,
	total,
	batch: 0,
	cursor: null,
	copied: false,
	ids: new IdSet(),
	moved: new IdSet(),
	removed: new IdSet(),
	held: new Map(),
	names: new NameSet(),
	outcomes: noOutcomes(),
	quarantine: {},
	losses: {},
	acts: new Map(),
	records: version,
	comparison: newComparison(version),
	extra: null,
	undo: {
		ids: new IdSet(),
		left: new IdSet(),
		tries: new Map(),
		restored: 0,
		changed: 0,
		from: version,
		records: version,
		undos: version,
		done: false
	}
});

/** The digest of all before, with one batch more: order matters, and the order is the listing's. */
export const chainDigest = (before: string, batch: string): string =>
	createHash("sha256").update(`${before}${batch}`).digest("hex");

/** Names that differ in case only are one name on MySQL and MariaDB targets. */
export const claimOf = (name: string): string => name.toLowerCase();

const streamOf = (run: Run, name: string): StreamRun => {
	const found = run.streams.find(({ stream }) => stream === name);
	if (!found) throw new Error(`The run '${run.name}' has no stream '${name}'.`);
	return found;
};

function addCounts(stream: StreamRun, data: Counted): void {
	for (const id of data.ids) {
		stream.ids.add(id);
		// The source names it again.
		stream.removed.delete(id);
	}
	for (const [id, name] of data.moved) {
		stream.moved.add(id);
		stream.held.delete(id);
		stream.names.add(claimOf(name));
	}
	for (const name of data.claimed) stream.names.add(claimOf(name));
	for (const [id, category] of data.held) stream.held.set(id, category);
	for (const id of data.removed) {
		stream.moved.delete(id);
		stream.held.delete(id);
		stream.removed.add(id);
	}
	for (const name of data.released ?? []) stream.names.delete(claimOf(name));
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
		addCounts(stream, data);
		const { batch, cursor, total, records, last } = data;
		Object.assign(stream, { batch, cursor, total, records, copied: last });
		if (run.streams.every(({ copied }) => copied)) run.phase = "comparing";
	},
	settled: (run, data) => {
		const stream = streamOf(run, data.stream);
		addCounts(stream, data);
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
		for (const id of data.differing ?? []) comparison.differing.add(id);
		comparison.digest = chainDigest(comparison.digest, data.digest);
		const { batch, cursor, comparisons, last, absent } = data;
		const [waiting, left] = [new Set(data.waiting), new Map(data.left)];
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
		Object.assign(run, { phase: "comparing", result: null, certificate: null, finishedAt: null });
	},
	surveyed: (run, { stream, extra }) => {
		streamOf(run, stream).extra = extra;
	},
	accepted: (run, { codes }) => {
		for (const code of codes) run.accepted.add(code);
	},
	finished: (run, { result, certificate }, at) => {
		run.confirmed = null;
		Object.assign(run, { phase: "finished", result, certificate, finishedAt: at });
	},
	failed: (run, failure) => {
		run.failure = failure;
	},
	paused: run => {
		run.paused = true;
	},
	cancelled: run => {
		run.phase = "cancelled";
	},
	undoing: run => {
		// Once more by the operator's word: what was left is tried again.
		if (run.phase === "rolled-back") for (const { undo } of run.streams) tryLeftAgain(undo);
		run.phase = "rolling-back";
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

/** The run before its first event; `newVersion` is the version of a stream that does not exist. */
export function newRun(name: string, planned: DataOf<"planned">, newVersion: string): Run {
	const total = (stream: string): number => planned.plan.streams.find(plan => plan.stream === stream)?.source ?? 0;
	return {
		name,
		...planned,
		phase: "planned",
		confirmed: null,
		token: null,
		paused: false,
		backup: undefined,
		plannedAt: null,
		startedAt: null,
		finishedAt: null,
		failure: null,
		result: null,
		accepted: new Set(),
		certificate: null,
		// A stream that is named twice is walked once.
		streams: [...new Set(planned.definition.streams)].map(stream => newStream(stream, total(stream), newVersion)),
		version: newVersion
	};
}

/** Changes `run` by one event, stored at `at`, after which its stream is at `version`. */
export function apply(run: Run, event: RunEvent, version: string, at: string): void {
	(FOLD[event.type] as (run: Run, data: unknown, at: string) => void)(run, event.data, at);
	run.version = version;
}
