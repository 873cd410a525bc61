/** The bulk of a run as lines for the operator: what became of each record, and what is not as it should be. */

import { type EventStore, NEW } from "../../../adapters/eventstore";
import { MOST_PLACES, type ProjectedList } from "../../../adapters/projected-lists";
import type { DifferenceLine, Lines, LogLine } from "../../../contracts/migration/migration";
import type { ReportLine } from "../../../contracts/migration/records";
import type { RunEvent } from "../../../domain/migration/events";
import { logLine } from "../../../domain/migration/log";
import { removedLine } from "../../../domain/migration/status";
import type { StreamView } from "../../../domain/migration/view";
import { runStream } from "./journal";
import { lastOf } from "./list-rows";
import type { Lists } from "./lists";

/** Of one answer: a message between nodes has less than 1 MB. */
const PAGE = { lines: 500, characters: 600_000 } as const;

/** What a page of lines is read from. */
export interface Told {
	readonly lists: Lists;
	readonly name: string;
	readonly stream: StreamView;
}

/**
 * The records of a stream in the order in which they were met; each once, as it is now.
 * @param still why a record is still at the target though it went from the source
 */
export async function reportLines(
	{ lists, name, stream: { stream, batch, mended } }: Told,
	after: string | null,
	still: (id: string) => string | undefined
): Promise<Lines<ReportLine>> {
	const list = await lists.records(name, stream, batch);
	const now = (line: ReportLine): ReportLine => (mended.has(line.id) ? mendedLine(line) : line);
	return pageOf<ReportLine>(list, "record", after, MOST_PLACES, line => {
		const said = now(line);
		return { ...said, reason: said.reason ?? still(said.id) ?? null };
	});
}

const mendedLine = ({ stream, ...line }: ReportLine): ReportLine =>
	removedLine(
		stream,
		line,
		"The source could not show it; the last listing has no such row: if it was mended, it has a line of its own."
	);

/**
 * The records that the last comparison found not to be as they should; at the end those that went from the source.
 * @param why one that went is still at the target
 */
export async function differenceLines(
	told: Told,
	after: string | null,
	why: (id: string) => string
): Promise<Lines<DifferenceLine>> {
	const { lists, name, stream } = told;
	const { comparison } = stream;
	if (after !== null && kindOf(after) === "gone") return goneLines(told, placeOf("gone", after), why);
	const list = await lists.differences(name, stream.stream, comparison);
	const { lines, next } = pageOf<DifferenceLine>(list, "differing", after, lastOf(comparison.batch));
	return { lines, next: next ?? (comparison.absent.length > 0 ? cursor("gone", 0) : null) };
}

async function goneLines(
	{ lists, name, stream }: Told,
	from: number,
	why: (id: string) => string
): Promise<Lines<DifferenceLine>> {
	const { absent } = stream.comparison;
	const ids = absent.slice(from, from + PAGE.lines);
	const known = await lists.known(name, stream, ids);
	const lines = ids.map((id): DifferenceLine => {
		return { stream: stream.stream, id, name: known.get(id)?.name ?? "", kind: "gone", fields: [], reason: why(id) };
	});
	const next = from + ids.length;
	return { lines, next: next < absent.length ? cursor("gone", next) : null };
}

/** The records that a rollback left: others changed them, or the target cannot put them back. */
export async function changedLines(
	{ lists, name, stream: { stream } }: Told,
	after: string | null
): Promise<Lines<DifferenceLine>> {
	return pageOf<DifferenceLine>(await lists.undone(name, stream), "left", after, MOST_PLACES);
}

/** What happened to a run after its version `after`, at most `limit` lines of it. `next` is where to ask again. */
export async function logLines(
	store: EventStore,
	name: string,
	after: string | null,
	limit: number
): Promise<Lines<LogLine>> {
	const lines: LogLine[] = [];
	let left = PAGE.characters;
	let [place, isWhole] = [after ?? NEW, true];
	for await (const { event, version, at, last } of store.read(runStream(name), after ?? undefined)) {
		// What was stored at once is told at once: reading goes on behind the last of it.
		if (isWhole && (lines.length >= limit || left < 0)) return { lines, next: place };
		isWhole = last;
		if (last) place = version;
		const line = logLine(event as RunEvent, place, at);
		left -= line.says.length;
		lines.push(line);
	}
	return { lines, next: null };
}

/** What a place is a place in. */
type Kind = "record" | "differing" | "gone" | "left";

const cursor = (kind: Kind, place: number): string => `${kind}-${place.toString(36)}`;
const kindOf = (after: string): string => after.slice(0, Math.max(0, after.indexOf("-")));

/** @throws RangeError where it is no place in lines of that kind */
function placeOf(kind: Kind, after: string | null): number {
	if (after === null) return 0;
	const [, place = ""] = after.split("-");
	const number = Number.parseInt(place, 36);
	if (!(number < MOST_PLACES) || after !== cursor(kind, number)) throw new RangeError(`'${after}' is no place.`);
	return number;
}

function pageOf<L extends object>(
	list: ProjectedList,
	kind: Kind,
	after: string | null,
	until: number,
	told: (line: L) => L = line => line
): Lines<L> {
	const from = placeOf(kind, after);
	const rows = list.page(from, until, PAGE);
	const end = rows.at(-1)?.order;
	const isMore = end !== undefined && list.page(end, until, { lines: 1, characters: 0 }).length > 0;
	return {
		lines: rows.map(({ line }) => told(JSON.parse(line))),
		next: isMore ? cursor(kind, end) : null
	};
}
