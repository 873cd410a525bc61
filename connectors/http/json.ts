/** JSON as the panels speak it: their integers reach 2^63, ours are exact only to 2^53. */

import type { Json, JsonValue } from "../../contracts/json";

/** What came over the wire: integers beyond 2^53 are bigints, all others numbers. */
export type Wire = string | number | bigint | boolean | null | Wire[] | WireObject;
export type WireObject = { [key: string]: Wire };

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

/** Part of ES2025, which TypeScript's library does not know yet. */
interface SourceTextJson {
	parse(text: string, reviver?: Reviver): Wire;
	rawJSON(text: string): object;
}
const sourceText = JSON as unknown as SourceTextJson;

const LONG_NUMBER = /\d{16}/;
const INTEGER = /^-?\d+$/;

const exact: Reviver = (_key, value, { source }) =>
	typeof value === "number" && source !== undefined && !Number.isSafeInteger(value) && INTEGER.test(source)
		? BigInt(source)
		: value;

/** Throws a SyntaxError on anything but JSON. */
export function parse(text: string): Wire {
	return LONG_NUMBER.test(text) ? sourceText.parse(text, exact) : sourceText.parse(text);
}

export function stringify(value: Wire): string {
	return JSON.stringify(value, (_key, inner: unknown) =>
		typeof inner === "bigint" ? sourceText.rawJSON(inner.toString()) : inner
	);
}

export function isObject(value: unknown): value is WireObject {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** As a record holds it: bigints become decimal strings, and so do the named fields whatever their size. */
export function toJson(value: WireObject, decimals: readonly string[] = []): Json {
	const entries = Object.entries(value).map(([key, inner]): [string, JsonValue] => [
		key,
		decimals.includes(key) && typeof inner === "number" ? String(inner) : plain(inner, decimals)
	]);
	return Object.fromEntries(entries);
}

function plain(value: Wire, decimals: readonly string[]): JsonValue {
	if (typeof value === "bigint") return value.toString();
	if (Array.isArray(value)) return value.map(inner => plain(inner, decimals));
	return isObject(value) ? toJson(value, decimals) : value;
}
