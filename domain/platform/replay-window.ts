/** Which counts of a sender have been taken: each is, once (RFC 6479). What is far behind the highest one is not. Pure. */

const BITS = 32;
const WORDS = 256;
/** So far behind the highest one a count is still known. */
const SPAN = (WORDS - 1) * BITS;

export class ReplayWindow {
	private readonly seen = new Uint32Array(WORDS);
	private highest = 0;

	/** False for a count that was taken, and for one of which it is no longer known. Counts begin with 1. */
	take(count: number): boolean {
		if (count <= 0 || count + SPAN < this.highest) return false;
		const word = Math.floor(count / BITS);
		if (count > this.highest) this.move(word, count);
		const bit = 1 << (count % BITS);
		const at = word % WORDS;
		if (((this.seen[at] ?? 0) & bit) !== 0) return false;
		this.seen[at] = (this.seen[at] ?? 0) | bit;
		return true;
	}

	private move(word: number, count: number): void {
		const from = Math.floor(this.highest / BITS);
		const ahead = Math.min(word - from, WORDS);
		for (let step = 1; step <= ahead; step++) this.seen[(from + step) % WORDS] = 0;
		this.highest = count;
	}
}
