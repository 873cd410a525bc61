/** Work that is done one after the other, since what it counts must not change meanwhile. Pure. */

export class InTurn {
	private last: Promise<unknown> = Promise.resolve();

	/** Its turn comes when what was given before is over, however that ended. */
	next<T>(work: () => Promise<T>): Promise<T> {
		const turn = this.last.then(work);
		this.last = turn.catch(() => undefined);
		return turn;
	}
}
