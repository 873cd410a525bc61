/** The one place that reads the environment: every setting, checked; a wrong one stops the node with a sentence. */

import { hostname } from "node:os";
import { extname, join } from "node:path";
import type { BrokerOptions, Middleware } from "moleculer";
import { clusterKeys, holdsKeys, KEY_FILE_FORM, type KeySource } from "./adapters/cluster-key";
import { arm } from "./adapters/failpoints";
import { claimsIn } from "./cluster/claims-settings";
import { type Environment, SettingError } from "./cluster/environment";
import { fileIn, isFolder } from "./cluster/files";
import { followingIn } from "./cluster/following-settings";
import { gatewayIn } from "./cluster/gateway";
import { identifiedIn } from "./cluster/identity-settings";
import { pinoLogger } from "./cluster/logging";
import { smtpIn } from "./cluster/mail-settings";
import { metricsIn, scrapedIn } from "./cluster/metrics-settings";
import { mongoIn } from "./cluster/mongo-settings";
import { type Meeting, meeting, sharingIn } from "./cluster/nats/meeting";
import { natsIn } from "./cluster/nats/settings";
import { tracingIn } from "./cluster/otel/settings";
import { redisIn } from "./cluster/redis-settings";
import type { EventServers, Settings } from "./cluster/settings";
import { certificatesIn } from "./cluster/tls-settings";
import type { LateValidator } from "./cluster/validator";
import { read, readSettings, VARIABLES } from "./cluster/variables";
import { CONTRACTS } from "./contracts/cluster";
import { serviceFile } from "./contracts/contract";
import { layers } from "./middlewares/layers";
import { sealed } from "./middlewares/sealed.middleware";
import type { Systems } from "./mixins/systems";

const checksResults = (environment: Environment): boolean =>
	read(environment, "RESULT_CHECKS") === "on" || process.env.NODE_ENV === "test";

interface Cluster extends Partial<Meeting> {
	readonly key: KeySource;
	/** Around packets. */
	readonly around: readonly Middleware[];
	/** What the client of NATS is given. */
	readonly nats?: EventServers["nats"];
	/** The host where it is. */
	readonly natsHost?: string;
}

/** Where nodes meet, and what keeps others out. @throws SettingError */
function readCluster(environment: Environment, dataDir: string): Cluster {
	const [keys, file] = [read(environment, "CLUSTER_KEY"), fileIn(environment, "CLUSTER_KEY_FILE")];
	if (file !== null && !holdsKeys(file))
		throw new SettingError(`CLUSTER_KEY_FILE='${file}' holds no key of a cluster: ${KEY_FILE_FORM}.`);
	const [nats, sharing] = [natsIn(environment), sharingIn(environment)];
	const key = { keys, file, dataDir };
	const around = [...certificatesIn(environment), ...redisIn(environment, key)];
	if (!nats) return { key, around };
	const identified = identifiedIn(environment);
	return {
		key,
		nats: nats.options,
		natsHost: nats.transporter.servers[0]?.hostname ?? "localhost",
		...meeting(nats, sharing),
		around: [
			...around,
			sealed(key, identified?.proving),
			...claimsIn(environment, nats.transporter),
			...(identified ? [identified.layer] : [])
		]
	};
}

