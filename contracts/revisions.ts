/**
 * What is set for the whole cluster (settings, flags, routes) changes by revisions: each with its author and reason, each checked
 * before it is kept, all of one revision seen at once or not at all. Nodes follow the newest, and prove by its hash that they have it.
 * A service keeps sets of them by `revisions(…)` (mixins/revisions.mixin.ts).
 */

import { type Rule, shape, type ValueOf } from "./schema";

export const revision = shape(
	"Revision",
	{
		revision: { type: "number", integer: true, min: 0, summary: "0: nothing was ever set." },
		hash: { type: "string", summary: "Of all that is set as of it: SHA-256 of its canonical JSON." },
		at: { type: "string", nullable: true, summary: "ISO 8601, UTC." },
		author: { type: "string", nullable: true, summary: "The person or key that made it." },
		reason: { type: "string", nullable: true }
	},
	"A change of what is set for the cluster."
);
export type Revision = ValueOf<typeof revision>;

/** What a node that follows is given. */
export const snapshot = shape(
	"RevisionSnapshot",
	{
		...revision.props,
		value: { type: "any", optional: true, summary: "All that is set; left out where it is what the asker has." }
	},
	"All that is set as of a revision."
);
export type RevisionSnapshot = ValueOf<typeof snapshot>;

/** What a node asks `snapshot` with. */
export const KNOWN = {
	hash: { type: "string", max: 64, optional: true, summary: "Of what it has: that is not sent again." }
} as const;

/** What is broadcast as `changed`, so that nodes ask at once. It may be lost: they compare hashes from time to time, too. */
export const CHANGED = {
	/** Which set: of `config` the environment; of a service that has one alone its own name. */
	set: "string",
	revision: { type: "number", integer: true, min: 0 },
	hash: "string"
} as const;

/** What whoever changes something says. */
export const reason = {
	type: "string",
	trim: true,
	min: 1,
	max: 500,
	summary: "Why, for whoever reads the history: never a secret."
} as const;
export const expected = {
	type: "number",
	integer: true,
	min: 0,
	summary: "The newest revision as you saw it: where another one came since, nothing is changed (409)."
} as const;
/** A revision, in a path or a query. */
export const ordinal = { type: "number", integer: true, min: 0, convert: true } as const;
/** Of a history. */
export const paged = {
	limit: { type: "number", integer: true, min: 1, max: 100, default: 50, convert: true },
	after: { type: "string", optional: true, min: 1, max: 1000, summary: "`next` of the page before, as it came." }
} as const;

export const revisionPage = shape(
	"RevisionPage",
	{ items: { type: "array", items: revision }, next: "string|nullable" },
	"Revisions, the newest first, and where to go on; `next` is null at their end."
);
export type RevisionPage = ValueOf<typeof revisionPage>;

const side = (summary: string) => ({ type: "json", nullable: true, summary }) as const satisfies Rule;
export const difference = shape(
	"RevisionDifference",
	{
		path: { type: "array", items: "string", summary: "Where, from the outermost field inwards." },
		kind: { type: "enum", values: ["added", "removed", "changed"] },
		before: side("Null of what was added."),
		after: side("Null of what was removed.")
	},
	"Something that is set otherwise in one revision than in another."
);
export type RevisionDifference = ValueOf<typeof difference>;
