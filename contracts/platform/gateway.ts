/** gateway: the door of the cluster. It answers over HTTP, and for all nodes what operators ask of them. */

import { contract, type SettingsOf } from "../contract";
import { gatewayErrors } from "./gateway-errors";
import { LIMIT_ERRORS, LIMIT_SETTINGS, limitActions } from "./gateway-limits";
import { GATEWAY_METRICS } from "./gateway-metrics";
import { nodeSettings } from "./node-settings";
import { operationScopes, operations } from "./operations";

export const gateway = contract("platform", "gateway", {
	chapter: "Server",
	scopes: operationScopes,
	errors: { ...gatewayErrors, ...LIMIT_ERRORS },
	settings: {
		publicUrl: {
			variable: "PUBLIC_URL",
			rule: { type: "string", default: "", pattern: "^(?:https?://[^/?#@\\s]+)?$" },
			summary:
				"where people reach this server, as https://api.example.com: in letters, for passkeys and for logins by other issuers; without it http://localhost and GATEWAY_PORT"
		},
		connections: {
			variable: "GATEWAY_CONNECTIONS",
			rule: "number|integer|min:16|max:1000000|default:4096",
			summary: "connections at once"
		},
		connectionsEach: {
			variable: "GATEWAY_CONNECTIONS_EACH",
			live: true,
			rule: "number|integer|min:1|max:1000000|default:512",
			summary: "those of one client; a trusted proxy is none"
		},
		idleMs: {
			variable: "GATEWAY_IDLE_TIMEOUT",
			rule: "number|integer|min:1000|max:3600000|default:120000",
			summary: "how long nothing may move on a connection whose answer is not taken; never less than REQUEST_TIMEOUT",
			unit: "ms"
		},
		pipelined: {
			variable: "GATEWAY_PIPELINED",
			live: true,
			rule: "number|integer|min:1|max:10000|default:32",
			summary: "unanswered requests on one connection"
		},
		requests: {
			variable: "GATEWAY_REQUESTS",
			live: true,
			rule: "number|integer|min:1|max:1000000|default:4096",
			summary: "requests under way at once"
		},
		requestsEach: {
			variable: "GATEWAY_REQUESTS_EACH",
			live: true,
			rule: "number|integer|min:1|max:1000000|default:1024",
			summary: "those of one client"
		},
		apiRequests: {
			variable: "GATEWAY_API_REQUESTS",
			live: true,
			rule: "number|integer|min:1|max:1000000|default:3072",
			summary: "those of the API, so that old links find room"
		},
		shedDelayMs: {
			variable: "GATEWAY_SHED_DELAY",
			live: true,
			rule: "number|integer|min:50|max:600000|default:1000",
			summary:
				"how late the event loop may turn, for a second and a half, until requests of the API are refused with 503; old links are at twice that, health never",
			unit: "ms"
		},
		readyPatienceMs: {
			variable: "GATEWAY_READY_PATIENCE",
			live: true,
			rule: "number|integer|min:0|max:600000|default:15000",
			summary: "how long what every request needs, the database, may be away until /ready says 503",
			unit: "ms"
		},
		...LIMIT_SETTINGS,
		wrongKeys: {
			variable: "GATEWAY_WRONG_KEYS",
			rule: "number|integer|min:1|max:1000000|default:60",
			summary: "wrong API keys a minute from one client"
		},
		sharedMs: {
			variable: "GATEWAY_SHARED_FOR",
			rule: "number|integer|min:0|max:60000|default:2000",
			summary: "how long metrics and health, once computed, are everybody's",
			unit: "ms"
		},
		bodyBytes: {
			variable: "GATEWAY_BODY_LIMIT",
			live: true,
			rule: "number|integer|min:1024|max:104857600|default:1048576",
			summary: "the largest body of a request: JSON, or a document",
			unit: "bytes"
		},
		smallBytes: {
			variable: "GATEWAY_SMALL_BODY_LIMIT",
			rule: "number|integer|min:1024|max:104857600|default:65536",
			summary: "that of JSON where nobody asks who calls; never more than GATEWAY_BODY_LIMIT",
			unit: "bytes"
		},
		uploadBytes: {
			variable: "GATEWAY_UPLOAD_LIMIT",
			rule: "number|integer|min:1024|max:10737418240|default:10485760",
			summary: "that of bytes, which go on as they come",
			unit: "bytes"
		},
		bodyMs: {
			variable: "GATEWAY_BODY_TIMEOUT",
			live: true,
			rule: "number|integer|min:100|max:600000|default:15000",
			summary: "how long a body may take to come",
			unit: "ms"
		},
		bodyDepth: {
			variable: "GATEWAY_BODY_DEPTH",
			live: true,
			rule: "number|integer|min:8|max:500|default:64",
			summary: "lists and objects within each other in a body of JSON"
		},
		bodyValues: {
			variable: "GATEWAY_BODY_VALUES",
			live: true,
			rule: "number|integer|min:100|max:1000000|default:10000",
			summary: "fields and items in a body of JSON"
		},
		bodies: {
			variable: "GATEWAY_BODIES",
			live: true,
			rule: "number|integer|min:1|max:100000|default:1024",
			summary: "requests with a body that are under way at once"
		},
		bodiesEach: {
			variable: "GATEWAY_BODIES_EACH",
			live: true,
			rule: "number|integer|min:1|max:100000|default:256",
			summary: "those of one client or one key"
		},
		bodiesBytes: {
			variable: "GATEWAY_BODIES_BYTES",
			live: true,
			rule: "number|integer|min:1024|max:10737418240|default:33554432",
			summary: "the bodies under way at once, together; never less than one may have",
			unit: "bytes"
		},
		bodiesBytesEach: {
			variable: "GATEWAY_BODIES_BYTES_EACH",
			live: true,
			rule: "number|integer|min:1024|max:10737418240|default:8388608",
			summary: "those of one client or one key, together; never less than one may have",
			unit: "bytes"
		},
		keptBytes: {
			variable: "GATEWAY_CACHE_BYTES",
			rule: "number|integer|min:0|max:1073741824|default:16777216",
			summary:
				"what a gateway of a cluster keeps of answers, to give them again, and as the last good ones while nobody answers; 0: none",
			unit: "bytes"
		},
		streams: {
			variable: "STREAMS",
			live: true,
			rule: "number|integer|min:1|max:1000000|default:1024",
			summary: "live logs and streamed reports at once"
		},
		streamsEach: {
			variable: "STREAMS_EACH",
			live: true,
			rule: "number|integer|min:1|max:1000000|default:256",
			summary: "those of one key"
		},
		streamStall: {
			variable: "STREAM_STALL",
			live: true,
			rule: "number|integer|min:1|max:3600|default:60",
			summary: "how long a stream waits for a reader that takes nothing",
			unit: "s"
		}
	},
	metrics: GATEWAY_METRICS,
	actions: { ...operations, ...nodeSettings, ...limitActions },
	events: {
		/** What gateways keep of the answers of these actions is gone. */
		purged: { actions: "string[]" },
		/** Whoever sent this request is gone: what it caused ends, on every node. */
		left: { request: "string" }
	}
});

export type Limits = SettingsOf<typeof gateway>;
