/** Where subscribers wait for the next append: woken at once by this process, by a poll for other processes. */

export interface Poll {
	readonly everyMs: number;
	/** True when another process has written since it was last asked. */
	changed(): boolean;
}

export class Tail {
	private readonly waiting = new Set<() => void>();
	private timer: NodeJS.Timeout | undefined;

	constructor(private readonly poll?: Poll) {}

	wake(): void {
		for (const resume of [...this.waiting]) resume();
	}

	/** Resolves at the next append, perhaps before it, and when `signal` aborts: the caller looks again. */
	next(signal: AbortSignal): Promise<void> {
		if (signal.aborted) return Promise.resolve();
		return new Promise(resolve => {
			const resume = (): void => {
				signal.removeEventListener("abort", resume);
				this.waiting.delete(resume);
				if (this.waiting.size === 0) this.rest();
				resolve();
			};
			signal.addEventListener("abort", resume);
			this.waiting.add(resume);
			this.watch();
		});
	}

	private watch(): void {
		if (!this.poll || this.timer) return;
		this.timer = setInterval(() => this.look(), this.poll.everyMs);
	}

	private rest(): void {
		clearInterval(this.timer);
		this.timer = undefined;
	}

	private look(): void {
		try {
			if (this.poll?.changed()) this.wake();
		} catch {
			// Whoever wakes reads, and meets the same error with a caller to tell it to.
			this.wake();
		}
	}
}
