/** A node's own ring, in its data folder: `secret.key`. */

import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { createOwnFile, readOwnFile, writeOwnFile } from "../own-file";
import type { Keeper } from "./keeper";
import { newestOnly, newRing, type Ring, readRing, ringBytes, withKey } from "./ring";
import { sealerWith } from "./sealer";

/** What it holds. Only a file that is not there is made: a damaged one may have sealed something. */
export function secretKey(dir: string): Buffer {
	const file = fileIn(dir);
	if (!existsSync(file)) createOwnFile(file, ringBytes(newRing()));
	const bytes = readOwnFile(file);
	if (readRing(bytes)) return bytes;
	throw new Error(`'${file}' is damaged: its ${bytes.length} bytes are no keys. Restore it from a backup.`);
}

export const hasSecretKey = (dir: string): boolean => existsSync(fileIn(dir));

/** What a node's own secrets are derived from: it never changes. */
export const secretRoot = (dir: string): Buffer => (readRing(secretKey(dir)) as Ring).root;

const fileIn = (dir: string): string => join(dir, "secret.key");

/** The ring is not made before it is needed: who only reads makes none. One process holds the folder, with several services. */
export function fileKeeper(dir: string): Keeper {
	let known: { readonly ring: Ring; readonly stamp: string } | undefined;
	const ring = (): Ring => {
		const stamp = stampOf(fileIn(dir));
		if (known?.stamp === stamp) return known.ring;
		const read = readRing(secretKey(dir)) as Ring;
		known = { ring: read, stamp: stampOf(fileIn(dir)) };
		return read;
	};
	const write = (next: Ring): void => writeOwnFile(fileIn(dir), ringBytes(next));
	return {
		sealer: sealerWith(
			ring,
			place => `A secret of '${place}' was sealed with another secret.key: restore the one it was sealed with.`
		),
		async renew(id) {
			write(withKey(ring(), id, 0));
		},
		async retire() {
			write(newestOnly(ring()));
		},
		async refresh() {}
	};
}

function stampOf(file: string): string {
	const { ino, mtimeMs, size } = statSync(file, { throwIfNoEntry: false }) ?? {};
	return `${ino} ${mtimeMs} ${size}`;
}
