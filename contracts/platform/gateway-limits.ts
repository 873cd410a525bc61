/** How often the gateway may be asked: by policies, for all together, for each service, each client and each class of routes. */

import { action, type ErrorSpec, type MetricSpec, type SettingSpec } from "../contract";
import { LIMIT_CLASSES, type LimitClass } from "../exposure";
import { shape, type ValueOf } from "../schema";

const ALLOWANCE = "[1-9]\\d{0,8}/(?:[1-9]\\d{0,3})?[smhd]";
const POLICY = `(?:off|${ALLOWANCE}(?:,${ALLOWANCE})?)`;

const FORM =
	"off, or requests/window as 600/1m, with s, m, h or d, and behind a comma its burst: 600/1m,50/1s. A limit of 0 would let nobody in: to limit nothing write off";

const policy = <const D extends string>(fallback: D) =>
	({ type: "string", default: fallback, pattern: `^${POLICY}$` }) as const;

/** Of each class of routes, what one client may. */
const ofClass = <const V extends string, const D extends string>(variable: V, fallback: D, what: string) => ({
	variable,
	live: true as const,
	rule: policy(fallback),
	summary: `${what}, of one client: a person, a key, or an address where nobody says who they are`,
	form: FORM
});

/** The setting of each class. */
export const CLASS_SETTINGS = {
	read: "limitRead",
	write: "limitWrite",
	long: "limitLong",
	public: "limitPublic",
	evaluation: "limitEvaluation",
	links: "limitLinks"
} as const satisfies Record<LimitClass, string>;

export const LIMIT_SETTINGS = {
	limitAll: {
		variable: "GATEWAY_LIMIT_ALL",
		live: true,
		rule: policy("1200000/1m"),
		summary: "requests of routes in a window, of all clients together",
		form: FORM
	},
	limitServices: {
		variable: "GATEWAY_LIMIT_SERVICES",
		live: true,
		rule: {
			type: "string",
			default: "600000/1m",
			max: 2000,
			pattern: `^${POLICY}(?: [a-z][a-z0-9-]{0,63}=${POLICY})*$`
		},
		summary: "those to one service, of all clients together",
		form: `as of each service, behind it those that have their own: 600000/1m auth=6000/1m docs=off. Each is ${FORM}`
	},
	limitClient: {
		variable: "GATEWAY_LIMIT_CLIENT",
		live: true,
		rule: policy("90000/1m,3000/1s"),
		summary: "those of one client to all services: a person, a key, or an address where nobody says who they are",
		form: FORM
	},
	limitRead: ofClass("GATEWAY_LIMIT_READ", "60000/1m", "those that change nothing"),
	limitWrite: ofClass("GATEWAY_LIMIT_WRITE", "12000/1m", "those that change something"),
	limitLong: ofClass("GATEWAY_LIMIT_LONG", "1200/1m", "those that take as long as there is to look at"),
	limitPublic: ofClass(
		"GATEWAY_LIMIT_PUBLIC",
		"12000/1m",
		"those for which nobody asks who calls, and those that were not let in"
	),
	limitEvaluation: ofClass("GATEWAY_LIMIT_EVALUATION", "120000/1m", "those that only work something out"),
	limitLinks: ofClass(
		"GATEWAY_LIMIT_LINKS",
		"60000/1m",
		"requests for old links, and through addresses that others gave out"
	),
	limitsClosed: {
		variable: "GATEWAY_LIMITS_CLOSED",
		live: true,
		rule: {
			type: "string",
			default: "none",
			max: 200,
			pattern: "^(?:none|(?:read|write|long|public|evaluation|links)(?:,(?:read|write|long|public|evaluation|links))*)$"
		},
		summary:
			"classes of routes that are refused with 503 while the Redis is away that counts for all gateways; in all others each gateway counts for itself meanwhile",
		form: "none, or some of read, write, long, public, evaluation, links, separated by commas"
	}
} as const satisfies Record<string, SettingSpec>;

