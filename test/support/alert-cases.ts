/**
 * Every alert, and every recorded series: what makes it fire, with what in its words, and what does not. Series are in the notation
 * of promtool, a sample each 15 s.
 */

export interface Scene {
	readonly series: Readonly<Record<string, string>>;
	/** When it is looked at. */
	readonly at: string;
}
export interface AlertCase {
	readonly alert: string;
	readonly fires: Scene & {
		/** Beside its severity. */
		readonly labels: Readonly<Record<string, string>>;
		/** As `$value` stands in its words. */
		readonly value?: string;
	};
	/** By what it is. */
	readonly quiet: Readonly<Record<string, Scene>>;
}
export interface RecordCase extends Scene {
	readonly record: string;
	/** By labels, as promtool writes them. */
	readonly is: Readonly<Record<string, number>>;
}

const node = (name: string, group = name.replace(/-\d+$/, "")): string =>
	`group="${group}", instance="${name}", job="banyan", node="${name}"`;
const NODE = { group: "stages", instance: "stages-1", job: "banyan", node: "stages-1" };
const UP = `up{${node("stages-1")}}`;
const of = (metric: string, labels = "", name = "stages-1"): string =>
	`${metric}{${node(name)}${labels && `, ${labels}`}}`;
const RUN = 'migration="panel"';
const STREAM = `${RUN}, stream="users"`;
const CALLS = 'action="access.check", service="access", type="local"';

const refused = (reason: string): string => of("banyan_packets_refused_total", `reason="${reason}"`);
/** Of a node, whatever its address. */
const WHO = { group: "stages", job: "banyan", node: "stages-1" };

