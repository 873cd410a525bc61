/** A node in a process of its own that has a job done, and is killed at `FAILPOINT`. */

import { environment } from "../../environment";
import { openNode } from "../../node";

async function main(): Promise<void> {
	const given = environment();
	const node = await openNode({ logLevel: "fatal", logFile: 2 }, given);
	await node.call("scheduler.run", { name: String(given.JOB) });
}

void main();
