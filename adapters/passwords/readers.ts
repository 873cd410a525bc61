/** From the parts of a stored hash to the question whether a password fits it, one function a way of hashing. */

import { createHash, timingSafeEqual } from "node:crypto";
import { compare as bcrypt } from "bcrypt";
import { md5Crypt, phpass, shaCrypt } from "./crypt";
import { type Argon2, argon2Of, firebaseOf, pbkdf2Of, type ScryptCost, scryptOf } from "./derive";
import { atoi64, base64, hex } from "./encodings";

/** A stored hash, read. */
export interface StoredHash {
	/** Whose it is: `django-pbkdf2`. */
	readonly format: string;
	/** Without a salt all who chose the same password have the same hash. */
	readonly isUnsalted?: boolean;
	/** What it costs to try one password: refused over a limit, since whoever imports hashes is not always trusted. */
	readonly cost: { readonly memoryBytes: number; readonly rounds: number };
	fits(password: Buffer): Promise<boolean>;
}

/** @returns undefined where a part is not what it must be */
export type Read = (parts: Parts) => Omit<StoredHash, "format"> | undefined;
/** The named groups of the shape; each that is not optional is there. */
type Parts = Readonly<Record<string, string>>;

const equal = (left: Buffer, right: Buffer): boolean => left.length === right.length && timingSafeEqual(left, right);
const sameText = (left: string, right: string): boolean => equal(Buffer.from(left), Buffer.from(right));
const rounds = (count: number) => ({ memoryBytes: 0, rounds: count });
export const sha256 = (password: Buffer): Buffer => createHash("sha256").update(password).digest();

type Decode = (text: string) => Buffer | undefined;
export const verbatim: Decode = text => Buffer.from(text);

/** @param salt how the salt is written, @param sum how the digest is */
export const byPbkdf2 =
	(algorithm: string | undefined, salt: Decode, sum: Decode): Read =>
	({ alg = "sha1", iter, salt: given = "", sum: expected = "" }) => {
		const [saltBytes, key, count] = [salt(given), sum(expected), Number(iter)];
		if (!saltBytes || !key?.length) return undefined;
		return {
			cost: rounds(count),
			fits: async password => equal(await pbkdf2Of(algorithm ?? alg, password, saltBytes, count, key.length), key)
		};
	};

const isPowerOfTwo = (n: number): boolean => n > 1 && Number.isInteger(Math.log2(n));

export const byScrypt =
	(salt: Decode, sum: Decode, n: (written: number) => number = written => written): Read =>
	({ n: written, r, p, salt: given = "", sum: expected = "" }) => {
		const [saltBytes, key] = [salt(given), sum(expected)];
		const cost = { n: n(Number(written)), r: Number(r), p: Number(p) };
		if (!saltBytes || !key?.length || !isPowerOfTwo(cost.n)) return undefined;
		return {
			cost: costOf(cost),
			fits: async password => equal(await scryptOf(password, saltBytes, cost, key.length), key)
		};
	};
const costOf = ({ n, r, p }: ScryptCost) => ({ memoryBytes: 128 * n * r, rounds: n * r * p });

export const byArgon2: Read = ({ kind, m, t, p, salt = "", sum = "" }) => {
	const [saltBytes, key] = [base64(salt), base64(sum)];
	if (!saltBytes || !key?.length) return undefined;
	const cost = { memoryKib: Number(m), passes: Number(t), lanes: Number(p) };
	return {
		cost: { memoryBytes: cost.memoryKib * 1024, rounds: cost.memoryKib * cost.passes },
		fits: async password => equal(await argon2Of(kind as Argon2, password, saltBytes, cost, key.length), key)
	};
};

/** @param pre what the tool hands to bcrypt in place of the password, which bcrypt cuts at 72 bytes and at a NUL; so cut, `2a`, `2b` and `2y` are one */
export const byBcrypt =
	(pre: (password: Buffer, parts: Parts) => Buffer = password => password): Read =>
	parts => {
		const { work = "", salt = "", sum = "" } = parts;
		return {
			cost: rounds(2 ** Number(work)),
			fits: async password => bcrypt(cut(pre(password, parts)), `$2b$${work.padStart(2, "0")}$${salt}${sum}`)
		};
	};
