/** The rows of a run's lists: what one event of the bulk changes in them. */

import type { Edit, ProjectedList, Row } from "../../../adapters/projected-lists";
import type { DifferenceLine } from "../../../contracts/migration/migration";
import type { ComparisonEvent, UndoEvent } from "../../../domain/migration/events";
import { type Batch, type Known, kept, knownFrom, saidBy } from "../../../domain/migration/known";

/** Each record where it was met first, as it is now. */
export function putBatch(edit: Edit, list: ProjectedList, stream: string, batch: Batch): void {
	const ids = [...batch.removed.map(({ id }) => id), ...batch.entries.map(({ intent }) => intent.id)];
	const found = new Map(list.find(ids).map(row => [row.key, row]));
	let last = list.last();
	const before = (id: string): Known | undefined => {
		const facts = found.get(id)?.facts;
		return facts === undefined ? undefined : knownFrom(facts);
	};
	for (const { id, known, line } of saidBy(stream, batch, before)) {
		const order = found.get(id)?.order ?? ++last;
		edit.put({ order, key: id, line: JSON.stringify(line), facts: JSON.stringify(kept(known)) });
	}
}

/** The most differences of one page of a comparison: a batch has fewer records. */
const PAGE_PLACES = 2 ** 14;
const MOST_PAGES = 2 ** 22;

/** How far a comparison is, as a number. */
export const reached = ({ pass, batch }: { readonly pass: number; readonly batch: number }): number =>
	pass * MOST_PAGES + batch;

/** The last place of a page's differences. */
export const lastOf = (page: number): number => (page + 1) * PAGE_PLACES - 1;

/** A page that was compared twice, because a controller stopped between, counts as it was the second time. */
export function putDifferences(edit: Edit, stream: string, { batch, differences }: ComparisonEvent["data"]): void {
	const begin = batch * PAGE_PLACES;
	// The first page of a listing takes the one before it away.
	edit.clear(batch === 1 ? 0 : begin, MOST_PAGES * PAGE_PLACES);
	const told = differences.filter(({ kind }) => kind !== "gone");
	for (const [index, { found, ...line }] of told.entries()) edit.put(rowOf(begin + index, { stream, ...line }));
}

/** What was left by one rollback the next one may have put back. */
export function putUndone(edit: Edit, list: ProjectedList, stream: string, { records }: UndoEvent["data"]): void {
	const found = new Map(list.find(records.map(({ id }) => id)).map(({ key, order }) => [key, order]));
	let last = list.last();
	for (const { id, name, outcome, reason } of records) {
		edit.remove(id);
		const line = { stream, id, name, kind: "changed-since", fields: [], ...(reason && { reason }) } as const;
		if (outcome === "changed-since") edit.put(rowOf(found.get(id) ?? ++last, line));
	}
}

const rowOf = (order: number, line: DifferenceLine): Row => ({
	order,
	key: line.id,
	line: JSON.stringify(line),
	facts: "null"
});
