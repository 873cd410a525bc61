/** A long report costs what is in it, once, and whoever asks for other things meanwhile is answered. */

import { type EventStore, NEW, openMemoryStore } from "../../../adapters/eventstore";
import type { StreamRun } from "../../../domain/migration/run";
import { recordStream } from "../../../services/migration/run/journal";
import { reportLines } from "../../../services/migration/run/lines";

const BATCHES = 20;

/** Batches of 100, and what tells how often the run was read from its beginning on. */
async function written() {
	const store = openMemoryStore();
	let [until, whole] = [NEW, 0];
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
	};
	for (let batch = 1; batch <= BATCHES; batch++) await add(batch, batch * 100, false);
	const read: EventStore["read"] = (stream, after) => {
		if (after === undefined) whole++;
		return store.read(stream, after);
	};
	const watched = Object.assign(Object.create(store) as EventStore, { read });
	const run = (): StreamRun => ({ stream: "users", records: until, removed: new Map() }) as unknown as StreamRun;
	return { store: watched, run, add, whole: () => whole };
}

async function report(store: EventStore, run: StreamRun) {
	const lines: { readonly id: string; readonly name: string }[] = [];
	for (let after: string | null = null; ; ) {
		const page: Awaited<ReturnType<typeof reportLines>> = await reportLines(store, "p", run, after, () => undefined);
		lines.push(...page.lines);
		after = page.next;
		if (after === null) return lines;
	}
}

it("the pages of a report read the run once for all, and others have their turn at every batch", async () => {
	const { store, run, add, whole } = await written();
	let [turns, over] = [0, false];
	const others = (): void => {
		turns++;
		if (!over) setImmediate(others);
	};
	setImmediate(others);
	expect(await report(store, run())).toHaveLength(BATCHES * 100);
	over = true;
	expect(turns).toBeGreaterThan(BATCHES);
	// Once for what was settled later, and once from the first page on.
	expect(whole()).toBe(2);
	await report(store, run());
	expect(whole()).toBe(3);
	// What was written since is there.
	await add(BATCHES + 1, 100, true);
	const lines = await report(store, run());
	expect(lines).toHaveLength(BATCHES * 100);
	expect(lines.filter(({ name }) => name === "again")).toHaveLength(100);
	// And what was read is not read again for it: a run that goes on has another end at each page.
	expect(whole()).toBe(4);
});

it("of a run that goes on each record is said once, and as it is now", async () => {
	const { store, run, add, whole } = await written();
	const lines: { readonly id: string; readonly name: string }[] = [];
	let [batch, after] = [BATCHES, null as string | null];
	do {
		const earlier = run();
		await add(++batch, batch * 100, false);
		await add(++batch, 100, true);
		const [page] = await Promise.all(
			[run(), earlier, run()].map(each => reportLines(store, "p", each, after, () => undefined))
		);
		lines.push(...(page?.lines ?? []));
		after = page?.next ?? null;
	} while (after !== null && batch < 10 * BATCHES);
	expect(new Set(lines.map(({ id }) => id)).size).toBe(lines.length);
	expect(lines.filter(({ name }) => name === "again").map(({ id }) => id)).toEqual(
		Array.from({ length: 100 }, (_, index) => String(100 + index))
	);
	// Three at the first page, and once for what was settled later.
	expect(whole()).toBe(4);
});
