/**
 * A run of a migration: its state, which is a fold over its events (`fold.ts`), and what comes next.
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
import { OUTCOMES } from "../../contracts/migration/records";
import { tableOf } from "../../contracts/table";
import type { DataOf, OutcomeCounts } from "./events";
import { IdSet } from "./idset";
import { NameSet } from "./nameset";
import type { LossTally, Tally } from "./tally";

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
	/** Every name at the target that stands for a record, folded as the target folds them. */
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
	/** Under which the last words of the operator were given, the latest last. */
	requests: readonly string[];
	/** Of what time the backup is that it was put back from: what it did since is not known; null: nothing is missing. */
	restored: string | null;
	/** Where the target's database was copied to; null: the operator did; undefined: not yet. */
	backup: string | null | undefined;
	plannedAt: string | null;
	startedAt: string | null;
	/** When it was finished for the first time: what came after that were comparisons. */
	completedAt: string | null;
	finishedAt: string | null;
	failure: { code: string; message: string } | null;
	result: "clean" | "attention" | null;
	/** Codes of losses that the operator accepted, beside those of the definition. */
	readonly accepted: Set<string>;
	certificate: string | null;
	readonly streams: StreamRun[];
	/** The version of the run's stream after the last event folded. */
	version: string;
	/** How many events were folded. */
	folded: number;
	/** Where the append stands that holds the last of them. */
	placed?: Placed;
}

/** Where an append stands, and the version that its stream had before it. */
export interface Placed {
	readonly after: string;
	readonly version: string;
	readonly position: string;
	readonly at: string;
}

export const noOutcomes = (): OutcomeCounts => tableOf(OUTCOMES, () => 0);

export const noDigest = (): string => "0".repeat(64);

export const newComparison = (
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
		requests: [],
		restored: null,
		backup: undefined,
		plannedAt: null,
		startedAt: null,
		completedAt: null,
		finishedAt: null,
		failure: null,
		result: null,
		accepted: new Set(),
		certificate: null,
		// A stream that is named twice is walked once.
		streams: [...new Set(planned.definition.streams)].map(stream => newStream(stream, total(stream), newVersion)),
		version: newVersion,
		folded: 0
	};
}
