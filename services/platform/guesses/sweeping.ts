/**
 * What keeps counts few. Of too many those go that would be forgotten first: who is guessed at most stays longest, and whoever makes up
 * names to push a count of k guesses out has to make k guesses at each of as many others as there is room for.
 */

import type { Collection } from "../../../adapters/collection";
import type { KeptCount } from "./counts";

/** New ones, as a part of those that may be there, after which it is time to look. */
const GROWN = 0.1;
const AT_ONCE = 500;

/** How many are kept, how many were over, and how many went before. */
interface Swept {
	readonly kept: number;
	readonly over: number;
	readonly evicted: number;
}

export class Sweeping {
	private fresh = 0;
	private running: Promise<Swept> | undefined;

	constructor(
		private readonly kept: Collection<KeptCount>,
		private readonly most: number
	) {}

	/** So many more were made here. @returns whether it is time to look */
	grew(made: number): boolean {
		this.fresh += made;
		return this.fresh > this.most * GROWN;
	}

	sweep(now: number): Promise<Swept> {
		this.running ??= this.swept(now).finally(() => {
			this.running = undefined;
		});
		return this.running;
	}

	private async swept(now: number): Promise<Swept> {
		this.fresh = 0;
		const over = await this.removeOldest(record => record.goneAt <= now);
		let many = (await this.kept.count()) - this.most;
		const evicted = await this.removeOldest(() => many-- > 0);
		return { kept: await this.kept.count(), over, evicted };
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