/** Where what must last is kept. @throws SettingError where that is on servers, and none is named */
function storeIn(environment: Environment, nats: Cluster["nats"]): Pick<Settings, "store" | "events" | "mongo"> {
	const store = read(environment, "STORE");
	const replicas = read(environment, "EVENTS_REPLICAS");
	if (store === "cluster" && !nats)
		throw new SettingError(
			"STORE=cluster keeps what must last on servers, and TRANSPORTER names none: set it to where NATS with JetStream runs, or take STORE away, for DATA_DIR."
		);
	const mongo = mongoIn(environment);
	if (!nats || !mongo) return { store };
	const [namespace, patienceMs] = [read(environment, "NAMESPACE"), read(environment, "TRANSPORTER_TIMEOUT")];
	return { store, events: { nats, namespace, replicas, patienceMs }, mongo };
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
function validator(): LateValidator {
	const { measureCalls }: { readonly measureCalls: () => void } = require("./middlewares/metrics.middleware");
	measureCalls();
	const loaded: { readonly LateValidator: typeof LateValidator } = require("./cluster/validator");
	return new loaded.LateValidator();
}

/** The options of a node in this environment. @throws SettingError */
export function readConfig(environment: Environment, embedding: Embedding = {}): NodeOptions {
	const dataDir = read(environment, "DATA_DIR");
	const failpoint = read(environment, "FAILPOINT");
	if (failpoint) arm(failpoint);
	const { nats, natsHost, around, key, ...cluster } = readCluster(environment, dataDir);
	const settings = readSettings(environment);
	const followed = followingIn(environment, key, cluster.transporter !== undefined, settings.values);
	const metrics = metricsIn(environment, natsHost);
	return {
		namespace: read(environment, "NAMESPACE"),
		nodeID: nodeIdIn(environment),
		...cluster,
		...layers(settings.calls, checksResults(environment), {
			tracing: tracingIn(environment),
			following: followed,
			packets: [...around, ...scrapedIn(metrics)]
		}),
		logger: pinoLogger(
			embedding.logLevel ?? read(environment, "LOG_LEVEL"),
			embedding.readable ? process.stdout : (embedding.logFile ?? 1)
		),
		requestTimeout: read(environment, "REQUEST_TIMEOUT"),
		heartbeatInterval: read(environment, "HEARTBEAT_INTERVAL"),
		heartbeatTimeout: read(environment, "HEARTBEAT_TIMEOUT"),
		registry: { ...cluster.registry, stopDelay: cluster.transporter ? settings.calls.stopDelayMs : 0 },
		validator: validator(),
		metrics: { enabled: true, reporter: [] },
		settings: {
			dataDir,
			...storeIn(environment, nats),
			access: embedding.access ?? "write",
			resume: embedding.resume ?? true,
			leaseMs: read(environment, "LEASE_MS"),
			leaseBoundMs: read(environment, "LEASE_BOUND_MS"),
			gateway: gatewayIn(environment),
			...metrics,
			smtp: smtpIn(environment),
			patienceMs: read(environment, "PATIENCE_MS"),
			reach: reachIn(read(environment, "CONNECT_ALLOW"), embedding.own),
			...settings,
			...readable(environment, embedding.own === true && cluster.transporter === undefined)
		},
		...(embedding.systems && { systems: embedding.systems }),
		services: read(environment, "SERVICES") ?? embedding.services ?? CONTRACTS.map(({ name }) => name)
	};
}

/** NATS lets a group hear what is for names that begin with it. @throws SettingError where NODE_ID does not */
function nodeIdIn(environment: Environment): string {
	const [id, group] = [read(environment, "NODE_ID"), read(environment, "NODE_GROUP")];
	const start = group === null ? "" : `${group}.`;
	if (id === null) return `${start}${hostname().replace(/[^\w.-]/g, "-")}-${process.pid}`;
	if (id.startsWith(start)) return id;
	throw new SettingError(
		`NODE_ID='${id}' is of no node of the group '${group}' (NODE_GROUP): call it '${start}${id}'.`
	);
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

const SECRET_PREFIX = "BANYAN_SECRET_";
/** Banyan's own, which are no panel's: CLUSTER_KEY, the login in TRANSPORTER, a key for another server. */
const isSetting = (name: string): boolean => Object.hasOwn(VARIABLES, name) || name === "BANYAN_API_KEY";

/** Which variables a definition may name, none of Banyan's own. @throws SettingError where SECRET_NAMES has one of them */
function allowedNames(named: readonly string[]): (name: string) => boolean {
	const own = named.find(isSetting);
	if (own !== undefined)
		throw new SettingError(
			`SECRET_NAMES holds '${own}', a setting of Banyan itself, which no definition may name: take it out.`
		);
	const starts = named.filter(each => each.endsWith("*"));
	const names = named.filter(each => !each.endsWith("*"));
	const prefixes = [SECRET_PREFIX, ...starts.map(each => each.slice(0, -1))];
	return name => !isSetting(name) && (names.includes(name) || prefixes.some(prefix => name.startsWith(prefix)));
}

/** The cluster's keys, of this environment or in its data folder. @throws ClusterKeyMissing */
export const keysIn = (environment: Environment): readonly Buffer[] =>
	clusterKeys(
		{
			keys: read(environment, "CLUSTER_KEY"),
			file: fileIn(environment, "CLUSTER_KEY_FILE"),
			dataDir: dataDirOf(environment)
		},
		false
	).keys;

/** How long whoever embeds a node waits for its transporter. */
export const transporterTimeoutOf = (environment: Environment): number => read(environment, "TRANSPORTER_TIMEOUT");

export const dataDirOf = (environment: Environment): string => read(environment, "DATA_DIR");

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
