/** The small words that the converters of users share. */

import type { Json, JsonValue } from "../../../contracts/json";
import type { Loss, Quarantine } from "../../../contracts/migration/records";
import type { Category, LossCode, LossSeverity } from "./losses";

export const text = (value: JsonValue | undefined): string => (typeof value === "string" ? value : "");

/** Byte counts are decimal strings. */
export const bytes = (value: JsonValue | undefined): bigint => BigInt(text(value) || "0");

/** A limit of 0, which a row can hold: no traffic at all, after any reset. */
export const hasNothing = (data: Json): boolean => text(data.data_limit) !== "" && bytes(data.data_limit) <= 0n;

/** A plan that is given anew each period. */
export const resets = (data: Json): boolean =>
	text(data.data_limit) !== "" && data.data_limit_reset_strategy !== "no_reset" && !hasNothing(data);

export const isOnHold = (data: Json): boolean => data.expire_strategy === "start_on_first_use";

/** A hold of no seconds, which a row can hold, has no end that could be reckoned. */
export const hasDuration = ({ usage_duration }: Json): boolean => Number(usage_duration ?? 0) >= 1;

/** Marzban stores up to 34 characters and checks nothing; an empty name is ours to refuse. */
export const isAdminName = (value: string): boolean => value.length >= 1 && value.length <= 34;

/** What a code means is in `losses/`; the compiler wants its row. */
export const lost = <C extends LossCode>(
	code: C,
	field: string,
	severity: LossSeverity<C>,
	reason: string,
	amount?: string
): Loss => ({
	code,
	field,
	reason,
	severity,
	...(amount !== undefined && { amount })
});

export const refuse = (
	category: Category,
	field: string,
	value: JsonValue | undefined,
	reason: string
): { quarantine: Quarantine } => ({
	quarantine: { category, field, value: String(value ?? null), reason }
});
