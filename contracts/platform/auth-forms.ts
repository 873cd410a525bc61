/** What the actions of `auth` take and answer, and the words of its errors and settings. */

import { account, challenge } from "../people";
import { shape, type ValueOf } from "../schema";

/** Held against what a person typed once it is in its canonical form (domain/platform/accounts/email.ts). */
export const email = {
	type: "string",
	min: 3,
	max: 254,
	pattern: "^\\s*[^\\s@]+@[^\\s@]+\\s*$",
	summary: "Upper and lower case are the same."
} as const;
/** Of whatever length somebody may have: cut nowhere (ASVS 6.2.9, 6.2.8). */
export const password = { type: "string", min: 1, max: 1000 } as const;
export const newPassword = {
	...password,
	summary: "8 characters or more, of any kind; none that is among the most common ones, and not the address."
} as const;
export const name = { type: "string", min: 1, max: 200, nullable: true } as const;
export const token = { type: "string", min: 1, max: 200, summary: "Of the letter." } as const;
export const id = "string|min:1|max:100";
export const others = {
	type: "boolean",
	default: true,
	summary: "End all other sessions, too."
} as const;

export const taken = shape(
	"Taken",
	{ email: "string", message: "string" },
	"What was asked for is being done; whether the address is known here is told to nobody but its owner."
);

export type Taken = ValueOf<typeof taken>;

export const loggedIn = shape(
	"LoggedIn",
	{
		account: "string|nullable",
		session: "string|nullable",
		accessToken: { type: "string", nullable: true, summary: "A JWT, to be sent as a bearer token." },
		expiresAt: { type: "number", nullable: true, summary: "When it is over, in ms since 1970." },
		refreshToken: { type: "string", nullable: true, summary: "For the next access token; each is used once." },
		device: { type: "string", nullable: true, summary: "To be sent as `X-Device` at the next login from this device." },
		second: { ...challenge, nullable: true },
		access_token: { type: "string", nullable: true, summary: "The same, as OAuth 2.0 calls it (RFC 6749 §5.1)." },
		token_type: { type: "enum", values: ["bearer"] }
	},
	"They are signed in, by tokens or, where they asked for it, by a cookie; or a second factor is asked for (`second`)."
);
export type LoggedIn = ValueOf<typeof loggedIn>;

/** How a login is answered. */
export const cookie = {
	type: "boolean",
	default: false,
	summary: "For browsers: the session as a cookie, no token in the answer."
} as const;
export const LOGGED_IN: LoggedIn = {
	account: "a9f3c0",
	session: "s71c",
	accessToken: "eyJ…",
	expiresAt: 1_795_943_400_000,
	refreshToken: "bnr_…",
	device: null,
	second: null,
	access_token: "eyJ…",
	token_type: "bearer"
};

export const LETTERS = ["verify", "reset", "email"] as const;
export type Letter = (typeof LETTERS)[number];
export const letterLink = shape(
	"LetterLink",
	{
		valid: "boolean",
		method: { type: "string", summary: "To be done by a person: a link that is only looked at changes nothing." },
		path: "string",
		fields: { type: "string[]", summary: "What to send as JSON." }
	},
	"What a link of a letter is for."
);
export type LetterLink = ValueOf<typeof letterLink>;

export const changed = shape("Changed", { sessionsEnded: { type: "number", summary: "How many others." } });

export const OUTCOMES = ["created", "updated", "unchanged", "refused"] as const;
export const REASONS = ["email-invalid", "email-taken", "hash-unknown", "hash-unsalted", "hash-too-dear"] as const;
export type Reason = (typeof REASONS)[number];
export const adopted = shape(
	"Adopted",
	{
		id: { type: "string", summary: "As it was given." },
		outcome: { type: "enum", values: OUTCOMES },
		account: { type: "string", nullable: true, summary: "Of ours." },
		reason: { type: "enum", values: REASONS, nullable: true }
	},
	"What became of one account of another system."
);
export type Adopted = ValueOf<typeof adopted>;

export const foreign = shape(
	"ForeignAccount",
	{
		id: { type: "string", min: 1, max: 200, summary: "There." },
		email: { type: "string", max: 400 },
		name: { ...name, optional: true },
		verified: { type: "boolean", optional: true, summary: "The address was proved to be theirs." },
		password: {
			type: "string",
			max: 2000,
			nullable: true,
			optional: true,
			summary: "Its hash, as that system keeps it; docs/decisions/0047 lists the forms."
		},
		state: { type: "enum", values: ["active", "disabled"], optional: true },
		createdAt: { type: "string", max: 40, optional: true, summary: "ISO 8601." }
	},
	"An account of another system. What it does not say stays as it is."
);
export type Foreign = ValueOf<typeof foreign>;
export const MOST_ADOPTED = 200;