const NODES: readonly AlertCase[] = [
	{
		alert: "BanyanNodeDown",
		fires: { series: { [UP]: "1x4 0x20" }, at: "3m", labels: NODE },
		quiet: {
			"it is there": { series: { [UP]: "1x40" }, at: "5m" },
			"it was away for less than a minute": { series: { [UP]: "1x4 0x2 1x20" }, at: "3m" },
			"it left in order, and is listed no more": { series: { [UP]: "1x4 _x20" }, at: "6m" },
			"it is no node of Banyan": { series: { 'up{instance="x", job="prometheus"}': "0x40" }, at: "5m" }
		}
	},
	{
		alert: "BanyanGroupDown",
		fires: {
			series: { [UP]: "0x20", [`up{${node("stages-2")}}`]: "0x20" },
			at: "2m",
			labels: { group: "stages" }
		},
		quiet: {
			"one is left": { series: { [UP]: "0x20", [`up{${node("stages-2")}}`]: "1x20" }, at: "3m" }
		}
	},
	{
		alert: "BanyanNotWatched",
		fires: { series: { 'up{instance="x", job="prometheus"}': "1x40" }, at: "6m", labels: { job: "banyan" } },
		quiet: { "a node is known, though down": { series: { [UP]: "0x40" }, at: "6m" } }
	},
	{
		alert: "BanyanNatsDisconnected",
		fires: { series: { [of("banyan_nats_connected")]: "1x2 0x20" }, at: "3m", labels: NODE },
		quiet: {
			"it is connected": { series: { [of("banyan_nats_connected")]: "1x20" }, at: "3m" },
			"it went over to another server": { series: { [of("banyan_nats_connected")]: "1x2 0 1x20" }, at: "3m" }
		}
	},
	{
		alert: "BanyanNodeRestarts",
		fires: {
			series: { [of("process_start_time_seconds")]: "100x20 200x20 300x20 400x20 500x20" },
			at: "24m",
			labels: NODE,
			value: "4"
		},
		quiet: {
			"it was upgraded": { series: { [of("process_start_time_seconds")]: "100x20 200x80" }, at: "24m" }
		}
	},
	{
		alert: "BanyanEventLoopLate",
		fires: { series: { [of("nodejs_eventloop_lag_p99_seconds")]: "0.75x40" }, at: "6m", labels: NODE, value: "750ms" },
		quiet: {
			"it turns in time": { series: { [of("nodejs_eventloop_lag_p99_seconds")]: "0.02x40" }, at: "6m" },
			"it was late for a moment": {
				series: { [of("nodejs_eventloop_lag_p99_seconds")]: "0.02x10 3x4 0.02x30" },
				at: "6m"
			}
		}
	},
	{
		alert: "BanyanDiskAlmostFull",
		fires: {
			series: { [of("banyan_disk_free_bytes")]: "5x40", [of("banyan_disk_size_bytes")]: "100x40" },
			at: "6m",
			labels: NODE,
			value: "5%"
		},
		quiet: {
			"there is room": {
				series: { [of("banyan_disk_free_bytes")]: "11x40", [of("banyan_disk_size_bytes")]: "100x40" },
				at: "6m"
			}
		}
	},
	{
		alert: "BanyanTlsCertificateEnds",
		fires: {
			series: { [of("banyan_tls_certificate_not_after_seconds", 'setting="TLS_CERT_FILE"')]: "864360x40" },
			at: "6m",
			labels: { ...NODE, setting: "TLS_CERT_FILE" },
			value: "10d 0h 0m 0s"
		},
		quiet: {
			"it is good for longer": {
				series: { [of("banyan_tls_certificate_not_after_seconds", 'setting="TLS_CERT_FILE"')]: "1296000x40" },
				at: "6m"
			}
		}
	},
	{
		alert: "BanyanStrangerOnTheWire",
		fires: {
			series: { [refused("impostor")]: "_x20 1x40" },
			at: "6m",
			labels: { ...WHO, reason: "impostor" }
		},
		quiet: {
			"it is long ago": { series: { [refused("forged")]: "7x80" }, at: "15m" },
			"the clocks differ": { series: { [refused("late")]: "0+1x40" }, at: "6m" },
			"a node has no identity": { series: { [refused("unidentified")]: "0+1x40" }, at: "6m" }
		}
	},
	{
		alert: "BanyanIdentityExpired",
		fires: {
			series: { [refused("expired")]: "0x8 0+1x40" },
			at: "6m",
			labels: { ...WHO, reason: "expired" }
		},
		quiet: {
			"it has a new one since": { series: { [refused("expired")]: "7x80" }, at: "15m" },
			"it is a stranger": { series: { [refused("foreign")]: "0+1x40" }, at: "6m" }
		}
	},
	{
		alert: "BanyanSettingsBehind",
		fires: {
			series: {
				[of("banyan_config_revision", 'set="config"')]: "6x40",
				[of("banyan_config_revision", 'set="config"', "gateway-2")]: "7x40"
			},
			at: "2m",
			labels: { ...NODE, set: "config" },
			value: "6"
		},
		quiet: {
			"all have it": {
				series: {
					[of("banyan_config_revision", 'set="config"')]: "7x40",
					[of("banyan_config_revision", 'set="config"', "gateway-2")]: "7x40"
				},
				at: "2m"
			}
		}
	},
	{
		alert: "BanyanSettingsStale",
		fires: {
			series: { [of("banyan_config_stale_since_timestamp_seconds", 'set="config"')]: "1764230000x40" },
			at: "2m",
			labels: { ...NODE, set: "config" }
		},
		quiet: {
			"it is proven": {
				series: { [of("banyan_config_stale_since_timestamp_seconds", 'set="config"')]: "0x40" },
				at: "2m"
			}
		}
	}
];

const DOOR = { group: "gateway", instance: "gateway-1", job: "banyan", node: "gateway-1" };
const door = (metric: string, labels = ""): string => of(metric, labels, "gateway-1");
const other = (metric: string, labels = ""): string => of(metric, labels, "gateway-2");
const serving = (count: string): string => `service="importer", required="${count}"`;

