/**
 * How many writes may run at a system at once: found by trying, because no panel says it.
 *
 * The controller is a pure function over windows of work. It climbs by one while a level brings a fair share of what one
 * more worker could bring, goes back and rests when it does not, and halves when the system fails or slows down. A
 * panel that works off one write at a time is left at 1; one that truly works side by side is climbed to the ceiling.
 */

import { type Clock, systemClock } from "./rate";

type Reason = "starting" | "climbing" | "no-gain" | "errors" | "slower" | "ceiling";

export interface Control {
	readonly limit: number;
	readonly ceiling: number;
	readonly reason: Reason;
	/** Throughput seen at the level below, which the present one must beat; 0 when the level is settled. */
	readonly toBeat: number;
	/** What the settled level brings, per second, and its mean latency. */
	readonly settled: { readonly throughput: number; readonly latencyMs: number } | null;
	/** Windows to wait before the next climb, and how many the next failed climb will cost. */
	readonly rest: number;
	readonly patience: number;
}

/** What happened between two decisions. */
export interface Window {
	readonly done: number;
	/** Records that met a failure which speaks of load: 5xx, resets, 429. */
	readonly errors: number;
	readonly elapsedMs: number;
	readonly latencyMs: number;
	/** All of the limit was in use; else the window tells nothing of a higher one. */
	readonly full: boolean;
}

/** One record's failure is not the system's (L28): so many of them, and this share of all, are. */
const LEAST_ERRORS = 3;
const ERROR_SHARE = 0.1;
/** Of the gain that one more worker brings at best, this much must be seen. */
const FAIR_SHARE = 0.35;
const LEAST_PATIENCE = 8;
const MOST_PATIENCE = 64;

export function startControl(ceiling: number): Control {
	return { limit: 1, ceiling, reason: "starting", toBeat: 0, settled: null, rest: 0, patience: LEAST_PATIENCE };
}

export function control(state: Control, window: Window): Control {
	if (window.errors >= LEAST_ERRORS && window.errors >= window.done * ERROR_SHARE) return yieldTo(state, "errors");
	const throughput = (window.done / Math.max(1, window.elapsedMs)) * 1000;
	if (state.toBeat > 0 && window.full) return judgeClimb(state, throughput, window.latencyMs);
	if (isSlower(state, throughput, window)) return yieldTo(state, "slower");
	const settled = window.full ? { throughput, latencyMs: window.latencyMs } : state.settled;
	if (state.rest > 0) return { ...state, settled, rest: state.rest - 1 };
	if (!window.full) return { ...state, settled };
	return climb({ ...state, settled }, throughput);
}

function climb(state: Control, throughput: number): Control {
	if (state.limit >= state.ceiling) return { ...state, toBeat: 0, reason: "ceiling" };
	return { ...state, limit: state.limit + 1, toBeat: throughput, reason: "climbing" };
}

function judgeClimb(state: Control, throughput: number, latencyMs: number): Control {
	const bestGain = 1 / (state.limit - 1);
	if (throughput >= state.toBeat * (1 + bestGain * FAIR_SHARE)) {
		return climb({ ...state, settled: { throughput, latencyMs }, patience: LEAST_PATIENCE }, throughput);
	}
	const patience = Math.min(MOST_PATIENCE, state.patience * 2);
	return { ...state, limit: state.limit - 1, toBeat: 0, reason: "no-gain", rest: state.patience, patience };
}

/** Twice the latency for less work: the system has other work, or none of ours is welcome. */
function isSlower({ settled, limit }: Control, throughput: number, { latencyMs, full }: Window): boolean {
	if (settled === null || limit === 1 || !full) return false;
	return latencyMs > settled.latencyMs * 2 && throughput < settled.throughput * 0.8;
}

function yieldTo(state: Control, reason: Reason): Control {
	const limit = Math.max(1, Math.floor(state.limit / 2));
	return { ...state, limit, reason, toBeat: 0, settled: null, rest: LEAST_PATIENCE };
}

export interface ConcurrencyStats {
	readonly limit: number;
	readonly running: number;
	readonly waiting: number;
	/** Why the limit is where it is. */
	readonly reason: Reason;
}

/** Lets as many tasks run as the controller allows; the others wait in order. */
export class Concurrency {
	readonly #clock: Clock;
	#control: Control;
	#running = 0;
	#waiting: (() => void)[] = [];
	#window = { done: 0, timed: 0, errors: 0, latencyMs: 0, startedAt: 0, full: true };

	constructor(ceiling: number, clock: Clock = systemClock) {
		this.#clock = clock;
		this.#control = startControl(Math.max(1, ceiling));
		this.#open();
	}

	get stats(): ConcurrencyStats {
		const { limit, reason } = this.#control;
		return { limit, running: this.#running, waiting: this.#waiting.length, reason };
	}

	async run<T>(task: () => Promise<T>): Promise<T> {
		if (this.#running >= this.#control.limit) await new Promise<void>(resolve => this.#waiting.push(resolve));
		else this.#running += 1;
		const startedAt = this.#clock.now();
		try {
			const result = await task();
			this.#window.timed += 1;
			this.#window.latencyMs += this.#clock.now() - startedAt;
			return result;
		} finally {
			this.#count();
			this.#running -= 1;
			this.#admit();
		}
	}

	/** For a task that met a failure of the system's: only whoever ran it can tell that from the task's own. */
	failed(): void {
		this.#window.errors += 1;
	}

	#count(): void {
		const window = this.#window;
		window.done += 1;
		// The task that ends still counts as running.
		window.full &&= this.#running + this.#waiting.length >= this.#control.limit;
		if (window.done < Math.max(12, this.#control.limit * 6)) return;
		const elapsedMs = this.#clock.now() - window.startedAt;
		this.#control = control(this.#control, {
			...window,
			elapsedMs,
			latencyMs: window.latencyMs / Math.max(1, window.timed)
		});
		this.#open();
	}

	#open(): void {
		this.#window = { done: 0, timed: 0, errors: 0, latencyMs: 0, startedAt: this.#clock.now(), full: true };
	}

	#admit(): void {
		while (this.#running < this.#control.limit) {
			const next = this.#waiting.shift();
			if (next === undefined) return;
			this.#running += 1;
			next();
		}
	}
}
