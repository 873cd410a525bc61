/**
 * Which key signs, and which are public: a key is public before it signs, so that whoever keeps the list has it by then, and
 * stays until the last token that it signed is over. Which one signs follows from a token's own moment and not from
 * whoever signs it, so that two nodes sign the same thing alike. Pure.
 */

/** Moments are in ms since 1970. */
export interface KeyTimes {
	readonly kid: string;
	readonly createdAt: number;
	readonly signsFrom: number;
}

export interface KeyRules {
	/** How long a key is public before it signs. */
	readonly leadMs: number;
	/** The age at which another one is made. */
	readonly ageMs: number;
	/** How long a token holds, with what clocks may differ. */
	readonly tokenMs: number;
}

const byAge = (one: KeyTimes, other: KeyTimes): number => other.signsFrom - one.signsFrom;

/** The newest first. */
export const newestFirst = <K extends KeyTimes>(keys: readonly K[]): K[] => [...keys].sort(byAge);

/** The key that signs what is issued at that moment; the first one signed before there was another. */
export function signingAt<K extends KeyTimes>(keys: readonly K[], at: number): K | undefined {
	const sorted = newestFirst(keys);
	return sorted.find(({ signsFrom }) => signsFrom <= at) ?? sorted.at(-1);
}

/** When the last token that it signed is over; undefined while nothing follows it. */
export function endOfKey<K extends KeyTimes>(keys: readonly K[], key: K, { tokenMs }: KeyRules): number | undefined {
	const next = newestFirst(keys)
		.reverse()
		.find(({ signsFrom }) => signsFrom > key.signsFrom);
	return next && next.signsFrom + tokenMs;
}

/** Those whose tokens may hold now, or will. */
export const publicAt = <K extends KeyTimes>(keys: readonly K[], now: number, rules: KeyRules): K[] =>
	newestFirst(keys).filter(key => (endOfKey(keys, key, rules) ?? Number.POSITIVE_INFINITY) > now);

/** Is it time for another one? Not while one waits for its turn. */
export function isDue(keys: readonly KeyTimes[], now: number, { ageMs, leadMs }: KeyRules): boolean {
	const [newest] = newestFirst(keys);
	return newest === undefined || now >= newest.signsFrom + Math.max(ageMs - leadMs, leadMs);
}

export type KeyState = "published" | "signing" | "retired";

export function stateOf<K extends KeyTimes>(keys: readonly K[], key: K, now: number): KeyState {
	if (signingAt(keys, now) === key) return "signing";
	return key.signsFrom > now ? "published" : "retired";
}
