/** The one place that reads the environment: every setting, checked; a wrong one stops the node with a sentence. */

import { statSync } from "node:fs";
import { isIP } from "node:net";
import { hostname } from "node:os";
import { extname, join } from "node:path";
import type { BrokerOptions } from "moleculer";
import { readKeys } from "./adapters/cluster-key";
import { arm, readFailpoint } from "./adapters/failpoints";
import { natsOptions, readTransporter, transporterFault } from "./adapters/transporter-address";
import { pinoLogger } from "./cluster/logging";
import type { Gateway, Settings } from "./cluster/settings";
import type { LateValidator } from "./cluster/validator";
import { reachFault, readReach } from "./connectors/http/reach";
import { CONTRACTS } from "./contracts";
import { serviceFile } from "./contracts/contract";
import { LIMITS, type LimitName, type Limits, limitSays } from "./contracts/platform/limits";
import { isListed, readOwnName } from "./domain/platform/own-names";
import { callersLeave } from "./middlewares/callers.middleware";
import { correlation } from "./middlewares/correlation.middleware";
import { internal } from "./middlewares/internal.middleware";
import { results } from "./middlewares/results.middleware";
import { sealed } from "./middlewares/sealed.middleware";
import type { Systems } from "./mixins/systems";

type Environment = Readonly<Record<string, string | undefined>>;

/** A setting that is not as it must be. */
export class SettingError extends Error {
	override readonly name = "SettingError";
}

interface Variable<T> {
	/** What it means, and its form. */
	readonly says: string;
	readonly fallback: string | null;
	/** The value, or undefined when the text is not of the form. */
	readonly read: (text: string) => T | undefined;
	/** What is wrong with one that has the form, or why one has not: the end of a sentence. */
	readonly fault?: (text: string) => string | undefined;
	/** A secret may stand in it: a wrong one is not shown. */
	readonly secret?: true;
}

const text = (pattern: RegExp) => (value: string) => (pattern.test(value) ? value : undefined);
const number =
	(least: number, most: number) =>
	(value: string): number | undefined =>
		/^\d+$/.test(value) && Number(value) >= least && Number(value) <= most ? Number(value) : undefined;
const oneOf = (...values: string[]) => text(new RegExp(`^(${values.join("|")})$`));
const names = CONTRACTS.map(({ name }) => name);
const list = (value: string): string[] | undefined => {
	const wanted = value.split(",").map(name => name.trim());
	return wanted.every(name => names.includes(name)) ? wanted : undefined;
};

const commas = (value: string): string[] =>
	value
		.split(",")
		.map(part => part.trim())
		.filter(part => part !== "");
const NETWORK_NAMES = ["loopback", "linklocal", "uniquelocal"];
const networks = (value: string): string[] | undefined =>
	commas(value).every(part => NETWORK_NAMES.includes(part) || isNetwork(part)) ? commas(value) : undefined;
function isNetwork(text: string): boolean {
	const [address = "", bits] = text.split("/");
	const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
	return most > 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most));
}
const origins = (value: string): string[] | undefined =>
	commas(value).every(part => URL.canParse(part) && new URL(part).origin === part) ? commas(value) : undefined;

/** Names of variables; one that ends with `*` stands for all that begin so. */
const variableNames = (value: string): string[] | undefined =>
	commas(value).every(part => /^(?:[A-Za-z_]\w*|[A-Za-z_]\w{2,}\*)$/.test(part)) ? commas(value) : undefined;

const ownNames = (value: string): string[] | undefined =>
	commas(value).every(name => readOwnName(name) !== undefined) ? commas(value) : undefined;

