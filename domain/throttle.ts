/**
 * So many attempts in a while from each of those who try. An attempt is counted before it is made, so that many at once are
 * no way around it, and given back where it was none. Pure.
 */

/** An attempt that may be made, and is counted; or one that may not. */
export interface Attempt {
	/** In how many ms there may be one; 0: now. */
	readonly waitMs: number;
	/** It was made: was it a wrong one? Else it was none. Called once. */
	settle(wrong: boolean): void;
}

/** One that is counted for all nodes. */
export interface SharedAttempt extends Attempt {
	/** All that are counted were wrong; else some are under way. */
	readonly spent: boolean;
}

/** One count of all nodes. */
export interface SharedCount {
	/** Undefined where it is out of reach: then each node counts for itself. Never fails. */
	attempt(who: string): Promise<SharedAttempt | undefined>;
}

interface Window {
	attempts: number;
	/** When it is over, in ms. */
	readonly until: number;
}

/** Whoever came first is forgotten when there are more: memory is finite, and so is what one of them may try. */
const MOST_REMEMBERED = 20_000;

export class Throttle {
	private readonly windows = new Map<string, Window>();

	constructor(
		private readonly most: number,
		private readonly windowMs: number
	) {}

	/** Counts an attempt, where there may be one. */
	attempt(who: string, now: number): Attempt {
		const window = this.windowOf(who, now);
		if (window.attempts >= this.most) return refused(window.until - now);
		window.attempts++;
		return {
			waitMs: 0,
			settle: wrong => {
				if (!wrong) window.attempts--;
			}
		};
	}

	private windowOf(who: string, now: number): Window {
		const known = this.windows.get(who);
		return known && known.until > now ? known : this.open(who, now);
	}

	private open(who: string, now: number): Window {
		this.windows.delete(who);
		const { value: eldest } = this.windows.keys().next();
		if (eldest !== undefined && this.windows.size >= MOST_REMEMBERED) this.windows.delete(eldest);
		const window = { attempts: 0, until: now + this.windowMs };
		this.windows.set(who, window);
		return window;
	}
}

const refused = (waitMs: number): Attempt => ({ waitMs, settle: () => undefined });
