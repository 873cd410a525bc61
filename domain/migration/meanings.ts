/** Finds what a code means, whichever mapping it is of. A code is one row in all of them. */

import { COMMON } from "./common-meanings";
import { lossesOfMarzneshin } from "./marzneshin-to-marzban/losses";
import { type Meaning, type Meanings, told } from "./meaning";

export const MEANINGS: Meanings = { ...COMMON, ...lossesOfMarzneshin };

/** Undefined for a code of an older version, which a store may still hold. */
export const meaningOf = (code: string): Meaning | undefined =>
	Object.hasOwn(MEANINGS, code) ? MEANINGS[code] : undefined;

/** One sentence about all records of a stream that have a code: never one person's. */
export function sentenceOf(code: string, stream: string, count: number): string {
	const meaning = meaningOf(code);
	return meaning ? told(meaning, stream, count) : `${count} of ${stream}: ${code}, which this version does not know.`;
}

/** Where a code's row stands, for those who ask a server. */
export const lossPath = (code: string): string => `/docs/losses#${code}`;

/** The same, in this repository. */
export const lossFile = (code: string): string => `docs/losses.md#${code}`;
