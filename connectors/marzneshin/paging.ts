/**
 * Marzneshin pages by number, in an order of names: rows that come or go meanwhile shift all that follow.
 *
 * Each page carries the total. When it moves, pages are walked back from where we were until one holds a record that
 * the last page had: whatever sorts behind that record is on this page or a later one, so nothing is missed and some
 * records come twice. A row removed and another added between two pages leave the total as it was; only two listings
 * with equal ids prove completeness (L4).
 */

import type { SourceRecord } from "../../contracts/migration/records";
import type { Cursor, Page } from "../connector";
import { readCursor } from "../cursor";

interface Position {
	readonly page: number;
	readonly size: number;
	readonly total: number;
	/** Ids of the last records read. */
	readonly tail: readonly string[];
}
export interface Fetched {
	readonly records: readonly SourceRecord[];
	readonly total: number;
}

const TAIL = 25;

export async function readPage(
	fetch: (page: number, size: number) => Promise<Fetched>,
	cursor: Cursor | null,
	size: number
): Promise<Page<SourceRecord>> {
	const from = cursor === null ? { page: 1, size, total: -1, tail: [] } : readCursor(cursor, isPosition, "Marzneshin");
	let page = from.page;
	let fetched = await fetch(page, from.size);
	const moved = cursor !== null && fetched.total !== from.total;
	while (moved && page > 1 && !overlaps(fetched, from)) {
		page -= 1;
		fetched = await fetch(page, from.size);
	}
	const { records, total } = fetched;
	const tail = records.slice(-TAIL).map(({ id }) => id);
	const more = records.length > 0 && page * from.size < total;
	return { records, total, next: more ? JSON.stringify({ page: page + 1, size: from.size, total, tail }) : null };
}

const overlaps = ({ records }: Fetched, { tail }: Position) => records.some(({ id }) => tail.includes(id));

function isPosition(value: unknown): value is Position {
	const position = value as Partial<Position> | null | undefined;
	return Number.isInteger(position?.page) && Number.isInteger(position?.size) && Array.isArray(position?.tail);
}

/** Streams of some hundred records are read whole, and paged behind the last id. */
export function slice(all: readonly SourceRecord[], cursor: Cursor | null, limit: number): Page<SourceRecord> {
	const after =
		cursor === null
			? Number.NEGATIVE_INFINITY
			: readCursor(cursor, Number.isInteger as (value: unknown) => value is number, "Marzneshin");
	const rest = all.filter(({ id }) => Number(id) > after).sort((a, b) => Number(a.id) - Number(b.id));
	const records = rest.slice(0, limit);
	const last = records.at(-1);
	const next = last === undefined || rest.length <= limit ? null : JSON.stringify(Number(last.id));
	return { records, total: all.length, next };
}
