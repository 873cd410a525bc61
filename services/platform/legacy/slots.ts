/** So many at once; the others wait their turn, each for as long as they like. */

export class Slots {
	private free: number;
	private readonly waiting = new Set<() => void>();

	constructor(count: number) {
		this.free = count;
	}

	get isFull(): boolean {
		return this.free === 0;
	}

	/** False where whoever asked would wait no longer. */
	take(signal: AbortSignal): Promise<boolean> {
		if (this.free > 0) {
			this.free--;
			return Promise.resolve(true);
		}
		return new Promise(resolve => {
			const turn = (): void => {
				signal.removeEventListener("abort", gone);
				resolve(true);
			};
			const gone = (): void => {
				this.waiting.delete(turn);
				resolve(false);
			};
			this.waiting.add(turn);
			signal.addEventListener("abort", gone, { once: true });
		});
	}

	give(): void {
		const [next] = this.waiting;
		if (!next) this.free++;
		else {
			this.waiting.delete(next);
			next();
		}
	}
}
