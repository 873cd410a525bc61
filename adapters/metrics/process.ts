/** What Node.js tells of this process, under the names that all programs on it use: by prom-client. */

import { collectDefaultMetrics, Registry, type RegistryContentType } from "prom-client";
import type { Form } from "../../domain/platform/exposition";

/** How often the event loop is looked at, in ms. */
const PRECISION_MS = 20;
/** Gauges with the ending of counters: promtool refuses them, and what they count is told by type as well. */
const MISNAMED = ["nodejs_active_handles_total", "nodejs_active_requests_total", "nodejs_active_resources_total"];

/** One a process, however many nodes are in it. */
let registry: Registry<RegistryContentType> | undefined;

/** From here on. */
export function watchProcess(): void {
	registry ??= opened();
}

function opened(): Registry<RegistryContentType> {
	const made = new Registry<RegistryContentType>();
	collectDefaultMetrics({ register: made as Registry, eventLoopMonitoringPrecision: PRECISION_MS });
	for (const name of MISNAMED) made.removeSingleMetric(name);
	return made;
}

/** Its metrics as text, whole families. */
export async function processText(form: Form): Promise<string> {
	registry ??= opened();
	const type = form === "openmetrics" ? Registry.OPENMETRICS_CONTENT_TYPE : Registry.PROMETHEUS_CONTENT_TYPE;
	registry.setContentType(type);
	const text = await registry.metrics();
	return text.replace(/# EOF\n?$/, "").replace(/\n*$/, "\n");
}
