/** Jobs and runs as they are answered. */

import type { JobSpec } from "../../../contracts/jobs";
import type { Job, JobRun } from "../../../contracts/platform/scheduler";
import type { KeptJob, KeptRun } from "../../../domain/platform/jobs/records";
import { nextTimes } from "../../../domain/platform/jobs/times";

const moment = (ms: number): string => new Date(ms).toISOString();
const orNull = (ms: number | null): string | null => (ms === null ? null : moment(ms));

export const shownRun = ({ kind: _, ...run }: KeptRun): JobRun => ({
	...run,
	for: moment(run.for),
	from: orNull(run.from),
	to: orNull(run.to)
});

interface Asked {
	readonly now: number;
	/** How many of its next times. */
	readonly next: number;
	readonly last: KeptRun | undefined;
	readonly isThere: boolean;
}

export function shownJob(spec: JobSpec & { readonly service: string }, job: KeptJob, asked: Asked): Job {
	const { action: _, ...said } = spec;
	const { pause, id: name } = job;
	return {
		...said,
		name,
		state: stateOf(job, asked.isThere),
		pause: pause && { ...pause, at: moment(pause.at) },
		next: pause ? [] : nextTimes(spec, asked.now, asked.next).map(moment),
		last: asked.last ? shownRun(asked.last) : null
	};
}

function stateOf({ pause, holding }: KeptJob, isThere: boolean): Job["state"] {
	if (holding) return "running";
	if (pause) return "paused";
	return isThere ? "waiting" : "away";
}
