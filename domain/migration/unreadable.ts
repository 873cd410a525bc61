/**
 * Rows of the source that nobody can read: they have no id that could be known, so each is counted by its place among
 * its like. A listing with one proves of no other record that it is gone: that one may be the row (L3).
 */

import type { Json } from "../../contracts/json";
import type { Quarantine, SourceRecord } from "../../contracts/migration/records";

export const UNREADABLE = "source_unreadable";
const PREFIX = "unreadable:";

/** More in one listing are no single rows: the run stops. */
export const MOST_UNREADABLE = 20;

export const isUnreadable = (id: string): boolean => id.startsWith(PREFIX);

/** @param nth from 1, among the unreadable rows of a listing */
export function unreadable(nth: number, name: string, quarantine: Omit<Quarantine, "category">): SourceRecord {
	const data: Json = {};
	return { id: `${PREFIX}${nth}`, name, data, quarantine: { category: UNREADABLE, ...quarantine } };
}
