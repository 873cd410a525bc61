/** What keeps the series of a metric few, and what is gone from being told. */

import type { Labels, Metric } from "../../../../domain/platform/exposition";
import { fresh, Gone } from "../../../../domain/platform/fresh";
import { bounded, LONGEST_VALUE, MOST_SERIES, MOST_VALUES, OTHER } from "../../../../domain/platform/label-bounds";
import { merged, Own, without } from "../../../../domain/platform/merged";

const values = (count: number) => Array.from({ length: count }, (_, at) => ({ a: `v${at}`, b: "same" }));

describe("labels of a new series", () => {
	it("stay while there are few", () => {
		expect(bounded({ a: "new", b: "same" }, values(MOST_VALUES - 1))).toEqual({ a: "new", b: "same" });
		expect(bounded({}, [])).toEqual({});
	});

	it("are other where they are too many, those that are known stay", () => {
		expect(bounded({ a: "new", b: "same" }, values(MOST_VALUES))).toEqual({ a: OTHER, b: "same" });
		expect(bounded({ a: "v1", b: "new" }, values(MOST_VALUES))).toEqual({ a: "v1", b: "new" });
	});

	it("are all other where the series are too many, however few the values are", () => {
		const known = Array.from({ length: MOST_SERIES }, (_, at) => ({ a: at % 40, b: Math.floor(at / 40) }));
		expect(bounded({ a: 39, b: 999 }, known)).toEqual({ a: OTHER, b: OTHER });
	});

	it("are other where one is too long", () => {
		expect(bounded({ a: "x".repeat(LONGEST_VALUE), b: "x".repeat(LONGEST_VALUE + 1), c: 1e300 }, [])).toEqual({
			a: "x".repeat(LONGEST_VALUE),
			b: OTHER,
			c: 1e300
		});
	});
});

const exemplar = (traceId: string, at: number) => ({ traceId, value: 1, at });
const metric = (all: Metric["values"]): Metric => ({ name: "m", type: "histogram", values: all });

describe("series that are added up", () => {
	it("keep every count, and of each bucket the last trace", () => {
		const labels = (caller: string) => ({ action: "a.b", caller });
		const told = merged(
			metric([
				{ labels: labels("x"), sum: 1, count: 2, buckets: { 1: 1, 5: 2 }, exemplars: { 5: exemplar("aa", 9) } },
				{ labels: labels("y"), sum: 10, count: 3, buckets: { 1: 0, 5: 1 }, exemplars: { 5: exemplar("bb", 8) } },
				{ labels: { action: "c.d" }, sum: 5, count: 1, buckets: { 1: 0, 5: 1 } }
			]),
			each => without(each, ["caller"])
		);
		expect(told.values).toEqual([
			{ labels: { action: "a.b" }, sum: 11, count: 5, buckets: { 1: 1, 5: 3 }, exemplars: { 5: exemplar("aa", 9) } },
			{ labels: { action: "c.d" }, sum: 5, count: 1, buckets: { 1: 0, 5: 1 }, exemplars: {} }
		]);
	});

	it("of plain numbers are their sum; one that has none stays without", () => {
		const told = merged(metric([2, 3, null].map(value => ({ labels: {}, value }))), () => ({}));
		expect(told.values).toMatchObject([{ value: 5 }]);
		expect(merged(metric([{ labels: {}, value: null }]), () => ({})).values[0]).not.toHaveProperty("value");
	});

	it("stay by themselves where they were first, whatever comes after them", () => {
		const own = new Own(2);
		const asked = (...names: string[]): Labels[] => names.map(name => own.labelled({ name }, { name: "other" }));
		expect(asked("a", "b", "c", "a", "d", "b")).toEqual(["a", "b", "other", "a", "other", "b"].map(name => ({ name })));
	});
});

describe("what is told no more", () => {
	it("is a gauge that nobody set for as long as it says", () => {
		const now = 1_000_000;
		const all = [now - 1, now - 60_000, now - 60_001, null].map(timestamp => ({ labels: {}, value: 1, timestamp }));
		const told = fresh(metric(all), new Map([["m", 60_000]]), now);
		expect(told.values.map(({ timestamp }) => timestamp)).toEqual([now - 1, now - 60_000, null]);
		expect(fresh(metric(all), new Map([["n", 1]]), now).values).toHaveLength(4);
	});

	it("is what has been gone for a quarter of an hour, and comes back with it", () => {
		const gone = new Gone();
		const minute = 60_000;
		expect(gone.isTold("a", false, 0)).toBe(true);
		expect(gone.isTold("a", false, 15 * minute)).toBe(true);
		expect(gone.isTold("a", false, 15 * minute + 1)).toBe(false);
		expect(gone.isTold("a", true, 20 * minute)).toBe(true);
		expect(gone.isTold("a", false, 30 * minute)).toBe(true);
	});
});
