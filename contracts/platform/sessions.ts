/** sessions: a session a device, and the tokens that prove it. */

import { action, contract } from "../contract";
import { client, FACTORS, factors, person, signedIn } from "../people";

export const sessions = contract("platform", "sessions", {
	chapter: "Sessions",
	stores: ["secrets"],
	settings: {
		slidingSeconds: {
			variable: "SESSION_SLIDING",
			rule: "number|integer|min:1|max:315360000|default:1209600",
			summary: "how long after its last use a session ends",
			unit: "s"
		},
		absoluteSeconds: {
			variable: "SESSION_ABSOLUTE",
			rule: "number|integer|min:1|max:315360000|default:7776000",
			summary: "how long after it was opened a session ends, however it is used",
			unit: "s"
		},
		graceSeconds: {
			variable: "REFRESH_GRACE",
			rule: "number|integer|min:0|max:300|default:10",
			summary: "how long a refresh token that was used gets the same answer once more",
			unit: "s"
		},
		touchSeconds: {
			variable: "SESSION_TOUCH",
			rule: "number|integer|min:1|max:86400|default:300",
			summary: "how old the last use of a session may be before another one is noted",
			unit: "s"
		},
		sessionsEach: {
			variable: "SESSIONS_EACH",
			rule: "number|integer|min:1|max:1000|default:100",
			summary: "sessions of one account; for one more the one that was used the longest ago ends"
		}
	},
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
			params: { session: "string", factor: { type: "enum", values: FACTORS } },
			result: "boolean"
		}),
		close: action({
			summary: "Ends a session.",
			internal: ["auth"],
			idempotent: true,
			params: { session: "string" },
			result: "boolean"
		}),
		closeAll: action({
			summary: "Ends the sessions of an account, but for one.",
			internal: ["auth", "mfa", "passkeys", "users"],
			idempotent: true,
			params: { account: "string", except: "string|nullable" },
			result: "number"
		})
	},
	events: {
		/** A session is over, or is not what it was; without one: each of that account; without either: each there is. */
		changed: { account: "string|nullable", session: "string|nullable" },
		/** A refresh token that was used before was used once more: somebody else has it. The session is over. */
		reused: { account: "string", session: "string", at: "number" }
	},
	durable: { reused: { key: "account" } }
});
