/**
 * Marzneshin pages by number, in an order of names: rows that come or go meanwhile shift all that follow.
 *
 * Each page carries the total. When it moves, pages are walked back from where we were until one holds a record that
 * the last page had: whatever sorts behind that record is on this page or a later one, so nothing is missed and some
 * records come twice. A row removed and another added between two pages leave the total as it was; only two listings
 * with equal ids prove completeness (L4).
 */

import type { SourceRecord } from "../../contracts/migration/records";
import { MOST_UNREADABLE } from "../../domain/migration/unreadable";
import { ConnectorError, type Cursor, type Page } from "../connector";
import { readCursor } from "../cursor";

interface Position {
	readonly page: number;
	readonly size: number;
	readonly total: number;
	/** Ids of the last records read. */
	readonly tail: readonly string[];
	/** By page, how many rows could not be read: they are counted through the listing. */
	readonly unreadable?: readonly (readonly [page: number, count: number])[];
}
/** A record that can only be counted; made with its number among its like. */
type Lost = (nth: number) => SourceRecord;
export interface Fetched {
	readonly records: readonly (SourceRecord | Lost)[];
	readonly total: number;
}

const TAIL = 25;

export async function readPage(
	fetch: (page: number, size: number) => Promise<Fetched>,
	cursor: Cursor | null,
	size: number
): Promise<Page<SourceRecord>> {
	const from: Position =
		cursor === null ? { page: 1, size, total: -1, tail: [] } : readCursor(cursor, isPosition, "Marzneshin");
	let page = from.page;
	let fetched = await fetch(page, from.size);
	const moved = cursor !== null && fetched.total !== from.total;
	while (moved && page > 1 && !overlaps(fetched, from)) {
		page -= 1;
		fetched = await fetch(page, from.size);
	}
	const { total } = fetched;
	const earlier = (from.unreadable ?? []).filter(([number]) => number < page);
	const { records, lost } = numbered(fetched, sum(earlier));
	const unreadable = lost > 0 ? [...earlier, [page, lost]] : earlier;
	const tail = fetched.records.filter(isRead).slice(-TAIL);
	const more = records.length > 0 && page * from.size < total;
	const next = { page: page + 1, size: from.size, total, tail: tail.map(({ id }) => id), unreadable };
	return { records, total, next: more ? JSON.stringify(next) : null };
}

const isRead = (record: SourceRecord | Lost): record is SourceRecord => typeof record !== "function";
const sum = (counts: NonNullable<Position["unreadable"]>) => counts.reduce((all, [, count]) => all + count, 0);

function numbered({ records }: Fetched, before: number): { records: SourceRecord[]; lost: number } {
	let nth = before;
	const all = records.map(record => (isRead(record) ? record : record(++nth)));
	if (nth <= MOST_UNREADABLE) return { records: all, lost: nth - before };
	const message = `Marzneshin answers 500 for more than ${MOST_UNREADABLE} of its users: most often their names break its own rules (not 3 to 32 letters, digits and underscores); correct them in its database, then run again.`;
	throw new ConnectorError("broken", message, { status: 500 });
}

const overlaps = ({ records }: Fetched, { tail }: Position) =>
	records.filter(isRead).some(({ id }) => tail.includes(id));

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
