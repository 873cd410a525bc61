/** How long to wait before something is tried again. Pure. */

export interface Backoff {
	/** Before the first one, in ms. */
	readonly firstMs: number;
	readonly mostMs: number;
	/** Each wait is so many times the one before. */
	readonly base: number;
}

/**
 * Between half of it and all of it: of many who were refused at once each comes back at another time.
 * @param retry 1 for the first
 * @param random of [0, 1)
 */
export const backoffMs = ({ firstMs, mostMs, base }: Backoff, retry: number, random: number): number =>
	Math.min(mostMs, firstMs * base ** (retry - 1)) * (1 - random / 2);
