/**
 * What keeps counts few. Of too many those go that would be forgotten first: who is guessed at most stays longest, and whoever makes up
 * names to push a count of k guesses out has to make k guesses at each of as many others as there is room for.
 */

import type { Collection } from "../../../adapters/collection";
import type { KeptCount } from "./counts";

/** New ones, as a part of those that may be there, after which it is time to look. */
const GROWN = 0.1;
const AT_ONCE = 500;

export class Sweeping {
	private fresh = 0;
	private running: Promise<{ kept: number; evicted: number }> | undefined;

	constructor(
		private readonly kept: Collection<KeptCount>,
		private readonly most: number
	) {}

	/** So many more were made here. @returns whether it is time to look */
	grew(made: number): boolean {
		this.fresh += made;
		return this.fresh > this.most * GROWN;
	}

	sweep(now: number): Promise<{ kept: number; evicted: number }> {
		this.running ??= this.swept(now).finally(() => {
			this.running = undefined;
		});
		return this.running;
	}

	private async swept(now: number): Promise<{ kept: number; evicted: number }> {
		this.fresh = 0;
		await this.removeOldest(record => record.goneAt <= now);
		let over = (await this.kept.count()) - this.most;
		const evicted = await this.removeOldest(() => over-- > 0);
		return { kept: await this.kept.count(), evicted };
	}

	private async removeOldest(goes: (record: KeptCount) => boolean): Promise<number> {
		for (let removed = 0; ; ) {
			const { records } = await this.kept.find({}, { sort: "goneAt", limit: AT_ONCE });
			const going = records.filter(goes);
			await this.kept.write(going.map(({ id }) => ({ remove: id })));
			removed += going.length;
			if (going.length < AT_ONCE) return removed;
		}
	}
}
