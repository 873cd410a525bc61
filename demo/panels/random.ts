/** A small seeded generator (mulberry32): the same seed tells the same story. */
export type Random = () => number;

export function random(seed: number): Random {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

export const between = (next: Random, low: number, high: number): number => low + Math.floor(next() * (high - low + 1));

export function pick<T>(next: Random, from: readonly T[]): T {
	const chosen = from[Math.floor(next() * from.length)];
	if (chosen === undefined) throw new Error("nothing to pick from");
	return chosen;
}
