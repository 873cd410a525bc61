/** oidc: logins by other issuers (OpenID Connect), and which of their accounts belong to ours. */

import { action, contract } from "../contract";
import { STEP_UP_S } from "../people";
import { personal } from "../personal";
import { cookie, LOGGED_IN } from "./auth-forms";
import { begun, ERRORS, ended, type OidcLink, type OidcProviderShown, oidcLink, provider } from "./oidc-forms";

const name = {
	type: "string",
	min: 1,
	max: 64,
	summary: "The name of a provider, as `GET /api/v1/auth/oidc` has it."
} as const;
const answerFields = {
	code: { type: "string", optional: true, max: 4096, summary: "As the issuer sent it." },
	state: { type: "string", optional: true, max: 4096, summary: "As the issuer sent it." },
	iss: { type: "string", optional: true, max: 2048, summary: "Who answered (RFC 9207)." },
	error: { type: "string", optional: true, max: 200, summary: "In place of the code: why there is none." },
	error_description: { type: "string", optional: true, max: 2000, summary: "For whoever reads logs there; not shown." }
} as const;

const shown: OidcProviderShown = { name: "example", title: "Example", issuer: "https://id.example.com" };
const link: OidcLink = {
	id: "o-5f1c",
	provider: "example",
	issuer: shown.issuer,
	email: "ada@example.com",
	createdAt: "2026-11-27T09:00:00.000Z",
	lastUsedAt: null
};
const BEGUN = { url: "https://id.example.com/auth?client_id=banyan", flow: "given-back-with-the-code" };
const TAG = "Logins by other issuers";

export const oidc = contract("platform", "oidc", {
	chapter: TAG,
	stores: ["secrets"],
	errors: ERRORS,
	settings: {
		providers: {
			variable: "OIDC_PROVIDERS",
			local: true,
			rule: { type: "string", max: 4096, default: "" },
			summary: "a file, YAML or JSON, of issuers by whose accounts people sign in"
		},
		returnUrl: {
			variable: "OIDC_RETURN_URL",
			live: true,
			rule: "string|max:2048|default:/",
			summary: "the page to which a browser is sent after such a login: a path at PUBLIC_URL, or an address as a whole"
		}
	},
	actions: {
		providers: action({
			summary: "By which issuers people may sign in.",
			permission: "public",
			rest: "GET /auth/oidc",
			params: {},
			result: { type: "array", items: provider },
			example: { params: {}, result: [shown] }
		}),
		begin: action({
			summary: "Begins a login: where to send whoever signs in.",
			permission: "public",
			reads: true,
			secret: true,
			rest: "POST /auth/oidc/:provider/begin",
			cookies: ["oidc"],
			params: { provider: name },
			result: begun,
			example: { params: { provider: "example" }, result: BEGUN }
		}),
		open: action({
			summary: "Begins a login as a browser does by itself: it is sent to the issuer.",
			permission: "public",
			secret: true,
			rest: "GET /auth/oidc/:provider/begin",
			cookies: ["oidc"],
			redirect: "url",
			params: { provider: name },
			result: begun,
			example: { params: { provider: "example" }, result: BEGUN }
		}),
		link: action({
			summary:
				"Begins to link an account of an issuer with one's own: where to send the browser to prove that it is theirs.",
			permission: "person",
			fresh: STEP_UP_S,
			reads: true,
			secret: true,
			rest: "POST /auth/oidc/:provider/link",
			cookies: ["oidc"],
			params: { provider: name },
			result: begun,
			example: { params: { provider: "example" }, result: BEGUN }
		}),
		finish: action({
			summary: "Ends a login by what the issuer sent: tokens, or what else is asked for.",
			permission: "public",
			secret: true,
			client: true,
			rest: "POST /auth/oidc/:provider/callback",
			cookies: ["oidc", "session", "device"],
			params: { provider: name, ...answerFields, cookie, flow: { type: "string", optional: true, max: 200 } },
			result: ended,
			example: {
				params: { provider: "example", code: "spent-once", state: "as-it-came", iss: shown.issuer, flow: BEGUN.flow },
				result: { ...LOGGED_IN, linked: null }
			}
		}),
		callback: action({
			summary: "Where an issuer sends a browser back: it is signed in by a cookie, and sent to `OIDC_RETURN_URL`.",
			permission: "public",
			secret: true,
			client: true,
			rest: "GET /auth/oidc/:provider/callback",
			cookies: ["oidc", "session", "device"],
			redirect: "to",
			params: { provider: name, ...answerFields },
			result: { type: "object", props: { to: "string" } },
			example: {
				params: { provider: "example", code: "spent-once", state: "as-it-came", iss: shown.issuer },
				result: { to: "https://app.example.com/" }
			}
		}),
		links: action({
			summary: "The accounts of other issuers that one's own is linked with.",
			permission: "person",
			secret: true,
			rest: "GET /auth/oidc/links",
			params: {},
			result: { type: "array", items: oidcLink },
			example: { params: {}, result: [link] }
		}),
		unlink: action({
			summary: "Takes a link away; never the last way into the account.",
			permission: "person",
			fresh: STEP_UP_S,
			idempotent: true,
			secret: true,
			rest: "DELETE /auth/oidc/links/:id",
			params: { id: "string|min:1|max:100" },
			result: oidcLink,
			example: { params: { id: link.id }, result: link }
		}),
		personal,
		linked: action({
			summary: "The issuers that an account is linked with.",
			internal: ["auth", "users"],
			reads: true,
			params: { account: "string" },
			result: "string[]"
		})
	},
	events: {
		/** A login by an issuer was linked with an account, or taken away: its owner hears of it. */
		noted: { account: "string", what: "string", at: "string" }
	},
	durable: { noted: { key: "account" } }
});
