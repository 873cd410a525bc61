/** The configuration of one NATS server of the cluster. Pure. */

export interface NatsServer {
	readonly name: string;
	readonly folder: string;
	readonly clients: number;
	readonly routes: number;
	readonly monitor: number;
}

export interface NatsSecrets {
	readonly nodes: string;
	readonly routes: string;
	readonly system: string;
}

/** Who the nodes are to NATS. */
export const NATS_USER = "banyan";

/**
 * Refused to the nodes: a stream that denies deletion may still be deleted as a whole, and its settings weakened. Only
 * permissions stop that (L11).
 */
const REFUSED = ["STREAM.DELETE", "STREAM.PURGE", "STREAM.MSG.DELETE", "STREAM.RESTORE", "ACCOUNT.PURGE"].map(
	action => `$JS.API.${action}.>`
);

const text = (value: string): string => JSON.stringify(value);
const list = (values: readonly string[]): string => values.map(text).join(", ");

/**
 * A frozen client or server is taken off after three signs of life that did not come, a second each: by default that
 * takes NATS six minutes, and a queue group goes on giving it every second request.
 */
const SIGNS = ['ping_interval: "1s"', "ping_max: 2"];

/** One key a line: what nats-server reads without doubt. */
export function natsConfig(server: NatsServer, all: readonly NatsServer[], secrets: NatsSecrets): string {
	const { name, folder, clients, routes, monitor } = server;
	const others = all.map(other => text(`nats-route://routes:${secrets.routes}@127.0.0.1:${other.routes}`));
	return `server_name: ${text(name)}
listen: "127.0.0.1:${clients}"
http: "127.0.0.1:${monitor}"
${SIGNS.join("\n")}
write_deadline: "2s"

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
  routes: [
    ${others.join("\n    ")}
  ]
}

accounts {
  NODES {
    jetstream: enabled
    users: [
      {
        user: ${text(NATS_USER)}
        password: ${text(secrets.nodes)}
        permissions {
          publish {
            deny: [${list(REFUSED)}]
          }
        }
      }
    ]
  }
  SYSTEM {
    users: [
      {
        user: "system"
        password: ${text(secrets.system)}
      }
    ]
  }
}
system_account: SYSTEM
`;
}
