/** Whether a node has more to do than it can, by how late its event loop turns, and who is refused then. Pure. */

/** 0: nobody. 1: requests of the API. 2: customers with old links, too, who come last. */
export type Shedding = 0 | 1 | 2;

/** So many samples in a row: one that is late says nothing, a file that was read or a long answer does it. */
const ROW = 3;
/** Customers are refused at so many times the limit. */
const LINKS = 2;

export class LoopLoad {
	private level: Shedding = 0;
	private above = 0;
	private below = 0;
	/** Of the last sample, in ms. */
	delayMs = 0;

	/** @param limits a loop that turns later than this, again and again, has too much to do */
	constructor(private readonly limits: { readonly shedDelayMs: number }) {}

	get shedding(): Shedding {
		return this.level;
	}

	/** @param delayMs by how much the loop was late on average, since the last sample */
	sample(delayMs: number): void {
		this.delayMs = delayMs;
		const { shedDelayMs: limitMs } = this.limits;
		this.above = delayMs >= limitMs ? this.above + 1 : 0;
		this.below = delayMs < limitMs / 2 ? this.below + 1 : 0;
		if (this.above >= ROW) this.level = delayMs >= LINKS * limitMs ? 2 : this.level === 2 ? 2 : 1;
		else if (this.below >= ROW) this.level = 0;
	}
}
