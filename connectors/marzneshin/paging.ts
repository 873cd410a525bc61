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
import { fieldsOf } from "../../domain/unknown";
import { unlessEndless } from "../beyond";
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
	/** How many pages were asked for until here, also anew. */
	readonly asked?: number;
	/** How often in a row a page was the one before it once more. */
	readonly same?: number;
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
	const { page, asked, moved, fetched } = await found(fetch, from, cursor !== null);
	const { total } = fetched;
	const earlier = (from.unreadable ?? []).filter(([number]) => number < page);
	const { records, lost } = numbered(fetched, sum(earlier));
	const unreadable = lost > 0 ? [...earlier, [page, lost]] : earlier;
	const tail = fetched.records.filter(isRead).slice(-TAIL);
	const same = isSame(tail, from) && !moved ? (from.same ?? 0) + 1 : 0;
	if (same >= MOST_SAME) throw new ConnectorError("unexpected-answer", `${USERS} answered one page again and again.`);
	const more = records.length > 0 && page * from.size < total;
	const next = { page: page + 1, size: from.size, total, tail: tail.map(({ id }) => id), unreadable, asked, same };
	return { records, total, next: more ? JSON.stringify(next) : null };
}

/** The page to go on with: where the total has moved, one that holds what was read last. */
async function found(fetch: (page: number, size: number) => Promise<Fetched>, from: Position, isLater: boolean) {
	let { page, asked = 0 } = from;
	const ask = async (): Promise<Fetched> => {
		const fetched = await fetch(page, from.size);
		unlessEndless(++asked, fetched.total, from.size, USERS);
		return fetched;
	};
	let fetched = await ask();
	const moved = isLater && fetched.total !== from.total;
	while (moved && page > 1 && !overlaps(fetched, from)) {
		page -= 1;
		fetched = await ask();
	}
	return { page, asked, moved, fetched };
}

const USERS = "GET /api/users";
/** Rows that go while as many come shift a page by as many: by a whole one, so often in a row, no panel's do. */
const MOST_SAME = 5;
const isSame = (tail: readonly SourceRecord[], { tail: before }: Position): boolean =>
	tail.length > 0 && tail.length === before.length && tail.every(({ id }, index) => id === before[index]);

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
	const { page, size, tail, asked = 1, same = 0, unreadable = [] } = fieldsOf(value);
	if (!isPositive(page) || !isPositive(size) || !Array.isArray(tail)) return false;
	const isPair = (pair: unknown): boolean => Array.isArray(pair) && pair.every(Number.isSafeInteger);
	return isPositive(asked) && (same === 0 || isPositive(same)) && Array.isArray(unreadable) && unreadable.every(isPair);
}

const isPositive = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) > 0;

/** Behind this id; `asked` pages were taken until here. Earlier versions gave the id alone. */
interface After {
	readonly after: number;
	readonly asked: number;
}
const isAfter = (value: unknown): value is After | number => {
	const { after, asked = 1 } = typeof value === "object" ? fieldsOf(value) : { after: value };
	return Number.isSafeInteger(after) && isPositive(asked);
};

/** Streams of some hundred records are read whole, each time, and paged behind the last id. */
export function slice(all: readonly SourceRecord[], cursor: Cursor | null, limit: number): Page<SourceRecord> {
	const from = cursor === null ? null : readCursor(cursor, isAfter, "Marzneshin");
	const { after, asked } = typeof from === "object" ? (from ?? FIRST) : { after: from, asked: 1 };
	unlessEndless(asked, all.length, limit, "A list");
	const rest = all.filter(({ id }) => Number(id) > after).sort((a, b) => Number(a.id) - Number(b.id));
	const records = rest.slice(0, limit);
	const last = records.at(-1);
	const next =
		last === undefined || rest.length <= limit ? null : JSON.stringify({ after: Number(last.id), asked: asked + 1 });
	return { records, total: all.length, next };
}
const FIRST: After = { after: Number.NEGATIVE_INFINITY, asked: 1 };
