/** Whether a call that failed is made once more, and when. Pure. */

import { type Backoff, backoffMs } from "./backoff";
import type { Fate } from "./fate";

export interface RetryRules {
	/** How often one is made in all, whose fate is unknown or that was refused. */
	readonly tries: number;
	readonly backoff: Backoff;
	/** How long one waits for a service whose node was just lost, in ms. */
	readonly patienceMs: number;
}

/** How it is with a call. */
export interface Tried {
	readonly fate: Fate;
	/** Twice is once, as its contract says. */
	readonly idempotent: boolean;
	/** How often it was made again already. */
	readonly retries: number;
	/** Since it was first made, in ms. */
	readonly elapsedMs: number;
	/** Until nobody waits for it any more, in ms. */
	readonly remainingMs: number;
	/** Another node could take it now. */
	readonly isElsewhere: boolean;
	/** A node was lost a moment ago, or has just left: it, or another one in its place, will be back. */
	readonly isLoss: boolean;
}

/** The first of those that were lost goes on at once, spread over so many ms. */
const AT_ONCE_MS = 20;

/**
 * In ms; undefined: that is the end of it. What nobody began is no retry but a first time, for whichever action; all
 * else is made again only where twice is once (L14), or where a node said that it did not begin, and within the budget.
 * @param hasBudget takes one of it
 */
export function waitBeforeRetry(
	tried: Tried,
	rules: RetryRules,
	random: number,
	hasBudget: () => boolean
): number | undefined {
	const wait = WAITS[tried.fate](tried, rules, random);
	if (wait === undefined || wait >= tried.remainingMs) return undefined;
	return tried.fate === "unbegun" || hasBudget() ? wait : undefined;
}

type Wait = (tried: Tried, rules: RetryRules, random: number) => number | undefined;

const again: Wait = ({ retries }, { tries, backoff }, random) =>
	retries + 1 < tries ? backoffMs(backoff, retries + 1, random) : undefined;

const WAITS: Readonly<Record<Fate, Wait>> = {
	unbegun: ({ retries, elapsedMs, isElsewhere, isLoss }, { patienceMs, backoff }, random) => {
		if (elapsedMs >= patienceMs || !(isElsewhere || isLoss)) return undefined;
		return isElsewhere && retries === 0 ? random * AT_ONCE_MS : backoffMs(backoff, Math.min(retries + 1, 3), random);
	},
	busy: again,
	unknown: (tried, rules, random) => {
		if (!tried.idempotent) return undefined;
		return tried.retries === 0 && rules.tries > 1 ? random * AT_ONCE_MS : again(tried, rules, random);
	},
	answered: () => undefined
};
