/**
 * A lease as events of a stream (L12). Pure: times come in as arguments, in ms.
 *
 * The holder's time runs from before it asked for the renewal, and is over as soon as either clock says so: a suspended
 * machine stops the monotonic one, an operator may set the other. Whoever takes over trusts no wall clock, its own or
 * another's: it waits until it has itself seen no sign of life for as long as the lease lasts, and then the longest
 * request that may still be under way with it. Only a `local` lease is free at once when its process is another one:
 * it was held under the data folder's lock, which a process gives up by ending.
 */

export type LeaseEvent =
	| { type: "acquired"; data: Holding }
	| { type: "renewed"; data: { token: string } }
	| { type: "released"; data: { token: string } };

export interface Holding {
	/** Who holds it, for the one who waits for it. */
	readonly holder: string;
	/** The run of a program that holds it: another one after every start. */
	readonly process: string;
	/** The fencing token. */
	readonly token: string;
	readonly ttlMs: number;
	/** The longest request that may be under way when the lease ends. */
	readonly boundMs: number;
	readonly scope: Scope;
}
export type Scope = "local" | "cluster";

export interface LeaseState extends Holding {
	readonly released: boolean;
}

export function foldLease(state: LeaseState | undefined, event: LeaseEvent): LeaseState | undefined {
	if (event.type === "acquired") return { ...event.data, released: false };
	if (event.type === "renewed" || state?.token !== event.data.token) return state;
	return { ...state, released: true };
}

export type Acquisition =
	| { readonly ok: true }
	| { readonly ok: false; readonly reason: string; readonly waitMs: number };

/** @param unchangedMs how long the candidate has seen the stream without a new event, by its monotonic clock */
export function mayAcquire(
	state: LeaseState | undefined,
	candidate: Pick<Holding, "scope" | "process">,
	unchangedMs: number
): Acquisition {
	if (!state || state.released || isProvenDead(state, candidate)) return { ok: true };
	const waitMs = state.ttlMs + state.boundMs - unchangedMs;
	return waitMs <= 0 ? { ok: true } : { ok: false, reason: `'${state.holder}' holds it`, waitMs };
}

function isProvenDead(state: LeaseState, candidate: Pick<Holding, "scope" | "process">): boolean {
	return state.scope === "local" && candidate.scope === "local" && state.process !== candidate.process;
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
