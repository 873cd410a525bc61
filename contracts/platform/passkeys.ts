/** passkeys: WebAuthn credentials, and logins by them. */

import { action, contract } from "../contract";

export const passkeys = contract("platform", "passkeys", {
	chapter: "Passkeys",
	actions: {
		count: action({
			summary: "How many passkeys an account has.",
			internal: ["auth", "mfa"],
			reads: true,
			params: { account: "string" },
			result: "number"
		})
	}
});
