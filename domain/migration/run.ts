/**
 * A run of a migration as a fold over its events, and what comes next.
 *
 *   planned → copying → comparing → finished
 *
 * Copying goes stream by stream, batch by batch. Of each batch the intents are recorded first (with what stood at the
 * target before, L1), then it is written, then its results are recorded; only then does `copied` move the cursor.
 * Comparing lists the source anew, stream by stream: every record as it should be against the record as it is, and the
 * two listings' ids against each other (L4). `failed` changes no phase: the same step is tried again on the next start.
 *
 * There is no program counter in memory: `nextStep` answers from the events alone, so a run that was killed anywhere
 * goes on where it was.
 */

import { createHash } from "node:crypto";
import type { Json } from "../../contracts/json";
import type { Definition } from "../../contracts/migration/definition";
import type { Phase, Plan } from "../../contracts/migration/migration";
import {
	type Difference,
	type Intent,
	type Loss,
	OUTCOMES,
	type Outcome,
	type Result
} from "../../contracts/migration/records";
import { IdSet } from "./idset";

/** How many records had a code, and the first reason given for it. */
export type Tally = Record<string, { count: number; reason: string; severity?: Loss["severity"] }>;
export type OutcomeCounts = Record<Outcome, number>;

export type RunEvent =
	| {
			type: "planned";
			data: { definition: Definition; hash: string; mapping: string; context: Json; plan: Plan };
	  }
	/** A controller took the run over; what an earlier one still appends fails on the version. */
	| { type: "taken"; data: { token: string } }
	| {
			type: "copied";
			data: {
				stream: string;
				batch: number;
				/** Where to read on: the same page when it held more than one batch; null after the last page. */
				cursor: string | null;
				/** The last batch of the listing, and nothing new turned up in it. */
				last: boolean;
				total: number;
				ids: string[];
				/** `[id, name at the target]` of what is there as ours. */
				moved: [string, string][];
				/** Other names at the target that stand for a record of the source. */
				claimed: string[];
				outcomes: OutcomeCounts;
				quarantine: Tally;
				losses: Tally;
				/** The version of the stream of records after this batch. */
				records: string;
			};
	  }
	| {
			type: "compared";
			data: {
				stream: string;
				batch: number;
				cursor: string | null;
				last: boolean;
				ids: string[];
				compared: number;
				differences: number;
				/** Digest over the per-key digests of this batch. */
				digest: string;
				/** The version of the stream of comparisons after this batch. */
				comparisons: string;
			};
	  }
	| { type: "surveyed"; data: { stream: string; extra: number } }
	| { type: "finished"; data: { result: "clean" | "attention"; certificate: string | null } }
	| { type: "failed"; data: { code: string; message: string } };

/** One batch, ready to be written: what it holds and where the listing goes on after it. */
export interface Prepared {
	readonly batch: number;
	readonly cursor: string | null;
	/** Nothing comes after it. */
	readonly last: boolean;
	readonly total: number;
	readonly intents: readonly Intent[];
}

/** The stream of records of one kind holds what bulk there is: intents before the write, results after it. */
export type RecordEvent =
	| { type: "prepared"; data: Prepared }
	| { type: "written"; data: { batch: number; results: readonly Result[] } };

export type ComparisonEvent = {
	type: "compared";
	data: {
		batch: number;
		/** `[id, name, digest]` of what is equal. */
		equal: readonly (readonly [string, string, string])[];
		differences: readonly Difference[];
		/** The run's version before the read began (L4, L5). */
		position: string;
	};
};

