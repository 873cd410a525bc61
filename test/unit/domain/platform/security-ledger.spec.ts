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

interface Kept {
	readonly client: string;
	readonly begunAt: number;
	readonly bytes: number;
	readonly answered: boolean;
}

/** What the service does with a ledger, and looks at each time. */
class Keeping {
	private readonly ledger = new Ledger(LIMITS);
	private readonly kept = new Map<string, Kept>();

	one(id: string, client: string, now: number, bytes: number | null): void {
		if (!this.madeRoom(client, now)) return;
		this.put(id, { client, begunAt: now, bytes: 0, answered: false });
		if (bytes !== null) this.put(id, { client, begunAt: now, bytes, answered: true });
		const mine = [...this.kept.values()].filter(each => each.client === client);
		expect(this.kept.size).toBeLessThanOrEqual(LIMITS.answers);
		expect(mine.length).toBeLessThanOrEqual(LIMITS.answersEach);
		expect(mine.reduce((sum, each) => sum + each.bytes, 0)).toBeLessThanOrEqual(LIMITS.answersBytesEach);
	}

	private madeRoom(client: string, now: number): boolean {
		const { full, oldest } = this.ledger.roomFor(client, now);
		if (oldest === undefined) return full === undefined;
		const { answered, begunAt } = this.kept.get(oldest) as Kept;
		expect([answered, now - begunAt >= HOUR]).toEqual([true, true]);
		this.forget(oldest);
		return true;
	}

	private put(id: string, kept: Kept): void {
		const { client, begunAt, bytes, answered } = kept;
		this.kept.set(id, kept);
		for (const gone of this.ledger.put({ id, client, begunAt, answer: answered ? "x".repeat(bytes) : null })) {
			expect(this.kept.get(gone)).toMatchObject({ client, answered: true });
			this.forget(gone);
		}
	}

	private forget(id: string): void {
		this.ledger.remove(id);
		this.kept.delete(id);
	}
}

it("keeps no more than its share of each, and lets go of nothing that is young or under way", () => {
	fc.assert(
		fc.property(fc.array(step, { maxLength: 120 }), steps => {
			const keeping = new Keeping();
			let now = 0;
			for (const [index, { client, wait, bytes, answered }] of steps.entries()) {
				now += wait;
				keeping.one(`${index}`, client, now, answered ? bytes : null);
			}
		})
	);
});
