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

export const transformer = contract("migration", "transformer", {
	actions: {
		batch: action(
			{
				/** For example `marzneshin-to-marzban`. */
				mapping: "string",
				stream: "string",
				/** What the mapping knows of both sides and the operator's rules; fixed for the run. */
				context: "object",
				records: { type: "array", items: record }
			},
			{ scope: "migration:run" }
		).returns<Transformed[]>(),
		mappings: action({ mapping: "string" }, { scope: "migration:read" }).returns<Record<string, FieldMapping[]>>()
	},
	events: {}
});
