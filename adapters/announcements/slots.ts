/** So many works at once, and no more; the others wait in their order. */

export class Slots {
	private readonly waiting: (() => void)[] = [];

	constructor(private free: number) {}

	async take<T>(work: () => Promise<T>): Promise<T> {
		if (this.free > 0) this.free--;
		else await new Promise<void>(resolve => this.waiting.push(resolve));
		try {
			return await work();
		} finally {
			const next = this.waiting.shift();
			if (next) next();
			else this.free++;
		}
	}
}
