/** users: people as others see them. */

import { action, contract } from "../contract";
import { personal, remainder } from "../personal";

/** Services that keep something of people, as `personal` says. */
const KEEPERS = ["access", "auth", "guesses", "idempotency", "legacy", "mail", "mfa", "oidc", "passkeys", "sessions"];

export const users = contract("community", "users", {
	chapter: "Users",
	actions: {
		called: action({
			summary: "What an account is called, or null.",
			internal: ["auth", "mail"],
			reads: true,
			params: { account: "string" },
			result: "string|nullable"
		}),
		personal,
		forgot: action({
			summary: "Notes that a service forgot somebody who was erased, how much that was, and what it had to keep.",
			internal: KEEPERS,
			idempotent: true,
			params: {
				request: "string|min:1|max:100",
				service: "string|min:1|max:100",
				count: "number|integer|min:0",
				kept: { type: "array", items: remainder, max: 20 }
			},
			result: "boolean"
		})
	},
	events: {
		/** Somebody who registered has a profile. */
		made: { account: "string" }
	},
	durable: { made: { key: "account" } }
});
