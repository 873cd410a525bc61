/** A node in this process, for one command. The only place of the CLI that knows how a node is made. */

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { dataDirOf, environment } from "../moleculer.config";
import { openNode, STAGES } from "../node";
import type { Client, Open } from "./client";

/** Logs go to `banyan.log` in the data folder: standard output is the command's. */
export const openEmbedded: Open = async access => {
	const settings = environment();
	const reading = access === "read";
	if (!reading) mkdirSync(dataDirOf(settings), { recursive: true, mode: 0o700 });
	const broker = await openNode(
		{
			access,
			resume: false,
			...(reading ? { logLevel: "fatal", logFile: 2 } : { logFile: join(dataDirOf(settings), "banyan.log") })
		},
		reading ? { ...settings, SERVICES: "migration", TRANSPORTER: undefined } : settings
	);
	await broker.waitForServices(reading ? ["migration"] : STAGES);
	const client: Client = {
		call: (action, params) => broker.call(action, ...([params] as never)) as never,
		close: () => broker.stop()
	};
	return client;
};
