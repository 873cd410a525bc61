/** Recovery codes: sixty random bits each, to be written down by hand and typed off paper. Pure. */

/** Without letters that are read as others (Crockford's base32). */
const LETTERS = "0123456789abcdefghjkmnpqrstvwxyz";
const READ_AS: Readonly<Record<string, string>> = { o: "0", i: "1", l: "1" };

/** How many there are. */
export const CODES = 10;
const LENGTH = 12;
/** Of randomness, for all of them. */
export const RANDOM_BYTES = CODES * LENGTH;

/** @param random RANDOM_BYTES of it */
export const codesOf = (random: Buffer): string[] =>
	Array.from({ length: CODES }, (_, at) => inGroups(lettersOf(random.subarray(at * LENGTH, (at + 1) * LENGTH))));

/** 256 is a multiple of 32: each letter is as likely as any. */
const lettersOf = (random: Buffer): string => [...random].map(byte => LETTERS[byte % LETTERS.length]).join("");

const inGroups = (letters: string): string => (letters.match(/.{4}/g) ?? []).join("-");

/** A code as it is kept a digest of; undefined of what is none, however it was typed. */
export function typed(text: string): string | undefined {
	const letters = [...text.toLowerCase().replace(/[\s-]/g, "")].map(letter => READ_AS[letter] ?? letter).join("");
	return letters.length === LENGTH && [...letters].every(letter => LETTERS.includes(letter)) ? letters : undefined;
}
