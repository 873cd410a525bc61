/** What the cluster looks like from here: which services answer, on which nodes, and how this node fares. */

import { statfs } from "node:fs/promises";
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { ServiceBroker } from "moleculer";
import type { Broker } from "../../../cluster";
import { failure } from "../../../cluster/errors";
import { settingsOf } from "../../../cluster/settings";
import { CONTRACTS } from "../../../contracts";
import type { Json } from "../../../contracts/json";

interface Known {
	readonly name: string;
	readonly nodeID: string;
	readonly available: boolean;
}

const registryOf = (broker: Broker) =>
	(broker as unknown as ServiceBroker).registry as unknown as {
		getServiceList(options: object): Known[];
		getNodeList(options: object): {
			id: string;
			available: boolean;
			hostname: string;
			client: { version: string; langVersion: string };
			services: { name: string; actions?: object }[];
		}[];
	};

/** The services that must answer for the API to be whole: all of the contracts but the gateway itself. */
const NEEDED = CONTRACTS.map(({ name }) => name).filter(name => name !== "gateway");

export interface ServiceHealth {
	readonly name: string;
	readonly status: "up" | "down";
	readonly nodes: readonly string[];
}

/** Each service of the contracts, with the nodes that answer for it. */
export function servicesOf(broker: Broker): ServiceHealth[] {
	const known = registryOf(broker).getServiceList({ onlyAvailable: true, skipInternal: true });
	return ["gateway", ...NEEDED].map(name => {
		const nodes = known.filter(each => each.name === name && each.available).map(({ nodeID }) => nodeID);
		return { name, status: nodes.length > 0 ? "up" : "down", nodes };
	});
}

/** @throws NOT_FOUND */
export function serviceHealth(broker: Broker, name: string): ServiceHealth {
	const found = servicesOf(broker).find(each => each.name === name);
	if (found) return found;
	throw failure("NOT_FOUND", `There is no service '${name}'; there are: gateway, ${NEEDED.join(", ")}.`);
}

/** Ready once every service of the contracts answers somewhere. */
export function readiness(broker: Broker): { readonly status: "up" | "down"; readonly missing: readonly string[] } {
	const missing = servicesOf(broker)
		.filter(({ status }) => status === "down")
		.map(({ name }) => name);
	return { status: missing.length === 0 ? "up" : "down", missing };
}

const loop = monitorEventLoopDelay({ resolution: 20 });

/** Figures of this node: memory and disk in bytes, the event loop's delay in ms since it was last asked. */
export async function detailsOf(broker: Broker): Promise<Json> {
	const { dataDir } = settingsOf(broker);
	const { rss, heapUsed } = process.memoryUsage();
	const disk = await statfs(dataDir).catch(() => undefined);
	loop.enable();
	const delay = Number.isNaN(loop.mean) ? 0 : loop.mean / 1e6;
	const worst = loop.max / 1e6;
	loop.reset();
	return {
		status: readiness(broker).status,
		missing: [...readiness(broker).missing],
		node: broker.nodeID,
		uptimeSeconds: Math.round(process.uptime()),
		memory: { rss, heapUsed },
		disk: disk ? { free: disk.bavail * disk.bsize, total: disk.blocks * disk.bsize } : null,
		eventLoop: { meanMs: round(delay), worstMs: round(worst) },
		services: servicesOf(broker).map(({ name, status, nodes }) => ({ name, status, nodes: [...nodes] }))
	};
}

const round = (ms: number): number => Math.round(ms * 100) / 100;

/** The nodes of the cluster and what each runs. */
export function nodesOf(broker: Broker): Json {
	const nodes = registryOf(broker).getNodeList({ onlyAvailable: false, withServices: true });
	return {
		nodes: nodes.map(({ id, available, hostname, client, services }) => ({
			id,
			available,
			hostname,
			moleculer: client.version,
			node: client.langVersion,
			services: services.map(({ name }) => name).filter(name => !name.startsWith("$"))
		}))
	};
}
