/** The metrics of the whole cluster, for Prometheus. Each node has its own at hand: nobody computes anything for it. */

import type { ServiceBroker } from "moleculer";
import type { Broker } from "../../../cluster";
import { expose, type Metric, type NodeMetrics } from "../../../domain/platform/exposition";

const WANTED = ["moleculer.request.**", "moleculer.node.**", "moleculer.circuit-breaker.**", "process.**", "banyan.**"];
const PATIENCE_MS = 3_000;

/** A node that does not answer in time is left out; `banyan_up` says so. */
export async function metricsText(broker: Broker): Promise<string> {
	const known: { id: string }[] = broker.registry.getNodeList({ onlyAvailable: true, withServices: false });
	const nodes = known.map(({ id }) => id);
	const raw = broker as unknown as ServiceBroker;
	const asked = nodes.map(async (node): Promise<NodeMetrics> => {
		const ask = { nodeID: node, timeout: PATIENCE_MS };
		const metrics = await raw.call<Metric[], object>("$node.metrics", { includes: WANTED }, ask).catch(() => undefined);
		return { node, metrics: [upOf(metrics !== undefined), ...(metrics ?? [])] };
	});
	return expose(await Promise.all(asked));
}

const upOf = (isUp: boolean): Metric => ({
	name: "banyan.up",
	type: "gauge",
	description: "Did the node answer for its metrics?",
	values: [{ labels: {}, value: isUp ? 1 : 0 }]
});
