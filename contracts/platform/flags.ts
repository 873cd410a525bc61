/** flags: what is on for whom: flags by person, group and share, changed by revisions. */

import { action, contract } from "../contract";
import { personal } from "../personal";
import {
	CHANGED,
	difference,
	expected,
	KNOWN,
	ordinal,
	paged,
	reason,
	revision,
	revisionPage,
	snapshot
} from "../revisions";
import {
	type Evaluation,
	evaluation,
	evaluations,
	explanation,
	flag,
	flagKey,
	type ShownFlag,
	shownFlag
} from "./flag-shapes";

const [READ, MANAGE, EVALUATE] = ["flags:read", "flags:manage", "flags:evaluate"] as const;

const context = {
	type: "object",
	default: {},
	summary:
		"OpenFeature's evaluation context: `targetingKey` and `groups` say who it is, all else is what they are like."
} as const;
/** Of an error, as OFREP asks for them. */
const OFREP_MEMBERS = ["key", "errorCode", "errorDetails"] as const;
const newest = { ...expected, optional: true } as const;

const checkout: ShownFlag = {
	key: "checkout",
	kind: "boolean",
	variants: { on: true, off: false },
	defaultVariant: "off",
	offVariant: "off",
	enabled: true,
	rules: [
		{ name: "staff", groups: ["staff"], variant: "on" },
		{ name: "rollout", percent: 25, variant: "on" }
	],
	owner: "payments",
	expires: "2027-01-31",
	description: "The new checkout.",
	revision: 7,
	changedAt: "2026-11-27T09:00:00.000Z",
	stale: null
};
const { key, revision: _revision, changedAt: _changedAt, stale: _stale, ...spec } = checkout;
const asked = { key, context: { targetingKey: "a-51c2" } };
const answered: Evaluation = {
	key,
	reason: "SPLIT",
	value: true,
	variant: "on",
	rule: "rollout",
	metadata: { revision: 7, kind: "boolean" }
};
const all = { flags: [answered], metadata: { revision: 7 } };
const made = {
	revision: 8,
	hash: "5c8f3a52d1b0e0b1f5f1c1c4a9d7f1f0a8f3c8f2b7d6a1e4c3b2a190f8e7d6c5",
	at: "2026-11-27T09:30:00.000Z",
	author: "k-7f3a",
	reason: "Nobody complained at 10 %."
};

