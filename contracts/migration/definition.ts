/** The definition of a migration: data, not code. What may stand in the operator's YAML or JSON file. */

import type { Output, Schema } from "../schema";
import { connection } from "./connection";

export const CONFLICT_POLICIES = ["skip", "overwrite", "fail"] as const;

export const definitionSchema = {
	/** Names the run: its state, its report, its files. */
	name: {
		type: "string",
		pattern: "^[a-z0-9][a-z0-9-]{0,62}$",
		/** The pattern in words. */
		says: "of lower-case letters a to z, digits and hyphens, at most 63, with a letter or digit first"
	},
	/** A connection has the options of its connector; the connector's own spec checks them. */
	source: connection,
	target: connection,
	/** The kinds of record to move, in dependency order; the mapping says which where the definition does not. */
	streams: { type: "array", items: "string|min:1|max:100", min: 1, max: 100 },
	/** What to do when the target holds a record of that name that is not as ours would be. */
	conflict: { type: "enum", values: CONFLICT_POLICIES, default: "skip" },
	/** What the mapping between the two systems leaves to the operator; its own schema checks them. */
	rules: { type: "object", default: {} },
	/** Codes of losses that the operator knows of and takes: they need nobody's hand. */
	accept: { type: "array", items: "string|min:1|max:100", max: 500, default: [] },
	/** How a source that goes on changing is followed after the copy. */
	catchUp: {
		type: "object",
		default: {},
		props: {
			/** The most listings of a stream after the copy; each but the last applies what it finds. */
			passes: { type: "number", integer: true, min: 1, max: 100, default: 5 },
			/** More records than this gone from the source at once are not removed at the target: a human decides (L3). */
			removals: { type: "number", integer: true, min: 0, default: 10 }
		}
	},
	batch: {
		type: "object",
		default: {},
		props: {
			/** The most records a batch holds. */
			records: { type: "number", integer: true, min: 1, max: 1000, default: 100 },
			/** The most bytes of JSON a batch holds; NATS refuses messages over 1 MB. */
			bytes: { type: "number", integer: true, min: 10_000, max: 700_000, default: 300_000 }
		}
	}
} as const satisfies Schema;

export type Definition = Output<typeof definitionSchema>;
