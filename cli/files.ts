/** Files that a command writes: whole or not at all, and for their owner alone, for secrets and customers stand in them. */

import { randomBytes } from "node:crypto";
import { createWriteStream, existsSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { CommandError } from "./command";

/** Of the sentence if it cannot be: what was to be written, and the option that names the file. */
interface Named {
	readonly what: string;
	readonly option: string;
}

/** Readable by its owner alone, also where a file of that name was more open. @throws CommandError */
export function writeForOwner(file: string, text: string, what: string, option: string): void {
	const fresh = freshBeside(file);
	try {
		writeFileSync(fresh, text, { mode: 0o600, ...(fresh !== file && { flag: "wx" }) });
		if (fresh !== file) renameSync(fresh, file);
	} catch (error) {
		throw unwritten(file, fresh, error, { what, option });
	}
}

/** The same for what is not yet all there. @throws CommandError, and whatever `parts` throws */
export async function streamForOwner(file: string, parts: AsyncIterable<string>, named: Named): Promise<void> {
	const fresh = freshBeside(file);
	const own = { thrown: undefined as unknown };
	const watched = async function* (): AsyncGenerator<string> {
		try {
			yield* parts;
		} catch (error) {
			own.thrown = error;
			throw error;
		}
	};
	try {
		await pipeline(
			Readable.from(watched()),
			createWriteStream(fresh, { mode: 0o600, ...(fresh !== file && { flags: "wx" }) })
		);
		if (fresh !== file) renameSync(fresh, file);
	} catch (error) {
		if (own.thrown === undefined) throw unwritten(file, fresh, error, named);
		if (fresh !== file) rmSync(fresh, { force: true });
		throw own.thrown;
	}
}

/** Beside a file, so that it can take its name; what is no file, a device or a pipe, is written to as it is. */
function freshBeside(file: string): string {
	const isOther = existsSync(file) && !statSync(file).isFile();
	return isOther ? file : `${file}.${randomBytes(6).toString("hex")}`;
}

const WHY: Readonly<Record<string, string>> = {
	EISDIR: "it is a folder",
	ENOTDIR: "it lies under a file",
	EACCES: "this process may not write there",
	EROFS: "the file system is read-only",
	ENOSPC: "the disk is full",
	EDQUOT: "the quota is used up"
};

function unwritten(file: string, fresh: string, error: unknown, { what, option }: Named): unknown {
	if (fresh !== file) rmSync(fresh, { force: true });
	const { code } = error as NodeJS.ErrnoException;
	if (code === undefined) return error;
	const why = code === "ENOENT" ? `there is no folder '${dirname(file)}'` : WHY[code];
	return new CommandError(
		`${what} cannot be written to '${file}' (${why ? `${code}: ${why}` : code}): name another file by ${option}.`
	);
}
