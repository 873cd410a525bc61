/** The bulk of a run as lines for the operator: what became of each record, and what differs. */

import type { EventStore } from "../../../adapters/eventstore";
import type { DifferenceLine, Lines } from "../../../contracts/migration/migration";
import type { Intent, ReportLine } from "../../../contracts/migration/records";
import type { StreamRun } from "../../../domain/migration/run";
import { reportLine } from "../../../domain/migration/status";
import { readComparisons, readRecords } from "./journal";

/** The most lines of one answer, give or take a batch. */
const MOST_LINES = 500;

/** Lines of the batches after version `after`, in the order of the listing. */
export async function reportLines(
	store: EventStore,
	name: string,
	{ stream, records: counted }: StreamRun,
	after: string | null
): Promise<Lines<ReportLine>> {
	const lines: ReportLine[] = [];
	let intents: readonly Intent[] = [];
	for await (const { event, version } of readRecords(store, name, stream, after ?? undefined)) {
		if (event.type === "prepared") intents = event.data.intents;
		else lines.push(...event.data.results.map((result, i) => reportLine(stream, intents[i] as Intent, result)));
		if (version === counted) break;
		if (event.type === "written" && lines.length >= MOST_LINES) return { lines, next: version };
	}
	return { lines, next: null };
}

/** The records that the last comparison found not to be as they should. */
export async function differenceLines(
	store: EventStore,
	name: string,
	{ stream, comparison }: StreamRun,
	after: string | null
): Promise<Lines<DifferenceLine>> {
	const lines: DifferenceLine[] = [];
	let held: { batch: number; lines: DifferenceLine[] } | undefined;
	for await (const { event, version } of readComparisons(store, name, stream, after ?? undefined)) {
		const { batch, differences } = event.data;
		// A batch that was compared twice, because a controller stopped between, counts as it was the second time.
		if (held && held.batch !== batch) lines.push(...held.lines);
		held = { batch, lines: differences.map(difference => ({ stream, ...difference })) };
		if (version === comparison.comparisons) break;
	}
	return { lines: [...lines, ...(held?.lines ?? [])], next: null };
}
