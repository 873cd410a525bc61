/** sessions: a session a device, and the tokens that prove it. */

import { action, contract } from "../contract";
import { SWEEPS, sweptAt } from "../jobs";
import { client, FACTORS, factors, person, signedIn } from "../people";
import { personal } from "../personal";
import { shape, type ValueOf } from "../schema";

export const session = shape(
	"Session",
	{
		id: "string",
		device: { type: "string", summary: "What its User-Agent says: `Firefox on Linux`." },
		agent: "string",
		network: { type: "string", summary: "The address, or the /64, that it was last refreshed from." },
		openedAt: { type: "string", summary: "ISO 8601, UTC." },
		usedAt: { type: "string", summary: "Not each use is noted: `SESSION_TOUCH` at most before the last one." },
		endsAt: { type: "string", summary: "Where nobody uses it any more." },
		factors,
		current: { type: "boolean", summary: "It is the one that asks." }
	},
	"A session of one device, without anything that proves it."
);
export type Session = ValueOf<typeof session>;

export const refreshed = shape(
	"Refreshed",
	{
		account: "string",
		session: "string",
		accessToken: { type: "string", summary: "A JWT, to be sent as a bearer token." },
		expiresAt: { type: "number", summary: "When it is over, in ms since 1970." },
		refreshToken: {
			type: "string",
			nullable: true,
			summary: "For the next one; null where a cookie proved the session: scripts of a page never see what outlives it."
		}
	},
	"The next access token of a session."
);
export type Refreshed = ValueOf<typeof refreshed>;

const MANAGE = "accounts:manage";
const ID = "string|min:1|max:100";
const TOKEN = "string|max:200|optional";

const mine: Session = {
	id: "q0Zb3kX1v7hJm2sT8rYd4A",
	device: "Firefox on Linux",
	agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
	network: "203.0.113.7",
	openedAt: "2026-11-21T09:00:00.000Z",
	usedAt: "2026-11-23T17:40:00.000Z",
	endsAt: "2026-12-07T17:40:00.000Z",
	factors: ["password", "totp"],
	current: true
};
const tokens: Refreshed = {
	account: "a-51c2",
	session: mine.id,
	accessToken: "eyJhbGciOiJFZERTQSIs….eyJpc3MiOiJiYW55YW4i….3gq1Vw",
	expiresAt: 1_795_000_600_000,
	refreshToken: `bnr_${mine.id}.1.K7gNU3sdo-OL0wNhqoVWhr3g6s1xYv72ol_pe_Unols`
};
const ended = shape("SessionsEnded", { ended: { type: "number", summary: "How many there were." } });

export const sessions = contract("platform", "sessions", {
	chapter: "Sessions",
	stores: ["secrets"],
	errors: {
		SESSION_OVER: {
			status: 401,
			title: "The session is over",
			means:
				"The refresh token or the cookie proves no session that goes on: it ended, was ended, or the token was used before.",
			todo: "Sign in again. A refresh token is used once; only whoever got no answer sends it again, at once."
		},
		SESSION_NOT_FOUND: {
			status: 404,
			title: "No such session",
			means: "You have no session of this id; it may have ended.",
			todo: "Look at `GET /api/v1/auth/sessions`."
		}
	},
	settings: {
		slidingSeconds: {
			variable: "SESSION_SLIDING",
			live: true,
			rule: "number|integer|min:1|max:315360000|default:1209600",
			summary: "how long after its last use a session ends",
			unit: "s"
		},
		absoluteSeconds: {
			variable: "SESSION_ABSOLUTE",
			live: true,
			rule: "number|integer|min:1|max:315360000|default:7776000",
			summary: "how long after it was opened a session ends, however it is used",
			unit: "s"
		},
		graceSeconds: {
			variable: "REFRESH_GRACE",
			live: true,
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
			live: true,
			rule: "number|integer|min:1|max:1000|default:100",
			summary: "sessions of one account; for one more the one that was used the longest ago ends"
		}
	},
	metrics: {
		refreshes: {
			type: "counter",
			name: "banyan.sessions.refreshes",
			labels: ["outcome"],
			summary:
				"Refresh tokens that were shown, by what became of them: rotated, again (within the grace), reused, over, unknown."
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
		}),
		refresh: action({
			summary: "The next access token of a session, for its refresh token or its cookie.",
			idempotent: true,
			secret: true,
			permission: "public",
			client: true,
			cookies: ["session"],
			rest: "POST /auth/refresh",
			aliases: ["POST /api/auth/refresh", "POST /auth/refresh"],
			params: { refreshToken: TOKEN },
			result: refreshed,
			example: { params: { refreshToken: tokens.refreshToken ?? "" }, result: tokens }
		}),
		list: action({
			summary: "Your sessions, the one that was used last first.",
			permission: "person",
			rest: "GET /auth/sessions",
			aliases: ["GET /api/auth/sessions", "GET /auth/sessions"],
			params: {},
			result: { type: "array", items: session },
			example: { params: {}, result: [mine] }
		}),
		revoke: action({
			summary: "Ends one of your sessions at once.",
			idempotent: true,
			permission: "person",
			rest: "DELETE /auth/sessions/:id",
			aliases: ["DELETE /api/auth/sessions/:id", "DELETE /auth/sessions/:id"],
			params: { id: ID },
			result: ended,
			example: { params: { id: mine.id }, result: { ended: 1 } }
		}),
		revokeOthers: action({
			summary: "Ends all of your sessions but the one that asks.",
			idempotent: true,
			permission: "person",
			rest: "DELETE /auth/sessions",
			aliases: ["DELETE /api/auth/sessions", "DELETE /auth/sessions"],
			params: {},
			result: ended,
			example: { params: {}, result: { ended: 3 } }
		}),
		listOf: action({
			summary: "Somebody's sessions, the one that was used last first.",
			permission: MANAGE,
			rest: "GET /auth/accounts/:account/sessions",
			params: { account: ID },
			result: { type: "array", items: session },
			example: { params: { account: tokens.account }, result: [{ ...mine, current: false }] }
		}),
		revokeOf: action({
			summary: "Ends all of somebody's sessions at once, or one.",
			idempotent: true,
			permission: MANAGE,
			rest: "DELETE /auth/accounts/:account/sessions",
			params: { account: ID, session: `${ID}|optional` },
			result: ended,
			example: { params: { account: tokens.account }, result: { ended: 3 } }
		}),
		revokeAll: action({
			summary: "Ends everyone's sessions, the one that asks among them.",
			idempotent: true,
			long: true,
			timeout: 600_000,
			permission: MANAGE,
			rest: "POST /auth/sessions/end-all",
			params: {},
			result: ended,
			example: { params: {}, result: { ended: 4_211 } }
		}),
		sweep: action({ summary: "Takes away sessions that are over.", ...SWEEPS }),
		personal
	},
	jobs: { sweep: sweptAt("* * * * *", "Takes away sessions that are over.") },
	events: {
		/** A session is over, or is not what it was; without one: each of that account; without either: each there is. */
		changed: { account: "string|nullable", session: "string|nullable" },
		/** A refresh token that was used before was used once more: somebody else has it. The session is over. */
		reused: { account: "string", session: "string", device: "string", at: "number" }
	},
	durable: { reused: { key: "account" } }
});
