/** The node's own secret, made at first use and kept in the data folder: what it derives stays the same for ever. */

import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { closeSync, existsSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";

const BYTES = 32;

/** 32 bytes, the same ones ever after. Only a file that is not there is made: a damaged one may have sealed something. */
export function secretKey(dir: string): Buffer {
	const file = join(dir, "secret.key");
	if (!existsSync(file)) create(file);
	const key = readFileSync(file);
	if (key.length === BYTES) return key;
	throw new Error(`'${file}' is damaged: it holds ${key.length} bytes, not ${BYTES}. Restore it from a backup.`);
}

/** Whole or not at all: written aside, synced, then linked under its name, which the first one wins. */
function create(file: string): void {
	const fresh = `${file}.${randomBytes(6).toString("hex")}`;
	try {
		sync(openSync(fresh, "wx", 0o600), randomBytes(BYTES));
		linkSync(fresh, file);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
	} finally {
		rmSync(fresh, { force: true });
	}
	// The name, too, must outlive a power cut: what is made of the key is found again only with the same key.
	sync(openSync(dirname(file), "r"));
}

function sync(handle: number, bytes?: Buffer): void {
	try {
		if (bytes) writeSync(handle, bytes);
		fsyncSync(handle);
	} finally {
		closeSync(handle);
	}
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
