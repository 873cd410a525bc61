/** L28: a record is not the system. */

import fc from "fast-check";
import { Breaker, UPSTREAM_RULES } from "../../../../../domain/migration/subscriptions/breaker";

const { leastKeys, ratio, restMs, windowMs } = UPSTREAM_RULES;

interface Told {
	readonly key: string;
	readonly failed: boolean;
	/** Since the one before, in ms. */
	readonly after: number;
}

/** Every request is let through that may be; answers which were held back, and when it rested. */
function play(story: readonly Told[]): { readonly breaker: Breaker; readonly rested: number; readonly now: number } {
	const breaker = new Breaker();
	let [rested, now] = [0, 0];
	for (const { key, failed, after } of story) {
		now += after;
		const admission = breaker.admit(now);
		if (admission === "rest") rested++;
		else breaker.told(key, failed, admission, now);
	}
	return { breaker, rested, now };
}

const after = fc.integer({ min: 0, max: 2_000 });
const told = (keys: number) =>
	fc.record({ key: fc.integer({ min: 1, max: keys }).map(String), failed: fc.boolean(), after });

describe("an upstream's health", () => {
	it("never suffers from fewer customers than say something, whatever they meet and however often they ask", () => {
		fc.assert(
			fc.property(fc.array(told(leastKeys - 1), { maxLength: 400 }), story => {
				expect(play(story).rested).toBe(0);
			})
		);
	});

	it("never suffers while enough of those who ask are answered", () => {
		// The poisoned ask as often as they like; each good one is met once in between.
		const good = Math.ceil(leastKeys * (1 - ratio)) + 1;
		fc.assert(
			fc.property(fc.array(fc.integer({ min: 1, max: leastKeys - 1 }), { maxLength: 300 }), poisoned => {
				const story = poisoned.flatMap((key, index): Told[] => [
					{ key: `bad ${key}`, failed: true, after: 1 },
					{ key: `good ${index % good}`, failed: false, after: 1 }
				]);
				expect(play(story).rested).toBe(0);
			})
		);
	});

	const down = Array.from({ length: leastKeys }, (_, index): Told => ({ key: `${index}`, failed: true, after: 10 }));

	it("is lost when nothing comes for many, and one tries it after a rest", () => {
		const { breaker, now } = play(down);
		expect(breaker.admit(now)).toBe("rest");
		expect(breaker.admit(now + restMs - 1)).toBe("rest");
		expect(breaker.admit(now + restMs)).toBe("probe");
		expect(breaker.admit(now + restMs)).toBe("rest");
	});

	it("is back with the first who is answered, and lost anew for another rest with one who is not", () => {
		const { breaker, now } = play(down);
		const later = now + restMs;
		breaker.told("0", true, breaker.admit(later), later);
		expect(breaker.admit(later + restMs - 1)).toBe("rest");
		breaker.told("0", false, breaker.admit(later + restMs), later + restMs);
		expect(breaker.admit(later + restMs)).toBe("pass");
		// What was before is forgotten.
		breaker.told("1", true, "pass", later + restMs);
		expect(breaker.admit(later + restMs)).toBe("pass");
	});

	it("is not held against it for longer than the window", () => {
		const { breaker, now } = play(down.slice(1));
		const later = now + windowMs + 1;
		for (const { key } of down.slice(0, leastKeys - 2)) breaker.told(key, true, "pass", later);
		breaker.told("another", true, "pass", later);
		expect(breaker.admit(later)).toBe("pass");
	});

	it("comes back after every story in which it answers again: nothing rests for ever", () => {
		fc.assert(
			fc.property(fc.array(told(60), { maxLength: 400 }), story => {
				const { breaker, now } = play(story);
				const later = now + restMs;
				const admission = breaker.admit(later);
				expect(admission).not.toBe("rest");
				breaker.told("anybody", false, admission, later);
				if (admission === "probe") expect(breaker.admit(later)).toBe("pass");
			})
		);
	});
});
