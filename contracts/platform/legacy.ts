/** legacy: people who are still at the old system, and sessions that it opened. */

import { action, contract } from "../contract";
import { shape, type ValueOf } from "../schema";
import { MANAGE } from "./auth-admin";
import { loggedIn } from "./auth-forms";

export const oldPerson = shape(
	"OldPerson",
	{
		migration: "string",
		source: "string",
		id: { type: "string", summary: "There." },
		email: "string",
		name: "string|nullable",
		verified: "boolean"
	},
	"Whoever somebody is at the old system, by its own word."
);
export type OldPerson = ValueOf<typeof oldPerson>;

export const progress = shape(
	"LegacyProgress",
	{
		asked: { type: "boolean", summary: "People who are not here yet are looked for at the old system." },
		until: {
			type: "string",
			nullable: true,
			summary: "From then on it is not asked: the rest comes in bulk. ISO 8601, UTC."
		},
		away: { type: "boolean", summary: "It does not answer the node that was asked." },
		lazy: { type: "number", summary: "Who came when they signed in, or with a session of theirs." },
		bulk: "number",
		days: { type: "number", summary: "How far back somebody counts as active." },
		active: { type: "number", summary: "People of the old system who signed in here within that time." },
		before: { type: "number", summary: "Of these, who had been moved before that time began or in bulk." },
		share: {
			type: "number",
			nullable: true,
			summary: "Of active people, how many were here before they came; 0 to 1."
		},
		expected: {
			type: "number",
			nullable: true,
			summary: "How many active people the old system has, as its file says."
		},
		moved: { type: "number", nullable: true, summary: "Active people here ÷ `expected`, at most 1." }
	},
	"How far people of the old system have come."
);
export type Progress = ValueOf<typeof progress>;

export const legacy = contract("platform", "legacy", {
	chapter: "Accounts of an old system",
	errors: {
		OLD_SYSTEM_AWAY: {
			status: 503,
			title: "The old system does not answer",
			means:
				"Whether the login is right can be said by the old system alone, which does not answer in time. Nothing was counted as a wrong guess.",
			todo: "Try again in a moment."
		},
		OLD_SESSION_UNKNOWN: {
			status: 401,
			title: "The old session is not valid",
			means: "The old system does not know the session, or it is over, or old sessions are not taken any more.",
			todo: "Sign in with `POST /api/v1/auth/login`."
		}
	},
	settings: {
		file: {
			variable: "LEGACY",
			local: true,
			rule: { type: "string", max: 4096, default: "" },
			summary: "the file that describes the old system whose people come at their first login; empty: there is none"
		}
	},
	metrics: {
		asked: {
			type: "counter",
			name: "banyan.legacy.asked",
			labels: ["what", "outcome"],
			summary:
				"Questions to the old system, by what was asked (login, session) and what came of it (known, unknown, away)."
		},
		share: {
			type: "gauge",
			name: "banyan.legacy.active.share",
			summary: "Of active people of the old system, the share that was here before they came, as of the last look.",
			expires: 86_400
		}
	},
	actions: {
		login: action({
			summary:
				"Asks the old system whether a login is right: whose it is there, or null. Every null takes the same time.",
			internal: ["auth"],
			timeout: 60_000,
			params: {
				email: "string",
				password: "string",
				known: {
					type: "boolean",
					summary: "It is wrong here: nothing is asked, and it takes as long as if it were."
				}
			},
			result: { ...oldPerson, nullable: true }
		}),
		exchange: action({
			summary: "Opens a session for one that the old system opened; whoever has it is moved with it.",
			permission: "public",
			rest: "POST /auth/legacy/exchange",
			client: true,
			cookies: ["session", "device"],
			secret: true,
			timeout: 60_000,
			params: {
				token: {
					type: "string",
					min: 1,
					max: 8192,
					summary: "As the old system gave it: a token, or the value of its cookie."
				},
				cookie: {
					type: "boolean",
					default: false,
					summary: "For browsers: the session as a cookie, no token in the answer."
				}
			},
			result: loggedIn,
			example: {
				params: { token: "of-the-old-system" },
				result: {
					account: "p3fa0c61d2b7e4a9",
					session: "s71c",
					accessToken: "eyJ…",
					expiresAt: 1_795_943_400_000,
					refreshToken: "bnr_…",
					device: null,
					second: null,
					access_token: "eyJ…",
					token_type: "bearer"
				}
			}
		}),
		progress: action({
			summary: "How many people of the old system have come, and how many of those who are active.",
			permission: MANAGE,
			rest: "GET /auth/legacy/progress",
			params: {},
			result: progress,
			example: {
				params: {},
				result: {
					asked: true,
					until: "2027-03-01T00:00:00.000Z",
					away: false,
					lazy: 812,
					bulk: 0,
					days: 30,
					active: 812,
					before: 640,
					share: 0.788,
					expected: 1000,
					moved: 0.812
				}
			}
		})
	}
});
