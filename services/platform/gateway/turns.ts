/** So many requests of one customer at a panel at once; the others of his wait, so that a slow link leaves room for all. */

interface Queue {
	running: number;
	readonly waiting: (() => void)[];
}

export class Turns {
	private readonly queues = new Map<string, Queue>();

	constructor(private readonly most: number) {}

	async take<T>(key: string, work: () => Promise<T>): Promise<T> {
		const queue = this.queues.get(key) ?? { running: 0, waiting: [] };
		this.queues.set(key, queue);
		if (queue.running >= this.most) await new Promise<void>(resolve => queue.waiting.push(resolve));
		else queue.running++;
		try {
			return await work();
		} finally {
			// Whoever comes next takes this place.
			const next = queue.waiting.shift();
			if (next) next();
			else if (--queue.running === 0) this.queues.delete(key);
		}
	}
}
