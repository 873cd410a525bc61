/** What every event store promises to readers, and at its limits. */

import fc from "fast-check";
import {
	type Appended,
	AppendTooLarge,
	chunks,
	type EventStore,
	MAX_APPEND_BYTES,
	NEW,
	type RecordedEvent,
	StoreClosed
} from "../../adapters/eventstore";
import type { OpenStore } from "./conformance";
import { all, event, insist } from "./events";

export function reading(store: () => EventStore, open: OpenStore): void {
	it("L10: gives an append's events together, under one version and position, the last one marked", async () => {
		const { version, position } = await store().append("a", NEW, [event(1), event(2), event(3)], "1");
		const found = await all(store().readAll());
		expect(found.map(recorded => recorded.event.data)).toEqual([1, 2, 3]);
		expect(found.map(recorded => recorded.last)).toEqual([false, false, true]);
		for (const recorded of found) expect(recorded).toMatchObject({ stream: "a", version, position });
	});

	it("gives back any JSON as it was, and says when it was stored", async () => {
		const dated = await open({ now: () => new Date("2025-03-01T12:00:00.000Z") });
		let n = 0;
		await fc.assert(
			fc.asyncProperty(fc.jsonValue(), async value => {
				const stream = `json-${n++}`;
				await dated.append(stream, NEW, [event(value)], "1");
				const [found] = await all(dated.read(stream));
				expect(found?.event).toEqual(JSON.parse(JSON.stringify(event(value))));
				expect(found?.at).toBe("2025-03-01T12:00:00.000Z");
			}),
			{ numRuns: 60 }
		);
		await dated.close();
	});

	it("readAll is the order in which appends were stored, from any position on", async () => {
		const stored: Appended[] = [];
		for (let i = 0; i < 30; i++) stored.push(await insist(store(), `s${i % 3}`, i, `${i}`));
		const found = await all(store().readAll());
		expect(found.map(recorded => recorded.event.data)).toEqual(stored.map((_, i) => i));
		expect(found.map(recorded => recorded.position)).toEqual(stored.map(({ position }) => position));
		const rest = await all(store().readAll(stored[11]?.position));
		expect(rest.map(recorded => recorded.event.data)).toEqual(Array.from({ length: 18 }, (_, i) => i + 12));
		expect(await all(store().readAll(stored.at(-1)?.position))).toEqual([]);
	});

	it("L10: answers the last append of a stream as a whole, and nothing of a stream that is not", async () => {
		expect(await store().last("a")).toEqual([]);
		await store().append("a", NEW, [event(1), event(2)], "1");
		await insist(store(), "b", 9, "9");
		const { version, position } = await insist(store(), "a", 3, "3");
		expect(await store().last("a")).toMatchObject([{ stream: "a", version, position, event: event(3), last: true }]);
		await store().append("a", version, [event(4), event(5)], "4");
		expect((await store().last("a")).map(recorded => [recorded.event.data, recorded.last])).toEqual([
			[4, false],
			[5, true]
		]);
	});

	it("goes on from a version, through more than one page", async () => {
		const stored: Appended[] = [];
		for (let i = 0; i < 1300; i++) {
			stored.push(await store().append("long", stored.at(-1)?.version ?? NEW, [event(i)], `${i}`));
		}
		const numbers = async (after?: string): Promise<unknown[]> =>
			(await all(store().read("long", after))).map(recorded => recorded.event.data);
		expect(await numbers()).toEqual(stored.map((_, i) => i));
		expect(await numbers(stored[1200]?.version)).toEqual(Array.from({ length: 99 }, (_, i) => i + 1201));
		expect(await all(store().readAll())).toHaveLength(1300);
	});

	it("lets appends in while somebody reads", async () => {
		for (let i = 0; i < 5; i++) await insist(store(), "a", i, `${i}`);
		let seen = 0;
		for await (const { event } of store().readAll()) {
			if (seen++ < 5) await insist(store(), "b", event.data, `during-${seen}`);
		}
		expect(seen).toBeGreaterThanOrEqual(5);
		expect(await all(store().readAll())).toHaveLength(10);
	});

	it("knows the streams of a prefix, sorted, and no wildcards", async () => {
		const names = ["run/b", "run/a", "run/a/1", "runs", "run", "r_n/x", "r%n/y", "läuft/ü", "läuft/a"];
		for (const name of names) await store().append(name, NEW, [event(1)], "1");
		await insist(store(), "run/a", 2, "2");
		expect(await store().streams("run/")).toEqual(["run/a", "run/a/1", "run/b"]);
		expect(await store().streams("r_n")).toEqual(["r_n/x"]);
		expect(await store().streams("r%")).toEqual(["r%n/y"]);
		expect(await store().streams("läuft/")).toEqual(["läuft/a", "läuft/ü"]);
		expect(await store().streams("zzz")).toEqual([]);
		expect(await store().streams("")).toEqual([...names].sort());
	});
}