export const flags = contract("platform", "flags", {
	chapter: "Feature flags",
	scopes: {
		[READ]: "See feature flags, their history, and why one answers as it does.",
		[MANAGE]: "Change feature flags.",
		[EVALUATE]: "Ask what flags answer for whomever."
	},
	errors: {
		FLAG_NOT_FOUND: {
			status: 404,
			title: "No such feature flag",
			means: "No flag has this key, or people may not ask for it (`clientSide`).",
			todo: "Look at `GET /api/v1/flags`. A program takes the default of its own.",
			members: OFREP_MEMBERS
		},
		TARGETING_KEY_MISSING: {
			status: 400,
			title: "The context does not say who it is about",
			means: "The flag is for a share of all, and which share somebody is in follows from their `targetingKey`.",
			todo: "Give the context a `targetingKey`: the id of a person, a device, or whatever the share is of.",
			members: OFREP_MEMBERS
		}
	},
	settings: {
		staleDays: {
			variable: "FLAG_STALE_DAYS",
			rule: "number|integer|min:1|max:3650|default:40",
			summary: "after how long of one answer for everybody a flag with an end date is listed as stale",
			unit: "days"
		}
	},
	metrics: {
		stale: {
			type: "gauge",
			name: "banyan.flags.stale",
			summary: "Feature flags that should go, as of the last look: past their end date, or of one answer for long."
		}
	},
	actions: {
		snapshot: action({
			summary: "All that is set as of the newest revision, for a node that follows it.",
			internal: ["*"],
			reads: true,
			params: KNOWN,
			result: snapshot
		}),
		list: action({
			summary: "Feature flags, by their keys; `stale`: those that should go.",
			permission: READ,
			rest: "GET /flags",
			params: { stale: { type: "boolean", default: false, convert: true } },
			result: { type: "array", items: shownFlag },
			example: { params: {}, result: [checkout] }
		}),
		show: action({
			summary: "A feature flag.",
			permission: READ,
			rest: "GET /flags/:key",
			params: { key: flagKey },
			result: shownFlag,
			example: { params: { key }, result: checkout }
		}),
		put: action({
			summary: "Sets a feature flag, a new one or another in its place.",
			keyed: true,
			permission: MANAGE,
			rest: "PUT /flags/:key",
			params: { key: flagKey, flag, expected, reason },
			result: shownFlag,
			example: { params: { key, flag: spec, expected: 6, reason: "The new checkout is tried." }, result: checkout }
		}),
		remove: action({
			summary: "Deletes a feature flag: whoever asks for it gets the default of their program.",
			keyed: true,
			permission: MANAGE,
			rest: "DELETE /flags/:key",
			params: { key: flagKey, expected: { ...expected, convert: true }, reason },
			result: revision,
			example: { params: { key, expected: 7, reason: "It is on for everybody." }, result: made }
		}),
		switch: action({
			summary: "Turns a feature flag on or off (its kill switch), whatever else was changed meanwhile.",
			idempotent: true,
			permission: MANAGE,
			rest: "POST /flags/:key/switch",
			params: { key: flagKey, enabled: "boolean", expected: newest, reason },
			result: shownFlag,
			example: { params: { key, enabled: false, reason: "Payments fail." }, result: { ...checkout, enabled: false } }
		}),
		rollout: action({
			summary: "Says what share gets what a rule gives: whoever has it keeps it when the share grows.",
			idempotent: true,
			permission: MANAGE,
			rest: "POST /flags/:key/rollout",
			params: {
				key: flagKey,
				percent: { type: "number", integer: true, min: 0, max: 100 },
				rule: {
					type: "string",
					min: 1,
					max: 100,
					optional: true,
					summary: "Its name; without it the one rule of the flag that is for a share."
				},
				expected: newest,
				reason
			},
			result: shownFlag,
			example: { params: { key, percent: 25, reason: made.reason }, result: checkout }
		}),
		history: action({
			summary: "The revisions of all flags, the newest first.",
			permission: READ,
			rest: "GET /flags/history",
			params: paged,
			result: revisionPage,
			example: { params: {}, result: { items: [made], next: null } }
		}),
		diff: action({
			summary: "What is set otherwise in one revision than in another.",
			permission: READ,
			rest: "GET /flags/diff",
			params: { from: ordinal, to: ordinal },
			result: { type: "array", items: difference },
			example: {
				params: { from: 7, to: 8 },
				result: [{ path: ["flags", key, "enabled"], kind: "changed", before: true, after: false }]
			}
		}),
		rollback: action({
			summary: "Sets all flags as they were as of a revision, as a new one.",
			keyed: true,
			permission: MANAGE,
			rest: "POST /flags/rollback",
			params: { to: { ...ordinal, convert: false }, expected, reason },
			result: revision,
			example: { params: { to: 6, expected: 7, reason: "Payments fail." }, result: made }
		}),
		evaluate: action({
			summary: "What a flag answers in a context (OpenFeature's remote evaluation, OFREP).",
			reads: true,
			permission: EVALUATE,
			rest: "POST /flags/:key/evaluate",
			limit: "evaluation",
			aliases: ["POST /ofrep/v1/evaluate/flags/:key"],
			params: { key: flagKey, context },
			result: evaluation,
			example: { params: asked, result: answered }
		}),
		evaluateAll: action({
			summary: "What all flags answer in a context (OFREP).",
			reads: true,
			permission: EVALUATE,
			rest: "POST /flags/evaluate",
			limit: "evaluation",
			aliases: ["POST /ofrep/v1/evaluate/flags"],
			params: { context },
			result: evaluations,
			example: { params: { context: asked.context }, result: all }
		}),
		mine: action({
			summary: "What a flag answers for whoever is signed in, of those that people may ask for (OFREP).",
			reads: true,
			permission: "person",
			rest: "POST /flags/mine/:key",
			limit: "evaluation",
			aliases: ["POST /me/ofrep/v1/evaluate/flags/:key"],
			params: { key: flagKey, context },
			result: evaluation,
			example: { params: { key }, result: answered }
		}),
		allMine: action({
			summary: "What all flags that people may ask for answer for whoever is signed in (OFREP).",
			reads: true,
			permission: "person",
			rest: "POST /flags/mine",
			limit: "evaluation",
			aliases: ["POST /me/ofrep/v1/evaluate/flags"],
			params: { context },
			result: evaluations,
			example: { params: {}, result: all }
		}),
		explain: action({
			summary: "Why a flag answers as it does in a context, and what would change that.",
			reads: true,
			permission: READ,
			rest: "POST /flags/:key/explain",
			limit: "evaluation",
			params: { key: flagKey, context },
			result: explanation,
			example: {
				params: asked,
				result: {
					...answered,
					inputs: { context: asked.context, salt: key, bucket: 12 },
					checked: [
						{ rule: "staff", fits: false, because: "no group is one of its groups." },
						{ rule: "rollout", fits: true, because: "Bucket 12 of 100, and it is for 25 %." }
					],
					wouldChange: ["Let rule 'rollout' be for less than 12 %: it gives 'on' now."]
				}
			}
		}),
		personal
	},
	events: {
		/** A revision is kept. */
		changed: CHANGED
	}
});