const GATEWAY: readonly AlertCase[] = [
	{
		alert: "BanyanGatewayNotReady",
		fires: { series: { [door("banyan_gateway_ready")]: "1x2 0x20" }, at: "3m", labels: DOOR },
		quiet: {
			"it is ready": { series: { [door("banyan_gateway_ready")]: "1x20" }, at: "3m" },
			"it is being restarted": { series: { [door("banyan_gateway_ready")]: "1x2 0x2 1x20" }, at: "3m" }
		}
	},
	{
		alert: "BanyanNoGatewayReady",
		fires: {
			series: { [door("banyan_gateway_ready")]: "0x20", [other("banyan_gateway_ready")]: "0x20" },
			at: "2m",
			labels: {}
		},
		quiet: {
			"one is": {
				series: { [door("banyan_gateway_ready")]: "0x20", [other("banyan_gateway_ready")]: "1x20" },
				at: "2m"
			}
		}
	},
	{
		alert: "BanyanServiceDown",
		fires: {
			series: { [door("banyan_service_nodes", serving("yes"))]: "2x2 0x20" },
			at: "2m",
			labels: { service: "importer" }
		},
		quiet: {
			"one node runs it": { series: { [door("banyan_service_nodes", serving("yes"))]: "1x20" }, at: "2m" },
			"another gateway knows one": {
				series: {
					[door("banyan_service_nodes", serving("yes"))]: "0x20",
					[other("banyan_service_nodes", serving("yes"))]: "1x20"
				},
				at: "2m"
			},
			"it is not required": { series: { [door("banyan_service_nodes", serving("no"))]: "0x20" }, at: "2m" }
		}
	},
	{
		alert: "BanyanServiceOnOneNode",
		fires: {
			series: { [door("banyan_service_nodes", serving("yes"))]: "2x10 1x60" },
			at: "10m",
			labels: { service: "importer" }
		},
		quiet: {
			"it always was": { series: { [door("banyan_service_nodes", serving("yes"))]: "1x60" }, at: "10m" },
			"the other one is back": {
				series: { [door("banyan_service_nodes", serving("yes"))]: "2x10 1x10 2x60" },
				at: "10m"
			}
		}
	},
	{
		alert: "BanyanErrors",
		fires: {
			series: {
				[door("banyan_http_requests_total", 'route="migration.list", status="200"')]: "0+27x60",
				[door("banyan_http_requests_total", 'route="migration.list", status="503"')]: "0+3x60"
			},
			at: "12m",
			labels: {},
			value: "10%"
		},
		quiet: {
			"what callers did wrong": {
				series: {
					[door("banyan_http_requests_total", 'route="migration.list", status="200"')]: "0+27x60",
					[door("banyan_http_requests_total", 'route="migration.list", status="404"')]: "0+27x60"
				},
				at: "12m"
			},
			"a balancer asks a gateway that is not ready": {
				series: {
					[door("banyan_http_requests_total", 'route="migration.list", status="200"')]: "0+27x60",
					[door("banyan_http_requests_total", 'route="/ready", status="503"')]: "0+27x60"
				},
				at: "12m"
			},
			"one of a few": {
				series: { [door("banyan_http_requests_total", 'route="migration.list", status="503"')]: "0x20 1x40" },
				at: "12m"
			}
		}
	},
	{
		alert: "BanyanServiceErrors",
		fires: {
			series: {
				[of("moleculer_request_total", CALLS)]: "0+30x60",
				[of("moleculer_request_error_total", `${CALLS}, error_code="500"`)]: "0+3x60"
			},
			at: "12m",
			labels: { service: "access" },
			value: "10%"
		},
		quiet: {
			"what callers did wrong": {
				series: {
					[of("moleculer_request_total", CALLS)]: "0+30x60",
					[of("moleculer_request_error_total", `${CALLS}, error_code="404"`)]: "0+30x60"
				},
				at: "12m"
			},
			"what was called from elsewhere counts there": {
				series: {
					[of("moleculer_request_total", CALLS)]: "0+30x60",
					[of("moleculer_request_error_total", 'service="access", type="remote", error_code="500"')]: "0+30x60"
				},
				at: "12m"
			}
		}
	},
	{
		alert: "BanyanSlow",
		fires: {
			series: {
				[door("banyan_http_request_duration_seconds_bucket", 'le="2.5", status="2xx"')]: "0+0x80",
				[door("banyan_http_request_duration_seconds_bucket", 'le="5", status="2xx"')]: "0+30x80",
				[door("banyan_http_request_duration_seconds_bucket", 'le="+Inf", status="2xx"')]: "0+30x80"
			},
			at: "17m",
			labels: {},
			value: "4.875s"
		},
		quiet: {
			"it is quick": {
				series: {
					[door("banyan_http_request_duration_seconds_bucket", 'le="0.1", status="2xx"')]: "0+30x80",
					[door("banyan_http_request_duration_seconds_bucket", 'le="+Inf", status="2xx"')]: "0+30x80"
				},
				at: "17m"
			}
		}
	},
	{
		alert: "BanyanBreakerOpen",
		fires: {
			series: {
				[of(
					"moleculer_circuit_breaker_opened_active",
					'affected_node_id="access-1", service="access", action="access.check"'
				)]: "1x20"
			},
			at: "4m",
			labels: { node: "stages-1", service: "access", affected_node_id: "access-1" }
		},
		quiet: {
			"it closed again": {
				series: {
					[of(
						"moleculer_circuit_breaker_opened_active",
						'affected_node_id="access-1", service="access", action="access.check"'
					)]: "1x4 0x20"
				},
				at: "4m"
			}
		}
	},
	{
		alert: "BanyanOverloaded",
		fires: { series: { [door("banyan_requests_shedding")]: "0x2 1x20" }, at: "3m", labels: { node: "gateway-1" } },
		quiet: {
			"it has time": { series: { [door("banyan_requests_shedding")]: "0x20" }, at: "3m" },
			"it had none for a moment": { series: { [door("banyan_requests_shedding")]: "0x2 2x2 0x20" }, at: "3m" }
		}
	},
	{
		alert: "BanyanLinksUnanswered",
		fires: {
			series: {
				[of("banyan_links_served_total", 'by="target"')]: "0+9x60",
				[of("banyan_links_served_total", 'by="unreachable"')]: "0+1x60"
			},
			at: "12m",
			labels: {},
			value: "10%"
		},
		quiet: {
			"somebody guesses": {
				series: {
					[of("banyan_links_served_total", 'by="target"')]: "0+9x60",
					[of("banyan_links_served_total", 'by="missing"')]: "0+90x60"
				},
				at: "12m"
			},
			"nobody asks": { series: { [of("banyan_links_served_total", 'by="unreachable"')]: "5x60" }, at: "12m" }
		}
	}
];

