/** One fault under load: what was asked from a little before it until nobody meets it any more, and what came of it. */

import { setTimeout as sleep } from "node:timers/promises";
import type { Fault, Hands } from "./faults";
import type { Judged } from "./ledger";
import type { Load } from "./load";
import { type Row, rowOf, type Sample } from "./verdict";

export interface Trial {
	readonly load: Load;
	readonly hands: Hands;
	/** How long a fault lasts that does not end by itself, in ms. */
	readonly lastsMs: number;
	/** Is every process well? */
	well(): Promise<boolean>;
	/** What is there now, held against all that was acknowledged; of what is lost or twice only what was not before. */
	judge(): Promise<Judged>;
}

/** So long nothing happens first, and afterwards nobody has met the fault, in ms. */
const QUIET_MS = 3_000;
/** Whoever has not recovered until then does not. */
const LONGEST_MS = 60_000;
const LOOK_MS = 100;

export interface Tried extends Row {
	readonly seen: string;
	/** What went wrong on the way, with how often, the most frequent first. */
	readonly why: readonly string[];
}

export async function tried(fault: Fault, trial: Trial): Promise<Tried> {
	const { load, hands, lastsMs } = trial;
	const first = load.samples.length;
	load.start();
	await sleep(QUIET_MS);
	const at = load.now;
	const { theirs, theirsMs } = await fault.strike(hands, lastsMs);
	await settled(trial, load.now);
	await drained(load);
	const samples = load.samples.slice(first);
	const { name, bounds } = fault;
	const row = rowOf({ fault: name, at, samples, judged: await trial.judge(), bounds, theirsMs });
	const seen = theirsMs === undefined ? "" : `${theirs} took ${(theirsMs / 1000).toFixed(1)} s of it`;
	return { ...row, seen, why: whyOf(samples) };
}

/** Before anything is done to it, all that is asked is answered. @throws where it is not: nothing could be read off a fault */
export async function untroubled(load: Load): Promise<void> {
	load.start();
	await sleep(QUIET_MS);
	await drained(load);
	const bad = load.samples.filter(({ outcome }) => outcome !== "answered");
	if (bad.length > 0) throw new Error(`The cluster does not answer as it stands: ${whyOf(bad).join("; ")}`);
}

async function drained(load: Load): Promise<void> {
	load.stop();
	for (const end = Date.now() + LONGEST_MS; load.under > 0 && Date.now() < end; ) await sleep(LOOK_MS);
}

/** Until all is well and nobody has met anything for a while. */
async function settled({ load, well }: Trial, since: number): Promise<void> {
	const end = since + LONGEST_MS;
	let quietSince = since;
	while (load.now < end) {
		await sleep(LOOK_MS);
		if (!(await well()) || isDisturbed(load.samples, quietSince)) quietSince = load.now;
		if (load.now - quietSince > QUIET_MS) return;
	}
}

const isDisturbed = (samples: readonly Sample[], since: number): boolean => {
	for (let index = samples.length - 1; index >= 0; index--) {
		const sample = samples[index] as Sample;
		if (sample.ended < since) return false;
		if (sample.tries > 1 || sample.outcome !== "answered") return true;
	}
	return false;
};

const MOST_REASONS = 4;

function whyOf(samples: readonly Sample[]): string[] {
	const counts = new Map<string, number>();
	for (const { why, kind } of samples)
		if (why !== null) counts.set(`${kind}: ${why}`, (counts.get(`${kind}: ${why}`) ?? 0) + 1);
	const sorted = [...counts].sort(([, a], [, b]) => b - a).slice(0, MOST_REASONS);
	return sorted.map(([why, count]) => `${count} × ${why}`);
}
