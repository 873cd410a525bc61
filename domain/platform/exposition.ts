/**
 * Metrics in the text format of Prometheus (exposition format 0.0.4), or in OpenMetrics 1.0, which has exemplars: both as
 * promtool takes them. Pure.
 */

import { helpText, labelValue } from "../text/label";

export type Labels = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** One of the calls that were counted in a bucket, by its trace. */
export interface Exemplar {
	readonly traceId: string;
	/** As it was measured, in the unit of its metric. */
	readonly value: number;
	/** When, in ms of the wall clock. */
	readonly at: number;
}

export interface Sample {
	readonly labels: Labels;
	readonly value?: number | null;
	/** When it was last told, in ms of the wall clock. */
	readonly timestamp?: number | null;
	/** Of a histogram: the sum, the count, and the counts up to each bound. */
	readonly sum?: number;
	readonly count?: number;
	readonly buckets?: Readonly<Record<string, number>>;
	/** By bound; `+Inf` of what is beyond all of them. */
	readonly exemplars?: Readonly<Record<string, Exemplar>>;
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

export type Form = "prometheus" | "openmetrics";

/** Metrics of one name stand together, whichever node they came from. */
export function expose(all: readonly NodeMetrics[], form: Form = "prometheus"): string {
	const families = new Map<string, { metric: Metric; lines: string[] }>();
	for (const { node, metrics } of all) {
		for (const metric of metrics) {
			if (metric.type === "info") continue;
			const name = nameOf(metric);
			const family = families.get(name) ?? { metric, lines: [] };
			families.set(name, family);
			for (const sample of metric.values) family.lines.push(...linesOf(name, metric, sample, { node, form }));
		}
	}
	const told = [...families]
		.filter(([, { lines }]) => lines.length > 0)
		.map(([name, { metric, lines }]) => `${head(name, metric, form)}${lines.join("\n")}\n`);
	return `${told.join("")}${form === "openmetrics" ? "# EOF\n" : ""}`;
}

/** OpenMetrics calls a counter without the `_total` that its samples have. */
function head(name: string, { description, type }: Metric, form: Form): string {
	const family = form === "openmetrics" && type === "counter" ? name.replace(/_total$/, "") : name;
	const help = helpText(description ?? name);
	return `# HELP ${family} ${form === "openmetrics" ? help.replace(/"/g, '\\"') : help}\n# TYPE ${family} ${type}\n`;
}

/** Prometheus counts in base units and ends counters in `_total`. */
export function nameOf({ name, type, unit }: Pick<Metric, "name" | "type" | "unit">): string {
	const snake = snakeCase(name);
	const based = isMs(unit) ? `${snake.replace(/_(?:ms|milliseconds?)$/, "")}_seconds` : snake;
	if (type === "counter") return based.endsWith("_total") ? based : `${based}_total`;
	return based.replace(/_total$/, "");
}

const isMs = (unit: string | undefined): boolean => unit === "millisecond";

interface Told {
	readonly node: string | null;
	readonly form: Form;
}

function linesOf(name: string, { type, unit }: Metric, sample: Sample, { node, form }: Told): string[] {
	const labels = node === null ? sample.labels : { ...sample.labels, node };
	const scale = isMs(unit) ? 1e-3 : 1;
	if (type === "histogram") return bucketLines(name, sample, labelsText(labels, "le"), { scale, form });
	return isNumber(sample.value) ? [`${name}${braced(labelsText(labels))} ${sample.value * scale}`] : [];
}

function bucketLines(
	name: string,
	{ buckets = {}, count = 0, sum = 0, exemplars = {} }: Sample,
	labels: string,
	{ scale, form }: { readonly scale: number; readonly form: Form }
): string[] {
	const shown = (bound: string): string => {
		const exemplar = form === "openmetrics" ? exemplars[bound] : undefined;
		return exemplar ? exemplarText(exemplar, scale) : "";
	};
	const before = `${name}_bucket{${labels}${labels && ","}le="`;
	return [
		...Object.keys(buckets)
			.sort((one, other) => Number(one) - Number(other))
			.map(bound => `${before}${Number(bound) * scale}"} ${buckets[bound]}${shown(bound)}`),
		`${before}+Inf"} ${count}${shown("+Inf")}`,
		`${name}_sum${braced(labels)} ${sum * scale}`,
		`${name}_count${braced(labels)} ${count}`
	];
}

/** OpenMetrics gives it 128 characters in all. */
const exemplarText = ({ traceId, value, at }: Exemplar, scale: number): string =>
	/^[\da-f]{1,64}$/.test(traceId) ? ` # {trace_id="${traceId}"} ${value * scale} ${at / 1000}` : "";

const isNumber = (value: unknown): value is number => typeof value === "number" && !Number.isNaN(value);

const braced = (labels: string): string => (labels === "" ? "" : `{${labels}}`);

/** Two that are spelt alike are one. @param without one that the line itself has */
function labelsText(labels: Labels, without?: string): string {
	const named = new Map<string, string>();
	for (const [label, said] of Object.entries(labels)) if (said != null) named.set(labelName(label), String(said));
	if (without !== undefined) named.delete(without);
	return [...named].map(([label, said]) => `${label}="${labelValue(said)}"`).join(",");
}

const NAMES = new Map<string, string>();
const MOST_NAMES = 1_000;

/** The same few, thousands of times. */
function labelName(label: string): string {
	const known = NAMES.get(label);
	if (known !== undefined) return known;
	if (NAMES.size >= MOST_NAMES) NAMES.clear();
	const name = snakeCase(label);
	NAMES.set(label, name);
	return name;
}

/** A name of Prometheus' alphabet. */
const snakeCase = (text: string): string =>
	text
		.replace(/([a-z\d])([A-Z])/g, "$1_$2")
		.replace(/[^A-Za-z\d]+/g, "_")
		.replace(/^(?=\d|$)/, "_")
		.toLowerCase();
