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

const record = { type: "object", props: { id: "string", name: "string", data: "object" } } as const;
/** `mapping`: the one that made the records. */
const made = { mapping: "string", context: "object", records: { type: "array", items: record } } as const;
const PLAN = "migration:plan";

export const validator = contract("migration", "validator", {
	actions: {
		batch: action(
			{ ...made, stream: "string" },
			{
				scope: PLAN,
				rest: "POST /validate",
				reads: true,
				aliases: ["POST /validate"],
				says: "Which of these records the target would refuse or choke on, and why."
			}
		).returns<Violation[]>(),
		users: action(made, {
			scope: PLAN,
			rest: "POST /validate/users",
			reads: true,
			aliases: ["POST /validate/users"],
			says: "The same for records of the stream users."
		}).returns<Violation[]>(),
		admins: action(made, {
			scope: PLAN,
			rest: "POST /validate/admins",
			reads: true,
			aliases: ["POST /validate/admins"],
			says: "The same for records of the stream admins."
		}).returns<Violation[]>(),
		rules: action(
			{ mapping: "string" },
			{
				scope: "migration:read",
				rest: "GET /validate/rules",
				aliases: ["GET /validate/rules"],
				says: "The rules that records of each stream must keep."
			}
		).returns<RuleDescription[]>()
	},
	events: {}
});
