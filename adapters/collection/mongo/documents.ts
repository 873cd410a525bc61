/**
 * Documents as MongoDB keeps them, and back, exactly. What records are found by are texts, numbers, truth values and null:
 * those are kept as what they are. Whatever else a field holds is kept as its JSON, within an object, for MongoDB would look
 * for a text within a list as well, and knows names that it does not take.
 */

import { Double } from "mongodb";
import { parseJson } from "../../../contracts/json";
import { fieldsOf, textOf } from "../../../domain/unknown";
import type { Doc } from "../adapter";

const PLAIN = /^(?:[A-Za-z]\w*|_id|_version)$/;
/** A unit of a text that is in no plain name, by its number. */
const UNIT = /[^A-Za-z0-9]/g;

const nameOf = (field: string): string =>
	PLAIN.test(field) ? field : `%${field.replace(UNIT, unit => `%${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)}`;
const fieldOf = (name: string): string =>
	name.startsWith("%")
		? name.slice(1).replace(/%([0-9a-f]{4})/g, (_, unit: string) => String.fromCharCode(Number.parseInt(unit, 16)))
		: name;

type Kept = Readonly<Record<string, unknown>>;

/** What MongoDB takes at most. */
const MOST_BYTES = 16_777_216;

/** @param name of the collection @throws TypeError as JSON.stringify does · RangeError where it is too large */
export function toMongo(doc: object, name: string): Record<string, unknown> {
	const kept = fieldsKept(doc);
	const bytes = bytesOf(kept);
	if (bytes <= MOST_BYTES) return kept;
	throw new RangeError(
		`A record of '${name}' has ${bytes} bytes as MongoDB would keep it, ${MOST_BYTES} at most: keep less in one.`
	);
}

/** As BSON, but for small numbers, which may take 4 bytes less. */
const bytesOf = (kept: Kept): number =>
	Object.entries(kept).reduce((sum, [field, value]) => sum + Buffer.byteLength(field) + 2 + valueBytes(value), 5);
const valueBytes = (value: unknown): number => {
	if (typeof value === "string") return Buffer.byteLength(value) + 5;
	return typeof value === "object" && value !== null && "json" in value ? bytesOf(value as Kept) : 8;
};

const fieldsKept = (doc: object): Record<string, unknown> =>
	Object.fromEntries(
		Object.entries(doc).flatMap(([field, value]) => {
			const kept = field === "_id" ? String(value).toWellFormed() : keptAs(value);
			return kept === undefined ? [] : [[nameOf(field), kept]];
		})
	);

export const fromMongo = (doc: object): Doc =>
	Object.fromEntries(Object.entries(doc).map(([name, value]) => [fieldOf(name), givenBy(value)])) as never;

/** Undefined where JSON has nothing of it. */
function keptAs(value: unknown): unknown {
	const scalar = scalarOf(value);
	if (scalar !== undefined) return scalar;
	const json: string | undefined = JSON.stringify(value);
	if (json === undefined) return undefined;
	// What a date says of itself, for example, is a text.
	const said: unknown = parseJson(json);
	return (typeof said === "object" ? undefined : scalarOf(said)) ?? { json };
}

/** As it is kept where it is compared; undefined for what is not. */
export function scalarOf(value: unknown): unknown {
	if (value === null || typeof value === "boolean") return value;
	if (typeof value === "string") return value.isWellFormed() ? value : undefined;
	if (typeof value !== "number") return undefined;
	if (!Number.isFinite(value)) return null;
	// The driver would make the number of another type of it, and of all beyond 2^63 the same.
	return Number.isInteger(value) && !Number.isSafeInteger(value) ? new Double(value) : value;
}

const givenBy = (value: unknown): unknown =>
	typeof value === "object" && value !== null ? parseJson(textOf(fieldsOf(value), "json") ?? "null") : value;
