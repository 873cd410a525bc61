/**
 * What this process waits for at a panel before it asks again: told to whoever watches a run. One note for the process is
 * enough, since its words name the panel.
 */

export interface Wait {
	readonly why: string;
	/** ms since 1970. */
	readonly until: number;
}

/** A note that is over by less is still shown: tries follow each other, and none of it would be read otherwise. */
const LINGERS = 1_000;

let last: Wait | null = null;

export function noteWait(why: string, ms: number, now: number = Date.now()): void {
	last = { why, until: now + ms };
}

export const currentWait = (now: number = Date.now()): Wait | null =>
	last !== null && now < last.until + LINGERS ? last : null;
