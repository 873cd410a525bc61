/** What is known of a cluster beside its processes themselves: one JSON file. */

import { readFileSync } from "node:fs";
import { writeOwnFile } from "../adapters/own-file";
import { codeOf } from "../domain/unknown";
import type { Servers } from "./launch";
import type { Shape } from "./shape";

/** One process as its supervisor sees it. */
export interface ProcessState {
	readonly name: string;
	/** Null while it is down. */
	readonly pid: number | null;
	/** ISO 8601: since when it is so. */
	readonly since: string;
	readonly restarts: number;
	/** How the last one before it ended: `exit 1`, `SIGKILL`; null where none did. */
	readonly ended: string | null;
}

export interface State {
	readonly shape: Shape;
	readonly ports: Readonly<Record<string, number>>;
	/** Of processes whose way to the servers leads through something, by their names. */
	readonly ways: Readonly<Record<string, Servers>>;
	readonly processes: readonly ProcessState[];
}

/** Undefined where no cluster was ever started there. */
export function readState(file: string): State | undefined {
	try {
		return JSON.parse(readFileSync(file, "utf8")) as State;
	} catch (error) {
		if (codeOf(error) === "ENOENT") return undefined;
		throw new Error(`'${file}' is no state of a cluster: take it away, and start again.`);
	}
}

/** Whole or not at all: whoever reads it meanwhile sees the one before. */
export const writeState = (file: string, state: State): void =>
	writeOwnFile(file, `${JSON.stringify(state, null, "\t")}\n`);
