/** Times as the two panels mean them. Both call naive stamps UTC; neither converts an offset (CONTRACT §0). */

/** The last second Marzban can show: one more and the row breaks every listing (CONTRACT §2, expire). */
export const LAST_EXPIRY = 253_377_590_399;

/** Some 6,300 years: whoever starts his hold before the year 3600 still ends before Marzban's time does. */
export const LONGEST_HOLD = 200_000_000_000;

/** Unix seconds of a naive UTC stamp, microseconds cut off: never a moment later than the source says. */
export function unixSeconds(naive: string): number {
	const [whole] = naive.split(".", 1) as [string];
	return Math.floor(Date.parse(`${whole.replace(/(Z|[+-]\d\d:?\d\d)$/, "")}Z`) / 1000);
}

/** A stamp that both panels read alike: naive, whole seconds. */
export function naiveSeconds(naive: string): string {
	return new Date(unixSeconds(naive) * 1000).toISOString().slice(0, 19);
}
