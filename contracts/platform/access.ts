/** access: who may call from outside, by API key. */

import { action, contract, SCOPES, type Scope } from "../contract";

/** An API key as it is kept: its own text is answered once, when it is made. */
export interface ApiKey {
	readonly id: string;
	/** What it is for, in the words of who made it. */
	readonly name: string;
	readonly scopes: readonly Scope[];
	/** ISO 8601, UTC. */
	readonly createdAt: string;
}
export interface NewApiKey extends ApiKey {
	/** To be sent as `X-API-Key`, or as a bearer token. Never shown again. */
	readonly key: string;
}

const MANAGE = "keys:manage";
const MOST_SCOPES = Object.keys(SCOPES).length;
const scopes = { type: "enum", values: Object.keys(SCOPES) as Scope[] } as const;

export const access = contract("platform", "access", {
	required: true,
	actions: {
		check: action({
			summary: "The key behind a caller's text, or null.",
			internal: ["gateway"],
			reads: true,
			params: { key: "string" }
		}).returns<ApiKey | null>(),
		create: action({
			summary: "Makes an API key; its text is answered once.",
			permission: MANAGE,
			rest: "POST /api-keys",
			status: 201,
			location: "/api-keys/:id",
			secret: true,
			// Not `unique`: the validator compares each item with each other.
			params: { name: "string|min:1|max:100", scopes: { type: "array", items: scopes, min: 1, max: MOST_SCOPES } }
		}).returns<NewApiKey>(),
		list: action({
			summary: "All API keys, without their texts.",
			permission: MANAGE,
			rest: "GET /api-keys",
			params: {}
		}).returns<ApiKey[]>(),
		revoke: action({
			summary: "Ends an API key at once.",
			permission: MANAGE,
			rest: "DELETE /api-keys/:id",
			params: { id: "string|min:1|max:100" }
		}).returns<ApiKey>()
	},
	events: {
		/** A key was made or revoked: what was known of keys is out of date. */
		changed: {}
	}
});