export function subscription(store: () => EventStore): void {
	it("begins after a position, goes on with what comes, ends when it is told to", async () => {
		const first = await insist(store(), "a", 0, "0");
		await insist(store(), "a", 1, "1");
		const stop = new AbortController();
		const seen: unknown[] = [];
		const subscribed = (async () => {
			for await (const recorded of store().subscribe(first.position, stop.signal)) {
				seen.push(recorded.event.data);
				if (seen.length === 5) stop.abort();
			}
		})();
		await new Promise(resolve => setTimeout(resolve, 20));
		await insist(store(), "b", 2, "2");
		await new Promise(resolve => setTimeout(resolve, 20));
		await insist(store(), "a", 3, "3");
		const { version } = await insist(store(), "a", 4, "4");
		await store().append("a", version, [event(5), event(6)], "5");
		await subscribed;
		expect(seen).toEqual([1, 2, 3, 4, 5]);
	});

	it("misses no append, at whatever moment it goes to sleep", async () => {
		for (let turns = 0; turns < 40; turns++) {
			const stream = `turn-${turns}`;
			const { position } = await insist(store(), stream, "first", "1");
			const later = (async () => {
				await new Promise(resolve => setImmediate(resolve));
				for (let turn = 0; turn < turns; turn++) await Promise.resolve();
				await store().append(stream, await store().version(stream), [event("second")], "2");
			})();
			const subscribed = store().subscribe(`${Number(position) - 1}`, AbortSignal.timeout(60_000));
			const seen: unknown[] = [];
			for await (const recorded of subscribed) if (seen.push(recorded.event.data) === 2) break;
			await later;
			expect(seen).toEqual(["first", "second"]);
		}
	});

	it("ends while it waits", async () => {
		const stop = new AbortController();
		const subscribed = all(store().subscribe(undefined, stop.signal));
		setTimeout(() => stop.abort(), 20);
		expect(await subscribed).toEqual([]);
		expect(await all(store().subscribe(undefined, stop.signal))).toEqual([]);
	});

	it("gives every subscriber every event once, in order, while many append", async () => {
		const stop = new AbortController();
		const subscriber = async (): Promise<RecordedEvent[]> => {
			const seen: RecordedEvent[] = [];
			for await (const recorded of store().subscribe(undefined, stop.signal)) if (seen.push(recorded) === 600) break;
			return seen;
		};
		const subscribers = [subscriber(), subscriber(), subscriber()];
		const writers = [1, 2, 3].map(async w => {
			for (let i = 0; i < 200; i++) await insist(store(), `s${w}`, `${w}-${i}`, `${i}`);
		});
		await Promise.all(writers);
		const expected = await all(store().readAll());
		for (const seen of await Promise.all(subscribers)) expect(seen).toEqual(expected);
		stop.abort();
	});

	it("throws when the store is closed under it", async () => {
		const subscribed = all(store().subscribe(undefined, new AbortController().signal));
		await new Promise(resolve => setTimeout(resolve, 10));
		const [outcome] = await Promise.allSettled([subscribed, store().close()]);
		expect(outcome).toMatchObject({ status: "rejected", reason: expect.any(StoreClosed) });
	});
}

export function limits(store: () => EventStore): void {
	it("takes an append of the most bytes, and not one byte more", async () => {
		const around = Buffer.byteLength(JSON.stringify([event("")]));
		const most = "x".repeat(MAX_APPEND_BYTES - around);
		const refused = store().append("a", NEW, [event(`${most}x`)], "1");
		await expect(refused).rejects.toThrow(AppendTooLarge);
		expect(await store().version("a")).toBe(NEW);
		await store().append("a", NEW, [event(most)], "1");
		expect((await all(store().read("a")))[0]?.event.data).toBe(most);
	});

	it("counts bytes, not characters", async () => {
		await expect(store().append("a", NEW, [event("é".repeat(MAX_APPEND_BYTES / 2))], "1")).rejects.toThrow(
			AppendTooLarge
		);
	});

	it("holds any bulk in chunks", async () => {
		const bulk = Array.from({ length: 20_000 }, (_, i) => ({ id: i, name: `user_${i}`, note: "n".repeat(100) }));
		let version: string = NEW;
		for (const [i, items] of chunks(bulk).entries()) {
			({ version } = await store().append("bulk", version, [event({ items })], `chunk-${i}`));
		}
		const found = await all(store().read("bulk"));
		expect(found.length).toBeGreaterThan(1);
		expect(found.flatMap(recorded => (recorded.event.data as { items: unknown[] }).items)).toEqual(bulk);
	});

	it("stores what was asked for before it was closed, and nothing after", async () => {
		const asked = store().append("a", NEW, [event(1)], "1");
		await store().close();
		expect((await asked).repeated).toBe(false);
		await store().close();
		await expect(store().append("a", NEW, [event(1)], "1")).rejects.toThrow(StoreClosed);
		await expect(store().version("a")).rejects.toThrow(StoreClosed);
		await expect(store().last("a")).rejects.toThrow(StoreClosed);
		await expect(store().streams("")).rejects.toThrow(StoreClosed);
		await expect(all(store().read("a"))).rejects.toThrow(StoreClosed);
		await expect(all(store().readAll())).rejects.toThrow(StoreClosed);
		await expect(all(store().subscribe(undefined, new AbortController().signal))).rejects.toThrow(StoreClosed);
	});
}
