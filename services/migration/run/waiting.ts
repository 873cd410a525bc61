/** What a controller waits for, while a system is away or asks to be left alone. */

import { currentWait } from "../../../connectors/waits";

interface Wait {
	readonly why: string;
	/** By `Date.now`. */
	readonly until: number;
	/** How often it is asked after that. */
	readonly more: number;
}

export class Waiting {
	private own: Wait | null = null;
	private lease: Pick<Wait, "why" | "until"> | null = null;

	/** Waits by `pause`, which may end sooner. */
	async for(why: string, ms: number, more: number, pause: (ms: number) => Promise<void>): Promise<void> {
		this.own = { why, until: Date.now() + ms, more };
		await pause(ms);
		this.own = null;
	}

	/** Somebody else may still be at work on the run. */
	forLease(why: string, ms: number): void {
		this.lease = { why, until: Date.now() + ms };
	}

	/** It is its own. */
	leaseHeld(): void {
		this.lease = null;
	}

	/** What it waits for, and for how long. */
	get text(): string | null {
		if (this.lease) return `${this.lease.why}: it goes on in ${secondsUntil(this.lease.until)} s at the latest.`;
		const wait = this.own ?? currentWait();
		if (wait === null) return null;
		const seconds = secondsUntil(wait.until);
		const again = `${wait.why} Asked again ${seconds > 0 ? `in ${seconds} s` : "now"}`;
		if (this.own === null) return `${again}.`;
		const { more } = this.own;
		return `${again}, ${more === 0 ? "for the last time" : `and up to ${more} more ${more === 1 ? "time" : "times"}`}.`;
	}
}

const secondsUntil = (ms: number): number => Math.max(0, Math.ceil((ms - Date.now()) / 1000));
