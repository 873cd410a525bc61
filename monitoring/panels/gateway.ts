/** How whoever asks is answered: the API, and customers' old links. */

import type { Dashboard } from "../panel";

export const GATEWAY: Dashboard = {
	name: "gateway",
	title: "Banyan: gateway",
	says: "Requests of the API and old links: how many, how fast, what was refused.",
	choices: [],
	rows: [
		{
			title: "Now",
			panels: [
				{
					title: "Ready",
					says: "Whether each gateway tells balancers to send it requests.",
					kind: "stat",
					unit: "bool_on_off",
					queries: [{ expr: "banyan_gateway_ready", legend: "{{node}}" }],
					warn: { red: 1, below: true }
				},
				{
					title: "Requests a second",
					says: "Of the API and of old links, in the last five minutes.",
					kind: "stat",
					unit: "reqps",
					queries: [{ expr: "door:requests:rate5m", legend: "requests" }]
				},
				{
					title: "Failing",
					says: "Part of them that ended with 5xx.",
					kind: "stat",
					unit: "percentunit",
					queries: [{ expr: "door:errors:ratio5m", legend: "5xx" }],
					warn: { yellow: 0.01, red: 0.05 }
				},
				{
					title: "Refusing",
					says: "1: requests of the API are refused for want of time, 2: old links, too.",
					kind: "stat",
					unit: "short",
					queries: [{ expr: "max(banyan_requests_shedding)", legend: "level" }],
					warn: { yellow: 1, red: 2 }
				}
			]
		},
		{
			title: "Requests",
			panels: [
				{
					title: "Requests by status",
					says: "Requests that were answered, a second. 5xx is our fault, 4xx the callers', 499: whoever asked was gone before.",
					kind: "timeseries",
					unit: "reqps",
					queries: [
						{ expr: "sum by (status) (rate(banyan_http_requests_total[$__rate_interval]))", legend: "{{status}}" }
					]
				},
				{
					title: "Failures",
					says: "Part of the requests of the API and of old links that ended with 5xx. The alert begins at 5 %.",
					kind: "timeseries",
					unit: "percentunit",
					queries: [{ expr: "door:errors:ratio5m", legend: "5xx" }],
					warn: { yellow: 0.01, red: 0.05 }
				},
				{
					title: "Time of a request",
					says: "Until the answer had gone; without what goes on until somebody ends it.",
					kind: "timeseries",
					unit: "s",
					queries: [
						{
							expr: "histogram_quantile(0.5, sum by (le) (rate(banyan_http_request_duration_seconds_bucket[$__rate_interval])))",
							legend: "half"
						},
						{
							expr: "histogram_quantile(0.95, sum by (le) (rate(banyan_http_request_duration_seconds_bucket[$__rate_interval])))",
							legend: "19 of 20"
						},
						{
							expr: "histogram_quantile(0.99, sum by (le) (rate(banyan_http_request_duration_seconds_bucket[$__rate_interval])))",
							legend: "99 of 100"
						}
					],
					warn: { yellow: 0.5, red: 2 }
				},
				{
					title: "Routes",
					says: "The ten that are asked for most.",
					kind: "timeseries",
					unit: "reqps",
					queries: [
						{
							expr: "topk(10, sum by (route) (rate(banyan_http_requests_total[$__rate_interval])))",
							legend: "{{route}}"
						}
					]
				}
			]
		},
		{
			title: "Refusals",
			panels: [
				{
					title: "Refusals by code",
					says: "Requests answered with a problem, by its code (/docs/problems). OVERLOADED and UNAVAILABLE are ours; most others are the callers'.",
					kind: "timeseries",
					unit: "reqps",
					queries: [
						{ expr: "sum by (code) (rate(banyan_requests_refused_total[$__rate_interval]))", legend: "{{code}}" }
					]
				},
				{
					title: "Calls tried again",
					says: "Calls between nodes that were lost or refused and went to another node, by what became of the first try.",
					kind: "timeseries",
					unit: "ops",
					queries: [
						{
							expr: "sum by (fate) (rate(banyan_calls_retried_total[$__rate_interval])) or vector(0)",
							legend: "{{fate}}"
						}
					]
				},
				{
					title: "Breakers open",
					says: "Nodes that another one asks nothing any more, since too much of it was lost or late.",
					kind: "timeseries",
					unit: "short",
					queries: [
						{
							expr: "sum by (node, affected_node_id) (moleculer_circuit_breaker_opened_active)",
							legend: "{{node}} → {{affected_node_id}}"
						}
					],
					warn: { red: 1 }
				}
			]
		},
		{
			title: "Old links",
			panels: [
				{
					title: "Old links by who answered",
					says: "target: customers who were moved; source: those who were not; missing: no such link; unreachable: a panel is away (503).",
					kind: "timeseries",
					unit: "reqps",
					queries: [{ expr: "sum by (by) (rate(banyan_links_served_total[$__rate_interval]))", legend: "{{by}}" }]
				},
				{
					title: "Time of an old link",
					says: "What a customer waits for, the panel's own time among it.",
					kind: "timeseries",
					unit: "s",
					queries: [
						{
							expr: 'histogram_quantile(0.5, sum by (le) (rate(moleculer_request_time_seconds_bucket{action="subscriptions.answer", type="local"}[$__rate_interval])))',
							legend: "half"
						},
						{
							expr: 'histogram_quantile(0.95, sum by (le) (rate(moleculer_request_time_seconds_bucket{action="subscriptions.answer", type="local"}[$__rate_interval])))',
							legend: "19 of 20"
						}
					],
					warn: { red: 5 }
				}
			]
		}
	]
};
