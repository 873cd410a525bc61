/** What our own metrics are told is bounded where it is written: no series is ever made of what is too many. */

import { METRIC, type ServiceBroker } from "moleculer";
import { registerMetrics } from "../cluster/measuring";
import { NODE_METRICS } from "../contracts/node-metrics";
import { bounded } from "../domain/platform/label-bounds";

type Values = Readonly<Record<string, unknown>>;

/** As Moleculer has it, beside its types. */
interface Known {
	readonly type: string;
	readonly values: ReadonlyMap<string, { readonly labels: Values }>;
	get(labels: Values): { timestamp: number } | undefined;
	setDirty(): void;
}
type Write = (name: string, ...args: unknown[]) => unknown;
type Registry = Record<keyof typeof LABELS_AT, Write> & {
	getMetric(name: string): Known | null;
};

/** Where the labels stand among what is behind the name. */
const LABELS_AT = { increment: 0, decrement: 0, set: 1, observe: 1 } as const;
const { folded } = NODE_METRICS;

const isBounded = (name: string): boolean =>
	name.startsWith("banyan.") || name === METRIC.MOLECULER_REQUEST_ERROR_TOTAL;

export function boundLabels({ metrics }: ServiceBroker): void {
	const registry = metrics as unknown as Registry;
	registerMetrics({ metrics }, { folded });
	const verbs = Object.keys(LABELS_AT) as (keyof typeof LABELS_AT)[];
	for (const verb of verbs) registry[verb] = boundedly(registry, registry[verb].bind(registry), LABELS_AT[verb]);
}

/** @param at where the labels stand */
const boundedly =
	(registry: Registry, write: Write, at: number): Write =>
	(name, ...args) => {
		const labels = args[at] as Values | undefined;
		const metric = labels && isBounded(name) ? registry.getMetric(name) : null;
		const fitting = labels && metric && fittingFor(metric, labels);
		if (!fitting || fitting === labels) return write(name, ...args);
		registry.increment(folded.name, { metric: name });
		return metric?.type === "gauge" ? null : write(name, ...args.with(at, fitting));
	};

/** The labels themselves, or others in their place. */
function fittingFor(metric: Known, labels: Values): Values {
	const there = metric.get(labels);
	if (there) touch(metric, there);
	const fitting = there ? labels : bounded(labels, knownOf(metric));
	return same(fitting, labels) ? labels : fitting;
}

/** Moleculer remembers when a value last changed: what is told again is as good as new. */
function touch(metric: Known, sample: { timestamp: number }): void {
	sample.timestamp = Date.now();
	metric.setDirty();
}

const knownOf = ({ values }: Known): Values[] => [...values.values()].map(({ labels }) => labels);

const same = (one: Values, other: Values): boolean => Object.keys(one).every(label => one[label] === other[label]);
