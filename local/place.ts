/** Where a cluster on this machine keeps what: one folder, its owner's alone. */

import { join } from "node:path";

/** Files of a certificate, its key, and whom to trust. */
export interface Certificate {
	readonly ca: string;
	readonly cert: string;
	readonly key: string;
}

export interface Place {
	readonly folder: string;
	readonly state: string;
	readonly secrets: string;
	readonly certificates: string;
	readonly logs: string;
	readonly nodes: string;
	readonly servers: string;
	/** Of a server, or of a group of nodes. */
	certificate(name: string): Certificate;
	/** Of a process: where it says what it does. */
	log(name: string): string;
}

export function placeAt(folder: string): Place {
	const [logs, certificates] = [join(folder, "logs"), join(folder, "secrets", "certificates")];
	return {
		folder,
		logs,
		state: join(folder, "state.json"),
		secrets: join(folder, "secrets"),
		certificates,
		nodes: join(folder, "nodes"),
		servers: join(folder, "servers"),
		certificate: name => ({
			ca: join(certificates, "ca.crt"),
			cert: join(certificates, `${name}.crt`),
			key: join(certificates, `${name}.key`)
		}),
		log: name => join(logs, `${name}.log`)
	};
}
