/**
 * What a panel does under load. Writes are worked off one after the other, so concurrency buys latency, no speed.
 * From `collapseAt` requests in flight on the connection pool is dry: most newcomers wait `poolMs` for a connection,
 * then fail with 500 or a reset, a few of them although their row was written.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "./faults";
import { type Random, random } from "./random";

export interface Load {
	readonly createMs: number;
	readonly collapseAt: number;
	readonly poolMs: number;
	readonly seed: number;
}

const starved = 0.65;
const committed = 0.05;

export class Work {
	inFlight = 0;
	private free = 0;
	private pausedUntil = 0;
	private readonly next: Random;

	constructor(private readonly load: Load) {
		this.next = random(load.seed);
	}

	pause(ms: number): void {
		this.pausedUntil = Date.now() + ms;
	}

	async resumed(): Promise<void> {
		while (Date.now() < this.pausedUntil) await sleep(Math.min(20, this.pausedUntil - Date.now()));
	}

	/** The turn of a write that costs this share of a create. */
	async turn(share: number): Promise<void> {
		const cost = this.load.createMs * share;
		if (cost <= 0) return;
		const now = performance.now();
		this.free = Math.max(now, this.free) + cost;
		await sleep(this.free - now);
	}

	/** Undefined while the pool has connections; else how this call ends once its wait is over. */
	starve(): Fault | undefined {
		if (this.inFlight < this.load.collapseAt || this.next() > starved) return undefined;
		return { kind: this.next() < 0.5 ? "error" : "reset", afterCommit: this.next() < committed };
	}

	async wait(): Promise<void> {
		await sleep(this.load.poolMs);
	}
}
