/** The actions of `auth` that send letters, and those by which a letter is answered. */

import { action } from "../contract";
import { ADA } from "./auth-admin";
import { changed, email, letterLink, newPassword, others, taken, token } from "./auth-forms";

/** The same under the addresses that monoliths have. */
export const aliases = (method: "GET" | "POST" | "PUT", word: string, ...short: readonly "root"[]): string[] =>
	[`/api/auth/${word}`, `/auth/${word}`, ...short.map(() => `/${word}`)].map(path => `${method} ${path}`);

export const GIVEN = { email: ADA.email, password: "seven wild swans" };
/** Within so many seconds they proved who they are (ASVS 7.5.1). */
const FRESH_S = 600;
export const ON_ITS_WAY = { email: ADA.email, message: "A letter is on its way." };
const TOKEN = "p3fa0c61d2b7e4a9.shown-in-one-letter-alone";

export const letterActions = {
	changeEmail: action({
		summary: "Asks for another address: it is theirs once they answer the letter to it; the old one hears of it.",
		permission: "person",
		rest: "POST /auth/change-email",
		aliases: aliases("POST", "change-email"),
		fresh: FRESH_S,
		status: 202,
		secret: true,
		params: { email },
		result: taken,
		example: { params: { email: ADA.email }, result: ON_ITS_WAY }
	}),
	forgot: action({
		summary: "Sends the owner of the address, if there is one, a letter by which they choose a new password.",
		permission: "public",
		rest: "POST /auth/forgot-password",
		aliases: aliases("POST", "forgot-password"),
		status: 202,
		client: true,
		params: { email },
		result: taken,
		example: { params: { email: ADA.email }, result: ON_ITS_WAY }
	}),
	resend: action({
		summary: "Sends the letter that confirms an address once more, if one is awaited.",
		permission: "public",
		rest: "POST /auth/resend-verification",
		aliases: aliases("POST", "resend-verification"),
		status: 202,
		client: true,
		params: { email },
		result: taken,
		example: { params: { email: ADA.email }, result: ON_ITS_WAY }
	}),
	resetLink: action({
		summary: "What the link of a letter is for; it changes nothing, so that whoever scans mail uses nothing up.",
		permission: "public",
		rest: "GET /auth/reset-password",
		aliases: aliases("GET", "reset-password"),
		secret: true,
		params: { token },
		result: letterLink,
		example: {
			params: { token: TOKEN },
			result: { valid: true, method: "POST", path: "/api/v1/auth/reset-password", fields: ["token", "password"] }
		}
	}),
	reset: action({
		summary: "Sets a new password by the letter, once, and ends all sessions; a second factor is asked for as ever.",
		permission: "public",
		rest: "POST /auth/reset-password",
		aliases: aliases("POST", "reset-password"),
		client: true,
		secret: true,
		params: { token, password: newPassword, others },
		result: changed,
		example: { params: { token: TOKEN, password: "eight wild swans" }, result: { sessionsEnded: 2 } }
	}),
	verifyLink: action({
		summary: "What the link of a letter is for; it changes nothing, so that whoever scans mail uses nothing up.",
		permission: "public",
		rest: "GET /auth/verify-email",
		aliases: aliases("GET", "verify-email"),
		secret: true,
		params: { token },
		result: letterLink,
		example: {
			params: { token: TOKEN },
			result: { valid: true, method: "POST", path: "/api/v1/auth/verify-email", fields: ["token"] }
		}
	}),
	verify: action({
		summary: "Confirms an address by the letter to it, once: of a new account, or another one of an account.",
		permission: "public",
		rest: "POST /auth/verify-email",
		aliases: aliases("POST", "verify-email"),
		client: true,
		secret: true,
		params: { token },
		result: { type: "object", props: { email: "string", verified: "boolean" } },
		example: { params: { token: TOKEN }, result: { email: ADA.email, verified: true } }
	})
} as const;
