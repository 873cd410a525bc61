/** signing: the keys that tokens are signed with, and their public halves. */

import { action, contract } from "../contract";

export const signing = contract("platform", "signing", {
	chapter: "Signing keys",
	actions: {
		sign: action({
			summary: "A JWT with these claims, signed with the newest key.",
			internal: ["sessions"],
			reads: true,
			params: { claims: "object" },
			result: "string"
		})
	}
});
