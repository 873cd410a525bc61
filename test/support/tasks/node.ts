/** A process that moves tasks until it is done, or killed: `DATA_DIR` and `FAILPOINT` as ever, the definition as its argument. */

import { setTimeout as sleep } from "node:timers/promises";
import { environment } from "../../../environment";
import { openNode } from "../../../node";
import { WITH_TASKS } from "./mapping";

async function main(document: string): Promise<void> {
	const broker = await openNode({ own: true, logLevel: "fatal", logFile: 2, systems: WITH_TASKS }, environment());
	const { name } = await broker.call("migration.plan", { document });
	await broker.call("migration.start", { name });
	while ((await broker.call("migration.status", { name })).running) await sleep(10);
	await broker.stop();
}

void main(process.argv[2] ?? "");
