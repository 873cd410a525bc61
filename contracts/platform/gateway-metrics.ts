/** What the gateway measures. */

import type { MetricSpec } from "../contract";
import { LIMIT_METRICS } from "./gateway-limits";

export const GATEWAY_METRICS = {
	...LIMIT_METRICS,
	requests: {
		type: "counter",
		name: "banyan.http.requests",
		labels: ["route", "status"],
		summary:
			"Requests that were answered, by the action or the address, and the status; 499: whoever asked was gone before."
	},
	duration: {
		type: "histogram",
		name: "banyan.http.request.duration",
		labels: ["status"],
		unit: "ms",
		buckets: [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000],
		summary:
			"How long requests took until their answer had gone, by the kind of status; without those that go on until somebody ends them."
	},
	refused: {
		type: "counter",
		name: "banyan.requests.refused",
		labels: ["code"],
		summary: "Requests that were not done, by the code of the problem that was answered."
	},
	shedding: {
		type: "gauge",
		name: "banyan.requests.shedding",
		summary: "1 while requests of the API are refused since there is too much to do, 2 while old links are, too."
	},
	ready: {
		type: "gauge",
		name: "banyan.gateway.ready",
		summary: "1 while this gateway says of itself that requests may come, as /ready does."
	},
	serviceNodes: {
		type: "gauge",
		name: "banyan.service.nodes",
		labels: ["service", "required"],
		summary: "Nodes that answer for a service, as a gateway sees them; required: without it no gateway is ready."
	},
	kept: {
		type: "counter",
		name: "banyan.cache.requests",
		labels: ["outcome"],
		summary:
			"Requests of routes whose answers are kept, by what came of them: hit, collapsed (another's answer was waited for), forwarded, stale (nobody answers), error."
	},
	keptBytes: {
		type: "gauge",
		name: "banyan.cache.bytes",
		summary: "What a gateway keeps of answers."
	},
	olderAnswered: {
		type: "counter",
		name: "banyan.routes.answered",
		labels: ["route"],
		summary: "Requests that came by a route of an older API: whether anybody still asks so."
	},
	olderFailed: {
		type: "counter",
		name: "banyan.routes.failed",
		labels: ["route", "part"],
		summary: "Requests whose shape failed, by the route and its part: request, response or errors."
	},
	stalled: {
		type: "counter",
		name: "banyan.streams.stalled",
		summary: "Streams that were closed since nobody read them."
	}
} as const satisfies Record<string, MetricSpec>;
