/**
 * What is set for the whole cluster (settings, flags, routes) changes by revisions: each with its author and reason, each checked
 * before it is kept, all of one revision seen at once or not at all. Nodes follow the newest, and prove by its hash that they have it.
 */

import { shape, type ValueOf } from "./schema";

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
	revision: { type: "number", integer: true, min: 0 },
	hash: "string"
} as const;
