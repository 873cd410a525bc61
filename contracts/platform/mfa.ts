/** mfa: second factors by code (TOTP, recovery codes), and proving once more who somebody is. */

import { action, contract } from "../contract";
import { challenge, client, factors, STEP_UP_S } from "../people";
import { personal } from "../personal";
import { reseal } from "../reseal";
import { shape, type ValueOf } from "../schema";
import { cookie, LOGGED_IN, loggedIn, password } from "./auth-forms";
import { assertion } from "./passkey-forms";

/** Of a code as somebody types it: six digits of an app, or a recovery code, with or without its dashes. */
const code = {
	type: "string",
	min: 6,
	max: 40,
	summary: "Of the app, or a recovery code: each works once."
} as const;
const endOthers = {
	type: "boolean",
	default: false,
	summary: "Ends all other sessions of this person, too."
} as const;

export const secondFactors = shape(
	"SecondFactors",
	{
		on: { type: "boolean", summary: "A login by one factor is asked for a second one." },
		totp: { type: "boolean", summary: "An app's codes are one." },
		totpSince: { type: "string", nullable: true, summary: "ISO 8601, UTC." },
		recoveryCodes: { type: "number", summary: "How many are left." },
		passkeys: "number"
	},
	"The second factors of a person."
);
export type SecondFactors = ValueOf<typeof secondFactors>;

const recoveryCodes = {
	type: "array",
	items: "string",
	summary: "Each works once, where the app or the passkey is not at hand. Never shown again."
} as const;
export const codesLeft = shape(
	"SecondFactorsAndCodes",
	{ ...secondFactors.props, codes: { ...recoveryCodes, nullable: true } },
	"The second factors, and the recovery codes where they were made just now."
);
export type CodesLeft = ValueOf<typeof codesLeft>;

const NOTED = ["totp-added", "totp-removed", "recovery-codes-made", "recovery-code-used"] as const;
export type Noted = (typeof NOTED)[number];

const CHALLENGE = "c-3f9d.x7Qe";
const OFF: SecondFactors = { on: false, totp: false, totpSince: null, recoveryCodes: 0, passkeys: 0 };
const ON: SecondFactors = {
	on: true,
	totp: true,
	totpSince: "2026-11-27T09:00:00.000Z",
	recoveryCodes: 10,
	passkeys: 0
};
const CODES = ["k3pm-7wq4-xv9t", "b8zn-2hrd-5yjc"];

