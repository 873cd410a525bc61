/** When a request is tried again: exponential backoff with full jitter, and never before `Retry-After`. */

import { messageOf } from "../../domain/unknown";
import { waitFor } from "../caller";
import { ConnectorError } from "../connector";
import { noteWait } from "../waits";
import { type Clock, systemClock } from "./rate";

export interface RetryPolicy {
	readonly tries: number;
	/** The first wait's upper bound; each further one is twice as long, up to ten times this. */
	readonly baseMs: number;
	readonly clock?: Clock;
	readonly random?: () => number;
}

/** Longer than this is the caller's to wait: we answer `retryAfterMs` instead of holding a call open. */
export const LONGEST_RETRY_AFTER = 60_000;

export function backoff(attempt: number, baseMs: number, random: () => number = Math.random): number {
	return random() * Math.min(baseMs * 2 ** (attempt - 1), baseMs * 10);
}

/** How long to wait before trying again; undefined when trying again is of no use. */
export function waitBefore(attempt: number, error: unknown, policy: RetryPolicy): number | undefined {
	if (attempt >= policy.tries || !(error instanceof ConnectorError) || !error.details.retryable) return undefined;
	const told = error.details.retryAfterMs ?? 0;
	if (told > LONGEST_RETRY_AFTER) return undefined;
	return Math.max(told, backoff(attempt, policy.baseMs, policy.random));
}

export async function retry<T>(policy: RetryPolicy, attempt: () => Promise<T>): Promise<T> {
	const clock = policy.clock ?? { ...systemClock, sleep: waitFor };
	for (let tried = 1; ; tried++) {
		try {
			return await attempt();
		} catch (error) {
			const wait = waitBefore(tried, error, policy);
			if (wait === undefined) throw error;
			noteWait(messageOf(error), wait);
			await clock.sleep(wait);
		}
	}
}

/** Nobody waits for longer than a day, whatever is said. */
const A_DAY = 86_400_000;

/** `Retry-After` in milliseconds: seconds or an HTTP date. */
export function retryAfter(header: string | undefined, now: number = Date.now()): number | undefined {
	if (header === undefined) return undefined;
	const seconds = Number(header);
	const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - now;
	return Number.isNaN(ms) ? undefined : Math.min(A_DAY, Math.max(0, ms));
}
