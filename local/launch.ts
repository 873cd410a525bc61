/** How each process of a cluster is started: a program, its arguments, its variables. Pure. */

import { dirname, join } from "node:path";
import { OPERATOR } from "../domain/platform/nats-permissions";
import type { Place } from "./place";
import type { Programs } from "./programs";
import { type Secrets, SHELL } from "./secrets";
import { GROUPS, type Member, NAMESPACE, nodeIdOf, portName, type Shape } from "./shape";

export interface Launch {
	readonly program: string;
	readonly args: readonly string[];
	readonly variables: Readonly<Record<string, string>>;
}

/** Where a process of Banyan finds the servers. */
export interface Servers {
	readonly nats: readonly number[];
	readonly redis: number;
	readonly database: number;
}

export interface Means {
	readonly place: Place;
	readonly programs: Programs;
	readonly secrets: Secrets;
	readonly shape: Shape;
	readonly ports: Readonly<Record<string, number>>;
	/** The program of Banyan itself: Node, and what it is to run. */
	readonly banyan: readonly [node: string, start: string];
	/** Ports in place of the servers' own, for processes whose way there leads through something. */
	readonly ways: Readonly<Record<string, Servers>>;
	/** Variables of all processes of Banyan, beside those of a cluster. */
	readonly variables?: Readonly<Record<string, string>>;
}

/** What one process may have: many run beside each other on one machine. */
const HEAP_MB = 192;
const NODE_FLAGS = [`--max-old-space-size=${HEAP_MB}`, "--max-semi-space-size=8"];

const LAUNCHES: Readonly<Record<Member["kind"], (member: Member, means: Means) => Launch>> = {
	nats: ({ name }, { place, programs }) => plain(programs.nats, ["--config", natsFile(place, name)]),
	redis: (_, { place, programs }) => plain(programs.redis, [redisFile(place)]),
	database: databaseLaunch,
	node: banyanLaunch,
	gateway: banyanLaunch,
	prometheus: prometheusLaunch
};

const plain = (program: string, args: readonly string[]): Launch => ({ program, args, variables: {} });

export const launchOf = (member: Member, means: Means): Launch => LAUNCHES[member.kind](member, means);

export const natsFile = ({ servers }: Place, name: string): string => join(servers, `${name}.conf`);
export const redisFile = ({ servers }: Place): string => join(servers, "redis.conf");
export const prometheusFile = ({ servers }: Place): string => join(servers, "prometheus.yml");
/** Copies of monitoring/rules, for this machine. */
export const rulesFolder = ({ servers }: Place): string => join(servers, "rules");
export const databaseFolder = ({ servers }: Place): string => join(servers, "database");

/** The port of a member that `portsFor` gave it. */
export function portOf(ports: Means["ports"], member: Pick<Member, "name">, what: string): number {
	const port = ports[portName(member, what)];
	if (port !== undefined) return port;
	throw new Error(`There is no port '${portName(member, what)}'.`);
}

function databaseLaunch(member: Member, { place, programs, ports }: Means): Launch {
	const [port, folder] = [String(portOf(ports, member, "clients")), databaseFolder(place)];
	const python = join(dirname(programs.database), "python3");
	const flags = ["--host", "127.0.0.1", "--port", port, "--storage-path", folder, "--sync-on-commit"];
	return plain(python, ["-c", SECANTUS, ...flags]);
}

/** What it keeps is for looking into, not for ever. */
const KEPT = ["--storage.tsdb.retention.time=2d", "--storage.tsdb.retention.size=512MB"];

function prometheusLaunch(member: Member, { place, programs, ports }: Means): Launch {
	if (programs.prometheus === null) throw new Error("There is no prometheus on this machine.");
	const listen = `--web.listen-address=127.0.0.1:${portOf(ports, member, "http")}`;
	const files = [`--config.file=${prometheusFile(place)}`, `--storage.tsdb.path=${join(place.servers, "prometheus")}`];
	return plain(programs.prometheus, [...files, listen, ...KEPT, "--log.level=warn"]);
}

