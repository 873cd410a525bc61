/** access: who may call from outside, by API key: machines, and people by keys of their own. */

import { action, contract } from "../contract";
import { personal } from "../personal";
import { shape, type ValueOf } from "../schema";

/** Of all contracts: contracts/cluster.ts fills it in once they are all there. */
export const SCOPE_NAMES: string[] = [];
const scope = { type: "enum", named: "Scope", values: SCOPE_NAMES } as const;

/** Of keys of an earlier release there is none. */
const later = { type: "string", optional: true, nullable: true } as const;

export const apiKey = shape(
	"ApiKey",
	{
		id: "string",
		name: { type: "string", summary: "What it is for, in the words of who made it." },
		scopes: { type: "string[]", summary: "One that no service brings any more gives nothing." },
		createdAt: { type: "string", summary: "ISO 8601, UTC." },
		owner: { ...later, summary: "The account whose own it is; none: a machine's." },
		expiresAt: { ...later, summary: "From then on it is refused; none: it is good until it is revoked." },
		lastUsedAt: { ...later, summary: "When it was used last, to some minutes." },
		followedBy: { ...later, summary: "The key that took its place; it works itself until it expires." }
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
/** What people's own keys may be given beside the scopes of their account. */
export const OWN_READ = "own:read";
/** How long ago somebody may have signed in who makes a key, in seconds: it outlives the session. */
const FRESH = 900;

const [name, id] = ["string|min:1|max:100", "string|min:1|max:100"] as const;
/** Not `unique`: the validator compares each item with each other. */
const scopes = { type: "array", items: scope, min: 1, max: 200 } as const;
const expiresInDays = {
	type: "number",
	integer: true,
	min: 1,
	max: 3650,
	optional: true,
	summary: "How long it is good; without it until it is revoked."
} as const;
const overlapSeconds = {
	type: "number",
	integer: true,
	min: 0,
	max: 2_592_000,
	default: 86_400,
	summary: "How long the key that is followed goes on working."
} as const;
const key: ApiKey = {
	id: "k-7f3a",
	name: "deploy",
	scopes: ["migration:read", "migration:plan"],
	createdAt: "2026-11-21T09:00:00.000Z",
	owner: null,
	expiresAt: null,
	lastUsedAt: "2026-11-26T17:31:00.000Z",
	followedBy: null
};
const next: NewApiKey = { ...key, id: "k-91c2", lastUsedAt: null, key: "shown-once-then-never-again" };
const own = { owner: "a-3f0e", scopes: [OWN_READ], name: "my backup" } as const;

export const access = contract("platform", "access", {
	chapter: "API keys",
	required: true,
	stores: ["secrets"],
	scopes: {
		"keys:manage": "make, list and revoke API keys",
		"own:read": "read what is your own: of keys that people make for themselves"
	},
	errors: {
		KEY_NOT_FOUND: {
			status: 404,
			title: "No such API key",
			means: "No key has this id; it may have been revoked.",
			todo: "Look at `GET /api/v1/api-keys`."
		},
		KEY_FOLLOWED: {
			status: 409,
			title: "Another key took its place already",
			means: "A key is followed by one other, which the detail names.",
			todo: "Let that one be followed, or revoke it first."
		},
		SCOPE_NOT_YOURS: {
			status: 403,
			title: "Nobody gives a key more than they have",
			means: "A key of somebody's own has a scope that their account has not.",
			todo: "Leave it out; `GET /api/v1/me` says what yours are."
		}
	},
	settings: {
		apiKeys: {
			variable: "API_KEYS",
			live: true,
			rule: "number|integer|min:1|max:1000000|default:1000",
			summary: "API keys of machines"
		},
		apiKeysEach: {
			variable: "API_KEYS_EACH",
			live: true,
			rule: "number|integer|min:1|max:1000|default:20",
			summary: "API keys of one person"
		}
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
			params: { name, scopes, expiresInDays },
			result: newApiKey,
			example: {
				params: { name: "deploy", scopes: ["migration:read", "migration:plan"] },
				result: { ...next, id: key.id }
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
			params: { id },
			result: apiKey,
			example: { params: { id: key.id }, result: key }
		}),
		rotate: action({
			summary: "Makes a key in the place of another, which goes on working for a while.",
			keyed: true,
			permission: MANAGE,
			rest: "POST /api-keys/:id/rotate",
			status: 201,
			location: "/api-keys/:id",
			secret: true,
			params: { id, overlapSeconds },
			result: newApiKey,
			example: { params: { id: key.id, overlapSeconds: 86_400 }, result: next }
		}),
		createOwn: action({
			summary: "Makes an API key of one's own; its text is answered once.",
			keyed: true,
			permission: "person",
			fresh: FRESH,
			rest: "POST /auth/api-keys",
			aliases: ["POST /auth/api-keys"],
			status: 201,
			location: "/auth/api-keys/:id",
			secret: true,
			params: { name, scopes, expiresInDays },
			result: newApiKey,
			example: { params: { name: own.name, scopes: own.scopes, expiresInDays: 90 }, result: { ...next, ...own } }
		}),
		listOwn: action({
			summary: "One's own API keys, without their texts.",
			permission: "person",
			rest: "GET /auth/api-keys",
			aliases: ["GET /auth/api-keys"],
			params: {},
			result: { type: "array", items: apiKey },
			example: { params: {}, result: [{ ...key, ...own }] }
		}),
		rotateOwn: action({
			summary: "Makes a key in the place of another of one's own, which goes on working for a while.",
			keyed: true,
			permission: "person",
			fresh: FRESH,
			rest: "POST /auth/api-keys/:id/rotate",
			aliases: ["POST /auth/api-keys/:id/rotate"],
			status: 201,
			location: "/auth/api-keys/:id",
			secret: true,
			params: { id, overlapSeconds },
			result: newApiKey,
			example: { params: { id: key.id, overlapSeconds: 86_400 }, result: { ...next, ...own } }
		}),
		revokeOwn: action({
			summary: "Ends an API key of one's own at once.",
			idempotent: true,
			permission: "person",
			rest: "DELETE /auth/api-keys/:id",
			aliases: ["DELETE /auth/api-keys/:id"],
			params: { id },
			result: apiKey,
			example: { params: { id: key.id }, result: { ...key, ...own } }
		}),
		personal,
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
