/** What was typed before, in a file of its owner's; a line that a secret may stand in is not kept. */

import { homedir } from "node:os";
import { join } from "node:path";
import { maskText } from "../../domain/text/masking";
import { readText } from "../command";
import { writeForOwner } from "../files";

const FILE = ".banyan_repl_history";
/** The most lines that are kept. */
export const MOST_LINES = 1_000;

/** `--password x`, `--apiKey=x`, `{"token":…}`: what is behind it may be anything. */
const NAMES_SECRET =
	/[-\w"']*(?:pass|pwd|secret|token|credential|authorization|cookie|(?:api|private)[-_]?key)[-\w"']*[\s:=]+\S/i;

export const mayBeKept = (line: string): boolean => maskText(line) === line && !NAMES_SECRET.test(line);

const fileOf = (home = homedir()): string => join(home, FILE);

/** The latest first, as readline has it. Nothing where there is none. */
export function readHistory(): string[] {
	try {
		return readText(fileOf())
			.split("\n")
			.filter(line => line !== "")
			.reverse()
			.slice(0, MOST_LINES);
	} catch {
		return [];
	}
}

/** @param lines the latest first. @returns what kept it from being written */
export function keepHistory(lines: readonly string[]): unknown {
	try {
		const kept = lines.filter(mayBeKept).slice(0, MOST_LINES).reverse();
		writeForOwner(fileOf(), kept.map(line => `${line}\n`).join(""), "What was typed", "HOME");
		return undefined;
	} catch (error) {
		return error;
	}
}
