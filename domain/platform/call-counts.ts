/** How the calls of each action fare, out of the metrics of all nodes. Pure. */

import type { CallCount } from "../../contracts/platform/operations";
import type { Metric, Sample } from "./exposition";

/** Moleculer's own names. */
const ERRORS = "moleculer.request.error.total";
const TIMES = "moleculer.request.time";
export const CALL_METRICS: readonly string[] = [ERRORS, TIMES];

interface Count {
	readonly nodes: Set<string>;
	calls: number;
	errors: number;
	/** By the upper bound in ms: how many took no longer. */
	readonly upTo: Map<number, number>;
}

export interface CallsOfNode {
	readonly node: string;
	readonly metrics: readonly Metric[];
}

/** In the order of their names. Each call is counted where it was answered. */
export function callCounts(all: readonly CallsOfNode[]): CallCount[] {
	const counts = new Map<string, Count>();
	for (const { node, metrics } of all)
		for (const metric of metrics)
			for (const sample of metric.values.filter(isAnswered)) add(counts, node, metric, sample);
	return [...counts]
		.sort(([one], [other]) => (one < other ? -1 : 1))
		.map(([action, { nodes, calls, errors, upTo }]) => ({
			action,
			nodes: nodes.size,
			calls,
			errors,
			p50: quantile(upTo, calls, 0.5),
			p95: quantile(upTo, calls, 0.95)
		}));
}

/** A call to another node is measured there, too. */
const isAnswered = ({ labels }: Sample): boolean =>
	labels.type === "local" && labels.action != null && !String(labels.action).startsWith("$");

function add(counts: Map<string, Count>, node: string, metric: Metric, sample: Sample): void {
	const action = String(sample.labels.action);
	const count = counts.get(action) ?? { nodes: new Set(), calls: 0, errors: 0, upTo: new Map() };
	counts.set(action, count);
	count.nodes.add(node);
	if (metric.name === ERRORS) count.errors += sample.value ?? 0;
	if (metric.name !== TIMES) return;
	count.calls += sample.count ?? 0;
	for (const [bound, below] of Object.entries(sample.buckets ?? {}))
		count.upTo.set(Number(bound), (count.upTo.get(Number(bound)) ?? 0) + below);
}

/** Between two bounds as if they lay there evenly; above the last one, that. Null where there is none. */
function quantile(upTo: ReadonlyMap<number, number>, calls: number, share: number): number | null {
	if (calls === 0) return null;
	const bounds = [...upTo].sort(([one], [other]) => one - other);
	const wanted = calls * share;
	let [lower, below] = [0, 0];
	for (const [bound, count] of bounds) {
		if (count >= wanted) return lower + ((bound - lower) * (wanted - below)) / Math.max(1, count - below);
		[lower, below] = [bound, count];
	}
	return lower;
}
