/**
 * How many values a label may have, and how many series a metric: whoever watches pays for each of them for months, and some
 * of what labels hold comes from outside. Pure.
 */

/** Values of one label. */
export const MOST_VALUES = 100;
/** Series of one metric. */
export const MOST_SERIES = 1_000;
/** Of one value, in characters. */
export const LONGEST_VALUE = 200;
/** What stands for all that are too many. */
export const OTHER = "other";

type Values = Readonly<Record<string, unknown>>;

/** The labels of a series that is new, with what is too many in them called `other`. @param known those of the series that are there */
export function bounded(labels: Values, known: readonly Values[]): Values {
	const all = known.length >= MOST_SERIES;
	return Object.fromEntries(
		Object.entries(labels).map(([label, value]) => [label, all || isTooMuch(label, value, known) ? OTHER : value])
	);
}

function isTooMuch(label: string, value: unknown, known: readonly Values[]): boolean {
	if (typeof value === "string" && value.length > LONGEST_VALUE) return true;
	if (known.length < MOST_VALUES) return false;
	const values = new Set(known.map(each => each[label]));
	return !values.has(value) && values.size >= MOST_VALUES;
}