/** As C reads a text: to the first NUL; and as bcrypt does: 72 bytes of it. */
function cut(password: Buffer): Buffer {
	const end = password.indexOf(0);
	return password.subarray(0, Math.min(end < 0 ? password.length : end, 72));
}
export const asBase64 = (bytes: Buffer): Buffer => Buffer.from(bytes.toString("base64"));
export const asHex = (bytes: Buffer): Buffer => Buffer.from(bytes.toString("hex"));

/** @param order whether the salt comes before the password or behind it */
export const bySalted =
	(algorithm: string, order: "salt-password" | "password-salt"): Read =>
	({ salt = "", sum = "" }) => {
		const key = hex(sum);
		if (!key) return undefined;
		const parts = (password: Buffer) =>
			order === "salt-password" ? [Buffer.from(salt), password] : [password, Buffer.from(salt)];
		return {
			cost: rounds(1),
			fits: async password =>
				equal(
					createHash(algorithm)
						.update(Buffer.concat(parts(password)))
						.digest(),
					key
				)
		};
	};

/** RFC 2307's: the digest, and what is behind it is the salt. */
export const bySsha: Read = ({ alg = "", sum = "" }) => {
	const [algorithm, length] = LDAP[alg] ?? ["sha1", 20];
	const bytes = base64(sum);
	if (!bytes || bytes.length <= length) return undefined;
	const [key, salt] = [bytes.subarray(0, length), bytes.subarray(length)];
	return {
		cost: rounds(1),
		fits: async password => equal(createHash(algorithm).update(password).update(salt).digest(), key)
	};
};
const LDAP: Readonly<Record<string, readonly [algorithm: string, bytes: number]>> = {
	SSHA: ["sha1", 20],
	SSHA256: ["sha256", 32],
	SSHA512: ["sha512", 64]
};

const SHA_ROUNDS = { least: 1000, most: 999_999_999, usual: 5000 } as const;
const LETTERS = { sha256: 43, sha512: 86 } as const;
export const byShaCrypt: Read = ({ id, rounds: given, salt = "", sum = "" }) => {
	// Drepper: out of range is brought within it.
	const count = Math.min(Math.max(Number(given ?? SHA_ROUNDS.usual), SHA_ROUNDS.least), SHA_ROUNDS.most);
	const algorithm = id === "5" ? "sha256" : "sha512";
	if (sum.length !== LETTERS[algorithm]) return undefined;
	return {
		cost: rounds(count),
		fits: async password => sameText(await shaCrypt(algorithm, password, salt, count), sum)
	};
};

export const byPhpass: Read = ({ log = "", salt = "", sum = "" }) => {
	const power = atoi64(log) ?? 0;
	if (power < 7 || power > 30) return undefined;
	return { cost: rounds(2 ** power), fits: async password => sameText(await phpass(password, salt, 2 ** power), sum) };
};

/** @param text how the parts are written: Clerk takes them as Firebase exports them, Kratos in the alphabet of its own */
export const byFirebase =
	(text: Decode): Read =>
	({ salt = "", sum = "", signer = "", separator = "", n, r }) => {
		const [saltBytes, key, signerKey, between] = [salt, sum, signer, separator].map(text);
		const cost = { n: 2 ** Number(n), r: Number(r), p: 1 };
		if (!saltBytes || !key?.length || !signerKey || !between) return undefined;
		const given = { salt: saltBytes, separator: between, signerKey };
		return { cost: costOf(cost), fits: async password => equal(await firebaseOf(password, given, cost), key) };
	};

export const byPlain =
	(algorithm: string, text: Decode): Read =>
	({ sum = "" }) => {
		const key = text(sum);
		if (!key) return undefined;
		const fits = async (password: Buffer) => equal(createHash(algorithm).update(password).digest(), key);
		return { isUnsalted: true, cost: rounds(1), fits };
	};

/** `$1$`. */
export const byMd5Crypt: Read = ({ salt = "", sum = "" }) => ({
	cost: rounds(1000),
	fits: async password => sameText(await md5Crypt(password, salt), sum)
});