/**
 * A node that is killed within a transaction leaves it open, and whoever writes to the same place waits for it: for a minute
 * by default. In s.
 */
const ORPHANED_S = 3;
/** It has no flag for that. */
const SECANTUS = `import sys
from secantus.server import SecantusDBServer
SecantusDBServer.__init__.__kwdefaults__["transaction_lifetime_seconds"] = ${ORPHANED_S}.0
from secantus.cli import main
sys.exit(main())`;

/** As it calls its own. */
export const REPLICA_SET = "secantus";

/** The servers' own ports. */
export function serversOf({ ports, shape }: Pick<Means, "ports" | "shape">): Servers {
	return {
		nats: Array.from({ length: shape.nats }, (_, index) => portOf(ports, { name: `nats-${index + 1}` }, "clients")),
		redis: portOf(ports, { name: "redis" }, "clients"),
		database: portOf(ports, { name: "database" }, "clients")
	};
}

/** What whoever drives it by hand needs to meet the others. */
export const joiningVariables = (means: Pick<Means, "ports" | "shape" | "secrets" | "place">): Record<string, string> =>
	meeting(serversOf(means), means, { name: SHELL.name, group: OPERATOR });

/** @param name whose identity it proves @param group who it is to NATS */
const meeting = (
	{ nats }: Servers,
	{ secrets, place }: Pick<Means, "secrets" | "place">,
	{ name, group }: { readonly name: string; readonly group: string }
): Record<string, string> => ({
	NAMESPACE,
	TRANSPORTER: `tls://${nats.map(port => `127.0.0.1:${port}`).join(",")}`,
	NODE_GROUP: group,
	TRANSPORTER_CA_FILE: place.certificate(group).ca,
	TRANSPORTER_CERT_FILE: place.certificate(group).cert,
	TRANSPORTER_KEY_FILE: place.certificate(group).key,
	CLUSTER_KEY_FILE: secrets.clusterKeyFile,
	NODE_IDENTITY: "require",
	NODE_IDENTITY_FILE: secrets.identity(name),
	NODE_AUTHORITIES_FILE: secrets.authoritiesFile
});

function banyanLaunch(member: Member, means: Means): Launch {
	const { place, secrets, ports, banyan, variables } = means;
	const { name, group = OPERATOR } = member;
	const servers = means.ways[name] ?? serversOf(means);
	const [node, start] = banyan;
	return {
		program: node,
		args: [...NODE_FLAGS, start],
		variables: {
			...variables,
			...meeting(servers, means, { name, group }),
			NODE_ID: nodeIdOf(member),
			SERVICES: member.group === undefined ? "" : GROUPS[member.group].join(","),
			OTEL_SERVICE_NAME: `banyan-${group}`,
			DATA_DIR: join(place.nodes, name),
			STORE: "cluster",
			...(group === "gateway" && { GATEWAY_PORT: String(portOf(ports, member, "http")) }),
			...addressFiles(name, servers, { secrets, isDirect: name in means.ways })
		}
	};
}

interface Told {
	readonly secrets: Secrets;
	/** Through what stands in its way alone: a replica set would tell its own addresses. */
	readonly isDirect: boolean;
}

/** Addresses with a password in them are given by a file. */
function addressFiles(name: string, { redis, database }: Servers, { secrets, isDirect }: Told): Record<string, string> {
	const redisUrl = `redis://:${secrets.of.redis}@127.0.0.1:${redis}`;
	const databaseUrl = `mongodb://127.0.0.1:${database}/banyan?${isDirect ? "directConnection=true" : `replicaSet=${REPLICA_SET}`}`;
	return {
		REDIS_URL_FILE: secrets.address(`${name}.redis`, redisUrl),
		MONGODB_URL_FILE: secrets.address(`${name}.database`, databaseUrl)
	};
}
