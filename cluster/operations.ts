/** What is asked of every node for those who operate them; whoever asks is a node itself. */

import type { Context, ServiceBroker } from "moleculer";
import {
	type CallCount,
	type ClusterNode,
	LOG_LEVELS,
	type LogLevel,
	type NodeLogging,
	USUAL
} from "../contracts/platform/operations";
import { CALL_METRICS, callCounts } from "../domain/platform/call-counts";
import type { Metric } from "../domain/platform/exposition";
import { visible } from "../domain/text/visible";
import { failure } from "./errors";
import type { Broker } from "./index";
import { logLevelsOf } from "./log-levels";

/** How long a node may take to answer, in ms. */
const PATIENCE_MS = 2_000;
const MINUTE_MS = 60_000;

export interface Wanted {
	readonly logger?: string | undefined;
	readonly level: LogLevel | typeof USUAL;
	readonly minutes: number;
	readonly by: string;
}

const LOGGING = "$node.logging";

/** For Moleculer's own service: how much this node logs; with a level, from now on. */
export const logging = {
	internal: ["gateway", "repl"],
	params: {
		$$strict: true,
		logger: { type: "string", min: 1, max: 100, optional: true },
		level: { type: "enum", values: [...LOG_LEVELS, USUAL], optional: true },
		minutes: { type: "number", integer: true, min: 1, max: 1440, default: 30 },
		by: { type: "string", max: 200, default: "" }
	},
	handler: (ctx: Context<Partial<Wanted>>): NodeLogging => {
		const { broker, params, nodeID } = ctx;
		const { level, minutes = 0, by = "", logger } = params;
		if (level !== undefined)
			change(broker, { level, minutes, logger, by: by === "" ? String(nodeID) : `${by} on ${nodeID}` });
		return loggingOf(broker);
	}
};

const loggingOf = (broker: ServiceBroker): NodeLogging => {
	const levels = logLevelsOf(broker);
	return { node: broker.nodeID, usual: levels?.usual ?? USUAL, set: levels?.set ?? [], loggers: levels?.names ?? [] };
};

/** Who set it stands in the node's log, whatever that is to hold from then on. @throws REQUEST_INVALID for a logger that it has not */
function change(broker: ServiceBroker, { logger, level, minutes, by }: Wanted): void {
	const levels = logLevelsOf(broker);
	const name = logger?.toLowerCase();
	if (!levels || (name !== undefined && !levels.names.includes(name)))
		throw failure(
			"REQUEST_INVALID",
			`'${broker.nodeID}' has no logger '${visible(logger ?? "")}': it has ${levels?.names.join(", ") || "none that can be set"}.`
		);
	const what = name === undefined ? "Log level" : `Log level of ${name}`;
	const till = level === USUAL ? "" : `, for ${minutes} min`;
	levels.audit(`${what}: ${level}${till}, by ${visible(by)}.`);
	levels.change({ logger: name, level, ms: minutes * MINUTE_MS }, () =>
		levels.audit(`${what}: as usual again, ${minutes} min are over.`)
	);
}

const raw = (broker: Broker): ServiceBroker => broker as unknown as ServiceBroker;
const orNothing = () => undefined;

function askLogging(broker: Broker, nodeID: string, wanted: Partial<Wanted> = {}): Promise<NodeLogging> {
	return raw(broker).call(LOGGING, wanted, { nodeID, timeout: PATIENCE_MS });
}

interface Known {
	readonly id: string;
	readonly available: boolean;
	readonly services: readonly { readonly name: string }[];
	readonly hostname?: string;
	readonly cpu?: number | null;
	/** By the clock of whoever knows it, in s since it began. */
	readonly lastHeartbeatTime?: number;
}

const known = (broker: Broker): Known[] =>
	broker.registry.getNodeList({ onlyAvailable: false, withServices: true }) as unknown as Known[];

/** All that were there since this node began, in the order of their names. */
export async function clusterNodes(broker: Broker): Promise<ClusterNode[]> {
	const nodes = known(broker).sort((one, other) => (one.id < other.id ? -1 : 1));
	return Promise.all(
		nodes.map(async node => ({
			id: node.id,
			available: node.available,
			services: servicesOf(node),
			host: node.hostname ?? null,
			cpu: node.cpu ?? null,
			heardAt: node.id === broker.nodeID ? null : heardAt(node),
			logging: node.available ? ((await askLogging(broker, node.id).catch(orNothing)) ?? null) : null
		}))
	);
}

const servicesOf = ({ services }: Known): string[] =>
	services
		.map(({ name }) => String(name))
		.filter(name => !name.startsWith("$"))
		.sort();

/** Moleculer keeps it in seconds of the process. */
function heardAt({ lastHeartbeatTime }: Known): string | null {
	if (lastHeartbeatTime === undefined) return null;
	return new Date(Date.now() - (process.uptime() - lastHeartbeatTime) * 1000).toISOString();
}

/** Of nodes that answer. */
export async function clusterCalls(broker: Broker): Promise<CallCount[]> {
	const asked = known(broker)
		.filter(({ available }) => available)
		.map(async ({ id: node }) => {
			const ask = { nodeID: node, timeout: PATIENCE_MS };
			const metrics = await raw(broker)
				.call<Metric[], object>("$node.metrics", { includes: CALL_METRICS }, ask)
				.catch(orNothing);
			return { node, metrics: metrics ?? [] };
		});
	return callCounts(await Promise.all(asked));
}

/** @throws NODE_NOT_FOUND · REQUEST_INVALID */
export async function setLogLevel(
	broker: Broker,
	{ node, ...wanted }: Wanted & { readonly node?: string | undefined }
): Promise<NodeLogging[]> {
	const there = known(broker).flatMap(({ id, available }) => (available ? [id] : []));
	if (node !== undefined && !there.includes(node))
		throw failure("NODE_NOT_FOUND", `There is no node '${visible(node)}' now; there are: ${there.sort().join(", ")}.`);
	if (node !== undefined) return [await askLogging(broker, node, wanted)];
	return setAll(broker, there, wanted);
}

/** Of many, those that have no such logger are left out; where none has, that is said. */
async function setAll(broker: Broker, nodes: readonly string[], wanted: Wanted): Promise<NodeLogging[]> {
	const said = await Promise.allSettled(nodes.map(node => askLogging(broker, node, wanted)));
	const set = said.flatMap(each => (each.status === "fulfilled" ? [each.value] : []));
	const [refusal] = said.flatMap(each => (each.status === "rejected" ? [each.reason] : []));
	if (set.length > 0 || refusal === undefined) return set;
	throw refusal;
}
