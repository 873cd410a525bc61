/** gateway: the door of the cluster. It answers over HTTP, and for all nodes what operators ask of them. */

import { contract, type SettingsOf } from "../contract";
import { gatewayErrors } from "./gateway-errors";
import { operationScopes, operations } from "./operations";

export const gateway = contract("platform", "gateway", {
	chapter: "Server",
	scopes: operationScopes,
	errors: gatewayErrors,
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
			rule: "number|integer|min:1|max:10000|default:32",
			summary: "unanswered requests on one connection"
		},
		requests: {
			variable: "GATEWAY_REQUESTS",
			rule: "number|integer|min:1|max:1000000|default:4096",
			summary: "requests under way at once"
		},
		requestsEach: {
			variable: "GATEWAY_REQUESTS_EACH",
			rule: "number|integer|min:1|max:1000000|default:1024",
			summary: "those of one client"
		},
		apiRequests: {
			variable: "GATEWAY_API_REQUESTS",
			rule: "number|integer|min:1|max:1000000|default:3072",
			summary: "those of the API, so that old links find room"
		},
		shedDelayMs: {
			variable: "GATEWAY_SHED_DELAY",
			rule: "number|integer|min:50|max:600000|default:1000",
			summary:
				"how late the event loop may turn, for a second and a half, until requests of the API are refused with 503; old links are at twice that, health never",
			unit: "ms"
		},
		readyPatienceMs: {
			variable: "GATEWAY_READY_PATIENCE",
			rule: "number|integer|min:0|max:600000|default:15000",
			summary: "how long what every request needs, the database, may be away until /ready says 503",
			unit: "ms"
		},
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
			rule: "number|integer|min:1024|max:104857600|default:1048576",
			summary: "the largest body of a request",
			unit: "bytes"
		},
		bodyMs: {
			variable: "GATEWAY_BODY_TIMEOUT",
			rule: "number|integer|min:100|max:600000|default:15000",
			summary: "how long a body may take to come",
			unit: "ms"
		},
		bodyDepth: {
			variable: "GATEWAY_BODY_DEPTH",
			rule: "number|integer|min:8|max:500|default:64",
			summary: "lists and objects within each other in a body of JSON"
		},
		bodyValues: {
			variable: "GATEWAY_BODY_VALUES",
			rule: "number|integer|min:100|max:1000000|default:10000",
			summary: "fields and items in a body of JSON"
		},
		bodies: {
			variable: "GATEWAY_BODIES",
			rule: "number|integer|min:1|max:100000|default:1024",
			summary: "requests with a body that are under way at once"
		},
		bodiesEach: {
			variable: "GATEWAY_BODIES_EACH",
			rule: "number|integer|min:1|max:100000|default:256",
			summary: "those of one client or one key"
		},
		bodiesBytes: {
			variable: "GATEWAY_BODIES_BYTES",
			rule: "number|integer|min:1024|max:10737418240|default:33554432",
			summary: "the bodies under way at once, together; never less than one may have",
			unit: "bytes"
		},
		bodiesBytesEach: {
			variable: "GATEWAY_BODIES_BYTES_EACH",
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
			rule: "number|integer|min:1|max:1000000|default:1024",
			summary: "live logs and streamed reports at once"
		},
		streamsEach: {
			variable: "STREAMS_EACH",
			rule: "number|integer|min:1|max:1000000|default:256",
			summary: "those of one key"
		},
		streamStall: {
			variable: "STREAM_STALL",
			rule: "number|integer|min:1|max:3600|default:60",
			summary: "how long a stream waits for a reader that takes nothing",
			unit: "s"
		}
	},
	metrics: {
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
		stalled: {
			type: "counter",
			name: "banyan.streams.stalled",
			summary: "Streams that were closed since nobody read them."
		}
	},
	actions: operations,
	events: {
		/** What gateways keep of the answers of these actions is gone. */
		purged: { actions: "string[]" },
		/** Whoever sent this request is gone: what it caused ends, on every node. */
		left: { request: "string" }
	}
});

export type Limits = SettingsOf<typeof gateway>;
