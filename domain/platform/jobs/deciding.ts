/** What is to be done with a job at a moment, as far as its record says. Pure. */

import type { Missed } from "../../../contracts/jobs";
import type { KeptJob } from "./records";
import { dueBetween, type Times } from "./times";

/** How far the clocks of nodes may be apart, in ms: packets of one that is further away are refused. */
const SKEW_MS = 120_000;
/** Of times that were missed no more are looked at, or made up for. */
export const MOST_MISSED = 100;

export interface Rules extends Times {
	readonly missed: Missed;
	/** How late one that skips may begin, in ms. */
	readonly lateMs: number;
}

/** A time, and how many times it stands for. */
export interface Due {
	readonly at: number;
	readonly times: number;
}

export interface Decided {
	/** What nobody makes up for. */
	readonly passed?: Due;
	/** What is to be begun. */
	readonly begin?: Due;
	/** Where the job's record stands then. */
	readonly taken: number;
}

/** Undefined: nothing. Not asked while a run is under way, or the job is paused. */
export function decided(rules: Rules, { taken }: Pick<KeptJob, "taken">, now: number): Decided | undefined {
	// A clock that was far ahead took times that have not come; by the right one it would wait for as long.
	if (taken > now + SKEW_MS) return { taken: now };
	const due = dueBetween(rules, taken, now, MOST_MISSED + 1);
	return due.length === 0 ? undefined : WAYS[rules.missed](due, now - rules.lateMs);
}

type Way = (due: readonly number[], tooLate: number) => Decided;

const WAYS: Readonly<Record<Missed, Way>> = {
	once: due => {
		const last = lastOf(due);
		return { begin: { at: last, times: Math.min(due.length, MOST_MISSED) }, taken: last };
	},
	all: due => {
		const [first = 0, second = first] = due;
		if (due.length <= MOST_MISSED) return { begin: { at: first, times: 1 }, taken: first };
		return { passed: { at: first, times: MOST_MISSED }, begin: { at: second, times: 1 }, taken: second };
	},
	skip: (due, tooLate) => {
		const late = due.filter(at => at < tooLate);
		const begin = due.length > late.length ? { at: lastOf(due), times: due.length - late.length } : undefined;
		return {
			...(late.length > 0 && { passed: { at: lastOf(late), times: Math.min(late.length, MOST_MISSED) } }),
			...(begin && { begin }),
			taken: lastOf(due)
		};
	}
};

const lastOf = (due: readonly number[]): number => due.at(-1) ?? 0;

/** For how long a time of it has come and nobody took it, in ms. */
export function overdueBy(times: Times, { taken }: Pick<KeptJob, "taken">, now: number): number {
	const [first] = dueBetween(times, taken, now, MOST_MISSED);
	return first === undefined ? 0 : now - first;
}
