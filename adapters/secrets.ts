/** A secret of 32 bytes that is made once: what it seals and derives stays the same for ever. */

import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createOwnFile, readOwnFile } from "./own-file";

const BYTES = 32;

/** A node's own, in its data folder. Only a file that is not there is made: a damaged one may have sealed something. */
export function secretKey(dir: string): Buffer {
	const file = join(dir, "secret.key");
	if (!existsSync(file)) createOwnFile(file, newSecret());
	const key = readOwnFile(file);
	if (key.length === BYTES) return key;
	throw new Error(`'${file}' is damaged: it holds ${key.length} bytes, not ${BYTES}. Restore it from a backup.`);
}

export const newSecret = (): Buffer => randomBytes(BYTES);

const SEALED = "sealed:v1:";
const IV_BYTES = 12;
const TAG_BYTES = 16;

export interface Sealer {
	/** What is sealed for one place opens for no other. */
	seal(text: string, place: string): string;
	/** A text that was never sealed is answered as it is. @throws when it was sealed under another secret, or for another place */
	open(text: string, place: string): string;
	/** The same of the same text, and to be had by nobody without the secret; base64url. */
	derive(text: string): string;
}

/** Under a node's own secret, which is not made before it is needed: who only reads makes none. */
export const sealer = (dir: string): Sealer =>
	sealerWith(
		() => secretKey(dir),
		place => `A secret of '${place}' was sealed with another secret.key: restore the one it was sealed with.`
	);

/** @param foreign says of a place that what stands there was sealed under another secret */
export function sealerWith(secret: () => Buffer, foreign: (place: string) => string): Sealer {
	let whole: Buffer | undefined;
	const known = (): Buffer => {
		whole ??= secret();
		return whole;
	};
	let derived: Buffer | undefined;
	const key = (): Buffer => {
		derived ??= sealingKey(known(), "banyan definitions");
		return derived;
	};
	return {
		seal: (text, place) => SEALED + encrypt(key(), Buffer.from(text), place).toString("base64url"),
		open(text, place) {
			if (!text.startsWith(SEALED)) return text;
			const opened = decrypt(key(), Buffer.from(text.slice(SEALED.length), "base64url"), place);
			if (opened === undefined) throw new Error(foreign(place));
			return opened.toString();
		},
		derive: text => createHmac("sha256", known()).update(text).digest("base64url")
	};
}

/** One of its own for each use. */
export const sealingKey = (secret: Buffer, use: string): Buffer =>
	Buffer.from(hkdfSync("sha256", secret, "", use, BYTES));

/** AES-256-GCM. */
export function encrypt(key: Buffer, bytes: Buffer, place: string): Buffer {
	const iv = randomBytes(IV_BYTES);
	const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(Buffer.from(place));
	const sealed = Buffer.concat([cipher.update(bytes), cipher.final()]);
	return Buffer.concat([iv, cipher.getAuthTag(), sealed]);
}

/** Undefined where it was sealed with another key, or for another place. */
export function decrypt(key: Buffer, bytes: Buffer, place: string): Buffer | undefined {
	try {
		const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, IV_BYTES)).setAAD(Buffer.from(place));
		decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
		return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
	} catch {
		return undefined;
	}
}
