/** A digest of what a record says: the same words in any order give the same digest. */

import { createHash } from "node:crypto";
import type { JsonValue } from "../contracts/json";

export function canonical(value: JsonValue): string {
	if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
	if (typeof value !== "object" || value === null) return JSON.stringify(value);
	const keys = Object.keys(value).sort();
	return `{${keys.map(key => `${JSON.stringify(key)}:${canonical(value[key] ?? null)}`).join(",")}}`;
}

export function digest(value: JsonValue): string {
	return createHash("sha256").update(canonical(value)).digest("hex");
}

/** A list that means a set. */
export function asSet<T extends string | number>(values: readonly T[]): T[] {
	return [...new Set(values)].sort((a, b) => (a < b ? -1 : 1));
}
