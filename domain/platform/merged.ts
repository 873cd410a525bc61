/** A metric with fewer series: samples that are given the same labels are added up. Pure. */

import type { Exemplar, Labels, Metric, Sample } from "./exposition";

interface Sum {
	readonly labels: Labels;
	value?: number;
	sum: number;
	count: number;
	readonly buckets: Record<string, number>;
	readonly exemplars: Record<string, Exemplar>;
}

export function merged(metric: Metric, relabelled: (labels: Labels) => Labels): Metric {
	const sums = new Map<string, Sum>();
	for (const sample of metric.values) add(sums, relabelled(sample.labels), sample);
	return { ...metric, values: [...sums.values()] };
}

function add(sums: Map<string, Sum>, labels: Labels, sample: Sample): void {
	const key = JSON.stringify(labels);
	const sum = sums.get(key) ?? { labels, sum: 0, count: 0, buckets: {}, exemplars: {} };
	sums.set(key, sum);
	const { value, buckets = {}, exemplars = {} } = sample;
	if (value != null) sum.value = (sum.value ?? 0) + value;
	sum.sum += sample.sum ?? 0;
	sum.count += sample.count ?? 0;
	for (const [bound, below] of Object.entries(buckets)) sum.buckets[bound] = (sum.buckets[bound] ?? 0) + below;
	for (const [bound, exemplar] of Object.entries(exemplars)) keepLast(sum.exemplars, bound, exemplar);
}

function keepLast(exemplars: Record<string, Exemplar>, bound: string, exemplar: Exemplar): void {
	const other = exemplars[bound];
	if (!other || other.at < exemplar.at) exemplars[bound] = exemplar;
}

/** @returns the labels without these */
export const without = (labels: Labels, left: readonly string[]): Labels =>
	Object.fromEntries(Object.entries(labels).filter(([name]) => !left.includes(name)));

/**
 * The first so many series of a metric stand by themselves, for good: what came to be told under its own labels is never told
 * under others, or a counter would go down. All others are told by what stands for them.
 */
export class Own {
	private readonly known = new Set<string>();

	constructor(private readonly most: number) {}

	labelled(labels: Labels, other: Labels): Labels {
		const key = JSON.stringify(labels);
		if (this.known.has(key)) return labels;
		if (this.known.size >= this.most) return other;
		this.known.add(key);
		return labels;
	}
}
