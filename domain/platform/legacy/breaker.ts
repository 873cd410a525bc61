/** An old system that failed several times in a row is left alone for a while; then one question tries it. Pure. */

export class Breaker {
	private failed = 0;
	private restsUntil = 0;
	private trying = false;

	constructor(
		private readonly failures: number,
		private readonly restMs: number
	) {}

	private isOpen(now: number): boolean {
		return this.failed >= this.failures && (now < this.restsUntil || this.trying);
	}

	/** What was asked last failed: the next one may, too. */
	get isFailing(): boolean {
		return this.failed > 0;
	}

	/** May one more question go there? Whoever is let through tells what came of it. */
	admits(now: number): boolean {
		if (this.failed < this.failures) return true;
		if (this.isOpen(now)) return false;
		this.trying = true;
		return true;
	}

	told(failed: boolean, now: number): void {
		this.trying = false;
		this.failed = failed ? this.failed + 1 : 0;
		if (this.failed >= this.failures) this.restsUntil = now + this.restMs;
	}
}
