/** legacy: people who are still at the old system, and sessions that it opened. */

import { action, contract } from "../contract";

export const legacy = contract("platform", "legacy", {
	chapter: "Accounts of an old system",
	actions: {
		login: action({
			summary: "Asks the old system whether a login is right: whose it is there, or null.",
			internal: ["auth"],
			params: { email: "string", password: "string" },
			result: {
				type: "object",
				nullable: true,
				props: { source: "string", id: "string", email: "string", name: "string|nullable", verified: "boolean" }
			}
		})
	}
});
