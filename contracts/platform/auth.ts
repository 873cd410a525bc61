/** auth: accounts, and who may have a session. */

import { action, contract } from "../contract";
import { SWEEPS, sweptAt } from "../jobs";
import { account, client, entered, factors } from "../people";
import { personal } from "../personal";
import { ADA, adminActions, MANAGE } from "./auth-admin";
import {
	changed,
	cookie,
	ERRORS,
	email,
	LOGGED_IN,
	loggedIn,
	METRICS,
	name,
	newPassword,
	others,
	password,
	SETTINGS,
	taken
} from "./auth-forms";
import { aliases, GIVEN, letterActions, ON_ITS_WAY } from "./auth-letters";
import { IMPORT, movingActions } from "./auth-moving";

export const auth = contract("platform", "auth", {
	chapter: "Accounts",
	stores: ["secrets"],
	scopes: {
		[MANAGE]: "find, disable and delete accounts, and have letters sent to their owners",
		[IMPORT]: "bring accounts of other systems, with the hashes of their passwords"
	},
	errors: ERRORS,
	settings: SETTINGS,
	metrics: METRICS,
	actions: {
		register: action({
			summary: "Asks for an account; the letter to the address says what next, also to whoever has one.",
			permission: "public",
			rest: "POST /auth/register",
			aliases: aliases("POST", "register", "root"),
			status: 202,
			client: true,
			secret: true,
			params: { email, password: newPassword, name: { ...name, optional: true } },
			result: taken,
			example: { params: { ...GIVEN, name: ADA.name }, result: ON_ITS_WAY }
		}),
		login: action({
			summary: "Opens a session by address and password, or asks for a second factor.",
			permission: "public",
			rest: "POST /auth/login",
			aliases: aliases("POST", "login", "root"),
			client: true,
			cookies: ["session", "device"],
			secret: true,
			params: {
				email,
				password,
				cookie
			},
			result: loggedIn,
			example: {
				params: GIVEN,
				result: LOGGED_IN
			}
		}),
		logout: action({
			summary: "Ends the session that asks.",
			permission: "person",
			rest: "POST /auth/logout",
			aliases: aliases("POST", "logout", "root"),
			cookies: ["session"],
			idempotent: true,
			params: {},
			result: { type: "object", props: { ended: "boolean" } },
			example: { params: {}, result: { ended: true } }
		}),
		me: action({
			summary: "The account of whoever asks.",
			permission: "person",
			rest: "GET /auth/me",
			aliases: aliases("GET", "me", "root"),
			secret: true,
			params: {},
			result: account,
			example: { params: {}, result: ADA }
		}),
		setMe: action({
			summary: "Changes what the account of whoever asks is called.",
			permission: "person",
			rest: "PUT /auth/me",
			aliases: aliases("PUT", "me", "root"),
			idempotent: true,
			secret: true,
			params: { name },
			result: account,
			example: { params: { name: "Ada King" }, result: { ...ADA, name: "Ada King" } }
		}),
		changePassword: action({
			summary: "Changes the password of whoever asks, by the current one, and ends their other sessions.",
			permission: "person",
			rest: "POST /auth/change-password",
			aliases: aliases("POST", "change-password", "root"),
			client: true,
			secret: true,
			params: {
				current: { ...password, nullable: true, optional: true, summary: "Where the account has one." },
				password: newPassword,
				others
			},
			result: changed,
			example: { params: { current: GIVEN.password, password: "eight wild swans" }, result: { sessionsEnded: 1 } }
		}),
		...letterActions,
		...adminActions,
		...movingActions,
		personal,
		sweep: action({ summary: "Forgets registrations that nobody confirmed in time.", ...SWEEPS }),
		account: action({
			summary: "An account by its id, or null.",
			internal: ["access", "sessions", "mfa", "passkeys", "oidc", "mail", "legacy", "users"],
			reads: true,
			params: { id: "string" },
			result: { ...account, nullable: true }
		}),
		hasPassword: action({
			summary: "Whether somebody can sign in to an account by a password.",
			internal: ["oidc"],
			reads: true,
			params: { account: "string" },
			result: "boolean"
		}),
		enter: action({
			summary:
				"Opens a session of an account whose factors were proved; asks for a second one where the account has such.",
			internal: ["mfa", "passkeys", "oidc", "legacy"],
			params: {
				account: "string",
				factors,
				client,
				since: {
					type: "number",
					optional: true,
					summary:
						"When the first factor was proved, in ms since 1970: a password that was changed since proves nothing."
				}
			},
			result: entered
		}),
		prove: action({
			summary: "Proves by their password who somebody is who is signed in.",
			internal: ["mfa"],
			params: { account: "string", password, client },
			result: "boolean"
		}),
		erase: action({
			summary: "Ends an account for good, with all its sessions; false where there is none.",
			internal: ["users"],
			idempotent: true,
			params: {
				account: "string",
				request: { type: "string", summary: "The erasure that this is a part of, by which each service reports." }
			},
			result: "boolean"
		})
	},
	jobs: { sweep: sweptAt("7 * * * *", "Forgets registrations that nobody confirmed in time.") },
	events: {
		/** Something was asked for whose answer must not tell whether an address is known: it is done behind the answer. */
		asked: { id: "string", subject: "string" },
		registered: {
			account: "string",
			adopted: { type: "boolean", optional: true, summary: "They were brought, and are not to be welcomed." }
		},
		changed: { account: "string" },
		/** Whoever keeps something of them forgets it, and says so (contracts/personal.ts). */
		erased: { account: "string", request: "string" },
		/** What matters for somebody's safety. */
		noted: { account: "string", what: "string", at: "string" }
	},
	durable: {
		asked: { key: "subject" },
		registered: { key: "account" },
		changed: { key: "account" },
		erased: { key: "account" },
		noted: { key: "account" }
	}
});