const OWN = {
	NAMESPACE: { says: "nodes of one namespace find each other", fallback: "banyan", read: text(/^[\w-]+$/) },
	NODE_ID: { says: "this node's name, unique in the namespace", fallback: null, read: text(/^[\w.-]+$/) },
	TRANSPORTER: {
		says: "where nodes meet, as nats://[user:password@]host:port[,host:port], or tls:// for the same with TLS; without it all runs in one process",
		fallback: null,
		read: readTransporter,
		secret: true
	},
	TRANSPORTER_CA_FILE: {
		says: "with tls://, a PEM file of the authorities to trust in place of the usual ones",
		fallback: null,
		read: text(/./)
	},
	TRANSPORTER_INSECURE: {
		says: "yes: nodes may meet over a network without TLS or without a login",
		fallback: "no",
		read: oneOf("yes", "no")
	},
	CLUSTER_KEY: {
		says: "the key that all messages between nodes are sealed with: 32 random bytes in base64 or hex, and while it changes a second one behind a comma; without it and CLUSTER_KEY_FILE it is cluster.key in the data folder",
		fallback: null,
		read: readKeys,
		secret: true
	},
	CLUSTER_KEY_FILE: {
		says: "a file with that key, or with two, a line each",
		fallback: null,
		read: text(/./)
	},
	TRANSPORTER_TIMEOUT: {
		says: "how long a command waits for NATS before it gives up, 1000 to 600000 ms",
		fallback: "10000",
		read: number(1000, 600_000)
	},
	SERVICES: { says: `what this node runs, separated by commas, of ${names.join(", ")}`, fallback: null, read: list },
	DATA_DIR: { says: "the folder of what must last", fallback: "data", read: text(/./) },
	LOG_LEVEL: {
		says: "one of fatal, error, warn, info, debug, trace",
		fallback: "info",
		read: oneOf("fatal", "error", "warn", "info", "debug", "trace")
	},
	REQUEST_TIMEOUT: {
		says: "the longest a call may take, 1000 to 600000 ms",
		fallback: "60000",
		read: number(1000, 600_000)
	},
	HEARTBEAT_INTERVAL: { says: "seconds between signs of life, 1 to 60", fallback: "3", read: number(1, 60) },
	HEARTBEAT_TIMEOUT: {
		says: "seconds without one until a node counts as gone, 2 to 300",
		fallback: "8",
		read: number(2, 300)
	},
	LEASE_MS: {
		says: "how long a controller holds a run without renewing, 1000 to 300000 ms",
		fallback: "30000",
		read: number(1000, 300_000)
	},
	PATIENCE_MS: {
		says: "the first wait before a run tries a step again while a system is away, 1 to 60000 ms; doubles five times",
		fallback: "1000",
		read: number(1, 60_000)
	},
	GATEWAY_HOST: { says: "the address the gateway listens on", fallback: "127.0.0.1", read: text(/^[\w.:-]+$/) },
	GATEWAY_PORT: { says: "its port; 0 chooses a free one", fallback: "8000", read: number(0, 65_535) },
	GATEWAY_TRUSTED_PROXIES: {
		says: "proxies whose word on the client's address counts: addresses and networks, separated by commas, or loopback",
		fallback: null,
		read: networks
	},
	GATEWAY_CORS_ORIGINS: {
		says: "web origins whose pages may call the API, separated by commas: https://console.example.com",
		fallback: null,
		read: origins
	},
	CONNECT_ALLOW: {
		says: "internal addresses that a panel, a database or a proxy may have: loopback, private, linklocal, networks, addresses and names of hosts, separated by commas, or any, or none",
		fallback: null,
		read: value => (readReach(value) ? value : undefined),
		fault: reachFault
	},
	SECRET_NAMES: {
		says: "variables of this node that a definition may name, beside those that begin with BANYAN_SECRET_: separated by commas; one that ends with * stands for all that begin so; never one of Banyan's own settings",
		fallback: null,
		read: variableNames
	},
	FILES_DIR: {
		says: "the folder of the files that a definition may name (`database`, `caFile`, `certFile`, `keyFile`), relative paths begin there; for `database` the folder where the panel keeps it, never a copy of it, nor a link to it; without it none",
		fallback: null,
		read: text(/./)
	},
	GATEWAY_NAMES: {
		says: "the names under which the gateway is asked, separated by commas: banyan.example.com, *.example.com, [2001:db8::1], 198.51.100.7:8000",
		fallback: null,
		read: ownNames
	},
	LINKS_NAMES: {
		says: "names under which old links are answered, and nothing else; then they are under no other: sub.example.com, *.example.com, separated by commas",
		fallback: null,
		read: ownNames
	},
	LINKS_HOST: { says: "the address of LINKS_PORT", fallback: "127.0.0.1", read: text(/^[\w.:-]+$/) },
	LINKS_PORT: {
		says: "a port of its own for old links, which are nowhere else then, under LINKS_NAMES, else GATEWAY_NAMES, else any name; 0 chooses a free one",
		fallback: null,
		read: number(0, 65_535)
	},
	METRICS_ACCESS: {
		says: "who sees /metrics and /health/detailed: open, or key for callers with an API key",
		fallback: "open",
		read: oneOf("open", "key")
	},
	METRICS_HOST: { says: "the address of METRICS_PORT", fallback: "127.0.0.1", read: text(/^[\w.:-]+$/) },
	METRICS_PORT: {
		says: "a port of its own for /metrics and /health/detailed, which are nowhere else then; 0 chooses a free one",
		fallback: null,
		read: number(0, 65_535)
	},
	RESULT_CHECKS: {
		says: "on: an action that answers something else than its contract says fails; for development, and always so in tests",
		fallback: "off",
		read: oneOf("on", "off")
	},
	FAILPOINT: {
		says: "for tests: where to stop this process, as name@count=kill or name@count=stop",
		fallback: null,
		read: readFailpoint
	}
} as const satisfies Record<string, Variable<unknown>>;

