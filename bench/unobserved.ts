/** The product without what looks at it: no metrics, no traces, no correlation ids in calls and log lines. For comparison alone. */

import { built } from "./product";

type Layers = typeof import("../middlewares/layers");
type Config = typeof import("../moleculer.config");
type Requests = typeof import("../services/platform/gateway/requests");
type Traces = typeof import("../services/platform/gateway/traces");

const OBSERVERS: ReadonlySet<unknown> = new Set(["Metrics", "correlation", "tracing"]);
const nameOf = (layer: unknown): unknown => (typeof layer === "string" ? layer : Reflect.get(Object(layer), "name"));

/** Before a node is opened in this process. */
export function unobserved(): void {
	const layers = built<{ layers: Layers["layers"] }>("middlewares/layers");
	const { layers: all } = layers;
	layers.layers = (...given) => {
		const { middlewares = [], ...others } = all(...given);
		return { ...others, middlewares: middlewares.filter(each => !OBSERVERS.has(nameOf(each))) };
	};
	const config = built<{ readConfig: Config["readConfig"] }>("moleculer.config");
	const { readConfig } = config;
	config.readConfig = (...given) => ({ ...readConfig(...given), metrics: { enabled: false } });
	built<Requests>("services/platform/gateway/requests").Requests.prototype.watch = () => undefined;
	const traces = built<{ tracing: Traces["tracing"] }>("services/platform/gateway/traces");
	traces.tracing = () => (_req, _res, _correlationId, job) => job();
}
