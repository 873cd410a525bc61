/**
 * Times of a user that only a database carries. None of them is worth a customer: what Marzban could not hold, or would
 * close a subscription with, becomes one that it can, on record.
 */

import type { JsonValue } from "../../../contracts/json";
import type { Converted, Converter } from "../mapping";
import type { Context } from "./context";
import { naiveStamp, unixSeconds } from "./time";
import { lost, text } from "./values";

/** Clocks differ by this many seconds. */
const SOON = 300;
/** No database keeps what is before the year 1000. */
const FIRST = unixSeconds("1000-01-01T00:00:00");
const PLAIN = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?$/;

type Clock = Pick<Context, "plannedAt"> & { readonly now?: string | null };

/** Later than the moment it is asked. Of no moment, nothing is. */
export const isToCome = (value: JsonValue | undefined, { now }: Clock): boolean =>
	Boolean(now) && unixSeconds(text(value)) > unixSeconds(text(now)) + SOON;

/**
 * As it is, where it can be. What is to come, and a creation that cannot be read, become the time of the plan: it is the
 * same whenever it is asked, so that what was moved stays equal.
 */
export function carriedTime(field: string, value: JsonValue, clock: Clock): Converted {
	const seconds = unixSeconds(text(value));
	const isReadable = seconds >= FIRST;
	if (isReadable && !isToCome(value, clock)) return { value: PLAIN.test(text(value)) ? value : naiveStamp(seconds) };
	const instead = isReadable || field === "created_at" ? (clock.plannedAt ?? null) : null;
	const why = isReadable ? "is to come" : "is no time that both panels read alike";
	const reason = `'${value}' ${why}: it is ${instead ?? "none"} at the target.`;
	return { value: instead, losses: [lost("time_clamped", field, "info", reason)] };
}

export const carriedTimes: Converter<Context> = (data, context, { from: [field = ""] }) => {
	const value = data[field] ?? null;
	if (!context.database) return {};
	return value === null && field !== "created_at" ? { value } : carriedTime(field, value, context);
};
