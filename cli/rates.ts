/** How fast something grows, and how long until it is whole. Pure but for the clock that is given. */

/** What is older than this says nothing of now, in ms. */
const WINDOW = 30_000;
/** A rate over less than this is a guess, in ms. */
const LEAST = 1_500;

interface Sample {
	readonly at: number;
	readonly value: number;
}

export interface Pace {
	/** A second; null while it is not known. */
	readonly rate: number | null;
	/** Until the total is reached, in seconds; null while it is not known. */
	readonly seconds: number | null;
	/** Seconds since it grew last. */
	readonly still: number;
}

/** One thing that grows; begun anew when it is another thing that grows. */
export class Growth {
	#what = "";
	#samples: Sample[] = [];
	#grew: Sample = { at: 0, value: 0 };

	/** @param what is being done: at another word the counting begins anew */
	seen(what: string, value: number, total: number, at: number): Pace {
		if (what !== this.#what || value < this.#grew.value) {
			this.#what = what;
			this.#samples = [];
			this.#grew = { at, value };
		}
		if (value > this.#grew.value) this.#grew = { at, value };
		this.#samples.push({ at, value });
		while ((this.#samples[1]?.at ?? at) < at - WINDOW) this.#samples.shift();
		const [first = { at, value }] = this.#samples;
		const passed = at - first.at;
		const rate = passed < LEAST ? null : ((value - first.value) * 1000) / passed;
		const seconds = rate !== null && rate > 0 ? (total - value) / rate : null;
		return { rate, seconds, still: (at - this.#grew.at) / 1000 };
	}
}
