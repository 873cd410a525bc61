/** Where the migrations lead: asked now and then, and while nobody can say it, as it was said last. */

import { setTimeout as sleep } from "node:timers/promises";
import type { Ends } from "../../../contracts/migration/migration";

/** How long they are remembered, in ms; news of a migration makes it forget them. */
const REMEMBERED_MS = 5_000;
/** How long a customer waits for them where earlier ones are known, in ms. */
const NEWS_MS = 1_000;

export interface Known {
	readonly all: readonly Ends[];
	/** False: nobody can say now whether they are so still. */
	readonly isSure: boolean;
}

interface Asked {
	readonly ends: Promise<readonly Ends[]>;
	/** When it was asked, by `performance.now`. */
	readonly from: number;
}

export class KnownEnds {
	private asked: Asked | undefined;
	private last: readonly Ends[] | undefined;

	constructor(private readonly ask: () => Promise<readonly Ends[]>) {}

	/** A migration went on: what was known may be out of date. */
	forget(): void {
		this.asked = undefined;
	}

	/** @throws what keeps them from being told, where they never were */
	async now(): Promise<Known> {
		const { ends, from } = this.asking();
		const { last } = this;
		if (!last) return { all: await ends, isSure: true };
		const stop = new AbortController();
		const late = sleep(Math.max(0, from + NEWS_MS - performance.now()), undefined, { signal: stop.signal, ref: false });
		try {
			const all = await Promise.race([ends, late.catch(() => undefined)]);
			return all ? { all, isSure: true } : { all: last, isSure: false };
		} catch {
			return { all: last, isSure: false };
		} finally {
			stop.abort();
		}
	}

	private asking(): Asked {
		const now = performance.now();
		if (this.asked && now - this.asked.from < REMEMBERED_MS) return this.asked;
		const asked = { ends: this.ask(), from: now };
		this.asked = asked;
		asked.ends.then(
			all => {
				this.last = all;
			},
			() => {
				// Without earlier ones each customer asks anew.
				if (this.asked === asked && !this.last) this.asked = undefined;
			}
		);
		return asked;
	}
}
