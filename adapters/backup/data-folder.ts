/** All that a data folder keeps, read while a node may be writing to it. */

import { existsSync, readdirSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { isCollection, wholeCollection } from "../collection/sqlite-whole";
import { storedAppends } from "../eventstore/sqlite-appends";
import { folderToRead } from "../folder";
import { storedLinks } from "../linkstore/sqlite-whole";
import { refuseHalfRestored } from "../restoring";
import { secretKey } from "../secrets";
import { appendPart } from "./appends";
import type { Kept, LinkLine, Part } from "./format";
import { RestoreRefused } from "./format";

/** Files of SQLite that are no collections. */
const OTHERS: ReadonlySet<string> = new Set(["announcements.db", "events.db", "links.db", "lock.db", "projections.db"]);

/** @throws FolderUnusable · RestoreRefused where nothing is kept there */
export function keptInFolder(dir: string): Kept {
	const path = resolve(dir);
	const files = folderToRead(path) ? readdirSync(path).filter(name => name.endsWith(".db")) : [];
	refuseHalfRestored(path);
	if (!files.some(name => name !== "lock.db"))
		throw new RestoreRefused(`Nothing is kept in ${path}: set DATA_DIR to the folder of a node that has run.`);
	const secretNow = (): Buffer | undefined => (existsSync(join(path, "secret.key")) ? secretKey(path) : undefined);
	const before = secretNow();
	return {
		mode: "embedded",
		parts: () => partsOf(path, files),
		secret: async () => {
			const now = secretNow();
			// What was read first may be sealed with what is forgotten by now.
			if (before && !now?.equals(before))
				throw new RestoreRefused("Secrets were sealed anew while the backup was taken: take it once more.");
			return now;
		},
		close: async () => undefined
	};
}

async function* partsOf(path: string, files: readonly string[]): AsyncGenerator<Part> {
	for (const file of files.filter(name => !OTHERS.has(name)).sort()) {
		const whole = join(path, file);
		if (isCollection(whole)) yield { kind: "collection", name: basename(file, ".db"), lines: wholeCollection(whole) };
	}
	for (const kind of ["announcements", "events"] as const) {
		const file = join(path, `${kind}.db`);
		if (existsSync(file)) yield appendPart(kind, file, storedAppends(file));
	}
	const links = join(path, "links.db");
	if (existsSync(links)) yield { kind: "links", lines: linkLines(links) };
}

async function* linkLines(file: string): AsyncGenerator<LinkLine> {
	for await (const { migration, id, username, keyDigest, target } of storedLinks(file))
		yield [migration, id, username, keyDigest, target];
}
