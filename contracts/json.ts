/** What the wire carries. Byte counts in it are decimal strings: numbers are exact only to 2^53. */

export type JsonValue = string | number | boolean | null | JsonValue[] | Json;
export type Json = { [key: string]: JsonValue };

/** @throws SyntaxError on anything but JSON */
export const parseJson = (text: string): JsonValue => JSON.parse(text);
