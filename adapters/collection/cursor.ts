/** Where a page ended, as a text that nobody need read: the last record's place in the order, and of which search it is. */

import { type Json, parseJson } from "../../contracts/json";
import { digest } from "../../domain/canonical";

export type SortKey = readonly [value: unknown, id: string];

/** Of one search: what names it must name its cursors. */
const markOf = (search: Json): string => digest(search).slice(0, 16);

export const encodeCursor = (search: Json, [value, id]: SortKey): string =>
	Buffer.from(JSON.stringify([markOf(search), value ?? null, id])).toString("base64url");

/** Undefined where it is none of this search. */
export function decodeCursor(search: Json, text: string): SortKey | undefined {
	try {
		const read = parseJson(Buffer.from(text, "base64url").toString());
		const [mark, value, id, ...more] = Array.isArray(read) ? read : [];
		const isOurs = mark === markOf(search) && typeof id === "string" && more.length === 0 && isScalar(value);
		return isOurs ? [value, id] : undefined;
	} catch {
		return undefined;
	}
}

const isScalar = (value: unknown): boolean => value !== undefined && (value === null || typeof value !== "object");
