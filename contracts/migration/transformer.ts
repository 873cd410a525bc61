/** transformer: turns source records into what the target shall hold. Stateless and pure. */

import { action, contract } from "../contract";
import type { Transformed } from "./records";

const record = { type: "object", props: { id: "string", name: "string", data: "object" } } as const;

/** One row of a mapping: where a field of the target comes from. */
export interface FieldMapping {
	/** The target's field; null where the target has none and the loss is recorded. */
	readonly to: string | null;
	readonly from: readonly string[];
	readonly convert: string;
}

/** What the records of a source hold in one field. */
export interface FieldAnalysis {
	readonly field: string;
	/** The JSON types seen, the most frequent first. */
	readonly types: readonly string[];
	/** Of the records given, those that have it, and those where it is null. */
	readonly present: number;
	readonly nulls: number;
	/** The target's fields that are made of it; empty where none is. */
	readonly to: readonly string[];
	/** A row of the mapping says that the target has no place for it. */
	readonly lost: boolean;
}

export const transformer = contract("migration", "transformer", {
	required: true,
	actions: {
		batch: action({
			summary: "What the target shall hold for these source records, with what is lost on the way.",
			permission: "migration:plan",
			rest: "POST /transform",
			aliases: ["POST /transform"],
			reads: true,
			params: {
				/** For example `marzneshin-to-marzban`. */
				mapping: "string",
				stream: "string",
				/** What the mapping knows of both sides and the operator's rules; fixed for the run. */
				context: "object",
				records: { type: "array", items: record }
			}
		}).returns<Transformed[]>(),
		mappings: action({
			summary: "The rows of a mapping, by stream: where each field of the target comes from.",
			permission: "migration:read",
			rest: "GET /transform/field-mappings",
			aliases: ["GET /transform/field-mappings"],
			params: { mapping: "string" }
		}).returns<Record<string, FieldMapping[]>>(),
		analyzeSchema: action({
			summary: "Which fields these source records have, of which types, and what the mapping makes of each.",
			permission: "migration:plan",
			rest: "POST /transform/analyze-schema",
			aliases: ["POST /transform/analyze-schema"],
			reads: true,
			params: { mapping: "string", stream: "string", records: { type: "array", items: record, min: 1 } }
		}).returns<FieldAnalysis[]>()
	},
	events: {}
});
