/** What an operator sees of a run. Pure. */

import type { Counted, Status, StreamStatus } from "../../contracts/migration/migration";
import type { Intent, ReportLine, Result } from "../../contracts/migration/records";
import { isComplete } from "./next-step";
import type { Run, StreamRun } from "./run";
import { countOf, type LossTally, type Tally, worstOf } from "./tally";
import { fullVerdict } from "./verdict";

/** What a code of a loss means for all who have it; undefined where that is not known. */
export type Meaning = (code: string) => string | undefined;

const UNKNOWN: Meaning = () => undefined;

export function statusOf(run: Run, running: boolean, meaning: Meaning = UNKNOWN): Status {
	const { name, hash, phase, paused, startedAt, finishedAt, failure } = run;
	const streams = run.streams.map(stream => streamStatus(stream, meaning));
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
		verdict: fullVerdict(run)
	};
}

const byCode = <T>(counts: Readonly<Record<string, T>>): [string, T][] =>
	Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1));

const waiting = (tally: Tally): Record<string, Counted> => Object.fromEntries(byCode(tally));

const lost = (tally: LossTally, meaning: Meaning): StreamStatus["losses"] =>
	Object.fromEntries(
		byCode(tally).map(([code, severities]) => [
			code,
			{ count: countOf(severities), severity: worstOf(severities), severities, reason: meaning(code) ?? "" }
		])
	);

function streamStatus(stream: StreamRun, meaning: Meaning): StreamStatus {
	const { comparison } = stream;
	return {
		stream: stream.stream,
		total: stream.total,
		read: stream.ids.size,
		outcomes: { ...stream.outcomes },
		quarantine: waiting(stream.quarantine),
		losses: lost(stream.losses, meaning),
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

/** The line of one record. Nothing in it depends on when or how often the run was stopped. */
export function reportLine(stream: string, { id, name, target, losses }: Intent, result: Result): ReportLine {
	const moved = result.outcome !== "quarantined" && target !== undefined;
	const ours = moved && result.outcome !== "skipped";
	return {
		stream,
		id,
		name,
		outcome: result.outcome,
		target: moved ? target.name : null,
		losses: ours ? losses : [],
		reason: result.reason ?? (result.quarantine ? `${result.quarantine.category}: ${result.quarantine.reason}` : null)
	};
}