export const mfa = contract("platform", "mfa", {
	chapter: "Second factors",
	stores: ["secrets"],
	errors: {
		CHALLENGE_INVALID: {
			status: 401,
			title: "The second factor is asked for no longer",
			means: "The challenge is older than five minutes, was used, is of another browser, or is none of ours.",
			todo: "Sign in anew with the first factor."
		},
		CODE_WRONG: {
			status: 401,
			title: "The code is wrong",
			means: "It is not the code of now, or it was used: each works once.",
			todo: "Wait for the app's next code, see that its clock is right, or use a recovery code."
		},
		TOTP_EXISTS: {
			status: 409,
			title: "An app's codes are a second factor already",
			means: "There is one app at a time.",
			todo: "Remove it first (`DELETE /api/v1/auth/mfa/totp`)."
		},
		TOTP_NOT_BEGUN: {
			status: 409,
			title: "No app waits for its first code",
			means: "It was never begun, is confirmed, or was begun more than fifteen minutes ago.",
			todo: "Begin with `POST /api/v1/auth/mfa/totp`, and confirm with a code of the app."
		},
		SECOND_FACTOR_MISSING: {
			status: 409,
			title: "There is no second factor",
			means: "Recovery codes stand in for an app or a passkey, and there is neither.",
			todo: "Add an app (`POST /api/v1/auth/mfa/totp`) or a passkey first."
		},
		SECOND_FACTOR_NEEDED: {
			status: 403,
			title: "A password is not enough here",
			means: "This person has a second factor, so that is what proves who they are.",
			todo: "Send `code`, or a passkey's answer, instead."
		}
	},
	settings: {
		issuer: {
			variable: "TOTP_ISSUER",
			live: true,
			rule: "string|min:1|max:64|pattern:^[^:]+$|default:Banyan",
			summary: "the name under which apps show the codes of an account, and devices its passkeys"
		}
	},
	actions: {
		reseal,
		personal,
		begin: action({
			summary: "Asks for a second factor of an account, or null where it has none.",
			internal: ["auth"],
			reads: true,
			params: { account: "string", factors, client },
			result: { ...challenge, nullable: true }
		}),
		challenged: action({
			summary: "Whose challenge it is, or null where it is none that may be answered.",
			internal: ["passkeys"],
			reads: true,
			params: { challenge: "string", client },
			result: { type: "object", nullable: true, props: { account: "string", factors } }
		}),
		redeem: action({
			summary: "The same, once: it may not be answered again.",
			internal: ["passkeys"],
			params: { challenge: "string", client },
			result: { type: "object", nullable: true, props: { account: "string", factors } }
		}),
		status: action({
			summary: "Which second factors there are.",
			permission: "person",
			rest: "GET /auth/mfa",
			secret: true,
			params: {},
			result: secondFactors,
			example: { params: {}, result: ON }
		}),
		enrol: action({
			summary: "Begins with an app: its secret, shown once. It counts from its first code on.",
			permission: "person",
			fresh: STEP_UP_S,
			rest: "POST /auth/mfa/totp",
			secret: true,
			params: {},
			result: {
				type: "object",
				props: {
					secret: { type: "string", summary: "In base32, to be typed into the app." },
					uri: { type: "string", summary: "The same as `otpauth://`." },
					qr: { type: "string", summary: "That as a QR code, for the app's camera: an SVG." }
				}
			},
			example: {
				params: {},
				result: {
					secret: "shown-once-then-never-again",
					uri: "otpauth://totp/Banyan:ada%40example.com?issuer=Banyan&secret=shown-once-then-never-again",
					qr: '<svg xmlns="http://www.w3.org/2000/svg"></svg>'
				}
			}
		}),
		confirm: action({
			summary: "Makes the app a second factor, by its first code. Recovery codes are made where there are none.",
			permission: "person",
			fresh: STEP_UP_S,
			client: true,
			rest: "POST /auth/mfa/totp/confirm",
			secret: true,
			params: { code, endOthers },
			result: codesLeft,
			example: { params: { code: "492039" }, result: { ...ON, codes: CODES } }
		}),
		removeTotp: action({
			summary: "The app is a second factor no more. Without a passkey none is asked for then.",
			permission: "person",
			fresh: STEP_UP_S,
			idempotent: true,
			rest: "DELETE /auth/mfa/totp",
			params: { endOthers: { ...endOthers, convert: true } },
			result: secondFactors,
			example: { params: {}, result: OFF }
		}),
		recoveryCodes: action({
			summary: "Makes ten recovery codes; those before them end. Whoever has a passkey turns second factors on by it.",
			permission: "person",
			fresh: STEP_UP_S,
			rest: "POST /auth/mfa/recovery-codes",
			secret: true,
			params: {},
			result: codesLeft,
			example: { params: {}, result: { ...ON, codes: CODES } }
		}),
		stepUp: action({
			summary:
				"Proves once more who somebody is, for what asks for it: by the password, or where they have a second factor by that.",
			permission: "person",
			client: true,
			rest: "POST /auth/step-up",
			params: {
				password: { ...password, optional: true },
				code: { ...code, optional: true },
				passkey: { ...assertion, optional: true }
			},
			result: {
				type: "object",
				props: { factor: { type: "enum", values: ["password", "totp", "recovery", "passkey"] } }
			},
			example: { params: { code: "492039" }, result: { factor: "totp" } }
		}),
		verify: action({
			summary: "Answers a login's challenge with a code: the session that it was asked for.",
			permission: "public",
			client: true,
			cookies: ["session", "device"],
			rest: "POST /auth/mfa/verify",
			secret: true,
			params: { challenge: "string|min:1|max:2000", code, cookie },
			result: loggedIn,
			example: { params: { challenge: CHALLENGE, code: "492039" }, result: LOGGED_IN }
		})
	},
	events: {
		/** What matters for somebody's safety. */
		noted: { account: "string", what: { type: "enum", values: NOTED }, at: "string" }
	},
	durable: { noted: { key: "account" } }
});
