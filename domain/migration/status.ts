/** What an operator sees of a run. Pure. */

import type { Counted, Status, StreamStatus } from "../../contracts/migration/migration";
import type { Intent, Loss, ReportLine, Result, SaidLoss, UndoneRecord } from "../../contracts/migration/records";
import { isComplete } from "./next-step";
import { removalsAllowed } from "./removals";
import type { Run, StreamRun } from "./run";
import { countOf, type LossTally, type Tally, worstOf } from "./tally";
import { acceptedOf, fullVerdict } from "./verdict";
import { lossPath, type Vocabulary } from "./vocabulary";

/** The part of a vocabulary that a status is written in. */
export type Sentences = Pick<Vocabulary, "sentenceOf">;

type StreamFacts = Omit<StreamStatus, "quarantine" | "losses"> & { quarantine: Tally; losses: LossTally };
/** A status without the sentences that a mapping gives it. */
export type StatusFacts = Omit<Status, "running" | "node" | "waiting" | "streams"> & {
	readonly streams: readonly StreamFacts[];
};

/** @param words of the run's mapping */
export const statusOf = (run: Run, running: boolean, words: Sentences): Status =>
	toldStatus(factsOf(run), running, words);

/** @param words of the run's mapping */
export const toldStatus = (facts: StatusFacts, running: boolean, words: Sentences): Status => ({
	...facts,
	running,
	waiting: null,
	streams: facts.streams.map(stream => ({
		...stream,
		quarantine: waiting(stream.quarantine, stream.stream, words),
		losses: lost(stream.losses, stream.stream, words)
	}))
});

export function factsOf(run: Run): StatusFacts {
	const { name, hash, phase, paused, startedAt, completedAt, finishedAt, failure, plan } = run;
	return {
		name,
		hash,
		source: plan.source,
		target: plan.target,
		phase,
		paused,
		startedAt,
		completedAt,
		finishedAt,
		cautions: cautionsOf(run),
		streams: run.streams.map(stream => streamFacts(stream, removalsAllowed(run))),
		failure,
		backup: run.backup ?? null,
		accepted: [...acceptedOf(run)].sort(),
		verdict: fullVerdict(run)
	};
}

/** A run that goes on after its preflight is as exposed as it was then: whoever looks at it is told each time. */
const CAUTIONS: ReadonlySet<string> = new Set(["insecure", "no-tls"]);
export function cautionsOf({
	plan,
	definition,
	restored = null
}: Pick<Run, "plan" | "definition"> & Partial<Pick<Run, "restored">>): string[] {
	const found = plan.findings.filter(({ code }) => CAUTIONS.has(code)).map(({ message }) => message);
	// Set since then.
	const since = (["source", "target"] as const).filter(
		side => String(definition[side]?.insecure) === "true" && !found.some(message => message.startsWith(`${side}: `))
	);
	return [
		...found,
		...since.map(side => `${side}: insecure is set: whoever answers in its place is believed.`),
		...(restored === null ? [] : [lostSince(restored)])
	];
}

const lostSince = (backup: string): string =>
	`Put back from a backup of ${backup}: what it did at the target since then is not known, and is looked for there before anything is written.`;

const byCode = <T>(counts: Readonly<Record<string, T>>): [string, T][] =>
	Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1));

/** The sentence is about all of them, never one person's. */
const counted = (code: string, stream: string, count: number, words: Sentences): Counted => ({
	count,
	reason: words.sentenceOf(code, stream, count),
	meaning: lossPath(code)
});

const waiting = (tally: Tally, stream: string, words: Sentences): Record<string, Counted> =>
	Object.fromEntries(byCode(tally).map(([code, { count }]) => [code, counted(code, stream, count, words)]));

const lost = (tally: LossTally, stream: string, words: Sentences): StreamStatus["losses"] =>
	Object.fromEntries(
		byCode(tally).map(([code, severities]) => [
			code,
			{ ...counted(code, stream, countOf(severities), words), severity: worstOf(severities), severities }
		])
	);

function streamFacts(stream: StreamRun, allowed: number): StreamFacts {
	const { comparison } = stream;
	return {
		stream: stream.stream,
		total: stream.total,
		read: stream.ids.size,
		outcomes: { ...stream.outcomes },
		quarantine: { ...stream.quarantine },
		losses: { ...stream.losses },
		copied: stream.copied,
		compared: comparison.compared,
		differences: comparison.differences,
		extra: stream.extra,
		pass: comparison.pass,
		restored: stream.undo.restored,
		changedSince: stream.undo.changed,
		complete: isComplete(stream),
		removals: { waiting: comparison.waiting.size, left: comparison.left.size, allowed }
	};
}

/** The line of one record. Nothing in it depends on when or how often the run was stopped. */
export function reportLine(stream: string, { id, name, target, losses, owner }: Intent, result: Result): ReportLine {
	const moved = result.outcome !== "quarantined" && target !== undefined;
	const ours = moved && result.outcome !== "skipped";
	const { outcome, quarantine, reason, lacks } = result;
	return {
		stream,
		id,
		name,
		owner: owner ?? null,
		outcome,
		// What could not be made as asked, and stands there all the same, is named too.
		target: target && (moved || lacks) ? target.name : null,
		losses: ours ? losses.map(said) : [],
		...why(quarantine?.category ?? (outcome === "skipped" ? outcome : null)),
		reason: reason ?? (quarantine ? `${quarantine.category}: ${quarantine.reason}` : null)
	};
}

const said = (loss: Loss): SaidLoss => ({ ...loss, meaning: lossPath(loss.code) });
const why = (code: string | null): Pick<ReportLine, "code" | "meaning"> => ({
	code,
	meaning: code === null ? null : lossPath(code)
});

/** The line of a record that is not there any more. */
export const removedLine = (
	stream: string,
	{ id, name }: Pick<UndoneRecord, "id" | "name">,
	reason: string
): ReportLine => ({
	stream,
	id,
	name,
	owner: null,
	outcome: "removed",
	target: null,
	losses: [],
	...why("removed"),
	reason
});
