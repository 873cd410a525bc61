/** What every event store promises. A store runs it by one call. */

import fc from "fast-check";
import { type EventStore, NEW, VersionConflict } from "../../adapters/eventstore";
import { limits, reading, subscription } from "./conformance.reading";
import { all, event, insist } from "./events";

/** A new, empty store. */
export type OpenStore = (options?: { now?: () => Date }) => EventStore | Promise<EventStore>;

export function conformance(name: string, open: OpenStore): void {
	describe(name, () => {
		let store: EventStore;
		beforeEach(async () => {
			store = await open();
		});
		afterEach(() => store.close());
		const given = (): EventStore => store;

		describe("expected version", () => versions(given));
		describe("append id", () => appendIds(given));
		describe("reading", () => reading(given, open));
		describe("subscription", () => subscription(given));
		describe("limits", () => limits(given));
	});
}

function versions(store: () => EventStore): void {
	it("begins a stream at NEW and refuses whoever did not see the last append", async () => {
		expect(await store().version("a")).toBe(NEW);
		const first = await store().append("a", NEW, [event(1)], "1");
		expect(first.repeated).toBe(false);
		expect(await store().version("a")).toBe(first.version);
		const late = store().append("a", NEW, [event("late")], "late");
		await expect(late).rejects.toThrow(VersionConflict);
		await expect(late).rejects.toMatchObject({ stream: "a", expected: NEW, actual: first.version });
		await store().append("a", first.version, [event(2)], "2");
		expect((await all(store().read("a"))).map(recorded => recorded.event.data)).toEqual([1, 2]);
	});

	it("L13: of many who decide at the same version exactly one wins", async () => {
		const tries = Array.from({ length: 20 }, (_, i) => store().append("a", NEW, [event(i)], `try-${i}`));
		const settled = await Promise.allSettled(tries);
		expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
		const refused = settled.filter(each => each.status === "rejected").map(each => each.reason);
		for (const reason of refused) expect(reason).toBeInstanceOf(VersionConflict);
		expect(await all(store().read("a"))).toHaveLength(1);
	});

	it("keeps every append of many who insist", async () => {
		const writers = Array.from({ length: 6 }, async (_, w) => {
			for (let i = 0; i < 20; i++) await insist(store(), "a", `${w}-${i}`, `${w}-${i}`);
		});
		await Promise.all(writers);
		const found = await all(store().read("a"));
		expect(new Set(found.map(recorded => recorded.event.data)).size).toBe(120);
		expect(new Set(found.map(recorded => recorded.version)).size).toBe(120);
	});

	it("does not mix up streams", async () => {
		await Promise.all(["a", "b", "A", "a/b", "ä"].map(stream => store().append(stream, NEW, [event(stream)], "1")));
		for (const stream of ["a", "b", "A", "a/b", "ä"]) {
			expect((await all(store().read(stream))).map(recorded => recorded.event.data)).toEqual([stream]);
		}
	});

	it("refuses what is no append", async () => {
		await expect(store().append("a", NEW, [], "1")).rejects.toThrow(RangeError);
		await expect(store().append("", NEW, [event(1)], "1")).rejects.toThrow(RangeError);
		await expect(store().append("a", NEW, [event(1)], "")).rejects.toThrow(RangeError);
		await expect(store().append("a", "not a version", [event(1)], "1")).rejects.toThrow(RangeError);
	});
}

function appendIds(store: () => EventStore): void {
	it("L10: repeated as the last append, answers what it answered and adds nothing", async () => {
		const first = await store().append("a", NEW, [event(1), event(2)], "once");
		await store().append("b", NEW, [event(9)], "else");
		const again = await store().append("a", NEW, [event(1), event(2)], "once");
		expect(again).toEqual({ ...first, repeated: true });
		expect(await all(store().read("a"))).toHaveLength(2);
	});

	it("L10: after a lost acknowledgement the conflict is with oneself, and is success", async () => {
		const first = await store().append("a", NEW, [event(1)], "1");
		const unheard = await store().append("a", first.version, [event(2)], "2");
		expect(await store().append("a", first.version, [event(2)], "2")).toEqual({ ...unheard, repeated: true });
		expect(await all(store().read("a"))).toHaveLength(2);
	});

	it("L10: an id that is no longer the last is a conflict, for others decided since", async () => {
		const first = await store().append("a", NEW, [event(1)], "1");
		await store().append("a", first.version, [event(2)], "2");
		await expect(store().append("a", NEW, [event(1)], "1")).rejects.toThrow(VersionConflict);
	});

	it("belongs to its stream", async () => {
		await store().append("a", NEW, [event(1)], "same");
		expect((await store().append("b", NEW, [event(1)], "same")).repeated).toBe(false);
	});

	it("L10: twice at the same time, is stored once", async () => {
		const twice = await Promise.all([1, 2].map(() => store().append("a", NEW, [event(1)], "once")));
		expect(twice.map(({ repeated }) => repeated).sort()).toEqual([false, true]);
		expect(await all(store().read("a"))).toHaveLength(1);
	});

	it("L10: any tale of appends, stale ones and repetitions gives what a list would hold", async () => {
		const step = fc.record({
			stream: fc.constantFrom("x", "y"),
			id: fc.constantFrom("1", "2", "3"),
			stale: fc.boolean()
		});
		let tale = 0;
		await fc.assert(
			fc.asyncProperty(fc.array(step, { maxLength: 12 }), async steps => {
				const prefix = `tale-${++tale}/`;
				const model = new Map<string, string[]>();
				for (const each of steps) await told(store(), model, { ...each, stream: prefix + each.stream });
				for (const [name, kept] of model) {
					expect((await all(store().read(name))).map(recorded => recorded.event.data)).toEqual(kept);
				}
			}),
			{ numRuns: 30 }
		);
	});
}

/** One step of a tale: the store answers as the list says. */
async function told(
	store: EventStore,
	model: Map<string, string[]>,
	{ stream, id, stale }: { stream: string; id: string; stale: boolean }
): Promise<void> {
	const kept = model.get(stream) ?? [];
	const appended = store.append(stream, stale ? NEW : await store.version(stream), [event(id)], id);
	if (kept.at(-1) === id) expect((await appended).repeated).toBe(true);
	else if (stale && kept.length > 0) await expect(appended).rejects.toThrow(VersionConflict);
	else {
		expect((await appended).repeated).toBe(false);
		model.set(stream, [...kept, id]);
	}
}
