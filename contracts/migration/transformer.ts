/** transformer: turns source records into what the target shall hold. Stateless and pure. */

import { action, contract } from "../contract";
import { shape, type ValueOf } from "../schema";
import { transformed } from "./records";

const record = { type: "object", props: { id: "string", name: "string", data: "object" } } as const;

export const fieldMapping = shape(
	"FieldMapping",
	{
		to: {
			type: "string",
			nullable: true,
			summary: "The target's field; null where the target has none and the loss is recorded."
		},
		from: "string[]",
		convert: "string"
	},
	"One row of a mapping: where a field of the target comes from."
);
export type FieldMapping = ValueOf<typeof fieldMapping>;

export const fieldAnalysis = shape(
	"FieldAnalysis",
	{
		field: "string",
		types: { type: "string[]", summary: "The JSON types seen, the most frequent first." },
		present: { type: "number", summary: "Of the records given, those that have it, and those where it is null." },
		nulls: "number",
		to: { type: "string[]", summary: "The target's fields that are made of it; empty where none is." },
		lost: { type: "boolean", summary: "A row of the mapping says that the target has no place for it." }
	},
	"What the records of a source hold in one field."
);
export type FieldAnalysis = ValueOf<typeof fieldAnalysis>;

const mapping = "marzneshin-to-marzban";
const reseller = { id: "7", name: "reseller-7", data: { username: "reseller-7", is_sudo: false, service_ids: [1] } };
/** What a run knows of both sides, as it was planned. */
const context = { owners: ["reseller-7"], sudoers: ["banyan"], protocols: ["vless"], noAccess: "create" };

export const transformer = contract("migration", "transformer", {
	chapter: "Stages",
	required: true,
	actions: {
		batch: action({
			summary: "What the target shall hold for these source records, with what is lost on the way.",
			permission: "migration:plan",
			callers: ["migration"],
			rest: "POST /transform",
			aliases: ["POST /transform"],
			reads: true,
			params: {
				/** Its name, as a plan has it. */
				mapping: "string",
				stream: "string",
				/** What the mapping knows of both sides and the operator's rules; fixed for the run. */
				context: "object",
				records: { type: "array", items: record }
			},
			result: { type: "array", items: transformed },
			example: {
				params: { mapping, stream: "admins", context, records: [reseller] },
				result: [
					{
						id: "7",
						name: "reseller-7",
						target: { name: "reseller-7", data: { username: "reseller-7", is_sudo: false } },
						losses: [
							{
								code: "service_access_gained",
								field: "service_ids",
								severity: "act",
								reason: "Marzban does not limit an admin to services: this one may open every inbound."
							}
						]
					}
				]
			}
		}),
		mappings: action({
			summary: "The rows of a mapping, by stream: where each field of the target comes from.",
			permission: "migration:read",
			rest: "GET /transform/field-mappings",
			aliases: ["GET /transform/field-mappings"],
			params: { mapping: "string" },
			result: { type: "record", value: { type: "array", items: fieldMapping } },
			example: {
				params: { mapping },
				result: {
					admins: [
						{ to: "username", from: ["username"], convert: "name" },
						{ to: null, from: ["enabled"], convert: "enabled" }
					]
				}
			}
		}),
		analyzeSchema: action({
			summary: "Which fields these source records have, of which types, and what the mapping makes of each.",
			permission: "migration:plan",
			rest: "POST /transform/analyze-schema",
			aliases: ["POST /transform/analyze-schema"],
			reads: true,
			params: { mapping: "string", stream: "string", records: { type: "array", items: record, min: 1 } },
			result: { type: "array", items: fieldAnalysis },
			example: {
				params: { mapping, stream: "admins", records: [reseller] },
				result: [
					{ field: "is_sudo", types: ["boolean"], present: 1, nulls: 0, to: ["is_sudo"], lost: true },
					{ field: "service_ids", types: ["array"], present: 1, nulls: 0, to: [], lost: true },
					{ field: "username", types: ["string"], present: 1, nulls: 0, to: ["username"], lost: false }
				]
			}
		})
	},
	events: {}
});
