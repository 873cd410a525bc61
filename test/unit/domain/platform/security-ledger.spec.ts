/** Answers that are kept under Idempotency-Keys: a share for each key, and none goes that may be asked for again. */

import fc from "fast-check";
import { Ledger } from "../../../../domain/platform/ledger";

const LIMITS = { answers: 20, answersEach: 8, answersBytesEach: 1000 };
const HOUR = 3_600_000;

const step = fc.record({
	client: fc.constantFrom("a", "b", "c", "d"),
	wait: fc.integer({ min: 0, max: HOUR / 2 }),
	bytes: fc.integer({ min: 1, max: 600 }),
	answered: fc.boolean()
});

it("keeps no more than its share of each, and lets go of nothing that is young or under way", () => {
	fc.assert(
		fc.property(fc.array(step, { maxLength: 120 }), steps => {
			const ledger = new Ledger(LIMITS);
			const kept = new Map<string, { client: string; begunAt: number; bytes: number; answered: boolean }>();
			let now = 0;
			for (const [index, { client, wait, bytes, answered }] of steps.entries()) {
				now += wait;
				const { full, oldest } = ledger.roomFor(client, now);
				if (oldest !== undefined) {
					const gone = kept.get(oldest);
					expect(gone?.answered).toBe(true);
					expect(now - (gone?.begunAt ?? now)).toBeGreaterThanOrEqual(HOUR);
					ledger.remove(oldest);
					kept.delete(oldest);
				} else if (full !== undefined) continue;
				const id = `${index}`;
				ledger.put({ id, client, begunAt: now, answer: null });
				kept.set(id, { client, begunAt: now, bytes: 0, answered: false });
				if (answered) {
					const beyond = ledger.put({ id, client, begunAt: now, answer: "x".repeat(bytes) });
					kept.set(id, { client, begunAt: now, bytes, answered });
					for (const each of beyond) {
						expect(kept.get(each)).toMatchObject({ client, answered: true });
						ledger.remove(each);
						kept.delete(each);
					}
				}
				const mine = [...kept.values()].filter(each => each.client === client);
				expect(kept.size).toBeLessThanOrEqual(LIMITS.answers);
				expect(mine.length).toBeLessThanOrEqual(LIMITS.answersEach);
				expect(mine.reduce((sum, each) => sum + each.bytes, 0)).toBeLessThanOrEqual(LIMITS.answersBytesEach);
			}
		})
	);
});
