/** auth: accounts, and who may have a session. */

import { action, contract } from "../contract";
import { account, client, entered, factors } from "../people";

export const auth = contract("platform", "auth", {
	chapter: "Accounts",
	actions: {
		account: action({
			summary: "An account by its id, or null.",
			internal: ["sessions", "mfa", "passkeys", "oidc", "mail", "legacy", "users"],
			reads: true,
			params: { id: "string" },
			result: { ...account, nullable: true }
		}),
		enter: action({
			summary:
				"Opens a session of an account whose factors were proved; asks for a second one where the account has such.",
			internal: ["mfa", "passkeys", "oidc"],
			params: { account: "string", factors, client },
			result: entered
		}),
		erase: action({
			summary: "Ends an account for good, with all its sessions; false where there is none.",
			internal: ["users"],
			idempotent: true,
			params: {
				account: "string",
				request: { type: "string", summary: "The erasure that this is a part of, by which each service reports." }
			},
			result: "boolean"
		})
	},
	events: {
		registered: { account: "string" },
		/** Whoever keeps something of them forgets it, and says so (contracts/personal.ts). */
		erased: { account: "string", request: "string" }
	},
	durable: { registered: { key: "account" }, erased: { key: "account" } }
});
