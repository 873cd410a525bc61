import {
	foldLease,
	type LeaseEvent,
	type LeaseState,
	mayAcquire,
	remaining,
	type Scope
} from "../../../../domain/migration/lease";

const acquired = (scope: Scope): LeaseEvent => ({
	type: "acquired",
	data: { holder: "a", token: "t1", ttlMs: 10_000, scope }
});
const fold = (...events: [LeaseEvent, number][]): LeaseState | undefined =>
	events.reduce<LeaseState | undefined>((state, [event, at]) => foldLease(state, event, at), undefined);
const BOUND = 5_000;

describe("a lease (L12)", () => {
	it("is free before anyone held it, and after it was given back", () => {
		expect(mayAcquire(undefined, "cluster", 0, BOUND)).toEqual({ ok: true });
		const state = fold([acquired("cluster"), 0], [{ type: "released", data: { token: "t1" } }, 1]);
		expect(mayAcquire(state, "cluster", 2, BOUND)).toEqual({ ok: true });
	});

	it("is taken over only when it is over and the longest request is too", () => {
		const state = fold([acquired("cluster"), 1_000]);
		expect(mayAcquire(state, "cluster", 2_000, BOUND)).toMatchObject({ ok: false, waitMs: 14_000 });
		expect(mayAcquire(state, "cluster", 15_999, BOUND)).toMatchObject({ ok: false });
		expect(mayAcquire(state, "cluster", 16_000, BOUND)).toEqual({ ok: true });
	});

	it("lasts longer with each renewal, but not with one of an earlier holder", () => {
		const renewed = (token: string): LeaseEvent => ({ type: "renewed", data: { token } });
		const state = fold([acquired("cluster"), 0], [renewed("t0"), 9_000]);
		expect(mayAcquire(state, "cluster", 15_000, BOUND)).toEqual({ ok: true });
		const longer = fold([acquired("cluster"), 0], [renewed("t1"), 9_000]);
		expect(mayAcquire(longer, "cluster", 15_000, BOUND)).toMatchObject({ ok: false, waitMs: 9_000 });
	});

	it("held under the data folder's lock is free at once: its holder is dead", () => {
		expect(mayAcquire(fold([acquired("local"), 0]), "local", 1, BOUND)).toEqual({ ok: true });
		expect(mayAcquire(fold([acquired("local"), 0]), "cluster", 1, BOUND)).toMatchObject({ ok: false });
	});

	it("is over for its holder when either clock says so", () => {
		const since = { monotonicMs: 100, wallMs: 1_000_000 };
		expect(remaining(since, 10_000, { monotonicMs: 4_100, wallMs: 1_004_000 })).toBe(6_000);
		// The machine slept: its monotonic clock stood still.
		expect(remaining(since, 10_000, { monotonicMs: 200, wallMs: 1_060_000 })).toBe(0);
		// The wall clock was set back.
		expect(remaining(since, 10_000, { monotonicMs: 11_000, wallMs: 900_000 })).toBe(0);
	});
});
