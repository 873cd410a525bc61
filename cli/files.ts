/** Files that a command writes: whole or not at all, and for their owner alone, for secrets and customers stand in them. */

import { createWriteStream, lstatSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { besideOf, isTrusted, NotOurs, openFresh, writeOwnFile } from "../adapters/own-file";
import { codeOf } from "../domain/unknown";
import { CommandError } from "./command";

/** Of the sentence if it cannot be: what was to be written, and the option that names the file. */
interface Named {
	readonly what: string;
	readonly option: string;
}

/** Readable by its owner alone, also where a file of that name was more open. @throws CommandError */
export function writeForOwner(file: string, text: string, what: string, option: string): void {
	try {
		if (isStream(file)) writeFileSync(file, text);
		else writeOwnFile(file, text);
	} catch (error) {
		throw unwritten(file, error, { what, option });
	}
}

/** The same for what is not yet all there. @throws CommandError, and whatever `parts` throws */
export async function streamForOwner(file: string, parts: AsyncIterable<string | Buffer>, named: Named): Promise<void> {
	const own: { thrown?: unknown } = {};
	const watched = async function* (to: Writable): AsyncGenerator<string | Buffer> {
		try {
			yield* parts;
		} catch (error) {
			// What broke the file is thrown into whoever makes its parts, too, and is no error of theirs.
			if (to.errored === null) own.thrown = error;
			throw error;
		}
	};
	let fresh: string | undefined;
	try {
		fresh = isStream(file) ? undefined : besideOf(file);
		const to =
			fresh === undefined ? createWriteStream(file) : createWriteStream("", { fd: openFresh(fresh), flush: true });
		await pipeline(Readable.from(watched(to)), to);
		if (fresh !== undefined) renameSync(fresh, file);
	} catch (error) {
		if (fresh !== undefined) rmSync(fresh, { force: true });
		throw own.thrown ?? unwritten(file, error, named);
	}
}

/** What the system itself keeps as links: standard output, what a shell opened for us. */
const OF_THE_SYSTEM = /^\/(dev\/(stdout|stderr|fd\/\d+)|proc\/[^/]+\/fd\/\d+)$/;

/** A device or a pipe, which is written to as it is; all else is a file, beside which its new content is written first. @throws NotOurs */
function isStream(file: string): boolean {
	const isSystems = OF_THE_SYSTEM.test(resolve(file));
	const stats = lstatSync(file, { throwIfNoEntry: false });
	if (stats === undefined) return false;
	if (stats.isSymbolicLink() && !isSystems) throw new NotOurs(file, "it is a symbolic link, which may lead anywhere");
	const target = statSync(file);
	if (!target.isFile() && !isTrusted(target)) throw new NotOurs(file, `it belongs to the user ${target.uid}`);
	return isSystems || !target.isFile();
}

const WHY: Readonly<Record<string, string>> = {
	EISDIR: "it is a folder",
	ENOTDIR: "it lies under a file",
	EACCES: "this process may not write there",
	EPERM: "this process may not write there",
	ELOOP: "its path leads in a circle",
	ENAMETOOLONG: "its name is too long",
	EFBIG: "no file may grow so large here",
	EROFS: "the file system is read-only",
	ENOSPC: "the disk is full",
	EDQUOT: "the quota is used up"
};

function unwritten(file: string, error: unknown, { what, option }: Named): unknown {
	if (error instanceof NotOurs)
		return new CommandError(`${what} cannot be written to '${file}' (${error.why}): name another file by ${option}.`);
	const code = codeOf(error);
	if (code === undefined) return error;
	const why = code === "ENOENT" ? `there is no folder '${dirname(file)}'` : WHY[code];
	return new CommandError(
		`${what} cannot be written to '${file}' (${why ? `${code}: ${why}` : code}): name another file by ${option}.`
	);
}

export { identityIn as readIdentityFile } from "../adapters/identity/files";
export { IdentityFolder, isIdentityName } from "../adapters/identity/folder";
export type { Identity } from "../adapters/identity/identity";
