/**
 * The connectors that are open, by their connections. Those that nobody uses go: the longest unused once there are many,
 * and each once it was not used for long. None that is at work is closed.
 */

interface Closable {
	close(): Promise<void>;
}

interface Opened<E> {
	readonly end: E;
	/** Calls under way. */
	busy: number;
	/** When a call began or ended last, by the clock that is given. */
	usedAt: number;
	/** What is given out: the end, its calls counted. */
	readonly counted: E;
}

export class OpenConnectors<E extends Closable> {
	/** The longest unused first. */
	private readonly opened = new Map<string, Opened<E>>();

	/** @param most that stay open while nothing is at work @param now a clock in ms */
	constructor(
		private readonly most: number,
		private readonly now: () => number = () => performance.now()
	) {}

	get size(): number {
		return this.opened.size;
	}

	/** One that is open already. */
	known(key: string): E | undefined {
		const found = this.opened.get(key);
		return found && this.used(key, found);
	}

	get(key: string, open: () => E): E {
		return this.used(key, this.opened.get(key) ?? this.counting(open()));
	}

	private used(key: string, found: Opened<E>): E {
		found.usedAt = this.now();
		this.opened.delete(key);
		this.opened.set(key, found);
		this.shrink(key);
		return found.counted;
	}

	/** Closes what was not used for so many ms: a password that nobody needs is in memory no longer. */
	sweep(idleMs: number): void {
		const before = this.now() - idleMs;
		for (const [key, { busy, usedAt }] of this.opened) if (busy === 0 && usedAt < before) this.closeOne(key);
	}

	async close(): Promise<void> {
		await Promise.all([...this.opened.values()].map(({ end }) => end.close()));
	}

	private shrink(but?: string): void {
		for (const [key, { busy }] of this.opened) {
			if (this.opened.size <= this.most) return;
			if (busy === 0 && key !== but) this.closeOne(key);
		}
	}

	private closeOne(key: string): void {
		const found = this.opened.get(key);
		this.opened.delete(key);
		void found?.end.close().catch(() => undefined);
	}

	private counting(end: E): Opened<E> {
		const calls = new Map<PropertyKey, unknown>();
		const count =
			(call: CallableFunction) =>
			(...args: unknown[]): unknown => {
				const answer: unknown = Reflect.apply(call, end, args);
				if (answer instanceof Promise) this.during(one, answer);
				return answer;
			};
		const counted = new Proxy(end, {
			get(target, name) {
				const value: unknown = Reflect.get(target, name, target);
				if (typeof value !== "function") return value;
				const known = calls.get(name) ?? count(value);
				calls.set(name, known);
				return known;
			}
		});
		const one: Opened<E> = { end, busy: 0, usedAt: this.now(), counted };
		return one;
	}

	/** What kept others from being closed may be what is over now. */
	private during(one: Opened<E>, answer: Promise<unknown>): void {
		one.busy++;
		const done = (): void => {
			one.busy--;
			one.usedAt = this.now();
			this.shrink();
		};
		answer.then(done, done);
	}
}
