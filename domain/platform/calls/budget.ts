/**
 * How many calls may be tried again: a share of those that were made in the last while, and always a few. Where most calls
 * fail, trying each of them again would double what a node that is overloaded has to do. Pure.
 */

const SLOTS = 10;

/** How often something came about in the last while. */
class Window {
	private readonly counts = new Float64Array(SLOTS);
	private slot = 0;

	constructor(private readonly slotMs: number) {}

	add(now: number): void {
		this.turn(now);
		const at = this.slot % SLOTS;
		this.counts[at] = (this.counts[at] ?? 0) + 1;
	}

	sum(now: number): number {
		this.turn(now);
		return this.counts.reduce((sum, count) => sum + count, 0);
	}

	/** Forgets what is longer ago. */
	private turn(now: number): void {
		const slot = Math.floor(now / this.slotMs);
		if (slot === this.slot) return;
		if (slot - this.slot >= SLOTS) this.counts.fill(0);
		else for (let passed = this.slot + 1; passed <= slot; passed++) this.counts[passed % SLOTS] = 0;
		this.slot = slot;
	}
}

export interface BudgetRules {
	/** Of the calls. */
	readonly share: number;
	/** That many at least. */
	readonly least: number;
	readonly windowMs: number;
}

export class RetryBudget {
	private readonly calls: Window;
	private readonly retries: Window;

	constructor(private readonly rules: BudgetRules) {
		this.calls = new Window(rules.windowMs / SLOTS);
		this.retries = new Window(rules.windowMs / SLOTS);
	}

	/** One more was made. @param now in ms, by `performance.now` */
	called(now: number): void {
		this.calls.add(now);
	}

	/** May one more be tried again? Then it counts. */
	spend(now: number): boolean {
		const { share, least } = this.rules;
		if (this.retries.sum(now) >= Math.max(least, share * this.calls.sum(now))) return false;
		this.retries.add(now);
		return true;
	}
}
