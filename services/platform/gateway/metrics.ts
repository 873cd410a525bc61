/** The metrics of the whole cluster, for Prometheus. Each node has its own at hand: nobody computes anything for it. */

import type { ServiceBroker } from "moleculer";
import type { Page } from "../../../adapters/metrics/port";
import type { Broker } from "../../../cluster";
import { EXPIRES } from "../../../cluster/measuring";
import { ownMetrics } from "../../../cluster/own-metrics";
import { targets } from "../../../cluster/scraped";
import { settingsFor } from "../../../cluster/settings";
import { shared } from "../../../cluster/shared";
import { NODE_METRICS } from "../../../contracts/node-metrics";
import { gateway } from "../../../contracts/platform/gateway";
import { expose, type Metric, type NodeMetrics } from "../../../domain/platform/exposition";
import { fresh } from "../../../domain/platform/fresh";
import type { WebHandler, WebRequest } from "../../../mixins/web.mixin";
import { isAtMetrics } from "./ports";
import { json, paged } from "./telling";
import type { Watchers } from "./watchers";

const WANTED = ["moleculer.request.**", "moleculer.node.**", "moleculer.circuit-breaker.**", "process.**", "banyan.**"];
const PATIENCE_MS = 3_000;

/** Of all nodes; at the port of metrics `/metrics` is this node's own. */
export function metricsRoutes(broker: Broker, watchers: Watchers): Record<string, WebHandler> {
	const all = shared(settingsFor(broker, gateway).sharedMs, async () => Buffer.from(await metricsText(broker)));
	const own = ownMetrics(broker as unknown as ServiceBroker);
	const ofAll = async (req: WebRequest): Promise<Page> => {
		await watchers.admit(req);
		return { type: "text/plain; version=0.0.4; charset=utf-8", body: await all() };
	};
	const ofThis = async (req: WebRequest): Promise<Page> => {
		await watchers.admit(req);
		return own(req);
	};
	return {
		"gateway.metrics": paged(req => (isAtMetrics(req) ? ofThis(req) : ofAll(req))),
		"gateway.clusterMetrics": paged(ofAll),
		"gateway.targets": json(async req => {
			await watchers.admit(req);
			return targets(broker);
		})
	};
}

/** A node that does not answer in time is left out; `banyan_up` says so. */
async function metricsText(broker: Broker): Promise<string> {
	const known: { id: string }[] = broker.registry.getNodeList({ onlyAvailable: true, withServices: false });
	const nodes = known.map(({ id }) => id);
	const raw = broker as unknown as ServiceBroker;
	const asked = nodes.map(async (node): Promise<NodeMetrics> => {
		const ask = { nodeID: node, timeout: PATIENCE_MS };
		const metrics = await raw.call<Metric[], object>("$node.metrics", { includes: WANTED }, ask).catch(() => undefined);
		const told = (metrics ?? []).map(metric => fresh(metric, EXPIRES, Date.now()));
		return { node, metrics: [upOf(metrics !== undefined), ...told] };
	});
	return expose(await Promise.all(asked));
}

const upOf = (isUp: boolean): Metric => ({
	name: NODE_METRICS.up.name,
	type: "gauge",
	description: NODE_METRICS.up.summary,
	values: [{ labels: {}, value: isUp ? 1 : 0 }]
});
