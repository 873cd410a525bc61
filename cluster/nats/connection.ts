/** How the connection to NATS stands: since when, what it refuses, and whoever waits for it, or for another node, to be back. */

export interface Connection {
	readonly isUp: boolean;
	/** Since when it is so, in ms of the wall clock. */
	readonly since: number;
	/** How often it was found again. */
	readonly reconnects: number;
	/** Subjects that NATS does not let this node publish, or subscribe, to. */
	readonly refused: readonly string[];
}

/** So long after NATS was away other nodes may still be on their way back, in ms. */
const RETURN_MS = 1_000;

export class ConnectionState implements Connection {
	isUp = false;
	since = Date.now();
	reconnects = 0;
	private readonly subjects = new Set<string>();
	private readonly waiting = new Set<() => void>();
	/** Those that were heard since it is back; null: all may be there. */
	private returned: Set<string> | null = null;
	private timer: NodeJS.Timeout | undefined;

	get refused(): readonly string[] {
		return [...this.subjects];
	}

	/** @returns whether that is news */
	refuse(subject: string): boolean {
		return this.subjects.size !== this.subjects.add(subject).size;
	}

	/** With another connection everything is asked anew. */
	up(isAgain: boolean): void {
		this.turn(true);
		this.subjects.clear();
		if (!isAgain) return;
		this.reconnects++;
		this.returned = new Set();
		this.timer = setTimeout(() => {
			this.returned = null;
			this.release();
		}, RETURN_MS).unref();
		this.release();
	}

	down(): void {
		if (this.isUp) this.turn(false);
		clearTimeout(this.timer);
	}

	private turn(isUp: boolean): void {
		this.isUp = isUp;
		this.since = Date.now();
	}

	/** That node is there. */
	hear(nodeID: string): void {
		if (this.returned === null || this.returned.has(nodeID)) return;
		this.returned.add(nodeID);
		this.release();
	}

	/** May something be sent to that node, or to all of them? */
	reaches(nodeID: string | null | undefined): boolean {
		return this.isUp && (this.returned === null || nodeID == null || this.returned.has(nodeID));
	}

	/** Until it may, or for `longestMs`. */
	async back(nodeID: string | null | undefined, longestMs: number): Promise<void> {
		if (this.reaches(nodeID)) return;
		await new Promise<void>(resolve => {
			const end = (): void => {
				clearTimeout(timer);
				this.waiting.delete(waiting);
				resolve();
			};
			const waiting = (): void => {
				if (this.reaches(nodeID)) end();
			};
			const timer = setTimeout(end, longestMs).unref();
			this.waiting.add(waiting);
		});
	}

	/** How many wait. */
	get queue(): number {
		return this.waiting.size;
	}

	private release(): void {
		for (const each of this.waiting) each();
	}
}
