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

/** Of all nodes that are there, as far as this one knows. */
export const targets = ({ registry }: Pick<ServiceBroker, "registry">): TargetGroup[] =>
	targetsOf(registry.nodes.toArray().filter(({ available }) => available));
