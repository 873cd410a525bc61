/** Where a node's metrics are: told to other nodes with all else that they know of it, and listed for Prometheus. */

import type { ServiceBroker } from "moleculer";
import { placeOf } from "../adapters/claims/place";
import { type MetricsAddress, type TargetGroup, targetsOf } from "../domain/platform/targets";
import { version } from "../package.json";
import type { Broker } from ".";
import { settingsOf } from "./settings";

/** Before the node tells others of itself. */
export function tellVersion(broker: ServiceBroker): void {
	Object.assign(broker.metadata, { version });
}

/** @returns the whole address */
export function tellMetrics(broker: Pick<ServiceBroker, "metadata">, address: MetricsAddress): string {
	Object.assign(broker.metadata, { metrics: address });
	const { scheme, host, port } = address;
	return `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}/metrics`;
}

/** Of a server that listens already. @param url its own address */
export async function tellMetricsAt(broker: Broker, url: string): Promise<void> {
	const { protocol, hostname, port } = new URL(url);
	const host = hostname.replace(/^\[|\]$/g, "");
	const nats = settingsOf(broker).metrics?.nats ?? "localhost";
	const { called } = await placeOf({ host, port: Number(port), nats });
	tellMetrics(broker, { scheme: protocol === "https:" ? "https" : "http", host: called, port: Number(port) });
}

/** By broker, the nodes that went without a word. */
const LOST = new WeakMap<object, Set<string>>();
interface Turned {
	readonly node: { readonly id: string };
	readonly unexpected?: boolean;
}

/** From here on it is kept in mind who goes without a word, until they are back. */
export function followLost(broker: Pick<ServiceBroker, "localBus" | "registry">): void {
	const lost = new Set<string>();
	LOST.set(broker.registry, lost);
	broker.localBus.on("$node.disconnected", ({ node, unexpected }: Turned) => unexpected && lost.add(node.id));
	broker.localBus.on("$node.connected", ({ node }: Turned) => lost.delete(node.id));
}

/**
 * Of all nodes that are there, as far as this one knows, and of those that went without a word, for as long as the registry
 * remembers them: what is listed no more could not be seen to be down (decision 40).
 */
export function targets({ registry }: Pick<ServiceBroker, "registry">): TargetGroup[] {
	const lost = LOST.get(registry);
	return targetsOf(registry.nodes.toArray().filter(({ id, available }) => available || lost?.has(id)));
}
