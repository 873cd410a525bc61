import fc from "fast-check";
import {
	type Clocks,
	foldLease,
	type Holding,
	type LeaseEvent,
	type LeaseState,
	mayAcquire,
	remaining
} from "../../../../domain/migration/lease";

const holding: Holding = {
	holder: "a",
	process: "p1",
	token: "t1",
	ttlMs: 10_000,
	boundMs: 5_000,
	scope: "cluster"
};
const acquired = (change: Partial<Holding> = {}): LeaseEvent => ({ type: "acquired", data: { ...holding, ...change } });
const renewed = (token: string): LeaseEvent => ({ type: "renewed", data: { token } });
const released = (token: string): LeaseEvent => ({ type: "released", data: { token } });
const fold = (...events: LeaseEvent[]): LeaseState | undefined =>
	events.reduce<LeaseState | undefined>(foldLease, undefined);
const other = { scope: "cluster", process: "p2" } as const;

describe("a lease (L12)", () => {
	it("is free before anyone held it, and after it was given back", () => {
		expect(mayAcquire(undefined, other, 0)).toEqual({ ok: true });
		expect(mayAcquire(fold(acquired(), released("t1")), other, 0)).toEqual({ ok: true });
	});

	it("is given back by its holder alone", () => {
		expect(mayAcquire(fold(acquired(), acquired({ token: "t2" }), released("t1")), other, 0).ok).toBe(false);
		expect(fold(released("t1"))).toBeUndefined();
	});

	it("belongs to whoever acquired it last, whatever an earlier holder says", () => {
		expect(fold(acquired(), acquired({ token: "t2", holder: "b" }), renewed("t1"))).toMatchObject({ holder: "b" });
	});

	it("is taken over once no sign of life was seen for as long as it lasts and the longest request does", () => {
		const state = fold(acquired());
		expect(mayAcquire(state, other, 0)).toEqual({ ok: false, reason: "'a' holds it", waitMs: 15_000 });
		expect(mayAcquire(state, other, 14_999)).toMatchObject({ ok: false, waitMs: 1 });
		expect(mayAcquire(state, other, 15_000)).toEqual({ ok: true });
	});

	it("held under the data folder's lock by an earlier process is free at once: that process is dead", () => {
		const state = fold(acquired({ scope: "local" }));
		expect(mayAcquire(state, { scope: "local", process: "p2" }, 0)).toEqual({ ok: true });
		expect(mayAcquire(state, { scope: "local", process: "p1" }, 0)).toMatchObject({ ok: false });
		expect(mayAcquire(state, { scope: "cluster", process: "p2" }, 0)).toMatchObject({ ok: false });
		expect(mayAcquire(fold(acquired()), { scope: "local", process: "p2" }, 0)).toMatchObject({ ok: false });
	});

	describe("for its holder", () => {
		const since: Clocks = { monotonicMs: 100, wallMs: 1_000_000 };

		it("lasts from before it was asked for", () => {
			expect(remaining(since, 10_000, { monotonicMs: 4_100, wallMs: 1_004_000 })).toBe(6_000);
			expect(remaining(since, 10_000, { monotonicMs: 10_100, wallMs: 1_010_000 })).toBe(0);
		});

		it("is over after the machine was suspended, though its monotonic clock stood still", () => {
			expect(remaining(since, 10_000, { monotonicMs: 200, wallMs: 1_060_000 })).toBe(0);
		});

		it("is over in time though the wall clock was set back", () => {
			expect(remaining(since, 10_000, { monotonicMs: 9_100, wallMs: 900_000 })).toBe(1_000);
			expect(remaining(since, 10_000, { monotonicMs: 10_100, wallMs: 900_000 })).toBe(0);
		});
	});

	it("has never two holders, whatever the wall clocks, delays and suspensions", () => {
		const span = fc.nat({ max: 30_000 });
		const tale = fc.record({ asking: span, telling: span, working: span, asleep: span, setBack: span });
		fc.assert(
			fc.property(tale, ({ asking, telling, working, asleep, setBack }) => {
				// True time: asked at 0, stored at `asking`, seen by the candidate `telling` later.
				const seen = asking + telling;
				const taken = seen + holding.ttlMs + holding.boundMs;
				expect(mayAcquire(fold(acquired()), other, taken - seen).ok).toBe(true);
				expect(mayAcquire(fold(acquired()), other, taken - seen - 1).ok).toBe(false);
				// The holder looks at its clocks: a machine is asleep or its wall clock is set back, not both.
				const now = working + asleep;
				const slept = { monotonicMs: working, wallMs: now };
				const wallSet = { monotonicMs: now, wallMs: now - setBack };
				for (const clocks of [slept, wallSet]) {
					const acts = remaining({ monotonicMs: 0, wallMs: 0 }, holding.ttlMs, clocks) > 0;
					if (acts) expect(now + holding.boundMs).toBeLessThan(taken);
				}
			})
		);
	});
});
