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

/** The same by name: what has different names goes on beside each other. Remembers only those who wait. */
export class InTurnOf {
	private readonly turns = new Map<string, { readonly turn: InTurn; waiting: number }>();

	async next<T>(name: string, work: () => Promise<T>): Promise<T> {
		const own = this.turns.get(name) ?? { turn: new InTurn(), waiting: 0 };
		this.turns.set(name, own);
		own.waiting++;
		try {
			return await own.turn.next(work);
		} finally {
			if (--own.waiting === 0) this.turns.delete(name);
		}
	}
}
