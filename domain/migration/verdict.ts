/** How a run ended, and what of it needs a human's hand. Answers from the state alone. */

import type { Phase, Verdict } from "../../contracts/migration/migration";
import { SEVERITIES, type Severity } from "../../contracts/migration/records";
import { IdSet } from "./idset";
import { addsUp, isComplete } from "./next-step";
import { chainDigest, noDigest, type Run, type StreamRun } from "./run";
import { countOf } from "./tally";

/** Codes of losses that need nobody's hand: named in the definition, or by the operator since. */
export const acceptedOf = ({ definition, accepted }: Pick<Run, "definition" | "accepted">): ReadonlySet<string> =>
	new Set([...(definition.accept ?? []), ...accepted]);

/**
 * How the run ends. A record that needs a human, or a listing that is not proven whole, is never `clean`: severities
 * decide, so a loss that somebody must act on counts unless it was accepted.
 */
export function verdictOf(run: Run): Pick<Verdict, "result" | "certificate"> {
	const proven = run.streams.every(s => isComplete(s) === true && s.comparison.differences === 0 && addsUp(s));
	const handled = run.streams.every(stream => handless(stream, acceptedOf(run)));
	const chain = run.streams.map(({ stream, comparison }) => `${stream} ${comparison.digest}`).join("\n");
	return {
		result: proven && handled ? "clean" : "attention",
		certificate: proven ? chainDigest(noDigest(), chain) : null
	};
}

const handless = ({ outcomes, losses }: StreamRun, accepted: ReadonlySet<string>): boolean =>
	outcomes.quarantined === 0 && outcomes.skipped === 0 && unacceptedActs(losses, accepted) === 0;

/** Of the codes that somebody must act on, how many records have the one that most have. */
const unacceptedActs = (losses: StreamRun["losses"], accepted: ReadonlySet<string>): number =>
	Math.max(0, ...Object.entries(losses).map(([code, { act = 0 }]) => (accepted.has(code) ? 0 : act)));

/** Of what was finished once only a rollback comes here. */
const TAKEN_BACK: ReadonlySet<Phase> = new Set(["rolling-back", "rolled-back", "cancelled"]);

/** All that a face says of the end; null while the run has none, and once it is taken back. */
export function fullVerdict(run: Run): Verdict | null {
	if (run.result === null || TAKEN_BACK.has(run.phase)) return null;
	const sum = (count: (stream: StreamRun) => number): number =>
		run.streams.reduce((all, stream) => all + count(stream), 0);
	return {
		// What was accepted since counts too; the certificate is the one that was given.
		result: verdictOf(run).result,
		certificate: run.certificate,
		unproven: run.certificate === null ? unproven(run) : null,
		total: sum(({ ids }) => ids.size),
		accountedFor: sum(stream => (addsUp(stream) ? stream.ids.size : 0)),
		differences: sum(({ comparison }) => comparison.differences),
		losses: sum(({ losses }) => Object.values(losses).reduce((all, counts) => all + countOf(counts), 0)),
		severities: severitiesOf(run),
		needHand: needHand(run),
		accepted: acceptedCounts(run)
	};
}

/** A certificate is never missing without a word of what it waits for. */
function unproven({ name, streams }: Run): string {
	const reasons = streams.flatMap(each => {
		const { stream, comparison } = each;
		const { differences, waiting, added } = comparison;
		const held = waiting.size > 0 ? `, ${waiting.size} of them deletions that wait for a word` : "";
		if (differences > 0) return [`${differences} ${stream} are not as they should be${held}`];
		if (added > 0) return [`the last listing of ${stream} named ${added} more than the one before it`];
		return isComplete(each) === true && addsUp(each) ? [] : [`the listings of ${stream} named different records`];
	});
	return `Not proven: ${reasons.join("; ")}. \`banyan migration diff ${name}\` names them, \`banyan migration compare ${name}\` looks once more.`;
}

function severitiesOf({ streams }: Run): Verdict["severities"] {
	const sum: Record<Severity, number> = { info: 0, degraded: 0, act: 0 };
	for (const counts of streams.flatMap(({ losses }) => Object.values(losses)))
		for (const severity of SEVERITIES) sum[severity] += counts[severity] ?? 0;
	return sum;
}

/** A record that needs a hand for two reasons is one record. */
function needHand(run: Run): Verdict["needHand"] {
	const accepted = acceptedOf(run);
	const sum = { records: 0, quarantined: 0, skipped: 0, differences: 0, removals: 0, losses: 0 };
	for (const stream of run.streams) {
		const unaccepted = new IdSet();
		for (const [code, ids] of stream.acts) if (!accepted.has(code)) addAll(unaccepted, ids.all());
		const skipped = [...skippedIds(stream)];
		sum.quarantined += stream.held.size;
		sum.skipped += skipped.length;
		sum.differences += stream.comparison.differences;
		sum.removals += stream.comparison.waiting.size;
		// A store from before knows how many, and not who: each counts for itself.
		const unnamed = unaccepted.size > 0 ? 0 : unacceptedActs(stream.losses, accepted);
		const { differences, differing } = stream.comparison;
		sum.losses += unaccepted.size + unnamed;
		const all = new IdSet();
		for (const ids of [stream.held.keys(), skipped, stream.comparison.differing.all(), unaccepted.all()])
			addAll(all, ids);
		sum.records += all.size + unnamed + Math.max(0, differences - differing.size);
	}
	return sum;
}

function addAll(set: IdSet, ids: Iterable<string>): void {
	for (const id of ids) set.add(id);
}

/** Somebody else's record stands in their place: neither moved, nor held, nor taken away. */
function* skippedIds({ ids, moved, removed, held, outcomes }: StreamRun): Generator<string> {
	if (outcomes.skipped === 0) return;
	for (const id of ids.without(moved)) if (!removed.has(id) && !held.has(id)) yield id;
}

function acceptedCounts(run: Run): Verdict["accepted"] {
	const counts: Record<string, number> = {};
	for (const code of [...acceptedOf(run)].sort()) {
		const count = run.streams.reduce((sum, { losses }) => sum + countOf(losses[code] ?? {}), 0);
		if (count > 0) counts[code] = count;
	}
	return counts;
}
