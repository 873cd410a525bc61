/**
 * crypt(3)'s forms over MD5 and the SHA-2 family, and phpass' portable one: plain hashing in many rounds, which Node has no call
 * for. Rounds are done a few hundred at a time, so that one password never holds the process up.
 *
 * - MD5: Poul-Henning Kamp's, FreeBSD 1994.
 * - SHA-256, SHA-512: Ulrich Drepper, "Unix crypt using SHA-256 and SHA-512", 2008.
 * - phpass: Solar Designer, "Portable PHP password hashing framework", 2004.
 */

import { createHash } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import { itoa64 } from "./encodings";

const AT_A_TIME = 256;

const digest = (algorithm: string, ...parts: readonly (Buffer | string)[]): Buffer => {
	const hash = createHash(algorithm);
	for (const part of parts) hash.update(part);
	return hash.digest();
};

/** The lowest first; of nothing there are none. */
const bitsOf = (length: number): boolean[] =>
	length === 0 ? [] : Array.from(length.toString(2), bit => bit === "1").reverse();

/** The same bytes, over and over, until there are so many. */
const repeated = (bytes: Buffer, length: number): Buffer => Buffer.alloc(length, bytes);

async function inRounds(rounds: number, first: Buffer, next: (last: Buffer, round: number) => Buffer): Promise<Buffer> {
	let last = first;
	for (let round = 0; round < rounds; round++) {
		if (round % AT_A_TIME === AT_A_TIME - 1) await nextTurn();
		last = next(last, round);
	}
	return last;
}

/** Three bytes are four letters, in an order that is each form's own. */
const letters = (bytes: Buffer, order: readonly (readonly number[])[]): string =>
	order
		.map(group => {
			const value = group.reduce((sum, index) => sum * 256 + (bytes[index] ?? 0), 0);
			return itoa64(value, group.length + 1);
		})
		.join("");

const MD5_ORDER = [[0, 6, 12], [1, 7, 13], [2, 8, 14], [3, 9, 15], [4, 10, 5], [11]];
const MD5_ROUNDS = 1000;

/** `$1$`: the letters after the salt. */
export async function md5Crypt(password: Buffer, salt: string): Promise<string> {
	const inner = digest("md5", password, salt, password);
	const first = digest(
		"md5",
		password,
		`$1$${salt}`,
		repeated(inner, password.length),
		...bitsOf(password.length).map(isSet => (isSet ? Buffer.alloc(1) : password.subarray(0, 1)))
	);
	const last = await inRounds(MD5_ROUNDS, first, (bytes, round) =>
		stirred("md5", round, bytes, password, Buffer.from(salt))
	);
	return letters(last, MD5_ORDER);
}

/** One round, the same of both: what goes in, and where, hangs on its number. */
function stirred(algorithm: string, round: number, last: Buffer, password: Buffer, salt: Buffer): Buffer {
	const [first, end] = round % 2 === 1 ? [password, last] : [last, password];
	const parts = [first];
	if (round % 3 !== 0) parts.push(salt);
	if (round % 7 !== 0) parts.push(password);
	return digest(algorithm, ...parts, end);
}

/** Each group is the next in a circle of thirds; the last bytes stand alone. */
const SHA_ORDER = {
	sha256: [
		[0, 10, 20],
		[21, 1, 11],
		[12, 22, 2],
		[3, 13, 23],
		[24, 4, 14],
		[15, 25, 5],
		[6, 16, 26],
		[27, 7, 17],
		[18, 28, 8],
		[9, 19, 29],
		[31, 30]
	],
	sha512: [
		...Array.from({ length: 21 }, (_, index) => {
			const group = [index, index + 21, index + 42];
			const turn = index % 3;
			return [...group.slice(turn), ...group.slice(0, turn)];
		}),
		[63]
	]
} as const;

/** `$5$` and `$6$`: the letters after the salt. */
export async function shaCrypt(
	algorithm: "sha256" | "sha512",
	password: Buffer,
	salt: string,
	rounds: number
): Promise<string> {
	const inner = digest(algorithm, password, salt, password);
	const first = digest(
		algorithm,
		password,
		salt,
		repeated(inner, password.length),
		...bitsOf(password.length).map(isSet => (isSet ? inner : password))
	);
	const ofPassword = digest(algorithm, ...Array.from(password, () => password));
	const ofSalt = digest(algorithm, ...Array.from({ length: 16 + (first[0] ?? 0) }, () => salt));
	const [p, s] = [repeated(ofPassword, password.length), repeated(ofSalt, Buffer.byteLength(salt))];
	const last = await inRounds(rounds, first, (bytes, round) => stirred(algorithm, round, bytes, p, s));
	return letters(last, SHA_ORDER[algorithm]);
}

/** `$P$` and `$H$`: sixteen bytes. @param rounds a power of two */
export async function phpass(password: Buffer, salt: string, rounds: number): Promise<string> {
	const last = await inRounds(rounds, digest("md5", salt, password), bytes => digest("md5", bytes, password));
	const groups = [0, 3, 6, 9, 12].map(index => [index + 2, index + 1, index]);
	return letters(last, [...groups, [15]]);
}
