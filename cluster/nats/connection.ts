/** How the connection to NATS stands: since when, what it refuses, and whoever waits for it to be back. */

export interface Connection {
	readonly isUp: boolean;
	/** Since when it is so, in ms of the wall clock. */
	readonly since: number;
	/** Subjects that NATS does not let this node publish, or subscribe, to. */
	readonly refused: readonly string[];
}

export class ConnectionState implements Connection {
	isUp = false;
	since = Date.now();
	private readonly subjects = new Set<string>();
	private waiting: (() => void)[] = [];

	get refused(): readonly string[] {
		return [...this.subjects];
	}

	/** @returns whether that is news */
	refuse(subject: string): boolean {
		return this.subjects.size !== this.subjects.add(subject).size;
	}

	/** With another connection everything is asked anew. */
	up(): void {
		this.turn(true);
		this.subjects.clear();
		this.release();
	}

	down(): void {
		if (this.isUp) this.turn(false);
	}

	private turn(isUp: boolean): void {
		this.isUp = isUp;
		this.since = Date.now();
	}

	/** When it is back, or not within `longestMs`. */
	async back(longestMs: number): Promise<void> {
		if (this.isUp) return;
		await new Promise<void>(resolve => {
			const timer = setTimeout(resolve, longestMs).unref();
			this.waiting.push(() => {
				clearTimeout(timer);
				resolve();
			});
		});
	}

	/** How many wait. */
	get queue(): number {
		return this.waiting.length;
	}

	private release(): void {
		const { waiting } = this;
		this.waiting = [];
		for (const each of waiting) each();
	}
}
