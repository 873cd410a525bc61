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
	required: true,
	actions: {
		batch: action({
			summary: "Which of these records the target would refuse or choke on, and why.",
			permission: PLAN,
			rest: "POST /validate",
			aliases: ["POST /validate"],
			reads: true,
			params: { ...made, stream: "string" }
		}).returns<Violation[]>(),
		users: action({
			summary: "The same for records of the stream users.",
			permission: PLAN,
			rest: "POST /validate/users",
			aliases: ["POST /validate/users"],
			reads: true,
			params: made
		}).returns<Violation[]>(),
		admins: action({
			summary: "The same for records of the stream admins.",
			permission: PLAN,
			rest: "POST /validate/admins",
			aliases: ["POST /validate/admins"],
			reads: true,
			params: made
		}).returns<Violation[]>(),
		rules: action({
			summary: "The rules that records of each stream must keep.",
			permission: "migration:read",
			rest: "GET /validate/rules",
			aliases: ["GET /validate/rules"],
			params: { mapping: "string" }
		}).returns<RuleDescription[]>()
	},
	events: {}
});
