/** Jobs once across nodes: several of them look at one collection, each by a clock of its own. */

import { randomUUID } from "node:crypto";
import type { JobSpec } from "../../../../contracts/jobs";
import type { Kept, KeptRun } from "../../../../domain/platform/jobs/records";
import { Book } from "../../../../services/platform/scheduler/book";
import { Watch, type Watching } from "../../../../services/platform/scheduler/watch";
import { type OpenedCollection, openCollection } from "../../../support/collections";
import { until } from "../../../support/until";

const START = Date.parse("2026-11-27T09:00:30Z");
const MINUTE_MS = 60_000;
const job = (more: Partial<JobSpec> = {}): JobSpec => ({
	summary: "It.",
	cron: "* * * * *",
	zone: "UTC",
	missed: "once",
	lost: "again",
	action: "sweep",
	...more
});

let opened: OpenedCollection<Kept>;
const nodes: { readonly watch: Watch; readonly ending: AbortController }[] = [];
beforeEach(async () => {
	opened = await openCollection<Kept>({ name: "jobs", key: "id", indexes: [["job", "for"]] });
});
afterEach(async () => {
	for (const { ending } of nodes) ending.abort();
	await Promise.all(nodes.splice(0).map(({ watch }) => watch.end()));
	await opened.close();
});

interface Node {
	readonly watch: Watch;
	readonly warned: string[];
	/** As kill -9: it begins nothing and says nothing any more. */
	die(): void;
}

/** What the clock on the wall shows, and by how much this node's is off. */
let now = START;
function node(
	name: string,
	jobs: Record<string, JobSpec>,
	more: Partial<Watching> & { readonly skewMs?: number } = {}
): Node {
	const { skewMs = 0, ...rest } = more;
	const ending = new AbortController();
	const warned: string[] = [];
	const watch = new Watch({
		book: new Book(opened.collection),
		by: { node: name, holder: `${name}/${randomUUID()}` },
		jobs: new Map(Object.entries(jobs)),
		leaseMs: 200,
		lateMs: MINUTE_MS,
		beatMs: 50,
		everyMs: 20,
		keep: 100,
		alone: false,
		ended: ending.signal,
		now: () => now + skewMs,
		isThere: () => true,
		ask: async () => 1,
		tell: () => undefined,
		gauge: () => undefined,
		warn: sentence => warned.push(sentence),
		...rest
	});
	nodes.push({ watch, ending });
	return { watch, warned, die: () => ending.abort() };
}

const runs = async (): Promise<KeptRun[]> => {
	const all: KeptRun[] = [];
	for await (const each of opened.collection.each()) if (each.kind === "run") all.push(each);
	return all.sort((a, b) => a.for - b.for);
};
const states = async (): Promise<string[]> => (await runs()).map(({ state }) => state);

beforeEach(() => {
	now = START;
});

it("each time is taken once, however many nodes look and however their clocks differ", async () => {
	const asked: number[] = [];
	const ask = async (_: string, at: number): Promise<number> => asked.push(at);
	const all = [-4_000, 0, 3_000, 9_000].map((skewMs, index) => node(`n${index}`, { a: job() }, { skewMs, ask }));
	await Promise.all(all.map(({ watch }) => watch.look()));
	for (let minute = 1; minute <= 5; minute++) {
		now = START + minute * MINUTE_MS;
		await Promise.all(all.map(({ watch }) => watch.look()));
		await until(() => asked.length === minute);
	}
	await until(async () => (await states()).every(state => state === "done"));
	expect(new Set(asked).size).toBe(5);
	expect((await runs()).map(({ times }) => times)).toEqual([1, 1, 1, 1, 1]);
});

it("a run is recorded before it is done, under the time that it is for", async () => {
	const kept: KeptRun[][] = [];
	const first = node("n", { a: job() }, { ask: async () => kept.push(await runs()) });
	await first.watch.look();
	now += MINUTE_MS;
	await first.watch.look();
	await until(async () => (await states())[0] === "done");
	expect(kept[0]).toMatchObject([{ id: "a@2026-11-27T09:01:00.000Z", state: "running", node: "n", to: null }]);
	expect(await runs()).toMatchObject([{ state: "done", count: 1, to: now, tries: 1, error: null }]);
});

it("one that overruns is not begun twice: what passed meanwhile is one run more", async () => {
	const { promise, resolve } = Promise.withResolvers<void>();
	let [under, most, asked] = [0, 0, 0];
	const ask = async (): Promise<number> => {
		most = Math.max(most, ++under);
		if (asked++ === 0) await promise;
		under--;
		return 0;
	};
	const all = ["a", "b"].map(name => node(name, { a: job() }, { ask }));
	await all[0]?.watch.look();
	for (let minute = 1; minute <= 4; minute++) {
		now = START + minute * MINUTE_MS;
		await Promise.all(all.map(({ watch }) => watch.look()));
	}
	expect(await states()).toEqual(["running"]);
	resolve();
	await until(async () => (await states()).join() === "done,done");
	expect([most, (await runs())[1]?.times]).toEqual([1, 3]);
});