const needs = (need: string, name: string): string => of("banyan_need_up", `need="${need}"`, name);
const away = (alert: string, need: string): AlertCase => ({
	alert,
	fires: {
		series: { [needs(need, "migration-1")]: "1x2 0x20", [needs(need, "migration-2")]: "1x2 0x20" },
		at: "3m",
		labels: { need },
		value: "2"
	},
	quiet: {
		"it is there": { series: { [needs(need, "migration-1")]: "1x20" }, at: "3m" },
		"one election": { series: { [needs(need, "migration-1")]: "1x2 0 1x20" }, at: "3m" },
		"another need": { series: { [needs("other", "migration-1")]: "0x20" }, at: "3m" }
	}
});

const STORES: readonly AlertCase[] = [
	away("BanyanDatabaseAway", "database"),
	away("BanyanEventStoreAway", "events"),
	{
		alert: "BanyanEventStoreNotWhole",
		fires: {
			series: { [door("banyan_events_replicas")]: "2x40", [door("banyan_events_replicas_wanted")]: "3x40" },
			at: "6m",
			labels: {},
			value: "1"
		},
		quiet: {
			"all servers have all": {
				series: { [door("banyan_events_replicas")]: "3x40", [door("banyan_events_replicas_wanted")]: "3x40" },
				at: "6m"
			},
			"a server was restarted": {
				series: { [door("banyan_events_replicas")]: "3x10 2x4 3x40", [door("banyan_events_replicas_wanted")]: "3x60" },
				at: "6m"
			}
		}
	},
	{
		alert: "BanyanEventStoreAlmostFull",
		fires: { series: { [door("banyan_events_used_ratio")]: "0.85x40" }, at: "6m", labels: {}, value: "85%" },
		quiet: { "there is room": { series: { [door("banyan_events_used_ratio")]: "0.79x40" }, at: "6m" } }
	},
	{
		alert: "BanyanRedisAway",
		fires: {
			series: { [door("banyan_redis_up")]: "0x40", [other("banyan_redis_up")]: "1x40" },
			at: "6m",
			labels: {},
			value: "1"
		},
		quiet: { "it is there": { series: { [door("banyan_redis_up")]: "1x40" }, at: "6m" } }
	},
	{
		alert: "BanyanDeadLetters",
		fires: {
			series: { [of("banyan_events_dead_letters", 'service="idempotency"')]: "0x2 3x20" },
			at: "3m",
			labels: { service: "idempotency" },
			value: "3"
		},
		quiet: { none: { series: { [of("banyan_events_dead_letters", 'service="idempotency"')]: "0x20" }, at: "3m" } }
	},
	{
		alert: "BanyanDurableEventsWait",
		fires: {
			series: {
				[of("banyan_events_depth", 'service="idempotency"')]: "900x60",
				[of("banyan_events_depth", 'service="idempotency"', "stages-2")]: "900x60"
			},
			at: "12m",
			labels: { service: "idempotency" },
			value: "1800"
		},
		quiet: {
			"a wave of them": {
				series: { [of("banyan_events_depth", 'service="idempotency"')]: "0x10 5000x8 0x50" },
				at: "12m"
			}
		}
	},
	{
		alert: "BanyanJobFails",
		fires: {
			series: {
				[of("banyan_jobs_failing_runs", 'name="users.sweep"')]: "0x4 3x40",
				[other("banyan_jobs_failing_runs", 'name="users.sweep"')]: "0x4 3x40"
			},
			at: "4m",
			labels: { name: "users.sweep" },
			value: "3"
		},
		quiet: {
			"it failed twice, and then no more": {
				series: { [of("banyan_jobs_failing_runs", 'name="users.sweep"')]: "1x4 2x4 0x40" },
				at: "4m"
			}
		}
	},
	{
		alert: "BanyanJobLate",
		fires: {
			series: { [of("banyan_jobs_overdue_seconds", 'name="users.sweep"')]: "0x4 1200x60" },
			at: "8m",
			labels: { name: "users.sweep" },
			value: "20m 0s"
		},
		quiet: {
			"one run of it takes five minutes": {
				series: { [of("banyan_jobs_overdue_seconds", 'name="users.sweep"')]: "0x4 300x60" },
				at: "8m"
			}
		}
	},
	{
		alert: "BanyanNoScheduler",
		fires: {
			series: { [door("banyan_service_nodes", 'required="no", service="scheduler"')]: "1x4 0x90" },
			at: "18m",
			labels: { service: "scheduler" }
		},
		quiet: {
			"all its nodes were started anew": {
				series: { [door("banyan_service_nodes", 'required="no", service="scheduler"')]: "1x4 0x8 1x90" },
				at: "18m"
			}
		}
	}
];

