import fc from "fast-check";
import { PARTITIONS, partitionOf, partsOf, waitAfter } from "../../../domain/delivery";

const nodes = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 6 });
const sorted = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b);
const ALL = Array.from({ length: PARTITIONS }, (_, partition) => partition);

describe("partitions", () => {
	it("each has one node of those that are known, in whatever order they are", () => {
		fc.assert(
			fc.property(nodes, fc.string(), (known, service) => {
				const parts = known.flatMap(node => partsOf(service, node, [...known].reverse()));
				expect(sorted(parts)).toEqual(ALL);
				expect(partsOf(service, known[0] ?? "", known)).toEqual(partsOf(service, known[0] ?? "", [...known].sort()));
			})
		);
	});

	it("a node that goes gives its own away, and nothing else moves", () => {
		fc.assert(
			fc.property(nodes, fc.string(), (known, service) => {
				const [gone = "", ...left] = known;
				for (const node of left)
					for (const part of partsOf(service, node, known)) expect(partsOf(service, node, left)).toContain(part);
				expect(partsOf(service, gone, left)).toEqual([]);
			})
		);
	});

	it("a key is always in the same one, and keys are in all of them", () => {
		const found = new Set(Array.from({ length: 500 }, (_, n) => partitionOf(`key-${n}`)));
		expect(sorted([...found])).toEqual(ALL);
		// What was dealt with is kept by it: it must be the same in every release.
		expect(["", "a", "k-7f3a", "ключ"].map(partitionOf)).toEqual([2, 2, 10, 2]);
	});
});

it("waits longer each time, never longer than asked, and not at the same moment as others", () => {
	const retrying = { tries: 8, firstMs: 100, mostMs: 1_000 };
	expect([1, 2, 3, 4, 5, 9].map(tries => waitAfter(tries, retrying, 1))).toEqual([100, 200, 400, 800, 1_000, 1_000]);
	expect(waitAfter(1, retrying, 0)).toBe(50);
});
