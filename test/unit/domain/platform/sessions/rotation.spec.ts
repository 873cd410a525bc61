/** The rotation of refresh tokens as a machine: whatever is shown, when and by whom, in any order. */

import fc from "fast-check";
import {
	endOf,
	isOver,
	type Rotating,
	type Rules,
	rotation,
	used
} from "../../../../../domain/platform/sessions/rotation";

const rules: Rules = { graceMs: 10_000, slidingMs: 100_000, absoluteMs: 1_000_000 };
const opened = (now: number): Rotating => ({
	openedAt: now,
	usedAt: now,
	endsAt: endOf({ openedAt: now, usedAt: now }, rules),
	generation: 0,
	rotatedAt: now,
	agent: "a"
});

interface Step {
	/** How many generations before the live one. */
	readonly back: number;
	readonly afterMs: number;
	readonly agent: string;
}
const step: fc.Arbitrary<Step> = fc.record({
	back: fc.nat({ max: 3 }),
	afterMs: fc.oneof(fc.nat({ max: 12_000 }), fc.nat({ max: 120_000 })),
	agent: fc.constantFrom("a", "a", "a", "b")
});

/** Shows tokens one after the other, until the session is no more. @returns each with the state before and what became of it */
function run(steps: readonly Step[]) {
	let [state, now] = [opened(0), 0];
	const seen: {
		before: Rotating;
		generation: number;
		now: number;
		agent: string;
		verdict: ReturnType<typeof rotation>;
	}[] = [];
	for (const { back, afterMs, agent } of steps) {
		now += afterMs;
		const generation = Math.max(0, state.generation - back);
		const verdict = rotation(state, { generation, agent, now }, rules);
		seen.push({ before: state, generation, now, agent, verdict });
		if (verdict.is === "reused" || verdict.is === "over") break;
		state = verdict.session;
	}
	return seen;
}
const always = (holds: (seen: ReturnType<typeof run>) => void): void =>
	fc.assert(
		fc.property(fc.array(step, { maxLength: 40 }), steps => holds(run(steps))),
		{ numRuns: 500 }
	);

it("one generation lives: it grows by one where the live one is shown, and by nothing else", () =>
	always(seen => {
		for (const { before, generation, verdict } of seen) {
			if (verdict.is === "rotated") {
				expect(generation).toBe(before.generation);
				expect(verdict.session.generation).toBe(before.generation + 1);
			}
			if (verdict.is === "again") expect(verdict.session).toBe(before);
		}
	}));

it("what was used before is answered within the grace and to the same client, and only the last one", () =>
	always(seen => {
		for (const { before, generation, now, agent, verdict } of seen) {
			if (generation === before.generation || verdict.is === "over") continue;
			const isLast = generation === before.generation - 1;
			const isForgiven = isLast && agent === before.agent && now - before.rotatedAt <= rules.graceMs;
			expect(verdict.is).toBe(isForgiven ? "again" : "reused");
		}
	}));

it("no use of it moves the absolute end, and it ends so long after its last use", () =>
	always(seen => {
		for (const { before, now, verdict } of seen) {
			expect(verdict.is === "over").toBe(now >= Math.min(before.usedAt + rules.slidingMs, rules.absoluteMs));
			if (verdict.is === "rotated") expect(verdict.session).toMatchObject({ openedAt: 0, usedAt: now });
			if (verdict.is === "rotated") expect(verdict.session.endsAt).toBeLessThanOrEqual(rules.absoluteMs);
		}
	}));

it("whoever shows one twice at once comes to the same, whichever is first, at any number of nodes", () =>
	fc.assert(
		fc.property(fc.integer({ min: 2, max: 50 }), fc.nat({ max: rules.graceMs }), (callers, spread) => {
			// Compare-and-set: one decides on the state before, the others on what it wrote.
			let state = opened(0);
			const pairs = Array.from({ length: callers }, (_, nth) => {
				const verdict = rotation(
					state,
					{ generation: 0, agent: "a", now: Math.floor((nth * spread) / callers) },
					rules
				);
				if (verdict.is === "rotated" || verdict.is === "again") state = verdict.session;
				return verdict.is === "rotated" || verdict.is === "again" ? verdict.session : verdict.is;
			});
			expect(new Set(pairs).size).toBe(1);
			expect(state.generation).toBe(1);
		})
	));

it("a later generation than the live one, of a time that the store lost, is gone on from", () =>
	fc.assert(
		fc.property(fc.nat(), generation => {
			const verdict = rotation(opened(0), { generation, agent: "a", now: 1 }, rules);
			expect(verdict).toMatchObject({ is: "rotated", session: { generation: generation + 1 } });
		})
	));

it("settings that were changed end it sooner, and never later than it was told", () =>
	fc.assert(
		fc.property(
			fc.nat({ max: 2_000_000 }),
			fc.nat({ max: 200_000 }),
			fc.nat({ max: 2_000_000 }),
			(now, slidingMs, absoluteMs) => {
				const session = opened(0);
				const isBefore = isOver(session, now, rules);
				expect(isOver(session, now, { slidingMs, absoluteMs })).toBe(
					isBefore || now >= Math.min(slidingMs, absoluteMs)
				);
			}
		)
	));

it("a clock that goes back takes nothing from it", () => {
	const session = used(opened(1_000), 5_000, rules);
	expect(used(session, 2_000, rules)).toEqual(session);
	const verdict = rotation(
		{ ...session, generation: 1, rotatedAt: 5_000 },
		{ generation: 0, agent: "a", now: 4_000 },
		rules
	);
	expect(verdict.is).toBe("again");
});
