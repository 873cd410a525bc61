/** users: people as others see them. */

import { action, contract } from "../contract";

export const users = contract("community", "users", {
	chapter: "Users",
	actions: {
		called: action({
			summary: "What an account is called, or null.",
			internal: ["auth", "mail"],
			reads: true,
			params: { account: "string" },
			result: "string|nullable"
		})
	}
});
