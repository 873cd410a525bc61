/** Metrics in the text format of Prometheus (exposition format 0.0.4), as its promtool takes it. Pure. */

import { helpText, labelValue } from "../text/label";

type Labels = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface Sample {
	readonly labels: Labels;
	readonly value?: number | null;
	/** Of a histogram: the sum, the count, and the counts up to each bound. */
	readonly sum?: number;
	readonly count?: number;
	readonly buckets?: Readonly<Record<string, number>>;
}
export interface Metric {
	readonly name: string;
	readonly type: "counter" | "gauge" | "histogram" | "info";
	readonly description?: string | undefined;
	readonly unit?: string | undefined;
	readonly values: readonly Sample[];
}

/** One metric of several nodes: each sample says whose it is by its label `node`. */
export interface NodeMetrics {
	readonly node: string | null;
	readonly metrics: readonly Metric[];
}

/** Metrics of one name stand together, whichever node they came from. */
export function expose(all: readonly NodeMetrics[]): string {
	const families = new Map<string, { metric: Metric; lines: string[] }>();
	for (const { node, metrics } of all) {
		for (const metric of metrics) {
			if (metric.type === "info") continue;
			const name = nameOf(metric);
			const family = families.get(name) ?? { metric, lines: [] };
			families.set(name, family);
			for (const sample of metric.values) family.lines.push(...linesOf(name, metric, sample, node));
		}
	}
	return [...families]
		.filter(([, { lines }]) => lines.length > 0)
		.map(([name, { metric, lines }]) => `${head(name, metric)}${lines.join("\n")}\n`)
		.join("");
}

const head = (name: string, { description, type }: Metric): string =>
	`# HELP ${name} ${helpText(description ?? name)}\n# TYPE ${name} ${type}\n`;

/** Prometheus counts in base units and ends counters in `_total`. */
function nameOf({ name, type, unit }: Metric): string {
	const snake = snakeCase(name);
	const based = isMs(unit) ? `${snake.replace(/_(?:ms|milliseconds?)$/, "")}_seconds` : snake;
	if (type === "counter") return based.endsWith("_total") ? based : `${based}_total`;
	return based.replace(/_total$/, "");
}

const isMs = (unit: string | undefined): boolean => unit === "millisecond";

function linesOf(name: string, { type, unit }: Metric, sample: Sample, node: string | null): string[] {
	const labels = node === null ? sample.labels : { ...sample.labels, node };
	const scale = isMs(unit) ? 1e-3 : 1;
	if (type !== "histogram") return isNumber(sample.value) ? [line(name, labels, sample.value * scale)] : [];
	const { buckets = {}, count = 0, sum = 0 } = sample;
	return [
		...Object.entries(buckets)
			.map(([bound, below]) => [Number(bound), below] as const)
			.sort(([one], [other]) => one - other)
			.map(([bound, below]) => line(`${name}_bucket`, { ...labels, le: String(bound * scale) }, below)),
		line(`${name}_bucket`, { ...labels, le: "+Inf" }, count),
		line(`${name}_sum`, labels, sum * scale),
		line(`${name}_count`, labels, count)
	];
}

const isNumber = (value: unknown): value is number => typeof value === "number" && !Number.isNaN(value);

function line(name: string, labels: Labels, value: number): string {
	const named = new Map(
		Object.entries(labels).flatMap(([label, said]) => (said == null ? [] : [[snakeCase(label), String(said)] as const]))
	);
	const pairs = [...named].map(([label, said]) => `${label}="${labelValue(said)}"`);
	return `${name}${pairs.length > 0 ? `{${pairs.join(",")}}` : ""} ${value}`;
}

/** A name of Prometheus' alphabet. */
const snakeCase = (text: string): string =>
	text
		.replace(/([a-z\d])([A-Z])/g, "$1_$2")
		.replace(/[^A-Za-z\d]+/g, "_")
		.replace(/^(?=\d|$)/, "_")
		.toLowerCase();
