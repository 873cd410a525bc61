/** The actions of `auth` by which whoever brings accounts sees what became of them, and takes back what nobody used. */

import { action } from "../contract";
import { shape, type ValueOf } from "../schema";
import { MOST_ADOPTED } from "./auth-forms";

export const IMPORT = "accounts:import";

/** Where an account comes from: the migration, and the system there. */
export const origin = { migration: "string|min:1|max:100", source: "string|min:1|max:100" } as const;

/** With it digests of hashes are made: whoever brings accounts can compare, and nobody reads a hash. */
export const digestKey = { type: "string", max: 200, optional: true, default: "" } as const;

export const broughtAccount = shape(
	"BroughtAccount",
	{
		id: { type: "string", summary: "Where it comes from." },
		account: { type: "string", summary: "Of ours." },
		email: "string",
		name: "string|nullable",
		verified: "boolean",
		state: { type: "enum", values: ["active", "disabled"] },
		createdAt: { type: "string", nullable: true, summary: "Null where whoever brought it did not say it." },
		password: { type: "string", nullable: true, summary: "A digest of the hash that was brought, never the hash." },
		changed: {
			type: "string[]",
			summary: "What its owner, or who looks after it, changed here: told as it was brought."
		},
		used: { type: "boolean", summary: "Somebody signed in, or changed something." }
	},
	"An account that was brought, as whoever brought it may compare it."
);
export type BroughtAccount = ValueOf<typeof broughtAccount>;

const brought: BroughtAccount = {
	id: "42",
	account: "p3fa0c61d2b7e4a9",
	email: "ada@example.com",
	name: "Ada Lovelace",
	verified: true,
	state: "active",
	createdAt: "2020-01-02T03:04:05.000Z",
	password: null,
	changed: [],
	used: false
};

export const movingActions = {
	look: action({
		summary: "Accounts that were brought from somewhere: those of these ids, or page by page. No answer holds a hash.",
		permission: IMPORT,
		rest: "POST /auth/accounts/look",
		idempotent: true,
		secret: true,
		params: {
			...origin,
			ids: { type: "array", items: { type: "string", min: 1, max: 200 }, max: MOST_ADOPTED, optional: true },
			limit: { type: "number", integer: true, min: 1, max: MOST_ADOPTED, default: 100 },
			after: "string|max:2000|optional"
		},
		result: {
			type: "object",
			props: { accounts: { type: "array", items: broughtAccount }, next: "string|nullable", total: "number" }
		},
		example: {
			params: { migration: "shop", source: "accounts", ids: ["42"] },
			result: { accounts: [brought], next: null, total: 1 }
		}
	}),
	giveBack: action({
		summary: "Takes back an account that was brought, where nobody signed in by it or changed it since.",
		permission: IMPORT,
		rest: "POST /auth/accounts/give-back",
		idempotent: true,
		secret: true,
		params: { ...origin, id: { type: "string", min: 1, max: 200 } },
		result: {
			type: "object",
			props: { outcome: { type: "enum", values: ["removed", "absent", "used"] }, account: "string|nullable" }
		},
		example: {
			params: { migration: "shop", source: "accounts", id: "42" },
			result: { outcome: "removed", account: brought.account }
		}
	}),
	arrived: action({
		summary: "How many people came from somewhere, how, and how many of them signed in since a time.",
		internal: ["legacy"],
		reads: true,
		params: { ...origin, since: { type: "string", summary: "ISO 8601, UTC." } },
		result: {
			type: "object",
			props: {
				lazy: "number",
				bulk: "number",
				active: "number",
				lately: { type: "number", summary: "Who came one by one since then." }
			}
		}
	})
} as const;
