/** The actions of `auth` by which others than their owners find, end and bring accounts. */

import { action } from "../contract";
import { type Account, account } from "../people";
import { accountPage, adopted, email, foreign, id, MOST_ADOPTED, name, taken } from "./auth-forms";
import { digestKey, IMPORT, origin } from "./auth-moving";

export const MANAGE = "accounts:manage";

export const ADA: Account = {
	id: "p3fa0c61d2b7e4a9",
	email: "ada@example.com",
	verified: true,
	name: "Ada Lovelace",
	scopes: [],
	state: "active",
	createdAt: "2026-11-27T09:00:00.000Z",
	lastLoginAt: null
};

export const adminActions = {
	list: action({
		summary: "Accounts, page by page; by an address those that have it, or had it proved.",
		permission: MANAGE,
		rest: "GET /auth/accounts",
		secret: true,
		params: {
			email: { type: "string", max: 254, optional: true },
			state: { type: "enum", values: ["active", "disabled"], optional: true },
			limit: "number|integer|convert|min:1|max:1000|default:100",
			after: "string|max:1000|optional"
		},
		result: accountPage,
		example: { params: { email: "ada@example.com" }, result: { accounts: [ADA], next: null } }
	}),
	find: action({
		summary: "An account.",
		permission: MANAGE,
		rest: "GET /auth/accounts/:id",
		secret: true,
		params: { id },
		result: account,
		example: { params: { id: ADA.id }, result: ADA }
	}),
	create: action({
		summary:
			"Makes an account, and sends its owner a letter by which they choose a password: nobody chooses it for them.",
		permission: MANAGE,
		rest: "POST /auth/accounts/new",
		status: 201,
		location: "/auth/accounts/:id",
		secret: true,
		params: {
			email,
			name: { ...name, optional: true },
			scopes: {
				type: "array",
				items: "string|min:1|max:100",
				max: 200,
				default: [],
				summary: "Nobody gives one that is not their own."
			}
		},
		result: account,
		example: { params: { email: ADA.email, name: ADA.name, scopes: [] }, result: { ...ADA, verified: false } }
	}),
	disable: action({
		summary: "Lets nobody in by this account, and ends its sessions.",
		permission: MANAGE,
		rest: "POST /auth/accounts/:id/disable",
		idempotent: true,
		secret: true,
		params: { id },
		result: account,
		example: { params: { id: ADA.id }, result: { ...ADA, state: "disabled" } }
	}),
	enable: action({
		summary: "Lets its owner in again.",
		permission: MANAGE,
		rest: "POST /auth/accounts/:id/enable",
		idempotent: true,
		secret: true,
		params: { id },
		result: account,
		example: { params: { id: ADA.id }, result: ADA }
	}),
	remove: action({
		summary: "Deletes an account for good: its sessions end, and each service forgets what it keeps of it.",
		permission: MANAGE,
		rest: "DELETE /auth/accounts/:id",
		idempotent: true,
		secret: true,
		params: { id },
		result: account,
		example: { params: { id: ADA.id }, result: ADA }
	}),
	grant: action({
		summary:
			"Says what an account may do beside what everybody may; nobody gives or takes a scope that is not their own.",
		permission: MANAGE,
		rest: "PUT /auth/accounts/:id/scopes",
		idempotent: true,
		secret: true,
		params: { id, scopes: { type: "array", items: "string|min:1|max:100", max: 200 } },
		result: account,
		example: {
			params: { id: ADA.id, scopes: ["migration:read"] },
			result: { ...ADA, scopes: ["migration:read"] }
		}
	}),
	startReset: action({
		summary: "Sends the owner a letter by which they choose a new password: nobody chooses it for them.",
		permission: MANAGE,
		rest: "POST /auth/accounts/:id/reset",
		status: 202,
		secret: true,
		params: { id },
		result: taken,
		example: { params: { id: ADA.id }, result: { email: ADA.email, message: "A letter is on its way." } }
	}),
	adopt: action({
		summary: "Takes over an account of another system, once, however often it is given.",
		internal: ["importer", "legacy", "oidc"],
		idempotent: true,
		params: { ...origin, account: foreign },
		result: adopted
	}),
	adoptAll: action({
		summary:
			"Takes over accounts of another system, each once, however often it is given; what was changed here stays as it is.",
		permission: IMPORT,
		rest: "POST /auth/accounts",
		idempotent: true,
		secret: true,
		timeout: 60_000,
		params: { ...origin, digestKey, accounts: { type: "array", items: foreign, min: 1, max: MOST_ADOPTED } },
		result: { type: "object", props: { results: { type: "array", items: adopted } } },
		example: {
			params: {
				migration: "shop",
				source: "users.csv",
				accounts: [
					{
						id: "42",
						email: "ada@example.com",
						password: "pbkdf2_sha256$1200000$Zk3u9bMq$/CFdetjEvk5ymV1l5YbrR5lWtSkFklnlqWQF4fekRC8="
					}
				]
			},
			result: { results: [{ id: "42", outcome: "created", account: ADA.id, reason: null }] }
		}
	})
} as const;
