/** What is kept of jobs. */

import type { RunState } from "../../../contracts/platform/scheduler";

/** Under way, as far as is known: whoever runs it changes the record again and again. */
export interface Holding {
	/** The run's id. */
	readonly run: string;
	/** Of the process that runs it. */
	readonly holder: string;
	/** How often it said that it is still at it. */
	readonly beat: number;
}

export interface Pause {
	/** In ms since 1970. */
	readonly at: number;
	readonly by: string | null;
	readonly reason: string;
}

/** Of a job, under its name. */
export interface KeptJob {
	readonly kind: "job";
	readonly id: string;
	/** The last of its times that somebody took, or passed over: in ms since 1970. */
	readonly taken: number;
	readonly holding: Holding | null;
	readonly pause: Pause | null;
	/** Runs that failed since the last one that did not. */
	readonly failing: number;
	/** By these runs alone are found. */
	readonly job?: undefined;
	readonly for?: undefined;
}

/** Of one that was never looked at: nothing of it was missed. */
export const unseen = (id: string, now: number): KeptJob => ({
	kind: "job",
	id,
	taken: now,
	holding: null,
	pause: null,
	failing: 0
});

/** Of a run, under the job's name and the time that it is for: no second one is kept for that. */
export interface KeptRun {
	readonly kind: "run";
	readonly id: string;
	readonly job: string;
	/** In ms since 1970, as all moments here. */
	readonly for: number;
	readonly times: number;
	readonly askedBy: string | null;
	readonly state: RunState;
	readonly node: string | null;
	readonly from: number | null;
	readonly to: number | null;
	readonly tries: number;
	readonly count: number | null;
	readonly error: string | null;
}

export type Kept = KeptJob | KeptRun;

export const runId = (job: string, at: number): string => `${job}@${new Date(at).toISOString()}`;

/** As it is when it is begun. */
export const begun = (
	job: string,
	at: number,
	by: { readonly times: number; readonly askedBy: string | null; readonly node: string; readonly now: number }
): KeptRun => ({
	kind: "run",
	id: runId(job, at),
	job,
	for: at,
	times: by.times,
	askedBy: by.askedBy,
	state: "running",
	node: by.node,
	from: by.now,
	to: null,
	tries: 1,
	count: null,
	error: null
});

/** Times that nobody does anything for. */
export const passed = (job: string, at: number, times: number): KeptRun => ({
	kind: "run",
	id: runId(job, at),
	job,
	for: at,
	times,
	askedBy: null,
	state: "missed",
	node: null,
	from: null,
	to: null,
	tries: 0,
	count: null,
	error: null
});
