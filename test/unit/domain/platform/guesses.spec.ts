/** Counts of wrong guesses, at whatever times they are made. */

import fc from "fast-check";
import {
	type Count,
	canonical,
	counted,
	goneAt,
	mustWait,
	NONE,
	type Rule,
	readDevice,
	settled,
	writtenDevice
} from "../../../../domain/platform/guesses";

const rules: fc.Arbitrary<Rule> = fc.record({
	most: fc.integer({ min: 1, max: 20 }),
	forgetMs: fc.integer({ min: 1_000, max: 10_000_000 }),
	waitMs: fc.integer({ min: 100, max: 60_000 }),
	longestMs: fc.integer({ min: 60_000, max: 3_600_000 })
});
const START = 1_795_000_000_000;

/** Whoever guesses wrong at each of these times, as often as they may. */
function guessing(rule: Rule, pauses: readonly number[]): { count: Count; made: number[] } {
	let [count, now]: [Count, number] = [NONE, START];
	const made: number[] = [];
	for (const pause of pauses) {
		now += pause;
		if (mustWait(count, now, rule) > 0) continue;
		made.push(now);
		count = settled(counted(count, String(now), now, rule), String(now), true) ?? count;
	}
	return { count, made };
}
const pauses = (max: number) => fc.array(fc.integer({ min: 0, max }), { minLength: 1, maxLength: 200 });

it("A3: within the first wait, before one is forgotten, there are never more than so many", () => {
	fc.assert(
		fc.property(rules, pauses(2_000), (rule, times) => {
			const { made } = guessing(rule, times);
			for (const [index, from] of made.entries())
				expect(
					made.slice(index).filter(at => at - from < Math.min(rule.waitMs, rule.forgetMs)).length
				).toBeLessThanOrEqual(rule.most);
		})
	);
});

it("nobody waits longer than the longest wait, whatever was done, and whatever the clock did", () => {
	fc.assert(
		fc.property(rules, pauses(100_000_000), fc.integer({ min: -1e9, max: 1e9 }), (rule, times, later) => {
			const { count } = guessing(rule, times);
			const wait = mustWait(count, count.at + later, rule);
			expect(wait).toBeLessThanOrEqual(rule.longestMs);
			expect(mustWait(count, count.at + Math.max(0, later) + wait, rule)).toBe(0);
		})
	);
});

it("each wait is twice the one before, up to its end, and one after another is forgotten", () => {
	const rule: Rule = { most: 3, forgetMs: 3_600_000, waitMs: 60_000, longestMs: 600_000 };
	let [count, now]: [Count, number] = [NONE, START];
	const waits: number[] = [];
	for (let guess = 0; guess < 9; guess++) {
		count = settled(counted(count, "a", now, rule), "a", true) ?? count;
		const wait = mustWait(count, now, rule);
		waits.push(wait / 60_000);
		now += wait;
	}
	expect(waits).toEqual([0, 0, 1, 2, 4, 8, 10, 10, 10]);
	expect(mustWait(count, goneAt(count, rule), rule)).toBe(0);
	expect(guessing(rule, [0, 3_600_000, 3_600_000, 3_600_000, 3_600_000, 3_600_000]).made).toHaveLength(6);
});

it("one that was not wrong counts nothing, one that nobody settled counts", () => {
	fc.assert(
		fc.property(rules, fc.integer({ min: 0, max: 19 }), (rule, many) => {
			let count: Count = NONE;
			for (let each = 0; each < many; each++) count = counted(count, `right ${each}`, START, rule);
			for (let each = 0; each < many; each++) count = settled(count, `right ${each}`, false) ?? count;
			expect([count.open, settled(count, "right 0", false)]).toEqual([[], undefined]);
			if (many <= rule.most) expect(count.level).toBe(0);
		})
	);
	const rule: Rule = { most: 1, forgetMs: 3_600_000, waitMs: 60_000, longestMs: 60_000 };
	const left = counted(NONE, "left", START, rule);
	expect([mustWait(left, START, rule), mustWait(left, START + 59_000, rule)]).toEqual([1_000, 1_000]);
	expect(mustWait(left, START + 60_000, rule)).toBe(0);
});

it("a name that is written otherwise is the same, as often as it is asked", () => {
	fc.assert(
		fc.property(fc.string({ unit: "grapheme" }), text => expect(canonical(canonical(text))).toBe(canonical(text)))
	);
	expect(canonical(" Ａda@EXAMPLE.org ")).toBe("ada@example.org");
});

it("a device's token reads as it was written, and nothing else is one", () => {
	const part = fc.stringMatching(/^[\w-]{22}$/);
	fc.assert(
		fc.property(part, fc.array(part, { minLength: 1, maxLength: 4 }), (device, macs) => {
			expect(readDevice(writtenDevice({ device, macs }))).toEqual({ device, macs });
		})
	);
	fc.assert(fc.property(fc.string(), text => expect(readDevice(text)).toBeUndefined()));
});
