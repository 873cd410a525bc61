/** The configuration of one NATS server of the cluster. Pure. */

import { CONTRACTS } from "../contracts/cluster";
import { permissionsOf, usersText } from "../domain/platform/nats-permissions";
import type { Certificate } from "./place";
import { GROUPS, NAMESPACE } from "./shape";

export interface NatsServer {
	readonly name: string;
	readonly folder: string;
	readonly clients: number;
	readonly routes: number;
	readonly monitor: number;
}

export interface NatsSecrets {
	/** What the servers show each other, beside their certificates. */
	readonly routes: string;
	readonly certificate: Certificate;
}

const text = (value: string): string => JSON.stringify(value);

/**
 * A frozen client or server is taken off after three signs of life that did not come, a second each: by default that
 * takes NATS six minutes, and a queue group goes on giving it every second request.
 */
const SIGNS = ['ping_interval: "1s"', "ping_max: 2"];
/** A machine that is busy needs more than the two seconds that NATS gives a handshake. */
const HANDSHAKE = 'timeout: "10s"';

const tls = ({ ca, cert, key }: Certificate, verify: string, indent: string): string =>
	[`cert_file: ${text(cert)}`, `key_file: ${text(key)}`, `ca_file: ${text(ca)}`, `${verify}: true`, HANDSHAKE]
		.map(line => `${indent}  ${line}`)
		.join("\n");

/** One key a line: what nats-server reads without doubt. */
export function natsConfig(server: NatsServer, all: readonly NatsServer[], secrets: NatsSecrets): string {
	const { name, folder, clients, routes, monitor } = server;
	const { certificate } = secrets;
	const others = all.map(other => text(`nats-route://routes:${secrets.routes}@127.0.0.1:${other.routes}`));
	const known = { groups: GROUPS, contracts: CONTRACTS, namespace: NAMESPACE };
	return `server_name: ${text(name)}
listen: "127.0.0.1:${clients}"
http: "127.0.0.1:${monitor}"
${SIGNS.join("\n")}
write_deadline: "2s"

tls {
${tls(certificate, "verify_and_map", "")}
}

jetstream {
  store_dir: ${text(folder)}
  sync_interval: always
  max_memory_store: 64MB
  max_file_store: 4GB
}

cluster {
  name: "banyan"
  listen: "127.0.0.1:${routes}"
  ${SIGNS.join("\n  ")}
  authorization {
    user: "routes"
    password: ${text(secrets.routes)}
  }
  tls {
${tls(certificate, "verify", "  ")}
  }
  routes: [
    ${others.join("\n    ")}
  ]
}

accounts {
  NODES {
    jetstream: enabled
    users: [
${usersText(permissionsOf(known))}
    ]
  }
  SYSTEM {
    users: [
      {
        user: "CN=system"
      }
    ]
  }
}
system_account: SYSTEM
`;
}
