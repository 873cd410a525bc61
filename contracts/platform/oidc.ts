/** oidc: logins by other issuers, and which of their accounts belong to ours. */

import { action, contract } from "../contract";

export const oidc = contract("platform", "oidc", {
	chapter: "Logins by other issuers",
	actions: {
		linked: action({
			summary: "The issuers that an account is linked with.",
			internal: ["auth", "users"],
			reads: true,
			params: { account: "string" },
			result: "string[]"
		})
	}
});
