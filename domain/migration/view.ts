/**
 * What whoever only looks at a run needs of it, without what grows with its records: its status, and what the lines of its
 * reports depend on. Pure.
 */

import { nextStep } from "./next-step";
import type { Run, StreamRun } from "./run";
import { factsOf, type StatusFacts } from "./status";
import { isUnreadable } from "./unreadable";

export interface StreamView extends Pick<StreamRun, "stream" | "batch"> {
	readonly comparison: Pick<StreamRun["comparison"], "pass" | "batch" | "absent" | "waiting" | "left">;
	/** Rows that the source could not show once, and that it does not list any more. */
	readonly mended: ReadonlySet<string>;
}

export interface RunView
	extends Pick<Run, "name" | "phase" | "hash" | "mapping" | "definition" | "startedAt" | "confirmed" | "version"> {
	/** Its preflight refused nothing. */
	readonly ok: boolean;
	/** A node that starts goes on with it. */
	readonly resumes: boolean;
	readonly status: StatusFacts;
	readonly streams: readonly StreamView[];
}

export function viewOf(run: Run): RunView {
	const { name, phase, hash, mapping, definition, startedAt, confirmed, version, plan } = run;
	return {
		name,
		phase,
		hash,
		mapping,
		definition,
		startedAt,
		confirmed: confirmed && { ...confirmed },
		version,
		ok: plan.ok,
		resumes: run.token !== null && !run.paused && nextStep(run).kind !== "idle",
		status: factsOf(run),
		streams: run.streams.map(streamView)
	};
}

export function streamView({ stream, batch: counted, comparison, removed }: StreamRun): StreamView {
	const { pass, batch, absent, waiting, left } = comparison;
	const mended = new Set<string>();
	for (const id of removed.unnumbered()) if (isUnreadable(id)) mended.add(id);
	return {
		stream,
		batch: counted,
		comparison: { pass, batch, absent, waiting, left },
		mended
	};
}
