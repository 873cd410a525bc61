/** passkeys: WebAuthn credentials, and logins by them. */

import { action, contract } from "../contract";
import { SWEEPS, sweptAt } from "../jobs";
import { STEP_UP_S } from "../people";
import { personal } from "../personal";
import { shape, type ValueOf } from "../schema";
import { page } from "./account-page";
import { cookie, email, LOGGED_IN, loggedIn } from "./auth-forms";
import { asserted, attested, flow } from "./passkey-forms";

export const passkey = shape(
	"Passkey",
	{
		id: "string",
		name: { type: "string", summary: "In the words of who made it." },
		synced: { type: "boolean", summary: "It is kept by a provider, and there on several devices." },
		createdAt: { type: "string", summary: "ISO 8601, UTC." },
		lastUsedAt: { type: "string", nullable: true }
	},
	"A passkey, without what proves it."
);
export type Passkey = ValueOf<typeof passkey>;

export const begun = shape(
	"PasskeyBegun",
	{
		flow: { type: "string", summary: "To be given back with the answer, within five minutes, once." },
		options: {
			type: "json",
			summary:
				"For the browser: `PublicKeyCredential.parseCreationOptionsFromJSON`, or `parseRequestOptionsFromJSON` where one is used."
		}
	},
	"What a browser makes or uses a passkey with."
);
export type PasskeyBegun = ValueOf<typeof begun>;

const NOTED = ["passkey-added", "passkey-removed", "counter-back"] as const;
export type Noted = (typeof NOTED)[number];

const name = { type: "string", min: 1, max: 100, trim: true, summary: "What it is called in the list." } as const;
const id = "string|min:1|max:100";
const endOthers = {
	type: "boolean",
	default: false,
	summary: "Ends all other sessions of this person, too."
} as const;

const KEY: Passkey = {
	id: "pk-5d0e",
	name: "laptop",
	synced: true,
	createdAt: "2026-11-27T09:00:00.000Z",
	lastUsedAt: null
};
const FLOW = "f-81aa.Qm2x";
const BYTES = "c2hvcnQ";
const ASSERTED = {
	id: BYTES,
	rawId: BYTES,
	type: "public-key",
	response: { clientDataJSON: BYTES, authenticatorData: BYTES, signature: BYTES, userHandle: BYTES }
} as const;
const ATTESTED = {
	id: BYTES,
	rawId: BYTES,
	type: "public-key",
	response: { clientDataJSON: BYTES, attestationObject: BYTES, transports: ["internal"] }
} as const;
const USE = { flow: FLOW, options: { challenge: BYTES, rpId: "example.com", userVerification: "required" } };

