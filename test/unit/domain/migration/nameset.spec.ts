import fc from "fast-check";
import { NameSet } from "../../../../domain/migration/nameset";

describe("a set of names", () => {
	it("holds what a set holds", () => {
		fc.assert(
			fc.property(fc.array(fc.string()), fc.array(fc.string()), (added, asked) => {
				const set = new NameSet();
				for (const name of added) set.add(name);
				expect(set.size).toBe(new Set(added).size);
				for (const name of [...added, ...asked]) expect(set.has(name)).toBe(added.includes(name));
			})
		);
	});

	it("forgets what is taken out, and nothing else, however full it is", () => {
		const step = fc.record({ name: fc.integer({ min: 0, max: 700 }).map(String), add: fc.boolean() });
		fc.assert(
			fc.property(fc.array(step, { maxLength: 2_000 }), steps => {
				const [set, expected] = [new NameSet(), new Set<string>()];
				for (const both of [set, expected] as (NameSet | Set<string>)[])
					for (const { name, add } of steps) both[add ? "add" : "delete"](name);
				const all = Array.from({ length: 701 }, (_, n) => String(n));
				expect(set.size).toBe(expected.size);
				expect(all.filter(name => set.has(name))).toEqual(all.filter(name => expected.has(name)));
			}),
			{ numRuns: 20 }
		);
	});

	it("holds a hundred thousand names in less than 4 MB", () => {
		const set = new NameSet();
		for (let i = 0; i < 100_000; i++) set.add(`user_${i}`);
		expect([set.size, set.has("user_99999"), set.has("user_100000")]).toEqual([100_000, true, false]);
		expect((set as unknown as { table: Float64Array }).table.byteLength).toBeLessThan(4_000_000);
	});
});
