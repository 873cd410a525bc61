/**
 * Requests counted in windows: each counter begins its window with its first request. What is under several counters is
 * counted in all of them, or, where one is spent, in none. Pure.
 */

/** What is counted, and how many there may be. */
export interface Counter {
	/** Tells it from all others. */
	readonly id: string;
	readonly quota: number;
	readonly windowMs: number;
}

/** Of one counter, after a request. */
export interface Count {
	readonly used: number;
	/** Until its window is over. */
	readonly resetMs: number;
}

/** What became of a request. */
export interface Taken {
	readonly ok: boolean;
	/** In the order of the counters. */
	readonly counts: readonly Count[];
}

interface Window {
	used: number;
	until: number;
}

/** Whoever came first is forgotten when there are more: memory is finite. */
const MOST_REMEMBERED = 50_000;

export class Windows {
	private readonly known = new Map<string, Window>();

	/** @param amount 0: looks, and counts nothing */
	take(counters: readonly Counter[], now: number, amount: 0 | 1 = 1): Taken {
		const ok = counters.every(counter => this.usedOf(counter, now) + amount <= counter.quota);
		if (ok && amount > 0) for (const counter of counters) this.open(counter, now).used++;
		return { ok, counts: counters.map(counter => this.countOf(counter, now)) };
	}

	/** Is one of them known to be spent? */
	isSpent(counters: readonly Counter[], now: number): boolean {
		return counters.some(counter => this.usedOf(counter, now) >= counter.quota);
	}

	/** As all nodes together have counted. */
	learn({ id }: Counter, { used, resetMs }: Count, now: number): void {
		const window = this.known.get(id) ?? this.remember(id);
		window.used = used;
		window.until = now + resetMs;
	}

	private countOf(counter: Counter, now: number): Count {
		const window = this.known.get(counter.id);
		if (window === undefined || window.until <= now) return { used: 0, resetMs: counter.windowMs };
		return { used: window.used, resetMs: window.until - now };
	}

	private usedOf({ id }: Counter, now: number): number {
		const window = this.known.get(id);
		return window !== undefined && window.until > now ? window.used : 0;
	}

	private open({ id, windowMs }: Counter, now: number): Window {
		const known = this.known.get(id);
		if (known !== undefined && known.until > now) return known;
		this.known.delete(id);
		const window = this.remember(id);
		window.until = now + windowMs;
		return window;
	}

	private remember(id: string): Window {
		const { value: eldest } = this.known.keys().next();
		if (eldest !== undefined && this.known.size >= MOST_REMEMBERED) this.known.delete(eldest);
		const window = { used: 0, until: 0 };
		this.known.set(id, window);
		return window;
	}
}
