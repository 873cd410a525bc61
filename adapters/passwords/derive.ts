/** Key derivation by Node's own calls, each on its pool of threads; and bcrypt, which it has not. */

import { argon2, type BinaryLike, createCipheriv, pbkdf2, scrypt } from "node:crypto";
import { promisify } from "node:util";

export interface ScryptCost {
	/** A power of two. */
	readonly n: number;
	readonly r: number;
	readonly p: number;
}
export interface Argon2Cost {
	readonly memoryKib: number;
	readonly passes: number;
	readonly lanes: number;
}
export type Argon2 = "argon2d" | "argon2i" | "argon2id";

const pbkdf2Async = promisify(pbkdf2);

export const pbkdf2Of = (algorithm: string, password: BinaryLike, salt: BinaryLike, rounds: number, bytes: number) =>
	pbkdf2Async(password, salt, rounds, bytes, algorithm);

/** Node asks for a little more than the 128·N·r bytes of RFC 7914. */
const roomFor = ({ n, r, p }: ScryptCost): number => 128 * r * (n + p + 2) + 4096;

export const scryptOf = (password: BinaryLike, salt: BinaryLike, cost: ScryptCost, bytes: number): Promise<Buffer> =>
	new Promise((done, fail) => {
		const options = { N: cost.n, r: cost.r, p: cost.p, maxmem: roomFor(cost) };
		scrypt(password, salt, bytes, options, (error, key) => (error ? fail(error) : done(key)));
	});

export const argon2Of = (
	kind: Argon2,
	password: Buffer,
	salt: Buffer,
	{ memoryKib, passes, lanes }: Argon2Cost,
	bytes: number
): Promise<Buffer> =>
	new Promise((done, fail) => {
		const options = { message: password, nonce: salt, memory: memoryKib, passes, parallelism: lanes, tagLength: bytes };
		argon2(kind, options, (error, key) => (error ? fail(error) : done(key)));
	});

/** Firebase's: the derived key, with which the project's own key is ciphered: what comes out is compared. */
export async function firebaseOf(
	password: Buffer,
	{ salt, separator, signerKey }: { readonly salt: Buffer; readonly separator: Buffer; readonly signerKey: Buffer },
	cost: ScryptCost
): Promise<Buffer> {
	const key = await scryptOf(password, Buffer.concat([salt, separator]), cost, 32);
	const cipher = createCipheriv("aes-256-ctr", key, Buffer.alloc(16));
	return Buffer.concat([cipher.update(signerKey), cipher.final()]);
}
