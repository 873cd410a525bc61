/** When somebody who got no answer asks again, and where. Pure. */

/** What an answer says of asking again. */
const AGAIN: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);
/** The first request under that key is still at it. */
const RUNNING = "IDEMPOTENCY_RUNNING";

export const asksAgain = (status: number, code: string): boolean =>
	AGAIN.has(status) || (status === 409 && code === RUNNING);

const FIRST_MS = 50;
const MOST_MS = 1_000;

/** @param tries that were made @param chance of 0 to 1: many who wait do not come back at once */
export const waitMs = (tries: number, chance: number): number =>
	Math.min(MOST_MS, FIRST_MS * 2 ** (tries - 1)) * (0.5 + chance / 2);

/** The next door: another one than the last time, where there is one. */
export const nextOf = (last: number, doors: number): number => (last + 1) % doors;
