/** When a process that ended is started again. Pure. */

/** One that has run for so long has not failed at its start. */
const STEADY_MS = 10_000;
const FIRST_MS = 200;
const MOST_MS = 10_000;

export interface Fate {
	/** How often in a row it ended before it had run steadily. */
	readonly quick: number;
}
export const UNTRIED: Fate = { quick: 0 };

export const ended = ({ quick }: Fate, ranMs: number): Fate => ({ quick: ranMs >= STEADY_MS ? 0 : quick + 1 });

/** How long to wait: nothing to speak of at first, twice as long each time that it ends at its start. */
export const waitMs = ({ quick }: Fate): number => Math.min(MOST_MS, FIRST_MS * 2 ** Math.max(0, quick - 1));
