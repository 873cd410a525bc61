/** Preferences: a table of what somebody chose, changed by merge patches (RFC 7396). Pure. */

import { isTable, type Json, type JsonValue } from "../../../contracts/json";

/** A key says whose it is: `mail.digest`. */
const KEY = /^[a-z][a-z0-9-]{0,39}(?:\.[a-zA-Z][a-zA-Z0-9-]{0,39}){1,4}$/;
const DEEPEST = 8;

/** @returns a new table; neither is changed */
export function merged(values: JsonValue | undefined, patch: JsonValue): JsonValue {
	if (!isTable(patch)) return patch;
	const result = new Map(Object.entries(isTable(values) ? values : {}));
	for (const [key, value] of Object.entries(patch))
		if (value === null) result.delete(key);
		else result.set(key, merged(result.get(key), value));
	return Object.fromEntries(result);
}

/** What is wrong with them, as a sentence. */
export function preferencesFault(values: Json, most: number): string | undefined {
	const odd = Object.keys(values).find(key => !KEY.test(key));
	if (odd !== undefined)
		return "A preference is called by whose it is and what it says: small letters, digits and -, at least two words with a dot between them, as mail.digest.";
	if (depthOf(values) > DEEPEST) return `Preferences are nested ${DEEPEST} deep at most.`;
	const bytes = Buffer.byteLength(JSON.stringify(values));
	return bytes > most
		? `Preferences have ${most} bytes at most (PREFERENCE_BYTES); these would have ${bytes}.`
		: undefined;
}

const depthOf = (value: JsonValue): number =>
	typeof value === "object" && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
