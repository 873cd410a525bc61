/** What many requests bring about is said once in a while, so that nobody fills a log by asking. Pure. */

/** The most things whose time is remembered. */
const MOST = 1_000;

export class Seldom {
	private readonly until = new Map<string, number>();

	/** @param everyMs the same thing is said again after this */
	constructor(private readonly everyMs: number) {}

	/** Is it time to say it? @param now in ms, by `performance.now` */
	isDue(what: string, now: number): boolean {
		if ((this.until.get(what) ?? 0) > now) return false;
		if (this.until.size >= MOST) this.until.clear();
		this.until.set(what, now + this.everyMs);
		return true;
	}
}
