/** One partition of a service's events: what of it is under way here, and up to where all was dealt with. */

import type { Placed } from "./entry";

export class Lane {
	/** Of what was taken and is not dealt with, how many at each place; the first one is the farthest back. */
	private readonly open = new Map<number, number>();
	private readonly over = new AbortController();
	/** Up to where that is kept. */
	kept: number;

	/**
	 * @param seen up to where all was taken, here or before
	 * @param beyond what was dealt with behind that
	 */
	constructor(
		public seen: number,
		private readonly beyond: ReadonlySet<string>
	) {
		this.kept = seen;
	}

	/** Whether it is to be dealt with here. */
	take({ id, position }: Placed): boolean {
		if (position <= this.seen || this.beyond.has(id)) return false;
		this.open.set(position, (this.open.get(position) ?? 0) + 1);
		return true;
	}

	settle({ position }: Placed): void {
		const left = (this.open.get(position) ?? 1) - 1;
		if (left === 0) this.open.delete(position);
		else this.open.set(position, left);
	}

	/** All up to there was dealt with. @param reached up to where all was taken */
	passed(reached: number): number {
		const [first] = this.open.keys();
		return first === undefined ? Math.max(this.seen, reached) : first - 1;
	}

	/** Another node deals with it, or this one ends: nothing more of it is begun here. */
	leave(): void {
		this.over.abort();
	}

	get signal(): AbortSignal {
		return this.over.signal;
	}
}
