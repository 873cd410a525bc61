/** validator: says what the target would refuse or choke on, before anything is sent. Stateless and pure. */

import { action, contract } from "../contract";
import { shape, type ValueOf } from "../schema";
import { quarantine } from "./records";

export const ruleDescription = shape(
	"RuleDescription",
	{ stream: "string", category: "string", field: "string", says: "string" },
	"One rule that a record of a stream must keep."
);
export type RuleDescription = ValueOf<typeof ruleDescription>;
export const violation = shape("Violation", { ...quarantine.props, id: "string" });
export type Violation = ValueOf<typeof violation>;

const record = { type: "object", props: { id: "string", name: "string", data: "object" } } as const;
/** `mapping`: the one that made the records. */
const made = { mapping: "string", context: "object", records: { type: "array", items: record } } as const;
const streamName = "string|min:1|max:100";
const PLAN = "migration:plan";

const mapping = "marzneshin-to-marzban";
/** What a run knows of both sides, as it was planned. */
const context = { owners: ["reseller-7"], sudoers: ["banyan"], protocols: ["vless"], noAccess: "create" };
const user = { id: "42", name: "anna", data: { username: "anna", status: "active", proxies: {} } };
const noProxy: Violation = {
	id: "42",
	category: "poison",
	field: "proxies",
	value: "{}",
	reason: "at least one proxy; without, the row breaks every listing"
};
const admin = { id: "7", name: "reseller-7", data: { username: "reseller-7", is_sudo: false } };

export const validator = contract("migration", "validator", {
	chapter: "Stages",
	required: true,
	actions: {
		batch: action({
			summary: "Which of these records the target would refuse or choke on, and why.",
			permission: PLAN,
			callers: ["migration"],
			rest: "POST /validate",
			aliases: ["POST /validate"],
			reads: true,
			params: { ...made, stream: streamName },
			result: { type: "array", items: violation },
			example: {
				params: { mapping, stream: "users", context, records: [user] },
				result: [noProxy]
			}
		}),
		stream: action({
			summary: "The same, with the stream in the path.",
			permission: PLAN,
			rest: "POST /validate/:stream",
			aliases: ["POST /validate/:stream"],
			reads: true,
			params: { ...made, stream: streamName },
			result: { type: "array", items: violation },
			example: { params: { mapping, stream: "admins", context, records: [admin] }, result: [] }
		}),
		rules: action({
			summary: "The rules that records of each stream must keep.",
			permission: "migration:read",
			rest: "GET /validate/rules",
			aliases: ["GET /validate/rules"],
			params: { mapping: "string" },
			result: { type: "array", items: ruleDescription },
			example: {
				params: { mapping },
				result: [
					{
						stream: "users",
						category: "name_refused",
						field: "username",
						says: "3 to 32 of a-z, A-Z, 0-9, _ (also - @ . after the third)"
					}
				]
			}
		})
	},
	events: {}
});
