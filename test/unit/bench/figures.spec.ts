/** A bench that measured nothing fails: what no machine can do is refused, and so is a side that did not do its work. */

import { comparedPages } from "../../../bench/compared";
import {
	BOUNDS,
	median,
	megabytes,
	milliseconds,
	mustBe,
	nanoseconds,
	perSecond,
	plausible
} from "../../../bench/figures";
import type { Sent } from "../../../bench/sent";

const source = { url: "http://source" };
const target = { url: "http://target" };
const sent = (origin: string, path: string, method = "GET"): Sent => ({ origin, method, path, body: null });
const listed = (page: number): Sent => sent(source.url, `/api/users?page=${page}&size=100`);
const lookUp = (name: string): Sent => sent(target.url, `/api/users?username=${name}`);
const written = sent(target.url, "/api/user", "POST");

describe("a figure", () => {
	it.each([
		[3272, "3,272/s"],
		[68.24, "68.2/s"],
		[429_289, "429,289/s"]
	])("of a machine is told: %d", (rate, told) => {
		expect(perSecond(rate)).toBe(told);
	});

	it.each([769_702_505, Number.POSITIVE_INFINITY, Number.NaN, 0, -1])("of %d a second is refused", rate => {
		expect(() => perSecond(rate)).toThrow("is no figure of a machine");
	});

	it.each([
		[milliseconds, 0],
		[nanoseconds, 0.01],
		[megabytes, 0],
		[megabytes, Number.NaN]
	])("%p has bounds too", (tell, value) => {
		expect(() => tell(value)).toThrow("is no figure of a machine");
	});

	it("has bounds in every unit, and a ratio is one", () => {
		for (const [unit, { least, most }] of Object.entries(BOUNDS)) {
			expect(least).toBeLessThan(most);
			expect(plausible(least, unit as "ratio")).toBe(least);
			expect(() => plausible(most * 1.01, unit as "ratio")).toThrow(`(${unit})`);
		}
	});

	it("of no rounds is none", () => {
		expect(() => median([])).toThrow("no round was measured");
	});
});

describe("a side of a comparison", () => {
	it("did what it was to do, and something", () => {
		expect(() => mustBe("users", 999, 999)).not.toThrow();
		expect(() => mustBe("users fetched", 0, 999)).toThrow("users fetched: 0 where 999 were to be");
		expect(() => mustBe("users fetched", 0, 0)).toThrow("more than none");
	});
});

describe("the requests of a comparison", () => {
	const copy = [listed(1), lookUp("a"), written, listed(2), lookUp("b"), written];
	const comparison = [listed(1), listed(2), lookUp("a"), listed(3), lookUp("b"), lookUp("c")];

	it("are those of the last listing", () => {
		const pages = comparedPages([...copy, ...comparison], { source, target });
		expect(pages.map(({ page }) => page)).toEqual([listed(1), listed(2), listed(3)]);
		expect(pages.flatMap(({ finds }) => finds)).toEqual([lookUp("a"), lookUp("b"), lookUp("c")]);
	});

	it("are the same when the last write comes after the look-ups", () => {
		const pages = comparedPages([...copy, ...comparison, written], { source, target });
		expect(pages).toHaveLength(3);
		expect(pages.flatMap(({ finds }) => finds)).toHaveLength(3);
	});

	it("name each page once, however often it was read", () => {
		const again = [listed(1), lookUp("a"), written, listed(1), lookUp("a"), listed(2), lookUp("b")];
		expect(() => comparedPages(again, { source, target })).not.toThrow();
		expect(comparedPages([listed(1), listed(2), listed(2), lookUp("a")], { source, target })).toHaveLength(2);
	});

	it("are missed when there are none", () => {
		expect(() =>
			comparedPages(
				copy.filter(({ origin }) => origin === target.url),
				{ source, target }
			)
		).toThrow("are not among those recorded");
		expect(() => comparedPages([listed(1), written], { source, target })).toThrow("are not among those recorded");
	});
});
