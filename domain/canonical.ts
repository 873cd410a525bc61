/** One spelling for equal values: what digests are made of. Pure. */

import { hash } from "node:crypto";
import type { JsonValue } from "../contracts/json";

/** JSON with the keys of every object in code-unit order and no white space; equal values, equal text. */
export function canonical(value: JsonValue): string {
	if (typeof value === "string") return quoted(value);
	if (value === null || typeof value !== "object") return JSON.stringify(value);
	if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
	let text = "{";
	for (const key of Object.keys(value).sort())
		text += `${text === "{" ? "" : ","}${named(key)}${canonical(value[key] as JsonValue)}`;
	return `${text}}`;
}

/** Records name their fields alike. */
const names = new Map<string, string>();
const MOST_NAMES = 1_000;

function named(key: string): string {
	const known = names.get(key);
	if (known !== undefined) return known;
	const name = `${quoted(key)}:`;
	if (names.size < MOST_NAMES && key.length < 64) names.set(key, name);
	return name;
}

/** Nothing in it that JSON spells otherwise. */
const PLAIN = /^[ !#-[\]-~]*$/;
const quoted = (text: string): string => (PLAIN.test(text) ? `"${text}"` : JSON.stringify(text));

/** Whoever compares asks for the digest of two values, which are mostly equal: one hash for both. */
let last = { text: "", digest: "" };

/** SHA-256 of the canonical text, hex. */
export function digest(value: JsonValue): string {
	const text = canonical(value);
	if (text !== last.text) last = { text, digest: hash("sha256", text, "hex") };
	return last.digest;
}
