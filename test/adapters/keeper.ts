/** A process of its own that holds a data folder, makes its secret and keeps records, until it is killed. */

import { writeSync } from "node:fs";
import { acquireLock } from "../../adapters/datadir";
import { secretKey } from "../../adapters/secrets";

export type Kept = { readonly secret: string } | { readonly refused: string };

function keep(dir: string, locked: boolean): Kept {
	try {
		if (locked) acquireLock(dir, { pid: process.pid, command: "banyan start" });
		return { secret: secretKey(dir).toString("hex") };
	} catch (error) {
		return { refused: (error as Error).message };
	}
}

if (require.main === module) {
	const [dir = "", locked] = process.argv.slice(2);
	writeSync(1, `${JSON.stringify(keep(dir, locked === "locked"))}\n`);
	setInterval(() => undefined, 1_000);
}