const phase = (name: string): string => of("banyan_migration_phase", `${RUN}, phase="${name}"`);
const RUNNING = of("banyan_migration_running", RUN);
const READ = of("banyan_migration_read_records", STREAM);
const COMPARED = of("banyan_migration_compared_records", STREAM);
const QUARANTINED = of("banyan_migration_quarantined", `${STREAM}, category="name"`);
const LAG = of("banyan_migration_lag_records", STREAM);
const ITS = { migration: "panel" };

const MIGRATION: readonly AlertCase[] = [
	{
		alert: "BanyanMigrationFailed",
		fires: { series: { [of("banyan_migration_failed", RUN)]: "0x4 1x20" }, at: "3m", labels: ITS },
		quiet: { "it goes on": { series: { [of("banyan_migration_failed", RUN)]: "0x20" }, at: "3m" } }
	},
	{
		alert: "BanyanMigrationStuck",
		fires: {
			series: { [phase("copying")]: "1x160", [RUNNING]: "1x160", [READ]: "500x160", [COMPARED]: "0x160" },
			at: "35m",
			labels: ITS
		},
		quiet: {
			"it reads": {
				series: { [phase("copying")]: "1x160", [RUNNING]: "1x160", [READ]: "0+1x160", [COMPARED]: "0x160" },
				at: "35m"
			},
			"it compares": {
				series: { [phase("comparing")]: "1x160", [RUNNING]: "1x160", [READ]: "500x160", [COMPARED]: "0+1x160" },
				at: "35m"
			},
			"nobody is at work on it": {
				series: { [phase("copying")]: "1x160", [RUNNING]: "0x160", [READ]: "500x160", [COMPARED]: "0x160" },
				at: "35m"
			},
			"it is finished": {
				series: { [phase("finished")]: "1x160", [RUNNING]: "1x160", [READ]: "500x160", [COMPARED]: "500x160" },
				at: "35m"
			}
		}
	},
	{
		alert: "BanyanMigrationLags",
		fires: {
			series: { [LAG]: "250x80", [phase("copying")]: "1x80", [RUNNING]: "0x80" },
			at: "17m",
			labels: ITS,
			value: "250"
		},
		quiet: {
			"a node is at work on it": {
				series: { [LAG]: "250x80", [phase("copying")]: "1x80", [RUNNING]: "1x80" },
				at: "17m"
			},
			"it was taken back": {
				series: { [LAG]: "250x80", [phase("rolled-back")]: "1x80", [RUNNING]: "0x80" },
				at: "17m"
			}
		}
	},
	{
		alert: "BanyanMigrationDiffers",
		fires: {
			series: { [of("banyan_migration_differences", STREAM)]: "7x60", [phase("finished")]: "1x60" },
			at: "12m",
			labels: ITS,
			value: "7"
		},
		quiet: {
			"it is still compared": {
				series: { [of("banyan_migration_differences", STREAM)]: "7x60", [phase("comparing")]: "1x60" },
				at: "12m"
			},
			"none differs": {
				series: { [of("banyan_migration_differences", STREAM)]: "0x60", [phase("finished")]: "1x60" },
				at: "12m"
			}
		}
	},
	{
		alert: "BanyanCertificateOld",
		fires: {
			series: { [of("banyan_migration_certificate_timestamp_seconds", RUN)]: "-691200x300" },
			at: "1h10m",
			labels: ITS,
			value: "8d 1h 10m 0s"
		},
		quiet: {
			"it is of this week": {
				series: { [of("banyan_migration_certificate_timestamp_seconds", RUN)]: "-86400x300" },
				at: "1h10m"
			}
		}
	},
	{
		alert: "BanyanQuarantineRises",
		fires: { series: { [READ]: "200x40", [QUARANTINED]: "20x40" }, at: "6m", labels: ITS, value: "10%" },
		quiet: {
			"a few": { series: { [READ]: "200x40", [QUARANTINED]: "5x40" }, at: "6m" },
			"it has only begun": { series: { [READ]: "5x40", [QUARANTINED]: "5x40" }, at: "6m" }
		}
	}
];

