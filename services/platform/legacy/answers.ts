/** What was answered a moment ago, by digests of what was asked; whoever asks at the same time waits for the same answer. */

/** Older ones go first. */
const MOST = 10_000;

interface Kept<T> {
	readonly until: number;
	readonly answer: Promise<T | undefined>;
}

export class Answers<T> {
	private readonly kept = new Map<string, Kept<T>>();

	/** @param now a clock in ms */
	constructor(private readonly now: () => number) {}

	/** A failure is kept for nobody. */
	get(key: string, ms: number, ask: () => Promise<T | undefined>): Promise<T | undefined> {
		const known = this.kept.get(key);
		if (known && known.until > this.now()) return known.answer;
		const answer = ask();
		this.keep(key, { until: this.now() + ms, answer });
		answer.catch(() => this.kept.delete(key));
		return answer;
	}

	private keep(key: string, kept: Kept<T>): void {
		this.kept.delete(key);
		this.kept.set(key, kept);
		const [oldest] = this.kept.keys();
		if (this.kept.size > MOST && oldest !== undefined) this.kept.delete(oldest);
	}
}
