/**
 * A node in this process for those who look at a cluster and tell it what to do: it joins the others, offers nothing, and
 * keeps nothing. What it asks it asks as `repl`; contracts that name their callers do not name it.
 */

import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { ServiceBroker } from "moleculer";
import type { Broker } from "../cluster";
import { actingAs } from "../cluster/acting";
import type { Environment } from "../cluster/environment";
import { explained, nodesFollowing } from "../cluster/nodes-settings";
import { clusterCalls, clusterNodes, setLogLevel } from "../cluster/operations";
import { VOCABULARY } from "../domain/migration/mappings";
import { environment } from "../environment";
import { heardStrangers } from "../middlewares/refused-packets";
import { transporterTimeoutOf } from "../moleculer.config";
import type { Client, OwnNode } from "./client";
import { CommandError } from "./command";
import { polled } from "./lines";

/** Who asks, as others see it. */
const ACTING = "repl";

/** Settings of nodes that run services: this one may stand beside such a node, with its environment. */
const OF_SERVICES = [
	"SERVICES",
	"NODE_ID",
	"STORE",
	"REDIS_URL",
	"REDIS_URL_FILE",
	"MONGODB_URL",
	"MONGODB_URL_FILE",
	"METRICS_PORT",
	"NODE_HTTP_PORT",
	"LINKS_PORT",
	"FAILPOINT"
];

const withoutServices = (settings: Environment): Environment => ({
	...settings,
	...Object.fromEntries(OF_SERVICES.map(name => [name, undefined])),
	NODE_ID: `${settings.NODE_GROUP ? `${settings.NODE_GROUP}.` : ""}${ACTING}-${hostname().replace(/[^\w.-]/g, "-")}-${process.pid}`
});

/** @throws CommandError where no other node is met */
export async function openJoined(): Promise<Client> {
	const settings = environment();
	if (!settings.TRANSPORTER)
		throw new CommandError(
			"This process is alone: set TRANSPORTER and CLUSTER_KEY to where nodes meet, or name a server by --url. On this machine `make repl` joins what `make cluster` started."
		);
	const { openNode }: typeof import("../node") = require("../node");
	const broker = await openNode(
		{ access: "write", resume: false, services: [], logLevel: "fatal", logFile: 2 },
		withoutServices(settings)
	);
	await met(broker, transporterTimeoutOf(settings)).catch(async (error: unknown) => {
		await broker.stop();
		throw error;
	});
	return { ...clientOn(broker, ACTING), server: "the cluster" };
}

const LOOK_MS = 50;
/** Nobody new for so long: all that are there have been heard. */
const QUIET_MS = 300;

/** Others say what they run when they hear of a node. @throws CommandError */
async function met(broker: Broker, patienceMs: number): Promise<void> {
	const end = performance.now() + patienceMs;
	let [heard, since] = [0, performance.now()];
	for (;;) {
		const there = broker.registry.getNodeList({ onlyAvailable: true, withServices: true }).length;
		if (there !== heard) [heard, since] = [there, performance.now()];
		if (heard > 1 && performance.now() - since >= QUIET_MS) return;
		if (performance.now() > end) throw new CommandError(nobody(broker, patienceMs));
		await sleep(LOOK_MS);
	}
}

function nobody(broker: Broker, patienceMs: number): string {
	const why = heardStrangers(broker)
		? " There are nodes with another key: give this one theirs by CLUSTER_KEY_FILE or CLUSTER_KEY."
		: "";
	return `No other node answers (for ${patienceMs} ms): check TRANSPORTER, NAMESPACE ('${broker.namespace}') and CLUSTER_KEY, and that nodes run there.${why}`;
}

type Local = Pick<Client, "call" | "words" | "close" | "follow" | "node">;

/**
 * What is asked of all nodes is asked by this one itself: no gateway need be there.
 * @param acting who asks, as contracts name their callers; undefined: whoever started this process
 */
export function clientOn(broker: Broker, acting?: string): Local {
	const raw = broker as unknown as ServiceBroker;
	const own: Readonly<Record<string, (params: never) => Promise<unknown>>> = {
		"gateway.nodes": () => clusterNodes(broker),
		"gateway.calls": () => clusterCalls(broker),
		"gateway.following": () => nodesFollowing(broker),
		"gateway.explain": ({ key = "" }: { readonly key?: string }) => explained(broker, key),
		"gateway.logLevel": (params: Partial<Parameters<typeof setLogLevel>[1]>) =>
			setLogLevel(broker, { level: "usual", minutes: 30, by: "", ...params })
	};
	const asked: OwnNode["ask"] = (action, params, options) =>
		own[action]?.(params as never) ?? raw.call(action, params, { ...options });
	const ask: OwnNode["ask"] = (...given) =>
		acting === undefined ? asked(...given) : actingAs(acting, () => asked(...given));
	let isOver = false;
	const call: Client["call"] = (action, params) => ask(action, params, {}) as never;
	return {
		words: VOCABULARY,
		call,
		follow: (name, after, until) => polled({ call }, name, after, until),
		close: () => {
			isOver = true;
			return broker.stop();
		},
		node: {
			id: broker.nodeID,
			namespace: raw.options.transporter ? broker.namespace : null,
			registry: broker.registry,
			ask,
			onChange: tell => tellChanges(broker, sentence => isOver || tell(sentence))
		}
	};
}

function tellChanges(broker: Broker, tell: (sentence: string) => void): void {
	const { localBus } = broker;
	let isLost = false;
	localBus.on("$transporter.disconnected", () => {
		if (!isLost)
			tell("The connection to NATS is lost; it is tried again. Nothing that runs in the cluster ends by that.");
		isLost = true;
	});
	localBus.on("$transporter.connected", () => {
		if (isLost) tell("Connected to NATS again.");
		isLost = false;
	});
	localBus.on("$transporter.refused", ({ sentence }: { readonly sentence: string }) => tell(sentence));
}
