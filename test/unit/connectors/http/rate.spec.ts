import { ConnectorError } from "../../../../connectors/connector";
import { type Clock, createRate } from "../../../../connectors/http/rate";
import { retry, retryAfter, waitBefore } from "../../../../connectors/http/retry";

/** Time that passes only by sleeping. */
function fakeClock(): Clock & { slept: number[] } {
	let time = 0;
	const slept: number[] = [];
	return {
		slept,
		now: () => time,
		sleep: async ms => {
			slept.push(ms);
			time += ms;
		}
	};
}

describe("our own rate limit", () => {
	test("a second's worth goes at once, the rest at its pace", async () => {
		const clock = fakeClock();
		const rate = createRate(10, clock);
		for (let i = 0; i < 30; i++) await rate.take();
		expect(clock.now()).toBeCloseTo(2000, 0);
	});

	test("0 is no limit", async () => {
		const clock = fakeClock();
		const rate = createRate(0, clock);
		for (let i = 0; i < 1000; i++) await rate.take();
		expect(clock.slept).toEqual([]);
	});
});

describe("trying again", () => {
	const broken = new ConnectorError("broken", "502", { retryable: true });
	const policy = { tries: 3, baseMs: 1000, random: () => 1 };

	test("waits double from the first, up to ten times it", () => {
		const many = { ...policy, tries: 9 };
		expect([1, 2, 3, 4, 5, 6].map(n => waitBefore(n, broken, many))).toEqual([1000, 2000, 4000, 8000, 10_000, 10_000]);
	});

	test("three tries, then the error; nothing is tried again that cannot help", async () => {
		let calls = 0;
		const failing = (error: ConnectorError) => async () => {
			calls += 1;
			throw error;
		};
		await expect(retry({ ...policy, clock: fakeClock() }, failing(broken))).rejects.toBe(broken);
		expect(calls).toBe(3);
		calls = 0;
		const refused = new ConnectorError("refused", "422");
		await expect(retry({ ...policy, clock: fakeClock() }, failing(refused))).rejects.toBe(refused);
		expect(calls).toBe(1);
	});

	test("Retry-After is the least wait; one that is too long is told instead of waited", () => {
		const soon = new ConnectorError("throttled", "429", { retryable: true, retryAfterMs: 7000 });
		const late = new ConnectorError("throttled", "429", { retryable: true, retryAfterMs: 3_600_000 });
		expect(waitBefore(1, soon, policy)).toBe(7000);
		expect(waitBefore(1, late, policy)).toBeUndefined();
		expect(retryAfter("3")).toBe(3000);
		expect(retryAfter("Wed, 21 Oct 2015 07:28:10 GMT", Date.parse("2015-10-21T07:28:00Z"))).toBe(10_000);
		expect(retryAfter("soon")).toBeUndefined();
		expect(retryAfter(undefined)).toBeUndefined();
	});
});
