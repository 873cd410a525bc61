/** The connectors that are open, by their connections: those that nobody uses go once there are many, the longest unused first. */

interface Closable {
	close(): Promise<void>;
}

interface Opened<E> {
	readonly end: E;
	/** Calls under way. */
	busy: number;
	/** What is given out: the end, its calls counted. */
	readonly counted: E;
}

export class OpenEnds<E extends Closable> {
	/** The longest unused first. */
	private readonly opened = new Map<string, Opened<E>>();

	constructor(private readonly most: number) {}

	get(key: string, open: () => E): E {
		const found = this.opened.get(key) ?? opened(open());
		this.opened.delete(key);
		this.opened.set(key, found);
		if (this.opened.size > this.most) this.closeOne(key);
		return found.counted;
	}

	async close(): Promise<void> {
		await Promise.all([...this.opened.values()].map(({ end }) => end.close()));
	}

	private closeOne(but: string): void {
		for (const [key, { end, busy }] of this.opened) {
			if (busy > 0 || key === but) continue;
			this.opened.delete(key);
			void end.close().catch(() => undefined);
			return;
		}
	}
}

function opened<E extends Closable>(end: E): Opened<E> {
	const calls = new Map<PropertyKey, unknown>();
	const counted = new Proxy(end, {
		get(target, name) {
			const value = Reflect.get(target, name, target) as unknown;
			if (typeof value !== "function") return value;
			const known = calls.get(name);
			if (known) return known;
			const call = (...args: unknown[]): unknown => {
				const answer = value.apply(target, args) as unknown;
				if (!(answer instanceof Promise)) return answer;
				one.busy++;
				const done = (): void => void one.busy--;
				answer.then(done, done);
				return answer;
			};
			calls.set(name, call);
			return call;
		}
	});
	const one: Opened<E> = { end, busy: 0, counted };
	return one;
}
