import fc from "fast-check";
import { blocks } from "../../../../connectors/marzneshin/rows";

describe("the blocks of a range of rows", () => {
	test("cover each row once, as pages of their own size, and are few", () => {
		fc.assert(
			fc.property(fc.nat(1_000_000), fc.integer({ min: 0, max: 100 }), (from, count) => {
				const found = blocks(from, from + count);
				const rows = found.flatMap(block => Array.from({ length: block.size }, (_, i) => block.from + i));
				expect(rows).toEqual(Array.from({ length: count }, (_, i) => from + i));
				for (const block of found) expect(block.from % block.size).toBe(0);
				expect(found.length).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(count + 2)));
			})
		);
	});
});
