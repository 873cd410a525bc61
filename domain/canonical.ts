/** One spelling for equal values: what digests are made of. Pure. */

import { createHash } from "node:crypto";
import type { JsonValue } from "../contracts/json";

/** JSON with the keys of every object in code-unit order and no white space; equal values, equal text. */
export function canonical(value: JsonValue): string {
	if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
	if (value === null || typeof value !== "object") return JSON.stringify(value);
	const fields = Object.keys(value)
		.sort()
		.map(key => `${JSON.stringify(key)}:${canonical(value[key] as JsonValue)}`);
	return `{${fields.join(",")}}`;
}

/** SHA-256 of the canonical text, hex. */
export function digest(value: JsonValue): string {
	return createHash("sha256").update(canonical(value)).digest("hex");
}
