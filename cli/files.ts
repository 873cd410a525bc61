/** Files that carry secrets. */

import { randomBytes } from "node:crypto";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { CommandError } from "./command";

/**
 * Whole or not at all, and readable by its owner alone, also where a file of that name was more open.
 * @param what and @param option are for the sentence if that cannot be @throws CommandError
 */
export function writeForOwner(file: string, text: string, what: string, option: string): void {
	const fresh = `${file}.${randomBytes(6).toString("hex")}`;
	try {
		writeFileSync(fresh, text, { mode: 0o600, flag: "wx" });
		renameSync(fresh, file);
	} catch (error) {
		rmSync(fresh, { force: true });
		const { code } = error as NodeJS.ErrnoException;
		throw new CommandError(`${what} cannot be written to '${file}' (${code}): name another file by ${option}.`);
	}
}
