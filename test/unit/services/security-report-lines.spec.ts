/** A long report costs what is in it, once, and whoever asks for other things meanwhile is answered. */

import { NEW, openMemoryStore } from "../../../adapters/eventstore";
import { openMemoryProjections } from "../../../adapters/projections";
import type { StreamView } from "../../../domain/migration/view";
import { recordStream } from "../../../services/migration/run/journal";
import { reportLines, type Told } from "../../../services/migration/run/lines";
import { Lists } from "../../../services/migration/run/lists";
import { counting } from "../../support/counting";

const BATCHES = 20;
const COMPARISON = { pass: 1, batch: 0, absent: [], waiting: new Set<string>(), left: new Map<string, string>() };

/** Batches of 100, and what tells how many events were read of them. */
async function written() {
	const store = openMemoryStore();
	const projections = openMemoryProjections();
	let [until, last] = [NEW, 0];
	const add = async (batch: number, from: number, settles: boolean): Promise<void> => {
		const all = Array.from({ length: 100 }, (_, index) => String(from + index));
		const name = settles ? "again" : "first";
		const intents = all.map(id => ({ id, name, losses: [], before: null, target: null }));
		const results = all.map(id => ({ id, outcome: "created" }));
		for (const event of [
			{ type: "prepared", data: { batch, settles, cursor: null, last: false, total: 0, intents } },
			{ type: "written", data: { batch, results } }
		])
			({ version: until } = await store.append(recordStream("p", "users"), until, [event], `${event.type} ${batch}`));
		last = batch;
	};
	for (let batch = 1; batch <= BATCHES; batch++) await add(batch, batch * 100, false);
	const { store: counted, counts } = counting(store);
	const lists = new Lists(counted, projections);
	const told = (): Told => {
		const stream: StreamView = { stream: "users", batch: last, comparison: COMPARISON, mended: new Set() };
		return { lists, name: "p", stream };
	};
	return { told, add, read: () => counts.events };
}

async function report(told: () => Told) {
	const lines: { readonly id: string; readonly name: string }[] = [];
	for (let after: string | null = null; ; ) {
		const page: Awaited<ReturnType<typeof reportLines>> = await reportLines(told(), after, () => undefined);
		lines.push(...page.lines);
		after = page.next;
		if (after === null) return lines;
	}
}

it("the pages of a report read each event once for all, and others have their turn meanwhile", async () => {
	const { told, add, read } = await written();
	let [turns, over] = [0, false];
	const others = (): void => {
		turns++;
		if (!over) setImmediate(others);
	};
	setImmediate(others);
	expect(await report(told)).toHaveLength(BATCHES * 100);
	over = true;
	expect(turns).toBeGreaterThan(0);
	expect(read()).toBe(2 * BATCHES);
	await report(told);
	expect(read()).toBe(2 * BATCHES);
	// What was written since is there, where the record was met first, and nothing else is read for it.
	await add(BATCHES + 1, 100, true);
	const lines = await report(told);
	expect(lines.map(({ id }) => id)).toEqual(Array.from({ length: BATCHES * 100 }, (_, index) => String(100 + index)));
	expect(lines.filter(({ name }) => name === "again")).toHaveLength(100);
	expect(read()).toBe(2 * BATCHES + 2);
});

it("of a run that goes on each record is said once, and as it is now", async () => {
	const { told, add, read } = await written();
	const lines: { readonly id: string; readonly name: string }[] = [];
	let [batch, after] = [BATCHES, null as string | null];
	do {
		const earlier = told();
		await add(++batch, batch * 100, false);
		await add(++batch, 100, true);
		const [page] = await Promise.all([told(), earlier, told()].map(each => reportLines(each, after, () => undefined)));
		lines.push(...(page?.lines ?? []));
		after = page?.next ?? null;
	} while (after !== null && batch < 10 * BATCHES);
	expect(new Set(lines.map(({ id }) => id)).size).toBe(lines.length);
	expect(lines.filter(({ name }) => name === "again").map(({ id }) => id)).toEqual(
		Array.from({ length: 100 }, (_, index) => String(100 + index))
	);
	// Those that are asked for at once may read the same events.
	expect(read()).toBeLessThanOrEqual(3 * 2 * batch);
});
