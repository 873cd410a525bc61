/** The node's own secret, made at first use and kept in the data folder: what it derives stays the same for ever. */

import { randomBytes } from "node:crypto";
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