export const ALERT_CASES: readonly AlertCase[] = [...NODES, ...GATEWAY, ...STORES, ...MIGRATION];

const calls = {
	[of("moleculer_request_total", CALLS)]: "0+30x40",
	[of("moleculer_request_total", CALLS, "stages-2")]: "0+30x40"
};

export const RECORD_CASES: readonly RecordCase[] = [
	{ record: "service:requests:rate5m", series: calls, at: "6m", is: { 'service="access"': 4 } },
	{ record: "service:errors:rate5m", series: calls, at: "6m", is: { 'service="access"': 0 } },
	{
		record: "service:errors:ratio5m",
		series: { ...calls, [of("moleculer_request_error_total", `${CALLS}, error_code="503"`)]: "0+15x40" },
		at: "6m",
		is: { 'service="access"': 0.25 }
	},
	{
		record: "service:request_seconds:p95_5m",
		series: {
			[of("moleculer_request_time_seconds_bucket", 'action="access.check", type="local", le="0.1"')]: "0+0x40",
			[of("moleculer_request_time_seconds_bucket", 'action="access.check", type="local", le="0.2"')]: "0+10x40",
			[of("moleculer_request_time_seconds_bucket", 'action="access.check", type="local", le="+Inf"')]: "0+10x40"
		},
		at: "6m",
		is: { 'service="access"': 0.195 }
	},
	{
		record: "door:requests:rate5m",
		series: {
			[door("banyan_http_requests_total", 'route="migration.list", status="200"')]: "0+30x40",
			[door("banyan_http_requests_total", 'route="/metrics", status="200"')]: "0+30x40"
		},
		at: "6m",
		is: { "": 2 }
	},
	{
		record: "door:errors:ratio5m",
		series: { [door("banyan_http_requests_total", 'route="migration.list", status="200"')]: "0+30x40" },
		at: "6m",
		is: { "": 0 }
	},
	{
		record: "door:request_seconds:p95_5m",
		series: {
			[door("banyan_http_request_duration_seconds_bucket", 'le="0.1", status="2xx"')]: "0+0x40",
			[door("banyan_http_request_duration_seconds_bucket", 'le="0.2", status="2xx"')]: "0+10x40",
			[door("banyan_http_request_duration_seconds_bucket", 'le="+Inf", status="2xx"')]: "0+10x40"
		},
		at: "6m",
		is: { "": 0.195 }
	},
	{
		record: "migration:moved:sum",
		series: { [READ]: "30x40", [COMPARED]: "12x40" },
		at: "2m",
		is: { 'migration="panel"': 42 }
	}
];
