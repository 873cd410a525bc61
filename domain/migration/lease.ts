/**
 * A lease as events of a stream (L12). Pure: times come in as arguments, in ms.
 *
 * The holder's time runs from before it asked for the renewal, and is over as soon as either clock says so: a suspended
 * machine stops the monotonic one, an operator may set the other. Whoever takes over waits until the lease is over and
 * the longest request that may still be under way with it, unless the earlier holder is proven dead: `local` leases are
 * held under the data folder's lock, which its process had to give up.
 */

export type LeaseEvent =
	| { type: "acquired"; data: { holder: string; token: string; ttlMs: number; scope: Scope } }
	| { type: "renewed"; data: { token: string } }
	| { type: "released"; data: { token: string } };
export type Scope = "local" | "cluster";

export interface LeaseState {
	readonly holder: string;
	readonly token: string;
	readonly ttlMs: number;
	readonly scope: Scope;
	/** When the last sign of life was stored, wall clock. */
	readonly signMs: number;
	readonly released: boolean;
}

/** @param atMs when the event was stored, wall clock */
export function foldLease(state: LeaseState | undefined, event: LeaseEvent, atMs: number): LeaseState | undefined {
	if (event.type === "acquired") return { ...event.data, signMs: atMs, released: false };
	if (state?.token !== event.data.token) return state;
	return event.type === "renewed" ? { ...state, signMs: atMs } : { ...state, released: true };
}

export type Acquisition =
	| { readonly ok: true }
	| { readonly ok: false; readonly reason: string; readonly waitMs: number };

/** @param boundMs the longest request that may be under way when a lease ends */
export function mayAcquire(state: LeaseState | undefined, scope: Scope, nowMs: number, boundMs: number): Acquisition {
	if (!state || state.released) return { ok: true };
	if (state.scope === "local" && scope === "local") return { ok: true };
	const waitMs = state.signMs + state.ttlMs + boundMs - nowMs;
	return waitMs <= 0 ? { ok: true } : { ok: false, reason: `'${state.holder}' holds it`, waitMs };
}

export interface Clocks {
	readonly monotonicMs: number;
	readonly wallMs: number;
}

/** How long the holder may still act; 0 when either clock says that it is over. @param since before it asked */
export function remaining(since: Clocks, ttlMs: number, now: Clocks): number {
	const passed = Math.max(now.monotonicMs - since.monotonicMs, now.wallMs - since.wallMs);
	return Math.max(0, ttlMs - passed);
}
