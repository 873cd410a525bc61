/** Points in time as files write them. Pure. */

const STAMP = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?$/;
const ZONE = /(?:Z|[+-]\d\d:?\d\d)$/;
const COUNT = /^\d{1,15}(?:\.\d+)?$/;
/** From here on a count since 1970 is of milliseconds: in seconds it would be the year 5138. */
const MILLISECONDS = 1e11;
const DATE = "2026-11-27".length;

/** ISO 8601, or a count of seconds or milliseconds since 1970; what says no zone is UTC. */
export function momentIn(text: string): string | undefined {
	if (COUNT.test(text)) return iso(Number(text) >= MILLISECONDS ? Number(text) : Number(text) * 1000);
	if (!STAMP.test(text)) return undefined;
	const zoned = text.length === DATE || ZONE.test(text) ? text : `${text}Z`;
	return iso(Date.parse(zoned.replace(" ", "T")));
}

function iso(ms: number): string | undefined {
	const date = new Date(ms);
	return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
