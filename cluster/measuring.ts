/** What contracts say that is measured, made known to a node's registry of metrics. */

import type { ServiceBroker } from "moleculer";
import { METRICS } from "../contracts/cluster";
import type { MetricSpec } from "../contracts/contract";

export function registerMetrics(
	{ metrics }: Pick<ServiceBroker, "metrics">,
	specs: Readonly<Record<string, MetricSpec>>
): void {
	for (const { type, name, labels = [], summary, unit, buckets } of Object.values(specs))
		metrics.register({
			type,
			name,
			description: summary,
			labelNames: [...labels],
			...(buckets && { buckets: [...buckets] }),
			...(unit && { unit: "millisecond" })
		} as never);
}

/** How long gauges are told that nobody sets any more, in ms, by name. */
export const EXPIRES: ReadonlyMap<string, number> = new Map(
	METRICS.flatMap(({ name, expires }) => (expires === undefined ? [] : [[name, expires * 1000] as const]))
);
