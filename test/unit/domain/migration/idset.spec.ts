import fc from "fast-check";
import { IdSet } from "../../../../domain/migration/idset";

const id = fc.oneof(fc.nat(5000).map(String), fc.constantFrom("007", "-1", "1.5", "x", "4294967296", "67108863"));
const filled = (ids: readonly string[]): IdSet => {
	const set = new IdSet();
	for (const each of ids) set.add(each);
	return set;
};

describe("a set of ids", () => {
	it("holds what a set holds, whatever its ids look like", () => {
		fc.assert(
			fc.property(fc.array(id), fc.array(id), (left, right) => {
				const [a, b] = [filled(left), filled(right)];
				expect(a.size).toBe(new Set(left).size);
				for (const each of right) expect(a.has(each)).toBe(left.includes(each));
				expect([...a.without(b)].sort()).toEqual([...new Set(left)].filter(each => !right.includes(each)).sort());
				expect(a.equals(b)).toBe(new Set([...left, ...right]).size === a.size && a.size === b.size);
			})
		);
	});

	it("says whether an id is new", () => {
		const set = filled(["7"]);
		expect([set.add("7"), set.add("8"), set.add("08")]).toEqual([false, true, true]);
	});
});
