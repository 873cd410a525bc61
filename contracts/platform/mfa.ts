/** mfa: second factors by code (TOTP, recovery codes). */

import { action, contract } from "../contract";
import { challenge, client, factors } from "../people";

export const mfa = contract("platform", "mfa", {
	chapter: "Second factors",
	actions: {
		begin: action({
			summary: "Asks for a second factor of an account, or null where it has none.",
			internal: ["auth"],
			params: { account: "string", factors, client },
			result: { ...challenge, nullable: true }
		})
	}
});
