/**
 * What a node takes at most. Each limit is a setting with a default, shown by `/health/detailed` to whoever has a key; what
 * goes beyond it is refused with a code of `contracts/errors.ts` and counted.
 */

interface Limit {
	/** The environment's variable. */
	readonly variable: string;
	/** What it bounds, as the end of "at most so many …". */
	readonly says: string;
	readonly unit: "bytes" | "ms" | "s" | null;
	readonly least: number;
	readonly most: number;
	readonly fallback: number;
}

export const LIMITS = {
	bodyBytes: {
		variable: "GATEWAY_BODY_LIMIT",
		says: "the largest body of a request",
		unit: "bytes",
		least: 1024,
		most: 104_857_600,
		fallback: 1_048_576
	},
	linkGuesses: {
		variable: "LINK_GUESSES",
		says: "wrong subscription links a minute from one network, an address or a /64",
		unit: null,
		least: 1,
		most: 10_000,
		fallback: 30
	},
	linkQuestions: {
		variable: "LINK_QUESTIONS",
		says: "questions under way at one panel about links that nobody has proven yet",
		unit: null,
		least: 1,
		most: 48,
		fallback: 32
	}
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof LIMITS;
export type Limits = Readonly<Record<LimitName, number>>;

/** A limit's meaning and its form, as one sentence has it. */
export const limitSays = (name: LimitName): string => {
	const { says, least, most, unit }: Limit = LIMITS[name];
	return `${says}, ${least} to ${most}${unit === null ? "" : ` ${unit}`}`;
};
