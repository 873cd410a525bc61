import fc from "fast-check";
import { chunks, MAX_APPEND_BYTES } from "../../../adapters/eventstore";

const bytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

describe("chunks", () => {
	it("keeps every item in its order, each chunk within the limit and none empty", () => {
		fc.assert(
			fc.property(fc.array(fc.jsonValue()), fc.integer({ min: 2, max: 500 }), (items, limit) => {
				fc.pre(items.every(item => bytes(item) + 2 <= limit));
				const made = chunks(items, limit);
				expect(made.flat()).toEqual(items);
				for (const chunk of made) {
					expect(chunk.length).toBeGreaterThan(0);
					expect(bytes(chunk)).toBeLessThanOrEqual(limit);
				}
			})
		);
	});

	it("fills a chunk before it begins the next", () => {
		fc.assert(
			fc.property(fc.array(fc.string(), { minLength: 2 }), items => {
				const made = chunks(items, 40 + Math.max(...items.map(bytes)));
				for (const [i, chunk] of made.slice(1).entries()) {
					expect(bytes([...(made[i] ?? []), chunk[0]])).toBeGreaterThan(40);
				}
			})
		);
	});

	it("refuses an item that fits in no chunk", () => {
		expect(() => chunks(["small", "x".repeat(100)], 50)).toThrow(RangeError);
	});

	it("leaves room in an append for the event around a chunk", () => {
		const items = Array.from({ length: 3000 }, (_, i) => ({ id: i, text: "é".repeat(300) }));
		for (const chunk of chunks(items)) {
			expect(bytes([{ type: "recordsMoved", data: { stream: "users", items: chunk } }])).toBeLessThan(MAX_APPEND_BYTES);
		}
	});
});
