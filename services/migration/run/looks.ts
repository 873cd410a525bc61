/** Looks at systems that somebody waits for: so many of one key at once, and of all together. What runs by itself is none. */

import { failure } from "../../../cluster/errors";
import { type Limits, settings } from "../../../contracts/migration/settings";
import type { Caller } from "../../../domain/migration/callers";

const AGAIN_SECONDS = 5;

export class Looks {
	private readonly counts = new Map<string, number>();
	private all = 0;

	constructor(private readonly limits: Pick<Limits, "looks" | "looksEach">) {}

	/** @throws LIMIT_REACHED · OVERLOADED */
	async for<T>(caller: Caller | undefined, look: () => Promise<T>): Promise<T> {
		if (caller === undefined) return look();
		const { id } = caller;
		const mine = this.counts.get(id) ?? 0;
		if (mine >= this.limits.looksEach)
			throw failure("LIMIT_REACHED", `${settings.looksEach.variable} is reached: wait until one of these has ended.`);
		if (this.all >= this.limits.looks) {
			const retryAfter = AGAIN_SECONDS;
			throw failure("OVERLOADED", `${settings.looks.variable} is reached: ask again in a moment.`, { retryAfter });
		}
		this.counts.set(id, mine + 1);
		this.all++;
		try {
			return await look();
		} finally {
			this.all--;
			const left = (this.counts.get(id) ?? 1) - 1;
			if (left > 0) this.counts.set(id, left);
			else this.counts.delete(id);
		}
	}
}
