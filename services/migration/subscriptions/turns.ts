/**
 * So many requests of one customer at a panel at once; the others of theirs wait, so that a slow link leaves room for all.
 * Not more than a client has patience for.
 */

interface Queue {
	running: number;
	readonly waiting: (() => void)[];
}

export class Turns {
	private readonly queues = new Map<string, Queue>();

	/** @param waiting of one customer; more are turned away at once */
	constructor(
		private readonly most: number,
		private readonly waiting: number
	) {}

	/** @param crowded what comes of one that is turned away */
	async take<T>(key: string, work: () => Promise<T>, crowded: T): Promise<T> {
		const queue = this.queues.get(key) ?? { running: 0, waiting: [] };
		this.queues.set(key, queue);
		if (queue.running >= this.most && queue.waiting.length >= this.waiting) return crowded;
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
