import { asksAgain, nextOf, waitMs } from "../../../../local/chaos/retry";
import { turnsOf, WORK } from "../../../../local/chaos/work";

it.each([
	[503, "UNAVAILABLE", true],
	[504, "REQUEST_TIMEOUT", true],
	[409, "IDEMPOTENCY_RUNNING", true],
	[409, "IDEMPOTENCY_UNKNOWN", false],
	[422, "REQUEST_INVALID", false],
	[201, "", false]
])("after %d %s it asks again: %s", (status, code, again) => {
	expect(asksAgain(status, code)).toBe(again);
});

it("waits longer each time, and no two at the same moment", () => {
	expect([1, 2, 3, 9].map(tries => waitMs(tries, 1))).toEqual([50, 100, 200, 1_000]);
	expect(waitMs(1, 0)).toBe(25);
});

it("goes to the other door", () => {
	expect([nextOf(0, 2), nextOf(1, 2), nextOf(0, 1)]).toEqual([1, 0, 0]);
});

it("of each hundred requests every kind has its share, spread evenly", () => {
	const turns = turnsOf(WORK);
	expect(turns).toHaveLength(100);
	for (const work of WORK) {
		const half = turns.slice(0, 50).filter(each => each === work).length;
		expect(Math.abs(half - work.share / 2)).toBeLessThanOrEqual(1);
	}
});
