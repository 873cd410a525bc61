/** access: who may call from outside, by API key. */

import { action, contract } from "../contract";
import { shape, type ValueOf } from "../schema";

/** Of all contracts: contracts/cluster.ts fills it in once they are all there. */
export const SCOPE_NAMES: string[] = [];
const scope = { type: "enum", named: "Scope", values: SCOPE_NAMES } as const;

export const apiKey = shape(
	"ApiKey",
	{
		id: "string",
		name: { type: "string", summary: "What it is for, in the words of who made it." },
		scopes: { type: "string[]", summary: "One that no service brings any more gives nothing." },
		createdAt: { type: "string", summary: "ISO 8601, UTC." }
	},
	"An API key as it is kept: its own text is answered once, when it is made."
);
export type ApiKey = ValueOf<typeof apiKey>;
export const newApiKey = shape("NewApiKey", {
	...apiKey.props,
	key: { type: "string", summary: "To be sent as `X-API-Key`, or as a bearer token. Never shown again." }
});
export type NewApiKey = ValueOf<typeof newApiKey>;

export const rekeyed = shape(
	"Rekeyed",
	{
		left: {
			type: "number",
			summary:
				"Secrets that are still sealed with a key before, which is kept: ask once more, after the runs that are under way."
		},
		services: {
			type: "array",
			items: { type: "object", props: { service: "string", left: "number", resealed: "number" } }
		}
	},
	"What became of the secrets that are kept."
);
export type Rekeyed = ValueOf<typeof rekeyed>;

const MANAGE = "keys:manage";
/** More than there ever are. */
const MOST_SCOPES = 200;

const key: ApiKey = {
	id: "k-7f3a",
	name: "deploy",
	scopes: ["migration:read", "migration:plan"],
	createdAt: "2026-11-21T09:00:00.000Z"
};

export const access = contract("platform", "access", {
	chapter: "API keys",
	required: true,
	stores: ["secrets"],
	scopes: { "keys:manage": "make, list and revoke API keys" },
	errors: {
		KEY_NOT_FOUND: {
			status: 404,
			title: "No such API key",
			means: "No key has this id; it may have been revoked.",
			todo: "Look at `GET /api/v1/api-keys`."
		}
	},
	settings: {
		apiKeys: { variable: "API_KEYS", rule: "number|integer|min:1|max:1000000|default:1000", summary: "API keys" }
	},
	actions: {
		check: action({
			summary: "The key behind a caller's text, or null.",
			internal: ["gateway"],
			reads: true,
			timeout: 10_000,
			tryTimeout: 1_000,
			params: { key: "string" },
			result: { ...apiKey, nullable: true }
		}),
		create: action({
			summary: "Makes an API key; its text is answered once.",
			keyed: true,
			permission: MANAGE,
			rest: "POST /api-keys",
			status: 201,
			location: "/api-keys/:id",
			secret: true,
			// Not `unique`: the validator compares each item with each other.
			params: { name: "string|min:1|max:100", scopes: { type: "array", items: scope, min: 1, max: MOST_SCOPES } },
			result: newApiKey,
			example: {
				params: { name: "deploy", scopes: ["migration:read", "migration:plan"] },
				result: { ...key, key: "shown-once-then-never-again" }
			}
		}),
		list: action({
			summary: "All API keys, without their texts.",
			permission: MANAGE,
			rest: "GET /api-keys",
			params: {},
			result: { type: "array", items: apiKey },
			example: { params: {}, result: [key] }
		}),
		revoke: action({
			summary: "Ends an API key at once.",
			idempotent: true,
			permission: MANAGE,
			rest: "DELETE /api-keys/:id",
			params: { id: "string|min:1|max:100" },
			result: apiKey,
			example: { params: { id: key.id }, result: key }
		}),
		rekey: action({
			summary: "Seals all secrets that are kept with a new key, and forgets those before once nothing needs them.",
			idempotent: true,
			timeout: 600_000,
			permission: MANAGE,
			rest: "POST /secrets/rekey",
			params: {},
			result: rekeyed,
			example: { params: {}, result: { left: 0, services: [{ service: "idempotency", left: 0, resealed: 12 }] } }
		})
	},
	events: {
		/** A key was made or revoked: what was known of keys is out of date. */
		changed: {},
		/** Secrets are sealed with another key. */
		rekeyed: {},
		/** That key gives nothing any more. */
		revoked: { id: "string" }
	},
	durable: { revoked: { key: "id" } }
});
