import fc from "fast-check";
import { type Counter, Windows } from "../../../../../domain/platform/limits/windows";

const counter = (id: string, quota: number, windowMs = 1_000): Counter => ({ id, quota, windowMs });
const [mine, all] = [counter("mine", 3), counter("all", 4)];

describe("requests in windows", () => {
	it("are as many as each counter allows; one that is refused is counted in none", () => {
		const windows = new Windows();
		const taken = Array.from({ length: 5 }, () => windows.take([mine, all], 0));
		expect(taken.map(({ ok }) => ok)).toEqual([true, true, true, false, false]);
		expect(taken[4]?.counts.map(({ used }) => used)).toEqual([3, 3]);
		expect(windows.take([counter("other", 3), all], 0).ok).toBe(true);
		expect(windows.take([counter("other", 3), all], 0).ok).toBe(false);
	});

	it("begin a window with the first one, and another behind its end", () => {
		const windows = new Windows();
		for (const _ of [1, 2, 3]) windows.take([mine], 500);
		expect(windows.take([mine], 1_499)).toEqual({ ok: false, counts: [{ used: 3, resetMs: 1 }] });
		expect(windows.take([mine], 1_500)).toEqual({ ok: true, counts: [{ used: 1, resetMs: 1_000 }] });
	});

	it("are looked at without being counted", () => {
		const windows = new Windows();
		windows.take([mine], 0);
		for (const _ of [1, 2, 3]) expect(windows.take([mine], 0, 0).counts).toEqual([{ used: 1, resetMs: 1_000 }]);
	});

	it("go on from what all nodes have counted, and a quota that was raised or lowered holds at once", () => {
		const windows = new Windows();
		windows.learn(mine, { used: 3, resetMs: 400 }, 100);
		expect(windows.isSpent([mine], 499)).toBe(true);
		expect(windows.isSpent([counter("mine", 4)], 499)).toBe(false);
		expect(windows.isSpent([mine], 500)).toBe(false);
		expect(windows.take([counter("mine", 2)], 499).ok).toBe(false);
	});

	it("never are more than the quota, and what is left never grows within a window, whoever asks when", () => {
		fc.assert(
			fc.property(fc.array(fc.tuple(fc.nat(2), fc.nat(300))), asked => {
				const windows = new Windows();
				let now = 0;
				const left = asked.map(([who, later]) => {
					now += later;
					const { counts } = windows.take([counter(`of ${who}`, 3), all], now);
					return { left: 4 - (counts[1]?.used ?? 0), over: now + (counts[1]?.resetMs ?? 0) };
				});
				for (const [index, { left: now, over }] of left.entries()) {
					expect(now).toBeGreaterThanOrEqual(0);
					const before = left[index - 1];
					if (before?.over === over) expect(now).toBeLessThanOrEqual(before.left);
				}
			})
		);
	});

	it("of whoever came first are forgotten when there are more than there is room for", () => {
		const windows = new Windows();
		for (let n = 0; n < 50_001; n++) windows.take([counter(`client ${n}`, 1)], 0);
		expect(windows.isSpent([counter("client 0", 1)], 0)).toBe(false);
		expect(windows.isSpent([counter("client 1", 1)], 0)).toBe(true);
	});
});
