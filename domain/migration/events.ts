/** What happens in a run, as it is stored: its course, and beside it the bulk. */

import type { Json } from "../../contracts/json";
import type { Definition } from "../../contracts/migration/definition";
import type { Plan } from "../../contracts/migration/migration";
import type { Difference, Intent, Outcome, Result, UndoneRecord } from "../../contracts/migration/records";
import type { LossTally, Tally } from "./tally";

export type OutcomeCounts = Record<Outcome, number>;

/** What a batch changes in the counts of its stream. */
export interface Counted {
	/** Records met for the first time. */
	readonly ids: string[];
	/** `[id, name at the target]` of what is there as ours now. */
	readonly moved: [string, string][];
	/** Other names at the target that stand for a record of the source. */
	readonly claimed: string[];
	/** `[id, category]` of what waits for a human. */
	readonly held: [string, string][];
	/** Ours until now, gone from the source, taken away. */
	readonly removed: string[];
	/** Names at the target that these no longer take. */
	readonly released?: string[];
	readonly outcomes: OutcomeCounts;
	readonly quarantine: Tally;
	readonly losses: LossTally;
	/** `[id, codes]` of losses for which someone must act: all that a record has now, where it had or has any. */
	readonly acts?: [string, string[]][];
}

/** Where the listing goes on after a batch. */
interface Place {
	readonly cursor: string | null;
	/** Nothing comes after it. */
	readonly last: boolean;
}

/** What an operator decided. */
interface Word {
	/** Under which request: asked once more by it, it is decided already. */
	request?: string;
}

interface Events {
	planned: { definition: Definition; hash: string; mapping: string; context: Json; plan: Plan };
	/** Settings that decide nothing of what a record becomes were changed; `changed`: their paths. */
	redefined: Word & { definition: Definition; hash: string; changed: readonly string[] };
	/** A controller took the run over; what an earlier one still appends fails on the version. */
	taken: { token: string };
	/** Before the first write to a target whose database is written to; null: the operator took it themselves. */
	backedUp: { path: string | null };
	copied: Counted & Place & { stream: string; batch: number; total: number; records: string };
	/** Written outside the order of the copy: a canary, a change at the source, a repair. */
	settled: Counted & { stream: string; batch: number; records: string };
	compared: Place & {
		stream: string;
		batch: number;
		ids: string[];
		/** Of those, met for the first time in this listing. */
		added: number;
		/** Of the last page: ids that the run knows and this listing did not name. */
		absent: readonly string[];
		/** All of these that are neither `once` nor `left` wait for a word of the operator's. */
		holds?: boolean;
		/** Of these, where others wait, ids that one listing alone did not name. */
		once?: readonly string[];
		/** Of these, `[id, reason]` of what cannot be taken away. */
		left?: readonly (readonly [string, string])[];
		compared: number;
		differences: number;
		/** The ids of these, but for the absent ones. */
		differing?: string[];
		/** Digest over the per-key digests of this batch. */
		digest: string;
		/** The version of the stream of comparisons after this batch. */
		comparisons: string;
	};
	/** The stream is listed and compared once more; `force`: what others changed at the target is written over. */
	again: Word & {
		stream: string;
		force: boolean;
		reason: string;
		/** Of the same request as the listing before it. */
		follows?: boolean;
		/** How many deletions at the source, of all streams, the operator confirms. */
		removals?: number;
	};
	surveyed: { stream: string; extra: number };
	/** Losses of these codes need nobody's hand: the operator knows of them. */
	accepted: Word & { codes: readonly string[] };
	finished: { result: "clean" | "attention"; certificate: string | null };
	failed: { code: string; message: string };
	/** Does not go on by itself until it is started. */
	paused: Word & { reason: string };
	/**
	 * The store was put back from a backup that was begun at that time: what the run did at the target since is not known here.
	 * It rests until it is started, and looks then.
	 */
	restored: { backup: string };
	cancelled: Word & { reason: string };
	undoing: Word & { reason: string };
	undone: {
		stream: string;
		ids: string[];
		restored: number;
		changed: number;
		/** The ids of those that were left. */
		left?: string[];
		/** `[id, tries so far]` of those that are tried again. */
		tries?: readonly (readonly [string, number])[];
		records: string;
		last: boolean;
		undos: string;
	};
	rolledBack: { changed: number };
}
/** Of one type, or of any of these. */
export type EventOf<T extends keyof Events> = { [K in T]: { type: K; data: Events[K] } }[T];
export type RunEvent = EventOf<keyof Events>;
export type DataOf<T extends keyof Events> = Events[T];
export type Fold<S> = { readonly [T in keyof Events]: (state: S, data: Events[T], at: string) => void };

/** One batch, ready to be written. */
export interface Prepared extends Place {
	readonly batch: number;
	readonly total: number;
	readonly intents: readonly Intent[];
	/** Not a step of the copy: written outside its order. */
	readonly settles?: boolean;
}

/** The stream of records of one kind: intents before the write, results after it. */
export type RecordEvent =
	| { type: "prepared"; data: Prepared }
	| { type: "written"; data: { batch: number; results: readonly Result[] } }
	| { type: "removed"; data: { batch: number; removed: readonly UndoneRecord[] } };

export interface ComparisonEvent {
	readonly type: "compared";
	readonly data: {
		readonly pass: number;
		readonly batch: number;
		/** `[id, name, digest]` of what is equal. */
		readonly equal: readonly (readonly [string, string, string])[];
		readonly differences: readonly Difference[];
		/** The run's version before the read began (L4, L5). */
		readonly position: string;
	};
}

export interface UndoEvent {
	readonly type: "undone";
	readonly data: { readonly records: readonly UndoneRecord[] };
}
