/** So many at once, and so many that wait for their turn, the first of them first. Pure. */

interface Waiting {
	readonly since: number;
	go(waitedMs: number): void;
}

export class Turns {
	private underWay = 0;
	private readonly waiting: Waiting[] = [];

	constructor(
		private readonly most: number,
		private readonly mostWaiting: number
	) {}

	/** 0: at once; a promise of how long it waited, in ms; undefined: there is no room. @param now in ms */
	take(now: number): 0 | Promise<number> | undefined {
		if (this.underWay < this.most) {
			this.underWay++;
			return 0;
		}
		if (this.waiting.length >= this.mostWaiting) return undefined;
		return new Promise(go => this.waiting.push({ since: now, go }));
	}

	/** One has ended: its place is the next one's. */
	end(now: number): void {
		const next = this.waiting.shift();
		if (next) next.go(now - next.since);
		else this.underWay--;
	}
}
