/** The folder of the demo: what an earlier one left goes, but never from under a server that `KEEP=1` left running. */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { heldBy } from "../adapters/datadir";

/** Where the demo's server keeps its data. */
export const dataOf = (folder: string): string => join(folder, "banyan");
/** How all that was kept is stopped: the panels have no lock to be found by. */
const stopOf = (folder: string): string => join(folder, "stop");

/** Empties the folder, which is made if need be. @throws a sentence where a server still runs on it */
export function emptied(folder: string): void {
	const holder = heldBy(dataOf(folder));
	if (holder !== undefined)
		throw new Error(
			`An earlier demo still runs on ${folder} (process ${holder.pid}), whose data would go: stop it first with: ${noted(folder) ?? `kill ${holder.pid}`}`
		);
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true, mode: 0o700 });
}

/** Notes which processes go on. @returns the command that stops them */
export function noteKept(folder: string, pids: readonly number[]): string {
	const stop = `kill ${pids.join(" ")}`;
	writeFileSync(stopOf(folder), stop);
	return stop;
}

function noted(folder: string): string | undefined {
	try {
		return readFileSync(stopOf(folder), "utf8");
	} catch {
		return undefined;
	}
}
