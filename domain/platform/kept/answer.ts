/** An answer that a gateway keeps, and when it may be given again (RFC 9111; `stale-if-error` of RFC 5861). Pure. */

/** What a contract says of a route's answers. */
export interface Keeping {
	/** How long an answer is fresh; 0: each is asked for. */
	readonly seconds: number;
	/** For how long it is given again beyond that while nobody answers. */
	readonly staleSeconds: number;
	/** Whoever may ask is answered the same. */
	readonly isShared: boolean;
	/** Events, by their full names, after which it is no longer fresh. */
	readonly until: readonly string[];
}

export interface Kept {
	/** JSON. */
	readonly body: Buffer;
	readonly tag: string;
	/** When it was asked for, in ms, by the clock of whoever keeps it: no reading in it is older. */
	readonly at: number;
}

export interface Found<K> {
	readonly kept: K;
	/** Something changed since it was asked for. */
	readonly isOver: boolean;
}

/** In s. */
export const ageOf = ({ at }: Pick<Kept, "at">, now: number): number => Math.max(0, (now - at) / 1000);

export const isFresh = ({ kept, isOver }: Found<Kept>, { seconds }: Keeping, now: number): boolean =>
	!isOver && ageOf(kept, now) < seconds;

/** May it be given while nobody answers? */
export const isGoodEnough = (kept: Kept, { seconds, staleSeconds }: Keeping, now: number): boolean =>
	staleSeconds > 0 && ageOf(kept, now) <= seconds + staleSeconds;
