/** Kept answers at a gateway of a cluster, on Moleculer's own transporter within a process: fresh, forwarded, waited for, stale. */

import { randomUUID } from "node:crypto";
import { ServiceBroker } from "moleculer";
import type { Broker } from "../../../../cluster";
import { cacheStatus } from "../../../../domain/platform/kept/cache-status";
import { KeptAnswers, type Question } from "../../../../services/platform/gateway/kept/answers";
import { question } from "../../../support/kept-question";
import { until } from "../../../support/until";

let broker: ServiceBroker;
let kept: KeptAnswers;
let asked: number;
beforeAll(async () => {
	broker = new ServiceBroker({ logger: false, nodeID: `gateway-${randomUUID()}`, transporter: "Fake" });
	await broker.start();
});
beforeEach(() => {
	kept = new KeptAnswers(broker as unknown as Broker, 1e6);
	asked = 0;
});
afterAll(() => broker.stop());

const count = async (): Promise<number> => ++asked;
const given = async (each: Question): Promise<readonly [unknown, string]> => {
	const { answer, outcome } = await kept.give(each);
	return [JSON.parse(answer.body.toString()), cacheStatus(outcome)];
};
const away = (): Promise<never> =>
	Promise.reject(
		Object.assign(new Error("Nobody is there."), { type: "SERVICE_NOT_AVAILABLE", data: { action: "slow.read" } })
	);
const refused = (): Promise<never> => Promise.reject(new Error("There is none."));

describe("what is fresh", () => {
	it("is given again, to the same question alone", async () => {
		expect(await given(question("a", count))).toEqual([
			1,
			expect.stringMatching(/^banyan; fwd=uri-miss; stored; ttl=5\d$/)
		]);
		expect(await given(question("a", count))).toEqual([1, expect.stringMatching(/^banyan; hit; ttl=5\d$/)]);
		expect(await given(question("b", count))).toEqual([2, expect.stringContaining("fwd=uri-miss")]);
	});

	it("is asked for once, however many ask at once, and by each where it is never fresh", async () => {
		const all = await Promise.all(Array.from({ length: 50 }, () => given(question("a", count))));
		expect(new Set(all.map(([answer]) => answer))).toEqual(new Set([1]));
		expect(all.filter(([, status]) => status.includes("collapsed"))).toHaveLength(49);
		await Promise.all(Array.from({ length: 5 }, () => given(question("b", count, { seconds: 0 }))));
		expect(asked).toBe(6);
	});

	it.each([
		["no-cache", 2, "fwd=request; stored"],
		["NO-CACHE", 2, "fwd=request; stored"],
		["max-age=0", 2, "fwd=request; stored"],
		["no-store", 2, "fwd=request; ttl"],
		["min-fresh=120", 2, "fwd=request; stored"],
		["only-if-cached", 1, "hit"],
		["max-age=30", 1, "hit"],
		["something-new", 1, "hit"]
	])("is what a request with Cache-Control: %s bears", async (control, times, status) => {
		await given(question("a", count));
		expect(await given(question("a", count, { control }))).toEqual([times, expect.stringContaining(status)]);
	});

	it("is all that only-if-cached takes, and no-store leaves nothing behind", async () => {
		await expect(kept.give(question("a", count, { control: "only-if-cached" }))).rejects.toMatchObject({ code: 504 });
		await given(question("a", count, { control: "no-store" }));
		await expect(kept.give(question("a", count, { control: "only-if-cached" }))).rejects.toMatchObject({ code: 504 });
	});

	it("is no longer so after a change, nor what was asked for before one", async () => {
		await given(question("a", count));
		await kept.change("slow.read");
		const { promise: goesOn, resolve: goOn } = Promise.withResolvers<void>();
		const before = given(question("a", () => goesOn.then(() => "before")));
		await kept.change("slow.read");
		expect(await given(question("a", async () => "after"))).toEqual(["after", expect.stringContaining("fwd=stale")]);
		goOn();
		await before;
		expect((await given(question("a", count)))[1]).toContain("fwd=stale");
	});

	it("is gone after a purge, for whoever asks while nobody answers, too", async () => {
		await given(question("a", count));
		await kept.purge("slow.read");
		await expect(given(question("a", away))).rejects.toThrow("Nobody is there.");
	});

	it("goes when there is no room, the longest unused first, and what is too large is not kept", async () => {
		kept = new KeptAnswers(broker as unknown as Broker, 5_000);
		const large = (name: string) => question(name, async () => name.repeat(1_000));
		for (const name of ["a", "b", "a", "c"]) await given(large(name));
		expect(kept.state.bytes).toBeLessThanOrEqual(5_000);
		expect((await given(large("a")))[1]).toContain("hit");
		expect((await given(large("b")))[1]).toContain("uri-miss");
		expect((await given(question("d", async () => "d".repeat(9_000))))[1]).not.toContain("stored");
	});

	it("is no failure", async () => {
		await expect(given(question("a", refused))).rejects.toThrow("There is none.");
		expect(await given(question("a", count))).toEqual([1, expect.stringContaining("uri-miss")]);
	});
});

describe("while nobody answers", () => {
	const status = { seconds: 0 };

	it("the last good answer is given, marked, without waiting from then on, until somebody answers again", async () => {
		await given(question("a", count, status));
		expect(await given(question("a", away, status))).toEqual([
			1,
			expect.stringMatching(/hit; ttl=-\d+; detail=stale$/)
		]);
		expect(kept.state.resting).toEqual(["slow.read"]);
		// Whatever it would answer, nobody waits for it now.
		expect((await given(question("a", () => new Promise(() => undefined), status)))[0]).toBe(1);
		await until(async () => (await given(question("a", count, status)))[1].includes("fwd=stale"), "an answer");
		expect(kept.state.resting).toEqual([]);
	});

	it.each([
		["it is no other question's", question("b", away, status)],
		["what the service itself refuses is its answer", question("a", refused, status)],
		["nor is it older than it may be", question("a", away, { seconds: 0, staleSeconds: 0 })]
	])("%s", async (_, asking) => {
		await given(question("a", count, status));
		await expect(kept.give(asking)).rejects.toThrow(/Nobody is there|There is none/);
	});

	it("what changed is better than nothing", async () => {
		await given(question("a", count));
		await kept.change("slow.read");
		expect(await given(question("a", away))).toEqual([1, expect.stringContaining("detail=stale")]);
	});
});

it("keeps nothing where it is told so, or is alone", () => {
	expect(new KeptAnswers(broker as unknown as Broker, 0).isOn).toBe(false);
	const alone = new ServiceBroker({ logger: false });
	expect(new KeptAnswers(alone as unknown as Broker, 1e6).isOn).toBe(false);
});
