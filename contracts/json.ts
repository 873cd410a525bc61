/** What the wire carries. Byte counts in it are decimal strings: numbers are exact only to 2^53. */

export type JsonValue = string | number | boolean | null | JsonValue[] | Json;
export type Json = { [key: string]: JsonValue };

export const isTable = (value: JsonValue | undefined): value is Json =>
	typeof value === "object" && value !== null && !Array.isArray(value);

/** The table that it is; an empty one where it is something else. */
export const tableIn = (value: JsonValue | undefined): Json => (isTable(value) ? value : {});

/** The list that it is; an empty one where it is something else. */
export const listIn = (value: JsonValue | undefined): JsonValue[] => (Array.isArray(value) ? value : []);

/** @throws SyntaxError on anything but JSON */
export const parseJson = (text: string): JsonValue => JSON.parse(text);
