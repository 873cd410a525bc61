import { NEW, openMemoryStore } from "../../../adapters/eventstore";
import { openMemoryProjections } from "../../../adapters/projections";
import type { DifferenceLine } from "../../../contracts/migration/migration";
import type { StreamView } from "../../../domain/migration/view";
import { comparisonStream, recordStream } from "../../../services/migration/run/journal";
import { differenceLines } from "../../../services/migration/run/lines";
import { Lists } from "../../../services/migration/run/lists";

const ids = (from: number, count: number): string[] =>
	Array.from({ length: count }, (_, index) => String(from + index));

/** 12 batches of 100 that differ, the last of them compared twice, and 1,100 that went from the source. */
async function compared() {
	const store = openMemoryStore();
	const gone = ids(5_000, 1_100);
	const intents = gone.map(id => ({ id, name: `n${id}`, losses: [], before: null }));
	const results = gone.map(id => ({ id, outcome: "created" }));
	const records = [
		{ type: "prepared", data: { batch: 1, cursor: null, last: true, total: 0, intents } },
		{ type: "written", data: { batch: 1, results } }
	];
	let until = NEW;
	for (const event of records)
		({ version: until } = await store.append(recordStream("p", "users"), until, [event], event.type));
	let version = NEW;
	for (const batch of [...ids(1, 12).map(Number), 12]) {
		const differences = ids(batch * 100, 100).map(id => ({ id, name: `n${id}`, kind: "different", fields: [] }));
		const data = { pass: 1, batch, equal: [], differences, position: "0" };
		const event = { type: "compared", data };
		({ version } = await store.append(comparisonStream("p", "users"), version, [event], `${batch} after ${version}`));
	}
	const comparison = { pass: 1, batch: 12, absent: gone, waiting: new Set<string>(), left: new Map<string, string>() };
	const stream: StreamView = { stream: "users", batch: 1, comparison, mended: new Set() };
	return { lists: new Lists(store, openMemoryProjections()), name: "p", stream };
}

it("what differs is named page by page, each once, those that went at the end with their reason", async () => {
	const told = await compared();
	const lines: DifferenceLine[] = [];
	const pages: number[] = [];
	let after: string | null = null;
	do {
		const page = await differenceLines(told, after, id => `why ${id}`);
		lines.push(...page.lines);
		pages.push(page.lines.length);
		after = page.next;
	} while (after !== null);
	expect(pages).toEqual([500, 500, 200, 500, 500, 100]);
	expect(new Set(lines.map(({ id }) => id)).size).toBe(2_300);
	expect(lines[0]).toEqual({ stream: "users", id: "100", name: "n100", kind: "different", fields: [] });
	expect(lines.at(-1)).toMatchObject({ id: "6099", name: "n6099", kind: "gone", reason: "why 6099" });
});

it("a place that is none is refused", async () => {
	const told = await compared();
	for (const place of [
		"no place",
		"7",
		"record-7",
		"differing-",
		"differing--1",
		"gone-x y",
		"differing-1.5",
		"left-1"
	])
		await expect(differenceLines(told, place, () => "")).rejects.toThrow(RangeError);
});