type Name = keyof typeof OWN;
type ValueOf<N extends Name> = NonNullable<ReturnType<(typeof OWN)[N]["read"]>>;

const LIMIT_NAMES = Object.keys(LIMITS) as LimitName[];
const limitVariable = (name: LimitName): Variable<number> => {
	const { least, most, fallback } = LIMITS[name];
	return { says: limitSays(name), fallback: String(fallback), read: number(least, most) };
};

/** Every variable that Banyan reads; the README's tables are checked against it. */
export const VARIABLES: Readonly<Record<string, Variable<unknown>>> = {
	...OWN,
	...Object.fromEntries(LIMIT_NAMES.map(name => [LIMITS[name].variable, limitVariable(name)]))
};

const read = <N extends Name>(environment: Environment, name: N): ValueOf<N> | null =>
	readVariable(environment, name, OWN[name] as Variable<unknown>) as ValueOf<N> | null;

const readLimits = (environment: Environment): Limits =>
	Object.fromEntries(
		LIMIT_NAMES.map(name => [name, readVariable(environment, LIMITS[name].variable, limitVariable(name))])
	) as unknown as Limits;

/** @throws SettingError */
function readVariable<T>(environment: Environment, name: string, variable: Variable<T>): T | null {
	const { says, fallback, read, secret, fault } = variable;
	const given = environment[name] || fallback;
	if (given === null) return null;
	const value = read(given);
	const wrong = fault?.(given) ?? (value === undefined ? `it is ${says}` : undefined);
	if (wrong === undefined) return value as T;
	throw new SettingError(
		`${name}${secret ? "" : `='${given}'`} is not valid: ${wrong}${wrong.endsWith("?") ? "" : "."}`
	);
}

const checksResults = (environment: Environment): boolean =>
	read(environment, "RESULT_CHECKS") === "on" || process.env.NODE_ENV === "test";

/** Where nodes meet, and what keeps others out. @throws SettingError */
function readCluster(environment: Environment, dataDir: string): Pick<BrokerOptions, "transporter" | "middlewares"> {
	const transporter = read(environment, "TRANSPORTER");
	const middlewares = [correlation, internal, callersLeave, ...(checksResults(environment) ? [results] : [])];
	if (!transporter) return { middlewares };
	const fault = transporterFault(transporter);
	if (fault && read(environment, "TRANSPORTER_INSECURE") !== "yes") throw new SettingError(fault);
	const options = natsOptions(transporter, read(environment, "TRANSPORTER_CA_FILE"));
	const [keys, file] = [read(environment, "CLUSTER_KEY"), read(environment, "CLUSTER_KEY_FILE")];
	return {
		transporter: { type: "NATS", options } as never,
		middlewares: [...middlewares, sealed({ keys, file, dataDir })]
	};
}

