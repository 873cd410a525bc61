/** What Node.js tells of this process, under the names that all programs on it use: by prom-client. */

import { collectDefaultMetrics, Registry } from "prom-client";
import type { Form } from "../../domain/platform/exposition";

/** How often the event loop is looked at, in ms. */
const PRECISION_MS = 20;
/** Gauges with the ending of counters: promtool refuses them, and what they count is told by type as well. */
const MISNAMED = ["nodejs_active_handles_total", "nodejs_active_requests_total", "nodejs_active_resources_total"];

/** One a process, however many nodes are in it. */
let registry: Registry | undefined;

/** From here on. */
export function watchProcess(): void {
	registry ??= opened();
}

function opened(): Registry {
	const made = new Registry();
	collectDefaultMetrics({ register: made, eventLoopMonitoringPrecision: PRECISION_MS });
	for (const name of MISNAMED) made.removeSingleMetric(name);
	return made;
}

/** Its metrics as text, whole families. OpenMetrics calls a counter without the `_total` that its samples have. */
export async function processText(form: Form): Promise<string> {
	registry ??= opened();
	// Between families it leaves a line empty, which OpenMetrics does not know: Prometheus would take none of it.
	const text = `${(await registry.metrics()).trimEnd().replace(/\n{2,}/g, "\n")}\n`;
	return form === "openmetrics" ? text.replace(/^(# (?:HELP|TYPE) \w+)_total /gm, "$1 ") : text;
}
