import { lookAhead, mapAhead } from "../../../services/migration/run/look-ahead";

async function* numbers(upTo: number, taken: number[] = []): AsyncGenerator<number> {
	for (let n = 1; n <= upTo; n++) {
		taken.push(n);
		yield n;
	}
}
const settled = () => new Promise(resolve => setImmediate(resolve));

describe("looking ahead", () => {
	it("takes one item more than is used, and keeps the order", async () => {
		const taken: number[] = [];
		const seen: number[] = [];
		for await (const n of lookAhead(numbers(4, taken))) {
			await settled();
			seen.push(n);
			expect(taken.length).toBe(Math.min(4, n + 1));
		}
		expect(seen).toEqual([1, 2, 3, 4]);
	});

	it("maps so many at once, and answers in the order of the items, not of their ends", async () => {
		let underWay = 0;
		let most = 0;
		const map = async (n: number): Promise<number> => {
			most = Math.max(most, ++underWay);
			for (let wait = 0; wait < 10 - n; wait++) await settled();
			underWay--;
			return n * 10;
		};
		const seen: number[] = [];
		for await (const n of mapAhead(numbers(7), map, 2)) seen.push(n);
		expect(seen).toEqual([10, 20, 30, 40, 50, 60, 70]);
		expect(most).toBe(3);
	});

	it("fails where the failed item stands, not before", async () => {
		const map = async (n: number): Promise<number> => {
			if (n === 3) throw new Error("third");
			return n;
		};
		const seen: number[] = [];
		const walk = async (): Promise<void> => {
			for await (const n of mapAhead(numbers(5), map, 2)) seen.push(n);
		};
		await expect(walk()).rejects.toThrow("third");
		expect(seen).toEqual([1, 2]);
	});
});
