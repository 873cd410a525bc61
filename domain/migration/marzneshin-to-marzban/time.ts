/** Times as the two panels mean them. Both call naive stamps UTC; neither converts an offset (CONTRACT §0). */

/**
 * The beginning of Marzban's last day, 9999-03-20, where the Persian calendar ends that it shows dates in: a day later,
 * and the row breaks every listing. It reckons in the time zone of its host, so the last second of that day is too late
 * for a host east of Greenwich.
 */
export const LAST_EXPIRY = 253_377_504_000;

/** MySQL and MariaDB keep an expiry in an INT: it ends in January 2038. */
export const LAST_INT = 2_147_483_647;

/** Some 6,300 years: whoever starts their hold before the year 3600 still ends before Marzban's time does. */
export const LONGEST_HOLD = 200_000_000_000;

/** Ten years, a plan that is sold: whoever starts such a hold by 2028-01-22 still ends before an INT does. */
export const LONGEST_INT_HOLD = 315_360_000;

const STAMP = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d:\d\d)(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?$/;

/**
 * Unix seconds of a naive UTC stamp, microseconds cut off: never a moment later than the source says. NaN for what is no
 * such stamp, and for a day that its month does not have: it would become a later one.
 */
export function unixSeconds(naive: string): number {
	const [, day, clock = "00:00:00"] = STAMP.exec(naive) ?? [];
	const at = new Date(`${day}T${clock}Z`);
	return !Number.isNaN(at.getTime()) && at.toISOString() === `${day}T${clock}.000Z` ? at.getTime() / 1000 : Number.NaN;
}

/** A stamp that both panels read alike: naive, whole seconds. */
export function naiveStamp(seconds: number): string {
	return new Date(seconds * 1000).toISOString().slice(0, 19);
}
