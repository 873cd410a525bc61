/**
 * A data folder into which a backup is being restored: all of it is made in a folder within, which gets another name once it
 * is whole, and only then comes to its place. Whoever is killed in between leaves either a half one, which is begun anew, or a
 * whole one, which is put in its place.
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { FolderUnusable } from "./folder";

/** Where it is made. */
export const HALF = "restoring";
/** What it is called once it is whole. */
export const WHOLE = "restored";

/** @throws FolderUnusable where a restore was cut off, or is under way */
export function refuseHalfRestored(dir: string): void {
	if (![HALF, WHOLE].some(name => existsSync(join(dir, name)))) return;
	throw new FolderUnusable(
		dir,
		"a restore into it is under way, or was cut off; give `banyan restore` again with the same file, which ends it"
	);
}
