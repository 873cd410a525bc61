/**
 * The data folder is its owner's alone, whoever made it and under whatever umask: closed to others before anything in it is
 * opened, and refused where somebody else has a hand in it. Whoever only reads does not change it.
 */

import {
	chmodSync,
	closeSync,
	constants,
	fchmodSync,
	fstatSync,
	lstatSync,
	openSync,
	readdirSync,
	type Stats
} from "node:fs";
import { join, resolve } from "node:path";
import { FolderUnusable, makeFolder } from "./folder";
import { fileFault, isTrusted, me, NotOurs, OWN_FILE, settled } from "./own-file";

const OWN_FOLDER = 0o700;
const LOOSE = 0o077;
const STICKY = 0o1000;
/** What a file system, not a person, puts into its topmost folder. */
const OF_THE_SYSTEM = "lost+found";
/** What a data folder of ours holds, one of them at least. */
const OURS: ReadonlySet<string> = new Set([
	"api-key",
	"banyan.log",
	"cluster.key",
	"definitions.db",
	"events.db",
	"keys.db",
	"links.db",
	"lock.db",
	"requests.db",
	"secret.key"
]);

/** Makes the folder if need be, and closes it and all that is in it to others. @throws FolderUnusable · NotOurs */
export function closeFolder(dir: string): void {
	const path = resolve(dir);
	makeFolder(path);
	const link = lstatSync(path);
	// An operator may keep it on another disk.
	if (link.isSymbolicLink() && !isTrusted(link))
		throw new FolderUnusable(
			path,
			`it is a symbolic link of the user ${link.uid}, who may lead it elsewhere at any time`
		);
	closeTop(path);
	for (const entry of readdirSync(path)) closeEntry(join(path, entry));
}

/** By its handle, so that what was looked at is what is changed. */
function closeTop(path: string): void {
	const handle = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
	try {
		const stats = fstatSync(handle);
		const fault = folderFault(stats) ?? sharedFault(path, stats);
		if (fault) throw new FolderUnusable(path, fault);
		if ((stats.mode & LOOSE) !== 0) fchmodSync(handle, OWN_FOLDER);
	} finally {
		closeSync(handle);
	}
}

const folderFault = ({ uid }: Stats): string | undefined =>
	uid === me()
		? undefined
		: `it belongs to the user ${uid}, who could change what is in it; give it to user ${me()} by chown, or set DATA_DIR to another folder`;

/** Closing a folder that others use too would be worse than refusing it. */
function sharedFault(path: string, { mode }: Stats): string | undefined {
	if ((mode & LOOSE) === 0) return undefined;
	const others = readdirSync(path).filter(name => name !== OF_THE_SYSTEM);
	const isOurs = others.length === 0 || others.some(name => OURS.has(name));
	if (isOurs && (mode & STICKY) === 0) return undefined;
	return `others may look into it (its mode is ${(mode & 0o7777).toString(8)}), and it is not Banyan's alone; set DATA_DIR to a folder of its own, or close this one by chmod 700`;
}

function closeEntry(path: string): void {
	const stats = settled(() => lstatSync(path, { throwIfNoEntry: false }));
	// What another process of ours had for a moment.
	if (!stats) return;
	if (stats.isDirectory()) closeInner(path, stats);
	else closeFile(path, stats);
}

function closeInner(path: string, stats: Stats): void {
	if (!isTrusted(stats)) throw new NotOurs(path, `it belongs to the user ${stats.uid}; take it away`);
	if (stats.uid !== me()) return;
	if ((stats.mode & LOOSE) !== 0) chmodSync(path, OWN_FOLDER);
	for (const entry of readdirSync(path)) closeEntry(join(path, entry));
}

function closeFile(path: string, stats: Stats): void {
	const fault = fileFault(stats);
	if (fault) throw new NotOurs(path, fault);
	// Nobody else can put another one there by now.
	if ((stats.mode & LOOSE) !== 0 && stats.uid === me()) chmodSync(path, OWN_FILE);
}
