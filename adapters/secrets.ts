/** The node's own secret, made at first use and kept in the data folder: what it derives stays the same for ever. */

import { randomBytes } from "node:crypto";
import { closeSync, existsSync, fsyncSync, linkSync, openSync, readFileSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";

const BYTES = 32;

/** 32 bytes; the same ones ever after. The data folder is locked by the caller. */
export function secretKey(dir: string): Buffer {
	const file = join(dir, "secret.key");
	if (!existsSync(file)) create(file);
	const key = readFileSync(file);
	if (key.length === BYTES) return key;
	throw new Error(`'${file}' is damaged: it holds ${key.length} bytes, not ${BYTES}. Restore it from a backup.`);
}

/** Whole or not at all: written aside, synced, then linked under its name. */
function create(file: string): void {
	const fresh = `${file}.${process.pid}.new`;
	const handle = openSync(fresh, "w", 0o600);
	writeSync(handle, randomBytes(BYTES));
	fsyncSync(handle);
	closeSync(handle);
	try {
		linkSync(fresh, file);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
	} finally {
		unlinkSync(fresh);
	}
}
