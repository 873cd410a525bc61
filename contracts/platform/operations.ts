/** What operators see of the nodes, and may set while they run. The gateway answers for all of them. */

import { action } from "../contract";
import { shape, type ValueOf } from "../schema";

/** From the least that is logged to the most. */
export const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
/** As LOG_LEVEL of the node says. */
export const USUAL = "usual";

export const logLevelSet = shape(
	"LogLevelSet",
	{
		logger: { type: "string", nullable: true, summary: "A service or a part of the node; null: all of them." },
		level: { type: "enum", named: "LogLevel", values: LOG_LEVELS },
		until: { type: "string", summary: "ISO 8601, UTC: then it is as usual again." }
	},
	"Another level than the usual one, for a while."
);
export type LogLevelSet = ValueOf<typeof logLevelSet>;

export const nodeLogging = shape("NodeLogging", {
	node: "string",
	usual: { type: "string", summary: "By `LOG_LEVEL`." },
	set: { type: "array", items: logLevelSet },
	loggers: { type: "string[]", summary: "What may be set by itself: services, and parts of the node." }
});
export type NodeLogging = ValueOf<typeof nodeLogging>;

export const clusterNode = shape(
	"ClusterNode",
	{
		id: "string",
		available: { type: "boolean", summary: "False: it was lost, or has left." },
		services: { type: "string[]", summary: "What it runs." },
		host: { type: "string", nullable: true },
		cpu: { type: "number", nullable: true, summary: "Of its machine, in hundredths; null where it did not say." },
		heardAt: { type: "string", nullable: true, summary: "ISO 8601, UTC: its last sign of life; null: the node asked." },
		logging: { ...nodeLogging, nullable: true, summary: "Null where it did not answer." }
	},
	"A node of the cluster, as the one that was asked knows it."
);
export type ClusterNode = ValueOf<typeof clusterNode>;

export const callCount = shape(
	"CallCount",
	{
		action: "string",
		nodes: { type: "number", summary: "That answered it." },
		calls: { type: "number", summary: "Since these nodes began." },
		errors: "number",
		p50: { type: "number", nullable: true, summary: "Half of them took no longer, in ms; null before the first." },
		p95: { type: "number", nullable: true, summary: "Of twenty, nineteen took no longer, in ms." }
	},
	"Calls of one action, of all nodes. How long they took is read off counts by bound: about."
);
export type CallCount = ValueOf<typeof callCount>;

export const gatewayAnswers = shape(
	"GatewayAnswers",
	{
		node: "string",
		bytes: { type: "number", summary: "What it keeps of answers." },
		most: { type: "number", summary: "`GATEWAY_CACHE_BYTES`; 0 where it keeps none, being alone or told so." },
		resting: { type: "string[]", summary: "Actions that nobody answers now, whose last good answers are given." }
	},
	"What a gateway keeps of answers."
);
export type GatewayAnswers = ValueOf<typeof gatewayAnswers>;

export const keptRoute = shape("KeptRoute", {
	action: "string",
	seconds: { type: "number", summary: "How long an answer is fresh; 0: each is asked for." },
	stale: { type: "number", summary: "For how long, in s, it is given again beyond that while nobody answers." },
	shared: { type: "boolean", summary: "False: each caller has answers of their own." }
});
export type KeptRoute = ValueOf<typeof keptRoute>;

const READ = "nodes:read";
const WRITE = "nodes:write";
const until = "2026-11-21T09:30:00.000Z";
const logging: NodeLogging = {
	node: "stages-1",
	usual: "info",
	set: [{ logger: "importer", level: "debug", until }],
	loggers: ["broker", "importer", "transit"]
};

export const operationScopes = {
	[READ]: "look at the nodes of the cluster, and at how its calls fare",
	[WRITE]: "set how much nodes log, and have gateways forget the answers that they keep"
} as const;

export const operations = {
	nodes: action({
		chapter: "Nodes",
		summary: "The nodes of the cluster, what each runs, and how much it logs.",
		permission: READ,
		rest: "GET /nodes",
		params: {},
		result: { type: "array", items: clusterNode },
		example: {
			params: {},
			result: [
				{
					id: "stages-1",
					available: true,
					services: ["extractor", "importer"],
					host: "banyan-7c9f",
					cpu: 12,
					heardAt: "2026-11-21T09:00:00.000Z",
					logging
				}
			]
		}
	}),
	calls: action({
		chapter: "Nodes",
		summary: "How the calls of each action fare: how many there were, how many failed, how long they took.",
		permission: READ,
		rest: "GET /calls",
		params: {},
		result: { type: "array", items: callCount },
		example: {
			params: {},
			result: [{ action: "migration.status", nodes: 2, calls: 4711, errors: 3, p50: 1.2, p95: 4.8 }]
		}
	}),
	cache: action({
		chapter: "Nodes",
		summary: "Which routes' answers are kept, and what each gateway keeps.",
		permission: READ,
		rest: "GET /cache",
		params: {},
		result: {
			type: "object",
			props: {
				routes: { type: "array", items: keptRoute },
				gateways: { type: "array", items: gatewayAnswers }
			}
		},
		example: {
			params: {},
			result: {
				routes: [{ action: "migration.list", seconds: 2, stale: 300, shared: true }],
				gateways: [{ node: "gateway-1", bytes: 4711, most: 16_777_216, resting: [] }]
			}
		}
	}),
	purge: action({
		chapter: "Nodes",
		summary: "All gateways forget the answers that they keep, of one action or of all, the last good ones, too.",
		idempotent: true,
		permission: WRITE,
		rest: "DELETE /cache",
		params: {
			action: { type: "string", min: 1, max: 100, optional: true, summary: "All of them without it." }
		},
		result: { type: "object", props: { purged: { type: "string[]", summary: "Actions." } } },
		example: { params: { action: "migration.list" }, result: { purged: ["migration.list"] } }
	}),
	/** Of the gateway that is asked. */
	keptHere: action({
		summary: "What this gateway keeps of answers.",
		internal: ["gateway"],
		reads: true,
		params: {},
		result: gatewayAnswers
	}),
	logLevel: action({
		chapter: "Nodes",
		summary:
			"Sets how much a node logs, or all nodes, of all it does or of one logger; for a while, at most until the node starts again.",
		idempotent: true,
		permission: WRITE,
		rest: "POST /log-level",
		params: {
			node: { type: "string", min: 1, max: 200, optional: true, summary: "All of them without it." },
			logger: {
				type: "string",
				min: 1,
				max: 100,
				optional: true,
				summary: "A service, or a part of the node, as its log lines have it in `svc` or `mod`; all without it."
			},
			level: { type: "enum", values: [...LOG_LEVELS, USUAL], summary: "`usual`: by `LOG_LEVEL`, at once." },
			minutes: { type: "number", integer: true, min: 1, max: 1440, default: 30, summary: "Then it is as usual again." },
			by: { type: "string", max: 200, default: "", summary: "Who wants it, for the log." }
		},
		result: { type: "array", items: nodeLogging },
		example: {
			params: { node: "stages-1", logger: "importer", level: "debug", minutes: 30, by: "anna" },
			result: [logging]
		}
	})
};
