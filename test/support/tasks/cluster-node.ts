/** A node of a cluster in a process of its own, which knows tasks and notebooks: `PACE_MS` is what each note takes. */

import { environment } from "../../../environment";
import { openNode } from "../../../node";
import { newPace, slowTasks } from "./slow";

async function main(): Promise<void> {
	const given = environment();
	const pace = Object.assign(newPace(), { eachMs: Number(given.PACE_MS) });
	await openNode({ logLevel: "fatal", logFile: 2, systems: slowTasks(pace, String(given.NODE_ID)) }, given);
	process.stdout.write("ready\n");
}

void main();
