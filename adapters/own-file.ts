/**
 * Files that are ours alone: made with mode 0600 whatever the umask is (0644 what others shall read), never through a symbolic link, under names that
 * nobody can guess, whole or not at all. The one place where files are made and where what others put there is refused.
 */

import { randomBytes } from "node:crypto";
import {
	chmodSync,
	closeSync,
	constants,
	fchmodSync,
	fstatSync,
	fsyncSync,
	linkSync,
	lstatSync,
	openSync,
	readFileSync,
	renameSync,
	rmSync,
	type Stats,
	writeSync
} from "node:fs";
import { dirname } from "node:path";
import { codeOf } from "../domain/unknown";

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

/** For its owner alone. */
export const OWN_FILE = 0o600;
/** For all to read. */
const SHOWN_FILE = 0o644;
const LOOSE = 0o077;
const ROOT = 0;

/** Something that is there is not ours to use: a link, another's file, a device. */
export class NotOurs extends Error {
	override readonly name = "NotOurs";
	readonly type = "STORE_FAILED";
	constructor(
		readonly file: string,
		readonly why: string
	) {
		super(`'${file}' is not used: ${why}.`);
		// Whoever starts a node reads it: where it was thrown is nothing to them.
		this.stack = "";
	}
}

/** Who this process is; where a system has no users, all is its own. */
export const me = (): number => process.geteuid?.() ?? ROOT;
/** What root made is to be trusted: root could do as it likes anyway. */
export const isTrusted = ({ uid }: Pick<Stats, "uid">): boolean => uid === me() || uid === ROOT;

/** Why a file must not be used as ours; undefined where it may. */
export function fileFault(stats: Stats): string | undefined {
	if (stats.isSymbolicLink()) return "it is a symbolic link; put the file itself there";
	if (!stats.isFile()) return "it is no file; take it away";
	if (!isTrusted(stats))
		return `it belongs to the user ${stats.uid}, who could read or change it; take it away, or give it to this user by chown if you know what it is`;
	if (stats.nlink > 1)
		return "it has a second name (a hard link) under which others may reach it; copy it, and put the copy there";
	return undefined;
}

const wait = new Int32Array(new SharedArrayBuffer(4));

/** A file that is being made has two names for a moment. */
export function settled<S extends Stats | undefined>(look: () => S): S {
	for (let tries = 0; ; tries++) {
		const stats = look();
		if (!stats || stats.nlink <= 1 || !stats.isFile() || tries === 20) return stats;
		Atomics.wait(wait, 0, 0, 10);
	}
}

/** Takes away what others may do with an open file. @throws NotOurs */
function claim(handle: number, file: string): void {
	const stats = settled(() => fstatSync(handle));
	const fault = fileFault(stats);
	if (fault) throw new NotOurs(file, fault);
	if ((stats.mode & LOOSE) !== 0 && stats.uid === me()) fchmodSync(handle, OWN_FILE);
}

function open(file: string, flags: number): number {
	try {
		return openSync(file, flags | O_NOFOLLOW | O_NONBLOCK, OWN_FILE);
	} catch (error) {
		// What O_NOFOLLOW says of a link.
		if (codeOf(error) === "ELOOP") throw new NotOurs(file, fileFault(lstatSync(file)) ?? "its path leads in a circle");
		throw error;
	}
}

function using<T>(handle: number, work: (handle: number) => T): T {
	try {
		return work(handle);
	} finally {
		closeSync(handle);
	}
}

/** Makes an empty file unless there is one; one that is there is checked, and closed to others. @throws NotOurs */
export function ensureOwnFile(file: string): void {
	using(open(file, O_WRONLY | O_CREAT), handle => claim(handle, file));
}

/** What a file of ours holds; it is closed to others. @throws NotOurs */
export function readOwnFile(file: string): Buffer {
	return using(open(file, O_RDONLY), handle => {
		claim(handle, file);
		return readFileSync(handle);
	});
}

/** A file of ours of a name that was free; open for writing. */
export const openFresh = (file: string): number => {
	const handle = openSync(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, OWN_FILE);
	fchmodSync(handle, OWN_FILE);
	return handle;
};

/** What was named in it outlives a power cut. */
export const syncFolder = (dir: string): void => using(openSync(dir, O_RDONLY), fsyncSync);

/** A name beside a file that nobody can guess, so that nobody can wait there. */
export const besideOf = (file: string): string => `${file}.${randomBytes(8).toString("hex")}`;

/** Writes a file whole or not at all; one of that name is replaced. @throws NotOurs when that is no file of ours */
export function writeOwnFile(file: string, content: string | Buffer): void {
	refuseForeign(file);
	aside(file, content, fresh => renameSync(fresh, file));
}

/** The same of one that other programs read: nothing secret is in it. @throws NotOurs */
export function writeShownFile(file: string, content: string): void {
	refuseForeign(file);
	aside(file, content, fresh => {
		chmodSync(fresh, SHOWN_FILE);
		renameSync(fresh, file);
	});
}

/** The same where none is there; the first one of several wins. @returns whether it was this one */
export function createOwnFile(file: string, content: string | Buffer): boolean {
	return aside(file, content, fresh => {
		try {
			linkSync(fresh, file);
			return true;
		} catch (error) {
			if (codeOf(error) !== "EEXIST") throw error;
			return false;
		}
	});
}

function aside<T>(file: string, content: string | Buffer, place: (fresh: string) => T): T {
	const fresh = besideOf(file);
	try {
		using(openFresh(fresh), handle => {
			const bytes = Buffer.from(content);
			for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at);
			fsyncSync(handle);
		});
		const placed = place(fresh);
		// The name, too, must outlive a power cut.
		syncFolder(dirname(file));
		return placed;
	} finally {
		rmSync(fresh, { force: true });
	}
}

/** Gives a file of ours another name, which one that is there loses, for good. @throws NotOurs */
export function moveOwnFile(from: string, to: string): void {
	for (const file of [from, to]) refuseForeign(file);
	renameSync(from, to);
	syncFolder(dirname(to));
}

/** @throws NotOurs when something is there that is no file of ours */
export function refuseForeign(file: string): void {
	const stats = lstatSync(file, { throwIfNoEntry: false });
	const fault = stats && fileFault(stats);
	if (fault) throw new NotOurs(file, fault);
}