export const LIMIT_ERRORS = {
	QUOTA_EXCEEDED: {
		status: 429,
		title: "Too many requests in this window",
		means:
			"This caller, or all callers together, asked as often as the policies allow that `violated-policies` names. Nothing of this request was done.",
		todo: "Wait as long as `Retry-After` says; `RateLimit` of each answer tells how much is left. `GET /api/v1/limits` shows the policies to a key.",
		registered: "quota-exceeded"
	},
	LIMITS_AWAY: {
		status: 503,
		title: "Nobody can say how often this was asked",
		means:
			"The Redis that counts requests for all gateways is away, and `GATEWAY_LIMITS_CLOSED` says that such a request is refused meanwhile. Nothing of it was done.",
		todo: "Ask again after `Retry-After`; look at Redis, and at `REDIS_URL`.",
		registered: "temporary-reduced-capacity"
	}
} as const satisfies Record<string, ErrorSpec>;

export const LIMIT_METRICS = {
	limited: {
		type: "counter",
		name: "banyan.limits.refused",
		labels: ["policy"],
		summary:
			"Requests that were refused since a policy was spent, by the policy; `away`: since nobody could count them."
	},
	uncounted: {
		type: "counter",
		name: "banyan.limits.uncounted",
		summary: "Requests that this gateway counted for itself, since the Redis that counts for all of them was away."
	}
} as const satisfies Record<string, MetricSpec>;

/** How far a policy reaches: over all requests, those to a service, those of a client, those of a client to a class of routes. */
export const LIMIT_SCOPES = ["all", "service", "client", "class"] as const;

export const limitInForce = shape(
	"LimitInForce",
	{
		policy: { type: "string", summary: "As the headers and `violated-policies` name it." },
		of: { type: "enum", values: LIMIT_SCOPES, summary: "`class`: of one client, to one class of routes." },
		service: {
			type: "string",
			nullable: true,
			summary: "Of `service`: which; null: each that has no policy of its own."
		},
		class: { type: "enum", named: "LimitClass", values: LIMIT_CLASSES, nullable: true },
		quota: { type: "number", nullable: true, summary: "Requests in a window; null: it is off." },
		window: { type: "number", nullable: true, summary: "In seconds." },
		setting: { type: "string", summary: "What it is set by." },
		remaining: { type: "number", nullable: true, summary: "Of it, to whoever asks; null: nobody counts it so." },
		reset: { type: "number", nullable: true, summary: "Until its window is over, in seconds." }
	},
	"A policy by which requests are limited."
);
export type LimitInForce = ValueOf<typeof limitInForce>;

export const limitsInForce = shape(
	"LimitsInForce",
	{
		draft: {
			type: "string",
			summary: "After which the headers `RateLimit` and `RateLimit-Policy` are written; no RFC yet."
		},
		client: { type: "string", summary: "As whom whoever asks is counted." },
		counted: {
			type: "enum",
			values: ["together", "alone", "away"],
			summary:
				"`together`: all gateways in one Redis; `alone`: each for itself, since they have none; `away`: each for itself, until it is back."
		},
		closed: { type: "string[]", summary: "Classes that are refused while it is away." },
		policies: { type: "array", items: limitInForce }
	},
	"The policies in force, and what is left of them to whoever asks."
);
export type LimitsInForce = ValueOf<typeof limitsInForce>;

export const limitActions = {
	limits: action({
		chapter: "Nodes",
		summary: "How often the gateway may be asked, by policy, and how often whoever asks still may.",
		permission: "nodes:read",
		rest: "GET /limits",
		client: true,
		params: {},
		result: limitsInForce,
		example: {
			params: {},
			result: {
				draft: "draft-ietf-httpapi-ratelimit-headers-11",
				client: "key:9f1c",
				counted: "together",
				closed: [],
				policies: [
					{
						policy: "client",
						of: "client",
						service: null,
						class: null,
						quota: 90000,
						window: 60,
						setting: "GATEWAY_LIMIT_CLIENT",
						remaining: 89_911,
						reset: 42
					}
				]
			}
		}
	})
};
