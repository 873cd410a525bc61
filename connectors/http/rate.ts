/** Our own rate limit: so many requests a second and no more, however many callers there are. */

import { setTimeout as sleep } from "node:timers/promises";
import { waitFor } from "../caller";

export interface Rate {
	/** Resolves when the next request may go out. */
	take(): Promise<void>;
}

export interface Clock {
	/** Milliseconds, monotonic. */
	now(): number;
	sleep(ms: number): Promise<unknown>;
}
export const systemClock: Clock = { now: () => performance.now(), sleep: ms => sleep(ms) };

/** A token bucket that holds a second's worth; 0 means no limit. */
export function createRate(perSecond: number, clock: Clock = { ...systemClock, sleep: waitFor }): Rate {
	if (!(perSecond > 0)) return { take: async () => undefined };
	const capacity = Math.max(1, perSecond);
	let tokens = capacity;
	let filledAt = clock.now();
	return {
		async take() {
			const now = clock.now();
			tokens = Math.min(capacity, tokens + ((now - filledAt) / 1000) * perSecond);
			filledAt = now;
			// Debt keeps the order of arrival: each caller waits for its own token.
			tokens -= 1;
			if (tokens < 0) await clock.sleep((-tokens / perSecond) * 1000);
		}
	};
}
