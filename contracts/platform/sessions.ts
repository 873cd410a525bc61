/** sessions: a session a device, and the tokens that prove it. */

import { action, contract } from "../contract";
import { client, factors, person, signedIn } from "../people";

export const sessions = contract("platform", "sessions", {
	chapter: "Sessions",
	actions: {
		open: action({
			summary: "Opens a session.",
			internal: ["auth"],
			params: { account: "string", scopes: "string[]", factors, client, device: "string|nullable" },
			result: signedIn
		}),
		check: action({
			summary: "Whoever a token, of access or of a session, stands for, or null.",
			internal: ["gateway"],
			reads: true,
			timeout: 10_000,
			tryTimeout: 1_000,
			params: { token: "string" },
			result: { ...person, nullable: true }
		}),
		raise: action({
			summary: "Notes that whoever has a session proved a factor just now.",
			internal: ["auth", "mfa", "passkeys"],
			idempotent: true,
			params: { session: "string", factor: { type: "string" } },
			result: "boolean"
		}),
		closeAll: action({
			summary: "Ends the sessions of an account, but for one.",
			internal: ["auth", "mfa", "passkeys", "users"],
			idempotent: true,
			params: { account: "string", except: "string|nullable" },
			result: "number"
		})
	}
});
