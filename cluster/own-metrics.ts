/** What this node measures, as text for Prometheus: computed once for all who ask, and kept for a moment. */

import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { METRIC, type ServiceBroker } from "moleculer";
import type { Page } from "../adapters/metrics/port";
import type * as Process from "../adapters/metrics/process";
import { gateway } from "../contracts/platform/gateway";
import { expose, type Form, type Metric, type Sample } from "../domain/platform/exposition";
import { fresh, Gone } from "../domain/platform/fresh";
import { Lean } from "./lean-metrics";
import { EXPIRES } from "./measuring";
import { nodeMetrics } from "./node-metrics";
import { settingsFor, settingsOf } from "./settings";
import { shared } from "./shared";

/** Prometheus shall not be told of what was long ago, in ms. */
const KEPT_MS = 1_000;
const TYPES: Readonly<Record<Form, string>> = {
	prometheus: "text/plain; version=0.0.4; charset=utf-8",
	openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
};

/** Each computed, and compressed, when it is asked for. */
interface Text {
	readonly plain: () => Promise<Buffer>;
	readonly packed: () => Promise<Buffer>;
}

/** The page `/metrics` of a node. */
export function ownMetrics(broker: ServiceBroker): (req: IncomingMessage) => Promise<Page> {
	const keptMs = Math.min(settingsFor(broker, gateway).sharedMs, KEPT_MS);
	const told: Told = { gone: new Gone(), lean: new Lean() };
	if (settingsOf(broker).metrics) processOf().watchProcess();
	const text = (form: Form): Text => {
		const plain = shared(keptMs, async () => Buffer.from(await textOf(broker, told, form)));
		return { plain, packed: shared(keptMs, async () => promisify(gzip)(await plain())) };
	};
	const texts: Readonly<Record<Form, Text>> = { prometheus: text("prometheus"), openmetrics: text("openmetrics") };
	return async ({ headers }) => {
		const form = formFor(headers.accept);
		const isPacked = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\b)/.test(String(headers["accept-encoding"] ?? ""));
		const { plain, packed } = texts[form];
		const body = await (isPacked ? packed() : plain());
		return { type: TYPES[form], body, ...(isPacked && { encoding: "gzip" }) };
	};
}

/** Loaded where somebody may ask. */
const processOf = (): typeof Process => require("../adapters/metrics/process");

/** OpenMetrics where whoever asks names it, as Prometheus does: it has exemplars. */
const formFor = (accept = ""): Form =>
	/\bapplication\/openmetrics-text\b/.test(accept) ? "openmetrics" : "prometheus";

/** Of Moleculer's own: `process.*` and `os.*` are told under the names that all programs on Node.js use. */
const WANTED = ["request", "node", "circuit-breaker", "event", "transit", "transporter"].map(
	part => `moleculer.${part}.**`
);

/** What was told before. */
interface Told {
	readonly gone: Gone;
	readonly lean: Lean;
}

async function textOf(broker: ServiceBroker, { gone, lean }: Told, form: Form): Promise<string> {
	const now = Date.now();
	const listed = broker.metrics.list({ includes: [...WANTED, "banyan.**"] }) as unknown as Metric[];
	const own = listed.map(metric => fresh(lean.of(withoutGone(broker, gone, metric)), EXPIRES, now));
	return `${await processOf().processText(form)}${expose([{ node: null, metrics: [...nodeMetrics(broker), ...own] }], form)}`;
}

/** What other nodes have offered no more for long is told no more. */
function withoutGone({ registry, metrics }: ServiceBroker, gone: Gone, metric: Metric): Metric {
	if (!metric.name.startsWith("moleculer.request.")) return metric;
	const now = performance.now();
	const isTold = ({ labels: { type, action } }: Sample): boolean =>
		type !== "remote" || gone.isTold(String(action), registry.actions.isAvailable(String(action)), now);
	return { ...metric, values: samplesOf(metrics, metric).filter(isTold) };
}

/** Moleculer's own list leaves out what it does not know: exemplars. */
function samplesOf(metrics: ServiceBroker["metrics"], metric: Metric): readonly Sample[] {
	if (metric.name !== METRIC.MOLECULER_REQUEST_TIME) return metric.values;
	const { values } = metrics.getMetric(metric.name) as unknown as { readonly values: ReadonlyMap<string, Times> };
	return [...values.values()].map(({ bucketValues: buckets, ...rest }) => ({ ...rest, buckets }));
}

/** A sample of a histogram, as Moleculer keeps it. */
interface Times extends Sample {
	readonly bucketValues: Readonly<Record<string, number>>;
}
