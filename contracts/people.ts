/** Whoever is signed in, and where they ask from, as services tell each other: the forms that several contracts share. */

import { shape, type ValueOf } from "./schema";

/** What changes who may sign in as somebody asks that they proved who they are within so many seconds (ASVS 7.5.1). */
export const STEP_UP_S = 600;

/** How somebody proved who they are. A passkey is two factors in one: what they have, and what opens it. */
export const FACTORS = ["password", "totp", "recovery", "passkey", "oidc", "legacy"] as const;
export type Factor = (typeof FACTORS)[number];
export const factors = { type: "array", items: { type: "enum", values: FACTORS }, max: FACTORS.length } as const;

export const person = shape(
	"Person",
	{
		account: "string",
		session: "string",
		scopes: "string[]",
		factors,
		provedAt: { type: "number", summary: "When they last proved who they are, in ms since 1970." }
	},
	"Whoever is signed in."
);
export type Person = ValueOf<typeof person>;

export const behalf = shape(
	"Behalf",
	{
		id: { type: "string", summary: "Of the key; of a person `person:` and their account." },
		kind: { type: "enum", values: ["person", "key"] }
	},
	"On whose behalf something was done: said for the record, it opens nothing."
);
export type Behalf = ValueOf<typeof behalf>;

export const client = shape(
	"Client",
	{
		address: { type: "string", summary: "Behind the proxies we trust." },
		agent: { type: "string", summary: "Their User-Agent, at most 300 characters; empty: none." },
		device: { type: "string", nullable: true, summary: "What this device was given at an earlier login." }
	},
	"Where a request comes from."
);
export type Client = ValueOf<typeof client>;

export const account = shape(
	"Account",
	{
		id: "string",
		email: "string",
		verified: { type: "boolean", summary: "The address is proved to be theirs." },
		name: { type: "string", nullable: true },
		scopes: { type: "string[]", summary: "What they may do beside what everybody may with what is their own." },
		state: { type: "enum", values: ["active", "disabled"] },
		createdAt: { type: "string", summary: "ISO 8601, UTC." },
		lastLoginAt: { type: "string", nullable: true }
	},
	"An account, without anything that proves who somebody is."
);
export type Account = ValueOf<typeof account>;

export const signedIn = shape(
	"SignedIn",
	{
		account: "string",
		session: "string",
		accessToken: { type: "string", summary: "A JWT, to be sent as a bearer token." },
		expiresAt: { type: "number", summary: "When it is over, in ms since 1970." },
		refreshToken: { type: "string", summary: "For the next access token; each is used once." },
		sessionToken: { type: "string", summary: "The same session, as a cookie carries it." },
		device: {
			type: "string",
			nullable: true,
			summary: "To be sent as `X-Device` at the next login from this device."
		}
	},
	"A session that was opened."
);
export type SignedIn = ValueOf<typeof signedIn>;

export const challenge = shape(
	"Challenge",
	{
		challenge: { type: "string", summary: "To be given back with the second factor, within five minutes." },
		methods: { type: "array", items: { type: "enum", values: ["totp", "recovery", "passkey"] } }
	},
	"What is asked for beside the first factor."
);
export type Challenge = ValueOf<typeof challenge>;

/** Either of the two. */
export const entered = shape(
	"Entered",
	{ session: { ...signedIn, nullable: true }, second: { ...challenge, nullable: true } },
	"They are signed in, or a second factor is asked for."
);
export type Entered = ValueOf<typeof entered>;
