/** Variables that say where nodes meet, who they are there, and how calls are shared out among them. */

import { readKeys } from "../../adapters/cluster-key";
import { readTransporter } from "../../adapters/transporter-address";
import type { NodeVariable } from "../../contracts/node-variables";
import type { Variable } from "../environment";
import { number, oneOf, path, text } from "../forms";

export const MEETING = {
	TRANSPORTER: {
		says: "where nodes meet; without it all runs in one process",
		must: "nats://[user:password@]host:port[,host:port], or tls:// for the same with TLS",
		fallback: null,
		read: readTransporter,
		secret: true
	},
	TRANSPORTER_TOKEN: {
		says: "the token that NATS wants in place of a user and a password",
		fallback: null,
		...text(/^\S+$/, "a text without spaces"),
		secret: true
	},
	TRANSPORTER_TOKEN_FILE: { says: "a file with that token", fallback: null, ...path },
	TRANSPORTER_NKEY_FILE: {
		says: "a file with the seed of the nkey that this node is known by to NATS",
		fallback: null,
		...path
	},
	TRANSPORTER_CREDS_FILE: {
		says: "a file with the JWT and the seed that this node is known by to NATS",
		fallback: null,
		...path
	},
	TRANSPORTER_CA_FILE: {
		says: "with tls://, a PEM file of the authorities to trust in place of the usual ones",
		fallback: null,
		...path
	},
	TRANSPORTER_CERT_FILE: {
		says: "with tls://, a PEM file of the certificate that this node shows",
		fallback: null,
		...path
	},
	TRANSPORTER_KEY_FILE: { says: "a PEM file of that certificate's key", fallback: null, ...path },
	TRANSPORTER_INSECURE: {
		says: "yes: nodes may meet over a network without TLS or without a login",
		fallback: "no",
		...oneOf("yes", "no")
	},
	TRANSPORTER_TIMEOUT: {
		says: "how long a node that starts, or a command that is one, waits for NATS before it gives up",
		fallback: "10000",
		...number(1000, 600_000, "ms")
	},
	CLUSTER_KEY: {
		says: "the key that all messages between nodes are sealed with; without it and CLUSTER_KEY_FILE it is cluster.key in the data folder",
		must: "32 random bytes in base64 or hex, and while it changes a second one behind a comma",
		fallback: null,
		read: readKeys,
		secret: true
	},
	CLUSTER_KEY_FILE: {
		says: "a file with that key, or with two, a line each",
		fallback: null,
		...path
	},
	NODE_IDENTITY: {
		says: "whether nodes prove who they are: not at all; each that can, for a change from one to the other; or all, and nobody else is heard",
		fallback: "off",
		...oneOf("off", "accept", "require")
	},
	NODE_IDENTITY_FILE: {
		says: "a file with this node's identity, or its group's, and the key to it; read anew when it changes",
		fallback: null,
		...path
	},
	NODE_AUTHORITIES_FILE: {
		says: "a file with the keys of the authorities whose identities count, and what they withdrew; read anew when it changes",
		fallback: null,
		...path
	},
	BALANCER: {
		says: "who shares out calls among nodes, alike on all of them: the calling node, or queue groups of NATS",
		fallback: "nodes",
		...oneOf("nodes", "queues")
	},
	BALANCER_STRATEGY: {
		says: "with BALANCER=nodes, how a node is chosen: in turn, by chance, the least busy, or the nearest",
		fallback: "round-robin",
		...oneOf("round-robin", "random", "cpu", "latency")
	},
	PREFER_LOCAL: {
		says: "yes: with BALANCER=nodes, what runs on this node is called here",
		fallback: "yes",
		...oneOf("yes", "no")
	},
	HEARTBEAT_INTERVAL: { says: "the time between signs of life", fallback: "1", ...number(1, 60, "s") },
	HEARTBEAT_TIMEOUT: {
		says: "the time without a sign of life until a node counts as gone",
		fallback: "5",
		...number(2, 300, "s")
	}
} as const satisfies Partial<Record<NodeVariable, Variable<unknown>>>;
