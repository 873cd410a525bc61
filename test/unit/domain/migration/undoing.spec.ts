import fc from "fast-check";
import type { UndoneRecord } from "../../../../contracts/migration/records";
import { judged, MOST_TRIES } from "../../../../domain/migration/undoing";

const record = (outcome: UndoneRecord["outcome"], reason?: string): UndoneRecord => ({
	id: "1",
	name: "n",
	outcome,
	...(reason !== undefined && { reason })
});

describe("an attempt to put records back", () => {
	it("is over for what was put back, or is left", () => {
		const undone = [record("restored"), record("changed-since", "theirs")];
		expect(judged(undone, new Map([["1", 2]]))).toEqual({ settled: undone, again: [] });
	});

	it("is made again for what failed, and left with its reason after the last try", () => {
		const failed = [record("failed", "It answered 500.")];
		expect(judged(failed, new Map())).toEqual({ settled: [], again: [["1", 1]] });
		expect(judged(failed, new Map([["1", MOST_TRIES - 1]]))).toEqual({
			settled: [record("changed-since", `It answered 500. Tried ${MOST_TRIES} times.`)],
			again: []
		});
	});

	it("ends, whatever fails (L32)", () => {
		const outcome = fc.constantFrom<UndoneRecord["outcome"]>("restored", "changed-since", "failed", "failed");
		fc.assert(
			fc.property(
				fc.array(fc.array(outcome, { minLength: 9, maxLength: 9 }), { minLength: 9, maxLength: 9 }),
				rounds => {
					const tries = new Map<string, number>();
					let due = Array.from({ length: 9 }, (_, id) => String(id));
					let attempts = 0;
					for (; due.length > 0; attempts++) {
						const outcomes = rounds[attempts] as UndoneRecord["outcome"][];
						const undone = due.map(id => ({ id, name: id, outcome: outcomes[Number(id)] as UndoneRecord["outcome"] }));
						const { settled, again } = judged(undone, tries);
						expect(settled.length + again.length).toBe(due.length);
						for (const [id, tried] of again) tries.set(id, tried);
						due = again.map(([id]) => id);
					}
					expect(attempts).toBeLessThanOrEqual(MOST_TRIES);
				}
			)
		);
	});
});
