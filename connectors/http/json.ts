/** JSON as the panels speak it: their integers reach 2^63, ours are exact only to 2^53. */

import type { Json, JsonValue } from "../../contracts/json";
import { remade } from "../../domain/own";
import { beyond } from "../beyond";
import { type Caps, USUAL } from "../caps";

/** What came over the wire: integers beyond 2^53 are bigints, all others numbers. */
export type Wire = string | number | bigint | boolean | null | Wire[] | WireObject;
export type WireObject = { [key: string]: Wire };

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

declare global {
	/** Part of ES2025, which TypeScript's library does not know yet. */
	interface JSON {
		parse(text: string, reviver: Reviver): Wire;
		rawJSON(text: string): object;
	}
}

const INTEGER = /^-?\d+$/;
/** A number of so many digits may not be exact. */
const LONG = 16;

const exact: Reviver = (_key, value, { source }) =>
	typeof value === "number" && source !== undefined && !Number.isSafeInteger(value) && INTEGER.test(source)
		? BigInt(source)
		: value;

/**
 * Looked over before it is read: how long reading takes, and how much it makes, follows from its values and its depth.
 * @throws SyntaxError on anything but JSON
 * @throws ConnectorError on more than is taken
 */
export function parse(text: string, caps: Caps = USUAL): Wire {
	return hasLongNumber(text, caps) ? JSON.parse(text, exact) : JSON.parse(text);
}

const [QUOTE, BACKSLASH, COMMA, POINT] = [0x22, 0x5c, 0x2c, 0x2e];
/** What a sign does to the depth, by its code. */
const STEP = Int8Array.from(
	{ length: 128 },
	(_, code) => ({ "[": 1, "{": 1, "]": -1, "}": -1 })[String.fromCharCode(code)] ?? 0
);
const isDigit = (sign: number): boolean => sign >= 0x30 && sign <= 0x39;

/** In one pass, which steps over strings. */
function hasLongNumber(text: string, caps: Caps): boolean {
	let [depth, values, digits, long] = [0, 0, 0, false];
	for (let at = 0; at < text.length; at++) {
		const sign = text.charCodeAt(at);
		if (isDigit(sign)) {
			long ||= ++digits >= LONG;
			continue;
		}
		// The digits behind a point are those of the same number.
		if (sign !== POINT) digits = 0;
		if (sign === QUOTE) at = endOfString(text, at);
		const step = STEP[sign] ?? 0;
		depth += step;
		if (step > 0 || sign === COMMA) unlessBeyond(depth, ++values, caps);
	}
	return long;
}

function unlessBeyond(depth: number, values: number, caps: Caps): void {
	if (depth > caps.panelAnswerDepth) throw beyond("An answer is nested too deep", "panelAnswerDepth", caps);
	if (values > caps.panelAnswerValues) throw beyond("An answer has too many values", "panelAnswerValues", caps);
}

/** Where it closes; where it does not, the end of the text. */
function endOfString(text: string, from: number): number {
	for (let at = text.indexOf('"', from + 1); at >= 0; at = text.indexOf('"', at + 1)) {
		let slashes = 0;
		while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes++;
		if (slashes % 2 === 0) return at;
	}
	return text.length;
}

export function stringify(value: Wire): string {
	return JSON.stringify(value, (_key, inner: unknown) =>
		typeof inner === "bigint" ? JSON.rawJSON(inner.toString()) : inner
	);
}

export function isObject(value: unknown): value is WireObject {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** As a record holds it: bigints become decimal strings, and so do the named fields whatever their size. */
export function toJson(value: WireObject, decimals: readonly string[] = []): Json {
	return remade(value, (inner, key) =>
		typeof inner === "number" && decimals.includes(key) ? String(inner) : plain(inner, decimals)
	);
}

function plain(value: Wire, decimals: readonly string[]): JsonValue {
	if (typeof value === "bigint") return value.toString();
	if (typeof value !== "object" || value === null) return value;
	return Array.isArray(value) ? value.map(inner => plain(inner, decimals)) : toJson(value, decimals);
}
