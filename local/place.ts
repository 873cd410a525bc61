/** Where a cluster on this machine keeps what: one folder, its owner's alone. */

import { join } from "node:path";

export interface Place {
	readonly folder: string;
	readonly state: string;
	readonly secrets: string;
	readonly logs: string;
	readonly nodes: string;
	readonly servers: string;
	/** Of a process: where it says what it does. */
	log(name: string): string;
}

export function placeAt(folder: string): Place {
	const logs = join(folder, "logs");
	return {
		folder,
		logs,
		state: join(folder, "state.json"),
		secrets: join(folder, "secrets"),
		nodes: join(folder, "nodes"),
		servers: join(folder, "servers"),
		log: name => join(logs, `${name}.log`)
	};
}
