/** AES-256-GCM under a key of its own for each use, bound to a place. */

import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

const [IV_BYTES, TAG_BYTES] = [12, 16];
export const KEY_BYTES = 32;

/** One of its own for each use. */
export const sealingKey = (secret: Buffer, use: string): Buffer =>
	Buffer.from(hkdfSync("sha256", secret, "", use, KEY_BYTES));

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
