/** validator: says what the target would refuse or choke on, before anything is sent. Stateless and pure. */

import { action, contract } from "../contract";
import type { Quarantine } from "./records";

/** One rule that a record of a stream must keep. */
export interface RuleDescription {
	readonly stream: string;
	readonly category: string;
	readonly field: string;
	readonly says: string;
}
export interface Violation extends Quarantine {
	readonly id: string;
}

export const validator = contract("migration", "validator", {
	actions: {
		batch: action(
			{
				/** The mapping that made the records. */
				mapping: "string",
				stream: "string",
				context: "object",
				records: {
					type: "array",
					items: { type: "object", props: { id: "string", name: "string", data: "object" } }
				}
			},
			{ scope: "migration:run" }
		).returns<Violation[]>(),
		rules: action({ mapping: "string" }, { scope: "migration:read" }).returns<RuleDescription[]>()
	},
	events: {}
});
