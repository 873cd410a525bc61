/** What the actions of `oidc` answer, and the words of its errors. */

import { shape, type ValueOf } from "../schema";
import { loggedIn } from "./auth-forms";

export const provider = shape(
	"OidcProvider",
	{
		name: { type: "string", summary: "As it stands in addresses." },
		title: { type: "string", summary: "For people: `Sign in with …`." },
		issuer: "string"
	},
	"An issuer by whose accounts people sign in."
);
export type OidcProviderShown = ValueOf<typeof provider>;

export const oidcLink = shape(
	"OidcLink",
	{
		id: "string",
		provider: "string",
		issuer: "string",
		email: { type: "string", nullable: true, summary: "As the issuer called it when they last signed in by it." },
		createdAt: { type: "string", summary: "ISO 8601, UTC." },
		lastUsedAt: { type: "string", nullable: true }
	},
	"An account at another issuer that is linked with one here."
);
export type OidcLink = ValueOf<typeof oidcLink>;

export const begun = shape(
	"OidcBegun",
	{
		url: { type: "string", summary: "Where they sign in; to be opened in their browser." },
		flow: {
			type: "string",
			summary: "To be given back with the code by whoever keeps no cookies; others have it as a cookie."
		}
	},
	"A login that was begun: it is over after ten minutes."
);

export const ended = shape(
	"OidcEnded",
	{ ...loggedIn.props, linked: { ...oidcLink, nullable: true } },
	"They are signed in, a second factor is asked for, or their account there was linked."
);

export const ERRORS = {
	OIDC_PROVIDER_UNKNOWN: {
		status: 404,
		title: "No such provider of logins",
		means: "No provider of this name is in the file that `OIDC_PROVIDERS` names.",
		todo: "Use one of those that `GET /api/v1/auth/oidc` lists."
	},
	OIDC_STATE_INVALID: {
		status: 400,
		title: "This login was not begun here, or is over",
		means:
			"The state that came back is none of ours, is older than ten minutes, was used, was begun in another browser, or belongs to another provider.",
		todo: "Begin the login again: `POST /api/v1/auth/oidc/:provider/begin`."
	},
	OIDC_DENIED: {
		status: 403,
		title: "The issuer did not let them in",
		means: "They refused, or the issuer did: the detail has its word.",
		todo: "Begin the login again, or sign in another way."
	},
	OIDC_ANSWER_INVALID: {
		status: 400,
		title: "The issuer's answer is not to be trusted",
		means:
			"The code is unknown to it, or what it answered is signed by somebody else, is for another client or another login, is expired, or comes from another issuer than was asked.",
		todo: "Begin the login again. If it lasts, compare the client at the issuer with the file that `OIDC_PROVIDERS` names."
	},
	OIDC_NOT_LINKED: {
		status: 403,
		title: "No account here is linked with this one",
		means: "Nobody gets an account by this issuer: it is for accounts that are linked with it.",
		todo: "Sign in here in another way, then `POST /api/v1/auth/oidc/:provider/link`."
	},
	OIDC_EMAIL_UNVERIFIED: {
		status: 403,
		title: "The issuer does not vouch for an e-mail address",
		means:
			"No account here is linked with this one, and an account is made of an address alone that its issuer verified.",
		todo: "Verify the address at the issuer; or register here, sign in, and link it."
	},
	ACCOUNT_EXISTS_LINK_FIRST: {
		status: 409,
		title: "An account here has this address: link it first",
		means: "An account is never linked because of an address: whoever links proves both.",
		todo: "Sign in here as before (or ask for a new password), then `POST /api/v1/auth/oidc/:provider/link`."
	},
	OIDC_LINK_TAKEN: {
		status: 409,
		title: "That account is linked with another one here",
		means: "An account of an issuer belongs to one account here.",
		todo: "Sign in by it and take the link away there, or link another one."
	},
	OIDC_LINK_NOT_FOUND: {
		status: 404,
		title: "No such link",
		means: "Your account has no link of this id.",
		todo: "Look at `GET /api/v1/auth/oidc/links`."
	},
	LAST_WAY_IN: {
		status: 409,
		title: "It is the last way into this account",
		means: "Without it nobody could sign in to this account any more.",
		todo: "Set a password, add a passkey or link another issuer; then take it away."
	}
} as const;
