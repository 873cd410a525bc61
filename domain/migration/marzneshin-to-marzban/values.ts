/** The small words that the converters of users share. */

import type { Json, JsonValue } from "../../../contracts/json";
import type { Loss, Quarantine, Severity } from "../../../contracts/migration/records";

export const text = (value: JsonValue | undefined): string => (typeof value === "string" ? value : "");

/** Byte counts are decimal strings. */
export const bytes = (value: JsonValue | undefined): bigint => BigInt(text(value) || "0");

export const isOnHold = (data: Json): boolean => data.expire_strategy === "start_on_first_use";

export const lost = (code: string, field: string, severity: Severity, reason: string, amount?: string): Loss => ({
	code,
	field,
	reason,
	severity,
	...(amount !== undefined && { amount })
});

export const refuse = (
	category: string,
	field: string,
	value: JsonValue | undefined,
	reason: string
): { quarantine: Quarantine } => ({
	quarantine: { category, field, value: String(value ?? null), reason }
});