export const accountPage = shape("AccountPage", {
	accounts: { type: "array", items: account },
	next: { type: "string", nullable: true, summary: "Give it as `after` for the next page." }
});

export const ERRORS = {
	CREDENTIALS_WRONG: {
		status: 401,
		title: "The address or the password is not right",
		means:
			"There is no such account, or its password is another one, or its address was not confirmed yet: which of them is told to nobody.",
		todo: "Try again, confirm the address by the letter, or ask for a letter with `POST /api/v1/auth/forgot-password`."
	},
	PASSWORD_WRONG: {
		status: 403,
		title: "The current password is not right",
		means: "Whoever changes a password gives the current one.",
		todo: "Try again, or ask for a letter with `POST /api/v1/auth/forgot-password`."
	},
	PASSWORD_WEAK: {
		status: 422,
		title: "The password is too easy to guess",
		means: "It is too short, among the most common ones, or says the address.",
		todo: "Choose another one as the detail says; several words in a row are good."
	},
	PROOF_INVALID: {
		status: 410,
		title: "The link is over",
		means: "It was used, is too old, or never was one of ours.",
		todo: "Ask for another letter."
	},
	ACCOUNT_DISABLED: {
		status: 403,
		title: "The account is disabled",
		means: "Whoever asked proved that it is theirs, and somebody disabled it.",
		todo: "Ask whoever runs this server."
	},
	ACCOUNT_EXISTS: {
		status: 409,
		title: "There is an account of this address",
		means: "An address has one account. Whoever may manage accounts is told so; nobody else is.",
		todo: "Look at it with `GET /api/v1/auth/accounts?email=…`."
	},
	ACCOUNT_NOT_FOUND: {
		status: 404,
		title: "No such account",
		means: "No account has this id; it may have been deleted.",
		todo: "Look at `GET /api/v1/auth/accounts`."
	},
	REGISTRATION_CLOSED: {
		status: 403,
		title: "Nobody registers here by themselves",
		means: "`REGISTRATION` of the server is off.",
		todo: "Ask whoever runs it for an account."
	}
} as const;

export const SETTINGS = {
	hashes: {
		variable: "PASSWORD_HASHES",
		rule: "number|integer|min:1|max:64|default:2",
		summary: "passwords that a node hashes at once, each in 19 MiB"
	},
	hashesWaiting: {
		variable: "PASSWORD_HASHES_WAITING",
		rule: "number|integer|min:0|max:10000|default:32",
		summary: "passwords that wait for that; more are refused"
	},
	unsalted: {
		variable: "PASSWORDS_UNSALTED",
		rule: "boolean|default:false",
		summary: "whether a bare MD5 or SHA of another system is taken for a hash until its first login"
	},
	breached: {
		variable: "PASSWORDS_BREACHED",
		local: true,
		rule: { type: "string", default: "", pattern: "^(?:https?://[^?#\\s]+|[^\\s:]*)$" },
		summary:
			"where passwords of breaches are looked up, in ranges of SHA-1: a folder of them, or an address as https://api.pwnedpasswords.com/range, which is told five digits of the digest; without it nowhere"
	},
	page: {
		variable: "ACCOUNT_PAGE",
		rule: { type: "string", default: "/account", max: 2000, pattern: "^(?:/|https?://)[^#\\s]*$" },
		summary:
			"the page that links of letters lead to, told behind a # what it is for (`verify-email` or `reset-password`) and its token: a path at PUBLIC_URL, or an address as a whole"
	},
	administrator: {
		variable: "ADMIN_EMAIL",
		local: true,
		rule: { type: "string", max: 254, default: "" },
		summary:
			"whose account is made with all scopes when a server starts that has none of that address; a letter goes there"
	},
	registration: {
		variable: "REGISTRATION",
		live: true,
		rule: "boolean|default:true",
		summary: "whether people register by themselves"
	}
} as const;

export const METRICS = {
	logins: {
		type: "counter",
		name: "banyan.logins",
		labels: ["by", "outcome"],
		summary:
			"Logins, by the factor that was given last (password, totp, passkey …) and what came of them: in, second (another factor is asked for), refused."
	},
	unchecked: {
		type: "counter",
		name: "banyan.passwords.unchecked",
		summary: "Passwords that were taken though nobody could tell whether they are of a breach."
	}
} as const;
