/** mail: letters to people, sent at least once. */

import { action, contract } from "../contract";

export const mail = contract("platform", "mail", {
	actions: {
		send: action({
			summary: "Takes a letter over: from then on it is sent until it is sent, or given up.",
			internal: ["auth", "mfa", "passkeys", "oidc", "users"],
			idempotent: true,
			params: {
				id: { type: "string", summary: "The same letter has the same one: it is taken over once." },
				to: "string",
				template: { type: "string", summary: "Which letter it is: `verify-email`." },
				fields: { type: "record", value: "string" }
			},
			result: "boolean"
		})
	}
});
