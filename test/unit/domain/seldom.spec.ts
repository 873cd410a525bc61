import { Seldom } from "../../../domain/seldom";

describe("what is said once in a while", () => {
	it("is said at first, and again after its time, each thing by itself", () => {
		const seldom = new Seldom(1000);
		expect([0, 1, 999, 1000, 1500, 2000].map(now => seldom.isDue("a", now))).toEqual([
			true,
			false,
			false,
			true,
			false,
			true
		]);
		expect(seldom.isDue("b", 1)).toBe(true);
	});

	it("forgets rather than grows", () => {
		const seldom = new Seldom(1000);
		for (let each = 0; each < 5_000; each++) seldom.isDue(String(each), 0);
		expect(seldom.isDue("0", 0)).toBe(true);
	});
});
