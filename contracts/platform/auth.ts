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
		})
	}
});
