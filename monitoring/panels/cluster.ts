/** Is all of it there, and well? */

import type { Dashboard } from "../panel";

const NODES = 'job="banyan", group=~"$group"';

export const CLUSTER: Dashboard = {
	name: "cluster",
	title: "Banyan: cluster",
	says: "Nodes, services, and the servers that they need.",
	choices: [{ name: "group", metric: 'up{job="banyan"}', label: "group" }],
	rows: [
		{
			title: "Now",
			panels: [
				{
					title: "Nodes up",
					says: "Nodes that answer for their metrics.",
					kind: "stat",
					unit: "short",
					queries: [{ expr: 'sum(up{job="banyan"})', legend: "up" }]
				},
				{
					title: "Nodes down",
					says: "Nodes that were there and do not answer; one that was stopped in order is not among them.",
					kind: "stat",
					unit: "short",
					queries: [{ expr: 'count(up{job="banyan"} == 0) or vector(0)', legend: "down" }],
					warn: { red: 1 }
				},
				{
					title: "Gateways ready",
					says: "Gateways to which balancers may send requests. None: nobody is answered.",
					kind: "stat",
					unit: "short",
					queries: [{ expr: "sum(banyan_gateway_ready)", legend: "ready" }],
					warn: { yellow: 2, red: 1, below: true }
				},
				{
					title: "Database",
					says: "Part of the nodes that need the database and reach it.",
					kind: "stat",
					unit: "percentunit",
					queries: [{ expr: 'avg(banyan_need_up{need="database"})', legend: "reach it" }],
					warn: { red: 1, below: true }
				},
				{
					title: "Event store",
					says: "Part of the nodes that need the event store and reach it.",
					kind: "stat",
					unit: "percentunit",
					queries: [{ expr: 'avg(banyan_need_up{need="events"})', legend: "reach it" }],
					warn: { red: 1, below: true }
				},
				{
					title: "Alerts",
					says: "Alerts that fire now; docs/runbooks/alerts.md has a section for each.",
					kind: "stat",
					unit: "short",
					queries: [
						{ expr: 'count(ALERTS{alertstate="firing", alertname=~"Banyan.*"}) or vector(0)', legend: "firing" }
					],
					warn: { red: 1 }
				}
			]
		},
		{
			title: "Services",
			panels: [
				{
					title: "Nodes by service",
					says: "How many nodes answer for each service, as the gateways see it. One left is one too few; none is an outage.",
					kind: "timeseries",
					unit: "short",
					queries: [{ expr: "max by (service) (banyan_service_nodes)", legend: "{{service}}" }],
					warn: { yellow: 2, red: 1, below: true }
				},
				{
					title: "Calls by service",
					says: "Calls that each service answered, a second.",
					kind: "timeseries",
					unit: "ops",
					queries: [
						{
							expr: 'sum by (service) (rate(moleculer_request_total{type="local"}[$__rate_interval]))',
							legend: "{{service}}"
						}
					]
				},
				{
					title: "Failures by service",
					says: "Part of a service's calls that failed by its own fault (5xx). The alert begins at 5 %.",
					kind: "timeseries",
					unit: "percentunit",
					queries: [{ expr: "service:errors:ratio5m", legend: "{{service}}" }],
					warn: { yellow: 0.01, red: 0.05 }
				},
				{
					title: "Time by service, 95 %",
					says: "19 of 20 calls took no longer. What waits for panels (extractor, importer, verifier) takes as long as they do.",
					kind: "timeseries",
					unit: "s",
					queries: [{ expr: "service:request_seconds:p95_5m", legend: "{{service}}" }],
					warn: { yellow: 0.5, red: 1 }
				}
			]
		},
		{
			title: "Nodes",
			panels: [
				{
					title: "Memory",
					says: "Memory of each process, as the system counts it.",
					kind: "timeseries",
					unit: "bytes",
					queries: [{ expr: `process_resident_memory_bytes{${NODES}}`, legend: "{{node}}" }]
				},
				{
					title: "Processor",
					says: "Part of one core that each process uses. A node answers with one: near 100 % it is late.",
					kind: "timeseries",
					unit: "percentunit",
					queries: [{ expr: `rate(process_cpu_seconds_total{${NODES}}[$__rate_interval])`, legend: "{{node}}" }],
					warn: { yellow: 0.7, red: 0.9 }
				},
				{
					title: "Event loop, 99 %",
					says: "How late each process turns, but for the worst of a hundred times. All that it answers is as late.",
					kind: "timeseries",
					unit: "s",
					queries: [{ expr: `nodejs_eventloop_lag_p99_seconds{${NODES}}`, legend: "{{node}}" }],
					warn: { yellow: 0.1, red: 0.5 }
				},
				{
					title: "Starts",
					says: "How often each node was started within the last hour.",
					kind: "timeseries",
					unit: "short",
					queries: [{ expr: `changes(process_start_time_seconds{${NODES}}[1h])`, legend: "{{node}}" }],
					warn: { yellow: 2, red: 4 }
				},
				{
					title: "Disk free",
					says: "Part of the disk under each node's data folder that is free. Disks of servers are watched where they run.",
					kind: "timeseries",
					unit: "percentunit",
					queries: [
						{ expr: `banyan_disk_free_bytes{${NODES}} / banyan_disk_size_bytes{${NODES}}`, legend: "{{node}}" }
					],
					warn: { yellow: 0.2, red: 0.1, below: true }
				},
				{
					title: "Releases",
					says: "Which release runs where: two at once while it is upgraded, never for long.",
					kind: "table",
					unit: "short",
					queries: [{ expr: "count by (version, node_version) (banyan_build_info)", legend: "{{version}}" }]
				}
			]
		},
		{
			title: "Servers",
			panels: [
				{
					title: "What nodes need",
					says: "NATS, the event store and the database: the part of the nodes that need each and reach it.",
					kind: "timeseries",
					unit: "percentunit",
					queries: [
						{ expr: "avg(banyan_nats_connected)", legend: "NATS" },
						{ expr: "avg by (need) (banyan_need_up)", legend: "{{need}}" },
						{ expr: "avg(banyan_redis_up)", legend: "redis" }
					],
					warn: { red: 1, below: true }
				},
				{
					title: "Event store: servers",
					says: "Servers that have all events, and how many should.",
					kind: "timeseries",
					unit: "short",
					queries: [
						{ expr: "max(banyan_events_replicas)", legend: "have all" },
						{ expr: "max(banyan_events_replicas_wanted)", legend: "should" }
					]
				},
				{
					title: "Event store: bytes",
					says: "Bytes of the events that servers keep.",
					kind: "timeseries",
					unit: "bytes",
					queries: [{ expr: "max(banyan_events_bytes)", legend: "events" }]
				},
				{
					title: "Event store: limit used",
					says: "The part that is used of the limit that is reached first; 0 where none is set. From 80 % on an alert says so.",
					kind: "timeseries",
					unit: "percentunit",
					queries: [{ expr: "max(banyan_events_used_ratio)", legend: "used" }],
					warn: { yellow: 0.8, red: 1 }
				}
			]
		},
		{
			title: "Durable events",
			panels: [
				{
					title: "Waiting",
					says: "Events that wait for a service. A line that only rises: it deals with less than is announced.",
					kind: "timeseries",
					unit: "short",
					queries: [{ expr: "sum by (service) (banyan_events_depth)", legend: "{{service}}" }],
					warn: { red: 1000 }
				},
				{
					title: "Dead letters",
					says: "Events that a service could not deal with: `banyan events list` says why.",
					kind: "timeseries",
					unit: "short",
					queries: [{ expr: "max by (service) (banyan_events_dead_letters) or vector(0)", legend: "{{service}}" }],
					warn: { red: 1 }
				}
			]
		}
	]
};