export interface StreamRun {
	readonly stream: string;
	total: number;
	batch: number;
	cursor: string | null;
	copied: boolean;
	readonly ids: IdSet;
	/** The ids of what is at the target as ours. */
	readonly moved: IdSet;
	/** Every name at the target that stands for a record, as `claimOf` spells it. */
	readonly names: Set<string>;
	readonly outcomes: OutcomeCounts;
	readonly quarantine: Tally;
	readonly losses: Tally;
	records: string;
	comparison: {
		batch: number;
		cursor: string | null;
		listed: boolean;
		readonly ids: IdSet;
		compared: number;
		differences: number;
		digest: string;
		comparisons: string;
		extra: number | null;
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
	token: string | null;
	startedAt: string | null;
	finishedAt: string | null;
	failure: { code: string; message: string } | null;
	result: "clean" | "attention" | null;
	certificate: string | null;
	readonly streams: StreamRun[];
	/** The version of the run's stream after the last event folded. */
	version: string;
}

export const noOutcomes = (): OutcomeCounts =>
	Object.fromEntries(OUTCOMES.map(outcome => [outcome, 0])) as OutcomeCounts;

const noDigest = (): string => "0".repeat(64);

function newStream(stream: string, total: number, version: string): StreamRun {
	return {
		stream,
		total,
		batch: 0,
		cursor: null,
		copied: false,
		ids: new IdSet(),
		moved: new IdSet(),
		names: new Set(),
		outcomes: noOutcomes(),
		quarantine: {},
		losses: {},
		records: version,
		comparison: {
			batch: 0,
			cursor: null,
			listed: false,
			ids: new IdSet(),
			compared: 0,
			differences: 0,
			digest: noDigest(),
			comparisons: version,
			extra: null
		}
	};
}

/** Adds the counts of `more` to `sum`. */
export function addTally(sum: Tally, more: Tally): void {
	for (const [code, { count, ...rest }] of Object.entries(more)) {
		const entry = sum[code];
		if (entry) entry.count += count;
		else sum[code] = { count, ...rest };
	}
}

/** The digest of all before, with one batch more: order matters, and the order is the listing's. */
export const chainDigest = (before: string, batch: string): string =>
	createHash("sha256").update(`${before}${batch}`).digest("hex");

type Fold = { [T in RunEvent["type"]]: (run: Run, data: Extract<RunEvent, { type: T }>["data"], at: string) => void };

const streamOf = (run: Run, name: string): StreamRun => {
	const found = run.streams.find(({ stream }) => stream === name);
	if (!found) throw new Error(`The run '${run.name}' has no stream '${name}'.`);
	return found;
};

const FOLD: Fold = {
	planned: (run, data) => Object.assign(run, data),
	taken: (run, { token }, at) => {
		run.token = token;
		run.startedAt ??= at;
		run.failure = null;
		if (run.phase === "planned") run.phase = "copying";
	},
	copied: (run, data) => {
		const stream = streamOf(run, data.stream);
		for (const id of data.ids) stream.ids.add(id);
		for (const [id, name] of data.moved) {
			stream.moved.add(id);
			stream.names.add(claimOf(name));
		}
		for (const name of data.claimed) stream.names.add(claimOf(name));
		for (const outcome of OUTCOMES) stream.outcomes[outcome] += data.outcomes[outcome];
		addTally(stream.quarantine, data.quarantine);
		addTally(stream.losses, data.losses);
		Object.assign(stream, { batch: data.batch, cursor: data.cursor, total: data.total, records: data.records });
		stream.copied = data.last;
		if (run.streams.every(({ copied }) => copied)) run.phase = "comparing";
	},
	compared: (run, data) => {
		const { comparison } = streamOf(run, data.stream);
		for (const id of data.ids) comparison.ids.add(id);
		comparison.compared += data.compared;
		comparison.differences += data.differences;
		comparison.digest = chainDigest(comparison.digest, data.digest);
		Object.assign(comparison, { batch: data.batch, cursor: data.cursor, comparisons: data.comparisons });
		comparison.listed = data.last;
	},
	surveyed: (run, { stream, extra }) => {
		streamOf(run, stream).comparison.extra = extra;
	},
	finished: (run, { result, certificate }, at) => {
		Object.assign(run, { phase: "finished", result, certificate, finishedAt: at });
	},
	failed: (run, failure) => {
		run.failure = failure;
	}
};

/** The run before its first event; `newVersion` is the version of a stream that does not exist. */
export function newRun(name: string, planned: Extract<RunEvent, { type: "planned" }>["data"], newVersion: string): Run {
	return {
		name,
		...planned,
		phase: "planned",
		token: null,
		startedAt: null,
		finishedAt: null,
		failure: null,
		result: null,
		certificate: null,
		streams: planned.definition.streams.map(stream =>
			newStream(stream, planned.plan.streams.find(plan => plan.stream === stream)?.source ?? 0, newVersion)
		),
		version: newVersion
	};
}

/** Changes `run` by one event, stored at `at`, after which its stream is at `version`. */
export function apply(run: Run, event: RunEvent, version: string, at: string): void {
	(FOLD[event.type] as (run: Run, data: unknown, at: string) => void)(run, event.data, at);
	run.version = version;
}

export type Step =
	| { readonly kind: "copy"; readonly stream: StreamRun }
	| { readonly kind: "compare"; readonly stream: StreamRun }
	| { readonly kind: "survey"; readonly stream: StreamRun }
	| { readonly kind: "finish" }
	| { readonly kind: "rest" };

/** What to do now. One answer, from the state alone. */
export function nextStep(run: Run): Step {
	if (run.phase === "finished") return { kind: "rest" };
	const toCopy = run.streams.find(stream => !stream.copied);
	if (toCopy) return { kind: "copy", stream: toCopy };
	const toCompare = run.streams.find(stream => !stream.comparison.listed);
	if (toCompare) return { kind: "compare", stream: toCompare };
	const toSurvey = run.streams.find(stream => stream.comparison.extra === null);
	return toSurvey ? { kind: "survey", stream: toSurvey } : { kind: "finish" };
}

/** Do the outcomes add up to what was read? */
export const addsUp = ({ outcomes, ids }: StreamRun): boolean =>
	OUTCOMES.reduce((sum, outcome) => sum + outcomes[outcome], 0) === ids.size;

/** Did both listings name the same records (L4)? Null until the second is whole. */
export const isComplete = ({ ids, comparison }: StreamRun): boolean | null =>
	comparison.listed ? ids.equals(comparison.ids) : null;

/** Names that differ in case only are one name on MySQL and MariaDB targets. */
export const claimOf = (name: string): string => name.toLowerCase();

/** How the run ends. A record that needs a human, or a listing that is not proven whole, is never `clean`. */
export function verdictOf(run: Run): { result: "clean" | "attention"; certificate: string | null } {
	const proven = run.streams.every(s => isComplete(s) === true && s.comparison.differences === 0 && addsUp(s));
	const handled = run.streams.every(({ outcomes }) => outcomes.quarantined === 0 && outcomes.skipped === 0);
	const chain = run.streams.map(({ stream, comparison }) => `${stream} ${comparison.digest}`).join("\n");
	return {
		result: proven && handled ? "clean" : "attention",
		certificate: proven ? chainDigest(noDigest(), chain) : null
	};
}