export const passkeys = contract("platform", "passkeys", {
	chapter: "Passkeys",
	stores: ["secrets"],
	errors: {
		PASSKEY_REFUSED: {
			status: 401,
			title: "The passkey was not accepted",
			means:
				"It is unknown here, was made for another address, did not ask its owner who they are, or its answer is to another question.",
			todo: "Begin anew, and answer in the browser that asked; else sign in another way."
		},
		PASSKEY_FLOW_INVALID: {
			status: 401,
			title: "This was begun too long ago, or is over",
			means: "What was begun is older than five minutes, was used, is somebody else's, or is none of ours.",
			todo: "Ask for options anew."
		},
		PASSKEYS_UNFIT: {
			status: 409,
			title: "There are no passkeys at this server's address",
			means: "Passkeys are made for a domain over https, or for localhost, and the server's settings name neither.",
			todo: "Set `PUBLIC_URL` to where people reach the server."
		},
		PASSKEY_TAKEN: {
			status: 409,
			title: "The passkey is registered already",
			means: "A passkey is of one account.",
			todo: "Use another one; the browser offers those that are not registered."
		},
		PASSKEY_NOT_FOUND: {
			status: 404,
			title: "No such passkey",
			means: "No passkey of yours has this id; it may have been removed.",
			todo: "Look at `GET /api/v1/auth/passkeys`."
		},
		PASSKEY_LAST: {
			status: 409,
			title: "It is the last passkey",
			means: "Without it there is no login by a passkey any more.",
			todo: "See that there is another way in, then remove it with `last=true`."
		}
	},
	settings: {
		rpId: {
			variable: "PASSKEY_RP_ID",
			rule: "string|min:1|max:253|pattern:^[a-z0-9.-]+$|default:auto",
			summary: "the domain that passkeys are made for, which never changes; auto: that of PUBLIC_URL, or localhost"
		},
		origins: {
			variable: "PASSKEY_ORIGINS",
			rule: "string|min:1|max:2000|default:auto",
			summary: "the origins of pages that may use them, with commas between; auto: PUBLIC_URL, or any port of localhost"
		}
	},
	actions: {
		personal,
		sweep: action({ summary: "Forgets what was begun with passkeys and is over.", ...SWEEPS }),
		page,
		count: action({
			summary: "How many passkeys an account has.",
			internal: ["auth", "mfa", "oidc"],
			reads: true,
			params: { account: "string" },
			result: "number"
		}),
		prove: action({
			summary: "Proves by a passkey who somebody is who is signed in.",
			internal: ["mfa"],
			params: { account: "string", flow, response: asserted },
			result: "boolean"
		}),
		registerOptions: action({
			summary: "Begins to make a passkey.",
			permission: "person",
			fresh: STEP_UP_S,
			rest: "POST /auth/passkeys/options",
			secret: true,
			params: {},
			result: begun,
			example: {
				params: {},
				result: { flow: FLOW, options: { challenge: BYTES, rp: { name: "Banyan", id: "example.com" } } }
			}
		}),
		register: action({
			summary: "Keeps the passkey that a browser made.",
			permission: "person",
			fresh: STEP_UP_S,
			rest: "POST /auth/passkeys",
			status: 201,
			location: "/auth/passkeys/:id",
			params: { flow, response: attested, name: { ...name, default: "Passkey" }, endOthers },
			result: passkey,
			example: { params: { flow: FLOW, response: ATTESTED, name: KEY.name }, result: KEY }
		}),
		list: action({
			summary: "The passkeys of whoever asks.",
			permission: "person",
			rest: "GET /auth/passkeys",
			secret: true,
			params: {},
			result: { type: "array", items: passkey },
			example: { params: {}, result: [KEY] }
		}),
		rename: action({
			summary: "Calls a passkey something else.",
			permission: "person",
			idempotent: true,
			rest: "PUT /auth/passkeys/:id",
			params: { id, name },
			result: passkey,
			example: { params: { id: KEY.id, name: "laptop" }, result: KEY }
		}),
		remove: action({
			summary: "Ends a passkey at once.",
			permission: "person",
			fresh: STEP_UP_S,
			idempotent: true,
			rest: "DELETE /auth/passkeys/:id",
			params: {
				id,
				last: { type: "boolean", default: false, convert: true, summary: "It may be the last one." },
				endOthers: { ...endOthers, convert: true }
			},
			result: passkey,
			example: { params: { id: KEY.id }, result: KEY }
		}),
		loginOptions: action({
			summary: "Begins a login by a passkey: the browser offers those it has. The answer is the same whoever is meant.",
			permission: "public",
			reads: true,
			rest: "POST /auth/passkeys/login/options",
			secret: true,
			params: {
				email: { ...email, optional: true, summary: "Whose passkey it must be; else anybody's." }
			},
			result: begun,
			example: { params: {}, result: USE }
		}),
		login: action({
			summary: "Signs in by a passkey, which is two factors.",
			permission: "public",
			client: true,
			cookies: ["session", "device"],
			rest: "POST /auth/passkeys/login",
			secret: true,
			params: { flow, response: asserted, cookie },
			result: loggedIn,
			example: { params: { flow: FLOW, response: ASSERTED }, result: LOGGED_IN }
		}),
		secondOptions: action({
			summary: "Begins to answer a login's challenge by a passkey.",
			permission: "public",
			client: true,
			reads: true,
			rest: "POST /auth/mfa/passkey/options",
			secret: true,
			params: { challenge: "string|min:1|max:2000" },
			result: begun,
			example: { params: { challenge: "c-3f9d.x7Qe" }, result: USE }
		}),
		second: action({
			summary: "Answers a login's challenge by a passkey: the session that it was asked for.",
			permission: "public",
			client: true,
			cookies: ["session", "device"],
			rest: "POST /auth/mfa/passkey",
			secret: true,
			params: { challenge: "string|min:1|max:2000", flow, response: asserted, cookie },
			result: loggedIn,
			example: {
				params: { challenge: "c-3f9d.x7Qe", flow: FLOW, response: ASSERTED },
				result: LOGGED_IN
			}
		}),
		stepUpOptions: action({
			summary: "Begins to prove once more by a passkey who somebody is.",
			permission: "person",
			reads: true,
			rest: "POST /auth/step-up/options",
			secret: true,
			params: {},
			result: begun,
			example: { params: {}, result: USE }
		})
	},
	jobs: { sweep: sweptAt("*/10 * * * *", "Forgets what was begun with passkeys and is over.") },
	events: {
		/** What matters for somebody's safety. */
		noted: { account: "string", what: { type: "enum", values: NOTED }, at: "string" }
	},
	durable: { noted: { key: "account" } }
});