/** What a caller that embeds a node may set beside the environment. */
export interface Embedding {
	readonly access?: Settings["access"];
	readonly resume?: boolean;
	/** Alone, it works for whoever started it, whose machine it is: any address, any variable, any file. */
	readonly own?: boolean;
	/** What it runs where `SERVICES` does not say. */
	readonly services?: readonly string[];
	/** What it knows instead of Banyan's own systems. */
	readonly systems?: Systems;
	/** A file, or 2 for standard error, instead of standard output. */
	readonly logFile?: string | number;
	readonly logLevel?: string;
	/** The log goes to a terminal, and is for people. */
	readonly readable?: boolean;
}

export type NodeOptions = BrokerOptions & {
	readonly settings: Settings;
	readonly services: readonly string[];
	readonly systems?: Systems;
};

/** Loaded with a node: a command for a server far away does without Moleculer. */
function validator(): never {
	const { measureCalls } = require("./middlewares/metrics.middleware") as { readonly measureCalls: () => void };
	measureCalls();
	const loaded = require("./cluster/validator") as { readonly LateValidator: typeof LateValidator };
	return new loaded.LateValidator({ considerNullAsAValue: true } as never) as never;
}

/** The gateway's part. @throws SettingError where links would take the API's name */
function gatewayIn(environment: Environment): Gateway {
	const gateway = readGateway(environment);
	const { names, links } = gateway;
	const listed = links.names.flatMap(name => readOwnName(name) ?? []);
	const both = names.find(name => {
		const host = readOwnName(name);
		return host !== undefined && isListed(host, listed);
	});
	// By a port of their own they may share a name.
	if (both === undefined || links.port !== null) return gateway;
	throw new SettingError(
		`GATEWAY_NAMES and LINKS_NAMES both hold '${both}': under LINKS_NAMES old links are answered and nothing else, so the API would not be there. Give each a name of its own, or leave it in GATEWAY_NAMES alone, for both.`
	);
}

const readGateway = (environment: Environment): Gateway => ({
	host: read(environment, "GATEWAY_HOST") as string,
	port: read(environment, "GATEWAY_PORT") as number,
	trustedProxies: read(environment, "GATEWAY_TRUSTED_PROXIES") ?? [],
	corsOrigins: read(environment, "GATEWAY_CORS_ORIGINS") ?? [],
	names: read(environment, "GATEWAY_NAMES") ?? [],
	links: {
		names: read(environment, "LINKS_NAMES") ?? [],
		host: read(environment, "LINKS_HOST") as string,
		port: read(environment, "LINKS_PORT")
	},
	metrics: {
		keyed: read(environment, "METRICS_ACCESS") === "key",
		host: read(environment, "METRICS_HOST") as string,
		port: read(environment, "METRICS_PORT")
	}
});

