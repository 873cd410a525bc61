/** The node's own secret, made at first use and kept in the data folder: what it derives stays the same for ever. */

import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createOwnFile, readOwnFile } from "./own-file";

const BYTES = 32;

/** 32 bytes, the same ones ever after. Only a file that is not there is made: a damaged one may have sealed something. */
export function secretKey(dir: string): Buffer {
	const file = join(dir, "secret.key");
	if (!existsSync(file)) createOwnFile(file, randomBytes(BYTES));
	const key = readOwnFile(file);
	if (key.length === BYTES) return key;
	throw new Error(`'${file}' is damaged: it holds ${key.length} bytes, not ${BYTES}. Restore it from a backup.`);
}

const SEALED = "sealed:v1:";
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Seals texts under the node's secret (AES-256-GCM); what is sealed for one place opens for no other. */
export function sealer(dir: string) {
	let derived: Buffer | undefined;
	// Not before it is needed: who only reads makes no key.
	const key = (): Buffer => {
		derived ??= Buffer.from(hkdfSync("sha256", secretKey(dir), "", "banyan definitions", BYTES));
		return derived;
	};
	return {
		seal(text: string, place: string): string {
			const iv = randomBytes(IV_BYTES);
			const cipher = createCipheriv("aes-256-gcm", key(), iv).setAAD(Buffer.from(place));
			const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
			return SEALED + Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString("base64url");
		},
		/** A text that was never sealed is answered as it is. @throws when it was sealed by another node, or for another place */
		open(text: string, place: string): string {
			if (!text.startsWith(SEALED)) return text;
			const bytes = Buffer.from(text.slice(SEALED.length), "base64url");
			const decipher = createDecipheriv("aes-256-gcm", key(), bytes.subarray(0, IV_BYTES)).setAAD(Buffer.from(place));
			decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
			try {
				return decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES), undefined, "utf8") + decipher.final("utf8");
			} catch {
				throw new Error(
					`A secret of '${place}' was sealed with another secret.key: restore the one it was sealed with.`
				);
			}
		}
	};
}
export type Sealer = ReturnType<typeof sealer>;
