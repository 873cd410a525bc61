import fc from "fast-check";
import { Quota } from "../../../../domain/platform/quota";
import { Throttle } from "../../../../domain/platform/throttle";

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
		expect([0, 0, 0].map(() => throttle.attempt("a", 0))).toEqual([0, 0, 0]);
		expect([throttle.attempt("a", 400), throttle.attempt("b", 400)]).toEqual([600, 0]);
		throttle.giveBack("a");
		expect([throttle.attempt("a", 500), throttle.attempt("a", 500)]).toEqual([0, 500]);
		expect(throttle.attempt("a", 1000)).toBe(0);
	});

	it("remembers no more than so many", () => {
		const throttle = new Throttle(1, 1000);
		for (let who = 0; who < 20_001; who++) throttle.attempt(`${who}`, 0);
		expect([throttle.attempt("0", 0), throttle.attempt("20000", 0)]).toEqual([0, 1000]);
	});
});
