/** Passwords: how they are hashed from now on, and what a stored hash, whoever made it, says to one. */

import { randomBytes } from "node:crypto";
import { argon2Of } from "./derive";
import { storedHash } from "./formats";

/** OWASP's floor for argon2id: 19 MiB, two passes, one lane. */
const CURRENT = { memoryKib: 19 * 1024, passes: 2, lanes: 1 } as const;
const [SALT_BYTES, SUM_BYTES] = [16, 32];

/** Over this nobody asked for a hash to protect somebody: it is there to hold the process up. */
const MOST = { memoryBytes: 256 * 2 ** 20, rounds: 20_000_000 } as const;

/** `re-hash`: it is right, and kept in another form than new ones are. `unknown`: no hash that is known, or not allowed, here. */
export type Verdict = "ok" | "re-hash" | "no" | "unknown";

const unpadded = (bytes: Buffer): string => bytes.toString("base64").replace(/=+$/, "");
const CURRENT_FORM = `$argon2id$v=19$m=${CURRENT.memoryKib},t=${CURRENT.passes},p=${CURRENT.lanes}$`;

/** NFC, so that the same letters typed on two machines are the same password (NIST 800-63B §3.1.1.2); nothing is cut. */
const bytesOf = (password: string): Buffer => Buffer.from(password.normalize("NFC"));

/** argon2id, as PHC writes it. */
export async function hashed(password: string): Promise<string> {
	const salt = randomBytes(SALT_BYTES);
	const sum = await argon2Of("argon2id", bytesOf(password), salt, CURRENT, SUM_BYTES);
	return `${CURRENT_FORM}${unpadded(salt)}$${unpadded(sum)}`;
}

/** What nobody's password fits: who tries it spends what one of ours costs. */
export const NOBODYS = `${CURRENT_FORM}${unpadded(Buffer.alloc(SALT_BYTES))}$${unpadded(Buffer.alloc(SUM_BYTES))}`;

/** Is it of the form, and the cost, of new ones? */
export const isCurrent = (stored: string): boolean => stored.startsWith(CURRENT_FORM);

/** Why a hash that others made is not taken. */
export type Unusable = "unknown" | "unsalted" | "too-dear";

/** Undefined where it may be tried. @param allowUnsalted whether a bare MD5 or SHA is taken for a hash */
export function unusable(stored: string, allowUnsalted = false): Unusable | undefined {
	const hash = storedHash(stored);
	if (!hash) return "unknown";
	if (hash.isUnsalted && !allowUnsalted) return "unsalted";
	return isTooDear(hash.cost) ? "too-dear" : undefined;
}

/** @param allowUnsalted as `unusable` */
export async function verified(password: string, stored: string, allowUnsalted = false): Promise<Verdict> {
	const hash = storedHash(stored);
	if (!hash || unusable(stored, allowUnsalted)) return "unknown";
	const fits = (await hash.fits(bytesOf(password))) || (await asTyped(password, hash));
	if (!fits) return "no";
	return isCurrent(stored) ? "ok" : "re-hash";
}

type Hash = NonNullable<ReturnType<typeof storedHash>>;

const isTooDear = ({ memoryBytes, rounds }: Hash["cost"]): boolean =>
	memoryBytes > MOST.memoryBytes || rounds > MOST.rounds;

/** Other systems hash what was typed, as it was typed. */
const asTyped = async (password: string, { fits }: Hash): Promise<boolean> =>
	password.normalize("NFC") !== password && (await fits(Buffer.from(password)));
