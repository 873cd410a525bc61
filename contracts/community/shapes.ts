/** People and organisations as the API shows them, and the fields that requests about them share. */

import { remainder } from "../personal";
import { type Rule, shape, type ValueOf } from "../schema";

/** How a field is that names a person or an organisation; what it may be exactly is said where it is set. */
export const handle = { type: "string", min: 1, max: 100 } as const;
/** Of a list. */
export const paged = {
	limit: { type: "number", integer: true, min: 1, max: 100, default: 50, convert: true },
	after: { type: "string", optional: true, min: 1, max: 1000, summary: "`next` of the page before, as it came." }
} as const;

/** @param items what is listed */
export const page = <const N extends string, const R extends Rule>(items: R & { readonly named: N }) =>
	shape(
		`PageOf${items.named}`,
		{ items: { type: "array", items: items as R }, next: "string|nullable" },
		"A run of a list, and where to go on; `next` is null at its end."
	);
export interface Page<T> {
	readonly items: readonly T[];
	readonly next: string | null;
}

const said = {
	handle: { type: "string", summary: "What they are called by." },
	name: "string",
	avatar: { type: "string", nullable: true, summary: "An address of a picture." }
} as const;

export const listed = shape("ListedPerson", said, "Somebody in a list.");
export type Listed = ValueOf<typeof listed>;

const profile = {
	...said,
	bio: "string",
	links: "string[]",
	followers: "number",
	following: "number",
	joinedAt: { type: "string", summary: "ISO 8601, UTC." }
} as const;

export const shown = shape(
	"Profile",
	{ ...profile, followed: { type: "boolean", summary: "Whoever asks follows them." } },
	"Somebody as others see them."
);
export type Shown = ValueOf<typeof shown>;

export const own = shape(
	"OwnProfile",
	{ ...profile, account: "string", visibility: { type: "enum", values: ["public", "private"] } },
	"Whoever is signed in, as they see themselves."
);
export type Own = ValueOf<typeof own>;

export const role = { type: "enum", values: ["owner", "admin", "member"] } as const;

export const organisation = shape(
	"Organisation",
	{
		handle: "string",
		name: "string",
		about: "string",
		members: "number",
		role: { ...role, nullable: true, summary: "Of whoever asks; null: they are no member." },
		createdAt: { type: "string", summary: "ISO 8601, UTC." }
	},
	"People who belong together."
);
export type ShownOrganisation = ValueOf<typeof organisation>;

export const member = shape(
	"Member",
	{ ...said, role, state: { type: "enum", values: ["invited", "member"] }, since: "string" },
	"Somebody who belongs to an organisation, or is asked to."
);
export type Member = ValueOf<typeof member>;

export const membership = shape(
	"Membership",
	{ handle: "string", name: "string", role, state: { type: "enum", values: ["invited", "member"] }, since: "string" },
	"An organisation that somebody belongs to, or is asked to join."
);
export type ShownMembership = ValueOf<typeof membership>;

export const preferences = shape(
	"Preferences",
	{ preferences: { type: "record", value: "json" } },
	"What somebody chose, by keys that begin with whose they are: `mail.digest`."
);

const part = {
	service: "string",
	state: { type: "enum", values: ["answered", "waiting", "too large"] },
	bytes: "number"
} as const;

export const exported = shape(
	"Export",
	{
		account: "string",
		madeAt: { type: "string", summary: "ISO 8601, UTC." },
		until: { type: "string", summary: "When it is removed." },
		complete: { type: "boolean", summary: "Each service has answered; if not, ask again." },
		services: { type: "array", items: { type: "object", props: part } },
		kept: { type: "record", value: "json", summary: "By service, what it keeps." }
	},
	"All that is kept of a person."
);
export type Exported = ValueOf<typeof exported>;

const erasedPart = {
	service: "string",
	state: {
		type: "enum",
		values: ["done", "waiting", "not there"],
		summary: "`not there`: no node runs it now; it forgets once one does."
	},
	count: { type: "number", summary: "Records that it removed, at least." },
	kept: { type: "array", items: remainder },
	at: "string|nullable"
} as const;

export const erasure = shape(
	"Erasure",
	{
		id: "string",
		state: {
			type: "enum",
			values: ["planned", "begun", "done"],
			summary: "`planned`: it can be taken back until `due`. `done`: each service has forgotten."
		},
		askedAt: { type: "string", summary: "ISO 8601, UTC." },
		due: { type: "string", nullable: true, summary: "When it begins." },
		services: { type: "array", items: { type: "object", props: erasedPart } }
	},
	"What became of a person's erasure, service by service."
);
export type ShownErasure = ValueOf<typeof erasure>;

export const newErasure = shape(
	"NewErasure",
	{
		...erasure.props,
		token: { type: "string", summary: "With it whoever was erased reads the report. Never shown again." }
	},
	"An erasure that was asked for."
);
export type NewErasure = ValueOf<typeof newErasure>;
