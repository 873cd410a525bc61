/**
 * Is an upstream well? Judged over many customers (L28): within a sliding window the last that each of them met counts,
 * once each, so that nobody's broken record, however often it is asked for, rests a panel. Pure: whoever asks says what
 * time it is.
 */

export interface BreakerRules {
	/** How far back is looked, in ms. */
	readonly windowMs: number;
	/** Fewer customers than these say nothing. */
	readonly leastKeys: number;
	/** The share of them for whom nothing came. */
	readonly ratio: number;
	/** How long an upstream is left alone before one request tries it, in ms. */
	readonly restMs: number;
	/** More are not remembered: the oldest are forgotten. */
	readonly mostKeys: number;
}

export const UPSTREAM_RULES: BreakerRules = {
	windowMs: 10_000,
	leastKeys: 20,
	ratio: 0.8,
	restMs: 2_000,
	mostKeys: 1_000
};

export type Admission = "pass" | "probe" | "rest";

interface Seen {
	readonly at: number;
	readonly failed: boolean;
}

export class Breaker {
	/** By customer, the oldest first. */
	private readonly seen = new Map<string, Seen>();
	private failing = 0;
	private restsUntil: number | undefined;
	private probing = false;

	constructor(private readonly rules: BreakerRules = UPSTREAM_RULES) {}

	/** May one more request go there? Whoever is let through tells what came of it. */
	admit(now: number): Admission {
		if (this.restsUntil === undefined) return "pass";
		if (this.probing || now < this.restsUntil) return "rest";
		this.probing = true;
		return "probe";
	}

	/** @param failed nothing came that says the upstream lives @param admission as `admit` gave it */
	told(key: string, failed: boolean, admission: Admission, now: number): void {
		if (admission === "probe") this.probed(failed, now);
		this.forget(now);
		this.drop(key);
		this.seen.set(key, { at: now, failed });
		if (failed) this.failing++;
		if (this.restsUntil === undefined && this.isDown()) this.restsUntil = now + this.rules.restMs;
	}

	private probed(failed: boolean, now: number): void {
		this.probing = false;
		this.restsUntil = failed ? now + this.rules.restMs : undefined;
		if (failed) return;
		// What was before it came back says nothing of it now.
		this.seen.clear();
		this.failing = 0;
	}

	private forget(now: number): void {
		for (const [key, { at }] of this.seen) {
			if (at > now - this.rules.windowMs && this.seen.size < this.rules.mostKeys) return;
			this.drop(key);
		}
	}

	private drop(key: string): void {
		if (this.seen.get(key)?.failed) this.failing--;
		this.seen.delete(key);
	}

	private isDown(): boolean {
		const { leastKeys, ratio } = this.rules;
		return this.seen.size >= leastKeys && this.failing >= this.seen.size * ratio;
	}
}
