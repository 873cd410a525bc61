/** What an operator sees of a run. Pure. */

import type { Status, StreamStatus, Verdict } from "../../contracts/migration/migration";
import type { Intent, ReportLine, Result } from "../../contracts/migration/records";
import type { Tally } from "./events";
import { addsUp, isComplete } from "./next-step";
import type { Run, StreamRun } from "./run";

export function statusOf(run: Run, running: boolean): Status {
	const { name, hash, phase, paused, startedAt, finishedAt, failure } = run;
	const streams = run.streams.map(streamStatus);
	return {
		name,
		hash,
		phase,
		running,
		paused,
		startedAt,
		finishedAt,
		streams,
		failure,
		waiting: null,
		backup: run.backup ?? null,
		verdict: verdict(run)
	};
}

const counts = (tally: Tally): Record<string, { count: number; reason: string }> =>
	Object.fromEntries(Object.entries(tally).sort(([a], [b]) => (a < b ? -1 : 1)));

function streamStatus(stream: StreamRun): StreamStatus {
	const { comparison } = stream;
	return {
		stream: stream.stream,
		total: stream.total,
		read: stream.ids.size,
		outcomes: { ...stream.outcomes },
		quarantine: counts(stream.quarantine),
		losses: counts(stream.losses) as StreamStatus["losses"],
		copied: stream.copied,
		compared: comparison.compared,
		differences: comparison.differences,
		extra: stream.extra,
		pass: comparison.pass,
		restored: stream.undo.restored,
		changedSince: stream.undo.changed,
		complete: isComplete(stream)
	};
}

function verdict(run: Run): Verdict | null {
	if (run.result === null) return null;
	const sum = (count: (stream: StreamRun) => number): number =>
		run.streams.reduce((all, stream) => all + count(stream), 0);
	return {
		result: run.result,
		total: sum(({ ids }) => ids.size),
		accountedFor: sum(stream => (addsUp(stream) ? stream.ids.size : 0)),
		differences: sum(({ comparison }) => comparison.differences),
		losses: sum(({ losses }) => Object.values(losses).reduce((all, { count }) => all + count, 0)),
		certificate: run.certificate
	};
}

/** The line of one record. Nothing in it depends on when or how often the run was stopped. */
export function reportLine(stream: string, { id, name, target, losses }: Intent, result: Result): ReportLine {
	const moved = result.outcome !== "quarantined" && target !== undefined;
	return {
		stream,
		id,
		name,
		outcome: result.outcome,
		target: moved ? target.name : null,
		losses: moved ? losses : [],
		reason: result.reason ?? (result.quarantine ? `${result.quarantine.category}: ${result.quarantine.reason}` : null)
	};
}