/** The options of a node in this environment. @throws SettingError */
export function readConfig(environment: Environment, embedding: Embedding = {}): NodeOptions {
	const dataDir = read(environment, "DATA_DIR") as string;
	const failpoint = read(environment, "FAILPOINT");
	if (failpoint) arm(failpoint);
	const cluster = readCluster(environment, dataDir);
	return {
		namespace: read(environment, "NAMESPACE") as string,
		nodeID: read(environment, "NODE_ID") ?? `${hostname().replace(/[^\w.-]/g, "-")}-${process.pid}`,
		...cluster,
		logger: pinoLogger(
			embedding.logLevel ?? (read(environment, "LOG_LEVEL") as string),
			embedding.readable ? process.stdout : (embedding.logFile ?? 1)
		) as never,
		requestTimeout: read(environment, "REQUEST_TIMEOUT") as number,
		heartbeatInterval: read(environment, "HEARTBEAT_INTERVAL") as number,
		heartbeatTimeout: read(environment, "HEARTBEAT_TIMEOUT") as number,
		tracking: { enabled: true, shutdownTimeout: 10_000 },
		validator: validator(),
		metrics: { enabled: true, reporter: [] },
		settings: {
			dataDir,
			access: embedding.access ?? "write",
			resume: embedding.resume ?? true,
			leaseMs: read(environment, "LEASE_MS") as number,
			gateway: gatewayIn(environment),
			patienceMs: read(environment, "PATIENCE_MS") as number,
			reach: reachIn(read(environment, "CONNECT_ALLOW"), embedding.own),
			limits: readLimits(environment),
			...readable(environment, embedding.own === true && cluster.transporter === undefined)
		},
		...(embedding.systems && { systems: embedding.systems }),
		services: read(environment, "SERVICES") ?? embedding.services ?? names
	};
}

/** A list holds for everybody. Without one whoever may run a migration reaches what panels most often have beside the internet. */
const reachIn = (list: string | null, own = false): Settings["reach"] =>
	list !== null ? { approved: list, others: list } : { approved: own ? "any" : "loopback,private", others: "none" };

/** What a definition may read of this node. @param isOwn nobody but whoever started it can reach it */
const readable = (environment: Environment, isOwn: boolean): Pick<Settings, "environment" | "files"> => ({
	environment: {
		value: name => environment[name],
		allows: isOwn ? null : allowedNames(read(environment, "SECRET_NAMES") ?? [])
	},
	files: isOwn ? "any" : { within: folderIn(environment) }
});

/** @throws SettingError where it is none: each definition would be told that its file is not there */
function folderIn(environment: Environment): string | null {
	const folder = read(environment, "FILES_DIR");
	if (folder === null || isFolder(folder)) return folder;
	throw new SettingError(`FILES_DIR='${folder}' is no folder: make it, or name the one that is meant.`);
}

function isFolder(path: string): boolean {
	try {
		return statSync(path).isDirectory();
	} catch {
		return false;
	}
}

const SECRET_PREFIX = "BANYAN_SECRET_";
/** Banyan's own, which are no panel's: CLUSTER_KEY, the login in TRANSPORTER, a key for another server. */
const isSetting = (name: string): boolean => Object.hasOwn(VARIABLES, name) || name === "BANYAN_API_KEY";

/** Which variables a definition may name, whatever stands in SECRET_NAMES none of Banyan's own. */
function allowedNames(named: readonly string[]): (name: string) => boolean {
	const [starts, names] = [true, false].map(open => named.filter(each => each.endsWith("*") === open)) as [
		string[],
		string[]
	];
	const prefixes = [SECRET_PREFIX, ...starts.map(each => each.slice(0, -1))];
	return name => !isSetting(name) && (names.includes(name) || prefixes.some(prefix => name.startsWith(prefix)));
}

/** How long whoever embeds a node waits for its transporter. */
export const transporterTimeoutOf = (environment: Environment): number =>
	read(environment, "TRANSPORTER_TIMEOUT") as number;

export const dataDirOf = (environment: Environment): string => read(environment, "DATA_DIR") as string;

/** The services' files, beside this one. */
const filesOf = (services: readonly string[]): string[] =>
	CONTRACTS.filter(({ name }) => services.includes(name)).map(each =>
		join(__dirname, `${serviceFile(each)}${extname(__filename)}`)
	);

/** For moleculer-runner: it reads `SERVICES` itself, as files, and lets `TRANSPORTER` overrule what we made of it. */
export default function runnerConfig(): BrokerOptions {
	try {
		const { services, ...options } = readConfig(process.env);
		process.env.SERVICES = filesOf(services).join(",");
		delete process.env.TRANSPORTER;
		return options;
	} catch (error) {
		if (!(error instanceof SettingError)) throw error;
		process.stderr.write(`banyan: ${error.message}\n`);
		process.exit(1);
	}
}