describe("its node is lost while it is at it", () => {
	const lost = async (more: Partial<JobSpec>, tries = 1): Promise<{ asked: number; warned: string[] }> => {
		let asked = 0;
		const never = (): Promise<never> => new Promise(() => undefined);
		const first = node("first", { a: job(more) }, { ask: never, beatMs: 1e9 });
		await first.watch.look();
		now += MINUTE_MS;
		await first.watch.look();
		await until(async () => (await states()).length === 1);
		first.die();
		nodes.splice(0);
		if (tries > 1) {
			const [run] = await runs();
			if (run) await opened.collection.put({ ...run, tries });
		}
		const second = node("second", { a: job(more) }, { ask: async () => ++asked });
		await second.watch.look();
		await until(async () => (await states())[0] !== "running");
		return { asked, warned: second.warned };
	};

	it("and another one does it again, as the job says", async () => {
		expect(await lost({ lost: "again" })).toEqual({
			asked: 1,
			warned: ["first was lost while it was at a@2026-11-27T09:01:00.000Z: it is done again."]
		});
		expect(await runs()).toMatchObject([{ state: "done", node: "second", tries: 2 }]);
	});

	it("and another one tells so, as the job says", async () => {
		expect((await lost({ lost: "told" })).asked).toBe(0);
		expect(await runs()).toMatchObject([
			{ state: "lost", error: "first was lost while it was at it: nobody knows what came of it." }
		]);
	});

	it("and after the third one it is not tried again", async () => {
		expect((await lost({ lost: "again" }, 3)).asked).toBe(0);
		expect(await runs()).toMatchObject([
			{ state: "lost", error: "3 nodes were lost while they were at it, first the last: it is not tried again." }
		]);
	});
});

it("one whose node lives on is left to it for as long as it takes", async () => {
	const { promise, resolve } = Promise.withResolvers<number>();
	const all = ["a", "b"].map(name => node(name, { a: job() }, { ask: () => promise }));
	await all[0]?.watch.look();
	now += MINUTE_MS;
	await Promise.all(all.map(({ watch }) => watch.look()));
	const began = performance.now();
	// Five leases long.
	await until(() => performance.now() - began > 1_000);
	expect(await runs()).toMatchObject([{ state: "running", tries: 1 }]);
	resolve(7);
	await until(async () => (await states())[0] === "done");
});

it("one that was frozen, and counted as lost, has nothing to say any more", async () => {
	const { promise, resolve } = Promise.withResolvers<number>();
	const frozen = node("frozen", { a: job() }, { ask: () => promise, beatMs: 1e9 });
	await frozen.watch.look();
	now += MINUTE_MS;
	await frozen.watch.look();
	const other = node("other", { a: job() }, { ask: async () => 2 });
	await other.watch.look();
	await until(async () => (await states())[0] === "done");
	resolve(1);
	await until(() => frozen.warned.length > 0);
	expect(await runs()).toMatchObject([{ state: "done", node: "other", count: 2 }]);
});

it("one that fails says why, in a sentence that is not endless, and the next time comes", async () => {
	let fails = true;
	const failing: number[] = [];
	const ask = async (): Promise<number> => {
		if (fails) throw Object.assign(new Error(`The disk is full. ${"x".repeat(2_000)}`), { type: "STORE_FULL" });
		return 0;
	};
	const only = node("n", { a: job() }, { ask, gauge: (_, __, count) => void failing.push(count) });
	await only.watch.look();
	for (const [index, state] of ["failed", "failed", "done"].entries()) {
		fails = index < 2;
		now += MINUTE_MS;
		await only.watch.look();
		await until(async () => (await states())[index] === state);
	}
	await until(() => failing.at(-1) === 0);
	expect(Math.max(...failing)).toBe(2);
	const [{ error } = { error: "" }] = await runs();
	expect(error).toMatch(/^STORE_FULL: The disk is full\. x+$/);
	expect(error).toHaveLength(500);
});

it("while no node runs its service it waits; once one does, it is done as the job says", async () => {
	let there = true;
	const asked: number[] = [];
	const only = node("n", { a: job() }, { isThere: () => there, ask: async (_, at) => asked.push(at) });
	await only.watch.look();
	there = false;
	now += 10 * MINUTE_MS;
	await only.watch.look();
	expect(await runs()).toEqual([]);
	there = true;
	await only.watch.look();
	await until(async () => (await states()).join() === "done");
	expect(await runs()).toMatchObject([{ times: 10 }]);
});

it("after days no more than eight are done at once, and each job once", async () => {
	const jobs = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`j${index}`, job()]));
	let [under, most] = [0, 0];
	const ask = async (): Promise<number> => {
		most = Math.max(most, ++under);
		await new Promise(resolve => setTimeout(resolve, 5));
		under--;
		return 0;
	};
	const only = node("n", jobs, { ask });
	await only.watch.look();
	now += 5 * 24 * 60 * MINUTE_MS;
	await only.watch.look();
	await until(async () => (await states()).filter(state => state === "done").length === 30);
	expect(most).toBeLessThanOrEqual(8);
	expect(await runs()).toHaveLength(30);
});

it("a time that a clock which was ahead took is not taken again by one that is right", async () => {
	const asked: number[] = [];
	const ask = async (_: string, at: number): Promise<number> => asked.push(at);
	const ahead = node("ahead", { a: job() }, { skewMs: 10 * MINUTE_MS, ask });
	await ahead.watch.look();
	now += MINUTE_MS;
	await ahead.watch.look();
	await until(async () => (await states()).join() === "done");
	ahead.die();
	const right = node("right", { a: job() }, { ask });
	for (let minute = 0; minute < 15; minute++) {
		await right.watch.look();
		await until(async () => !(await states()).includes("running"));
		now += MINUTE_MS;
	}
	await until(async () => (await states()).every(state => state === "done"));
	expect(new Set(asked).size).toBe(asked.length);
	expect(asked.length).toBeGreaterThan(10);
});

it("of each job so many runs are kept", async () => {
	const only = node("n", { a: job(), b: job() }, { keep: 3 });
	await only.watch.look();
	for (let minute = 0; minute < 6; minute++) {
		now += MINUTE_MS;
		await only.watch.look();
		await until(async () => !(await states()).includes("running"));
	}
	await until(async () => (await runs()).length === 6);
	expect((await runs()).every(({ for: at }) => at > now - 4 * MINUTE_MS)).toBe(true);
});
