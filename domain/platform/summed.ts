/** A histogram with fewer labels: the samples that differ in those alone are added up. Pure. */

import type { Exemplar, Labels, Metric, Sample } from "./exposition";

interface Sum {
	readonly labels: Labels;
	sum: number;
	count: number;
	readonly buckets: Record<string, number>;
	readonly exemplars: Record<string, Exemplar>;
}

export function summed(metric: Metric, without: readonly string[]): Metric {
	const sums = new Map<string, Sum>();
	for (const sample of metric.values) add(sums, sample, without);
	return { ...metric, values: [...sums.values()] };
}

function add(sums: Map<string, Sum>, sample: Sample, without: readonly string[]): void {
	const labels = Object.fromEntries(Object.entries(sample.labels).filter(([name]) => !without.includes(name)));
	const key = JSON.stringify(labels);
	const sum = sums.get(key) ?? { labels, sum: 0, count: 0, buckets: {}, exemplars: {} };
	sums.set(key, sum);
	sum.sum += sample.sum ?? 0;
	sum.count += sample.count ?? 0;
	for (const [bound, below] of Object.entries(sample.buckets ?? {}))
		sum.buckets[bound] = (sum.buckets[bound] ?? 0) + below;
	for (const [bound, exemplar] of Object.entries(sample.exemplars ?? {})) keepLast(sum.exemplars, bound, exemplar);
}

function keepLast(exemplars: Record<string, Exemplar>, bound: string, exemplar: Exemplar): void {
	const other = exemplars[bound];
	if (!other || other.at < exemplar.at) exemplars[bound] = exemplar;
}
