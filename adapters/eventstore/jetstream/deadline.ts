/** The time that an operation may take in all its attempts. */

import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { isFinal, overdue, told } from "./faults";

const FIRST_ATTEMPT_MS = 1_000;
const LONGEST_ATTEMPT_MS = 4_000;
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 250;

export class Deadline {
	private since = performance.now();
	private pauseMs = FIRST_PAUSE_MS;
	private attempt = FIRST_ATTEMPT_MS;

	constructor(readonly ms: number) {}

	/** How long the next attempt may take: what a leader took down with it is soon sent again, slow servers are let be. */
	get attemptMs(): number {
		return this.attempt;
	}

	get leftMs(): number {
		return this.ms - (performance.now() - this.since);
	}

	/** Something was answered: the time begins anew. */
	renew(): void {
		this.since = performance.now();
		this.pauseMs = FIRST_PAUSE_MS;
	}

	/** Waits before another attempt. @throws what `error` means where there is none more */
	async pause(store: string, error: unknown): Promise<void> {
		if (isFinal(error)) throw told(store, error);
		if (this.leftMs <= 0) throw overdue(store, this.ms, error);
		await sleep(this.pauseMs * (0.5 + Math.random() / 2));
		this.pauseMs = Math.min(LONGEST_PAUSE_MS, this.pauseMs * 2);
		this.attempt = Math.min(LONGEST_ATTEMPT_MS, this.attempt * 2);
	}
}
