/** Which key signs and which are public, however often and whenever they are replaced. */

import fc from "fast-check";
import {
	endOfKey,
	isDue,
	type KeyRules,
	type KeyTimes,
	publicAt,
	signingAt,
	stateOf
} from "../../../../../domain/platform/signing/keys";

const rules: KeyRules = { leadMs: 900, ageMs: 10_000, tokenMs: 610 };
/** Keys as they are made one after the other, so long apart. */
const keysOf = (gaps: readonly number[]): KeyTimes[] => {
	let now = 0;
	return gaps.map((gap, nth) => {
		now += nth === 0 ? 0 : rules.leadMs + gap;
		return { kid: `k${nth}`, createdAt: now, signsFrom: nth === 0 ? now : now + rules.leadMs };
	});
};
const keys = fc.array(fc.nat({ max: 5_000 }), { minLength: 1, maxLength: 6 }).map(keysOf);
const moment = fc.nat({ max: 60_000 });

it("what signs at a moment is public then, was so for as long as others keep the list, and until its tokens are over", () =>
	fc.assert(
		fc.property(keys, moment, fc.nat({ max: rules.tokenMs - 1 }), (all, at, age) => {
			const there = all.filter(({ createdAt }) => createdAt <= at);
			const key = signingAt(there, at);
			if (!key) throw new Error("There is none.");
			expect(key.kid === "k0" || at - key.createdAt >= rules.leadMs).toBe(true);
			expect(publicAt(all, at + age, rules).map(({ kid }) => kid)).toContain(key.kid);
		})
	));

it("a node that has not heard of the next key yet signs with one that is still public", () =>
	fc.assert(
		fc.property(keys, moment, (all, at) => {
			const known = all.filter(({ createdAt }) => createdAt <= at);
			// Its list is younger than the time for which a key is public before it signs.
			expect(signingAt(known, at)).toBe(signingAt(all, at));
		})
	));

it("one signs at a time, those before it are retired, and one that waits is published", () =>
	fc.assert(
		fc.property(keys, moment, (all, at) => {
			const states = all.map(key => stateOf(all, key, at));
			expect(states.filter(state => state === "signing")).toHaveLength(1);
			expect(states).toEqual(
				[...states].sort((one, other) => "rsp".indexOf(one[0] ?? "") - "rsp".indexOf(other[0] ?? ""))
			);
		})
	));

it("another one is made in time to sign at that age, and not while one waits", () => {
	const all = keysOf([0]);
	expect(isDue([], 0, rules)).toBe(true);
	expect([9_099, 9_100].map(now => isDue(all, now, rules))).toEqual([false, true]);
	const two = [...all, { kid: "k1", createdAt: 9_100, signsFrom: 10_000 }];
	expect([9_100, 9_999, 19_099, 19_100].map(now => isDue(two, now, rules))).toEqual([false, false, false, true]);
	expect(endOfKey(two, two[0] as KeyTimes, rules)).toBe(10_610);
	expect(endOfKey(two, two[1] as KeyTimes, rules)).toBeUndefined();
});
