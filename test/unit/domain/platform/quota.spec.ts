import fc from "fast-check";
import { Quota } from "../../../../domain/platform/quota";
import { Throttle } from "../../../../domain/throttle";

describe("a quota", () => {
	it("is never exceeded, and is whole again when all was given back, in whatever order", () => {
		const share = fc.record({ owner: fc.constantFrom("a", "b", "c"), amount: fc.integer({ min: 0, max: 5 }) });
		fc.assert(
			fc.property(fc.array(share), fc.array(fc.nat()), (wanted, order) => {
				const quota = new Quota({ inAll: 10, each: 6 });
				const taken = wanted.filter(({ owner, amount }) => quota.take(owner, amount) === undefined);
				const of = (name: string): number =>
					taken.filter(({ owner }) => owner === name).reduce((sum, { amount }) => sum + amount, 0);
				expect(Math.max(of("a"), of("b"), of("c"))).toBeLessThanOrEqual(6);
				expect(of("a") + of("b") + of("c")).toBeLessThanOrEqual(10);
				for (const at of order) {
					const [back] = taken.splice(at % Math.max(taken.length, 1), 1);
					if (back) quota.give(back.owner, back.amount);
				}
				for (const { owner, amount } of taken) quota.give(owner, amount);
				expect([quota.take("a", 6), quota.take("b", 4), quota.take("b", 3), quota.take("c", 1)]).toEqual([
					undefined,
					undefined,
					"each",
					"inAll"
				]);
			})
		);
	});
});

describe("a throttle", () => {
	it("counts attempts before they are made, for a while, and gives back those that were none", () => {
		const throttle = new Throttle(3, 1000);
		const waits = (who: string, now: number): number => throttle.attempt(who, now).waitMs;
		const first = throttle.attempt("a", 0);
		expect([first.waitMs, waits("a", 0), waits("a", 0)]).toEqual([0, 0, 0]);
		expect([waits("a", 400), waits("b", 400)]).toEqual([600, 0]);
		first.settle(false);
		expect([waits("a", 500), waits("a", 500)]).toEqual([0, 500]);
		expect(waits("a", 1000)).toBe(0);
	});

	it("gives nothing back to another while, and none for what was wrong", () => {
		const throttle = new Throttle(1, 1000);
		const [late, wrong] = [throttle.attempt("a", 0), throttle.attempt("b", 0)];
		wrong.settle(true);
		expect(throttle.attempt("b", 10).waitMs).toBe(990);
		expect(throttle.attempt("a", 1000).waitMs).toBe(0);
		late.settle(false);
		expect(throttle.attempt("a", 1001).waitMs).toBe(999);
	});

	it("remembers no more than so many", () => {
		const throttle = new Throttle(1, 1000);
		for (let who = 0; who < 20_001; who++) throttle.attempt(`${who}`, 0);
		expect([throttle.attempt("0", 0).waitMs, throttle.attempt("20000", 0).waitMs]).toEqual([0, 1000]);
	});
});
