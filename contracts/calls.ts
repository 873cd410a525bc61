/** How services call each other, whoever calls whom: settings of every node. */

import type { SettingSpec } from "./contract";

export const CALL_SETTINGS = {
	tries: {
		variable: "CALL_TRIES",
		rule: "number|integer|min:1|max:20|default:5",
		summary: "how often a call to another node is made in all, where its contract says that twice is once"
	},
	retryFirstMs: {
		variable: "CALL_RETRY_FIRST",
		rule: "number|integer|min:1|max:10000|default:50",
		summary: "the wait before the second retry, which doubles; the first one is at once",
		unit: "ms"
	},
	retryMostMs: {
		variable: "CALL_RETRY_MOST",
		rule: "number|integer|min:1|max:60000|default:1000",
		summary: "the longest wait before a retry",
		unit: "ms"
	},
	retryShare: {
		variable: "CALL_RETRY_SHARE",
		rule: "number|integer|min:0|max:100|default:20",
		summary: "retries of a node in ten seconds, in hundredths of its calls; three may always be"
	},
	patienceMs: {
		variable: "CALL_PATIENCE",
		rule: "number|integer|min:0|max:600000|default:5000",
		summary: "how long a call waits for a service whose node was lost or has left a moment ago",
		unit: "ms"
	},
	silenceMs: {
		variable: "CALL_SILENCE",
		rule: "number|integer|min:100|max:60000|default:800",
		summary: "how long a node that was asked may give no sign of life until another one is asked",
		unit: "ms"
	},
	atOnce: {
		variable: "CALLS_AT_ONCE",
		rule: "number|integer|min:1|max:1000000|default:2048",
		summary: "calls of other nodes that a node has under way at once; more are refused, and go elsewhere"
	},
	breakerShare: {
		variable: "BREAKER_SHARE",
		rule: "number|integer|min:1|max:100|default:50",
		summary: "an action of a node is left alone once so many hundredths of its calls failed, being lost or too late"
	},
	breakerCalls: {
		variable: "BREAKER_CALLS",
		rule: "number|integer|min:1|max:100000|default:20",
		summary: "fewer calls than these say nothing of it"
	},
	breakerWindow: {
		variable: "BREAKER_WINDOW",
		rule: "number|integer|min:1|max:3600|default:30",
		summary: "the time in which they are counted",
		unit: "s"
	},
	breakerRestMs: {
		variable: "BREAKER_REST",
		rule: "number|integer|min:100|max:600000|default:3000",
		summary: "how long it is left alone before one call tries it",
		unit: "ms"
	},
	callerSeconds: {
		variable: "CALLER_LIFETIME",
		rule: "number|integer|min:60|max:86400|default:3600",
		summary:
			"for how long after a request was let in nodes believe that its caller asks: what it causes later is refused",
		unit: "s"
	},
	callerGraceSeconds: {
		variable: "CALLER_GRACE",
		rule: "number|integer|min:0|max:86400|default:600",
		summary:
			"while a gateway of a release that does not sign who asks is in the cluster, and for so long after, callers without a signature are believed; 0: never",
		unit: "s"
	},
	stopDelayMs: {
		variable: "STOP_DELAY",
		rule: "number|integer|min:0|max:600000|default:100",
		summary:
			"how long a node that was told to stop goes on taking requests, so that others, and balancers by /ready, leave it first",
		unit: "ms"
	},
	stopTimeoutMs: {
		variable: "STOP_TIMEOUT",
		rule: "number|integer|min:100|max:600000|default:10000",
		summary: "how long a node that stops lets what it has taken end",
		unit: "ms"
	}
} as const satisfies Record<string, SettingSpec>;
