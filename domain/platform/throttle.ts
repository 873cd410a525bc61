/**
 * So many attempts in a while from each of those who try. An attempt is counted before it is made, so that many at once are
 * no way around it, and given back where it was none. Pure.
 */

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

	/** Counts an attempt; or answers in how many ms there may be one. */
	attempt(who: string, now: number): number {
		const known = this.windows.get(who);
		if (!known || known.until <= now) {
			this.open(who, now);
			return 0;
		}
		if (known.attempts >= this.most) return known.until - now;
		known.attempts++;
		return 0;
	}

	/** It was none. */
	giveBack(who: string): void {
		const known = this.windows.get(who);
		if (known && known.attempts > 0) known.attempts--;
	}

	private open(who: string, now: number): void {
		this.windows.delete(who);
		const { value: eldest } = this.windows.keys().next();
		if (eldest !== undefined && this.windows.size >= MOST_REMEMBERED) this.windows.delete(eldest);
		this.windows.set(who, { attempts: 1, until: now + this.windowMs });
	}
}
