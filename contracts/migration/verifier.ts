/** verifier: compares what the target holds with what it shall hold. Stateless; reads both, writes nothing. */

import { action, contract } from "../contract";
import { shape, type ValueOf } from "../schema";
import { connection } from "./connection";
import { difference } from "./records";

export const foundLink = shape(
	"FoundLink",
	{
		id: "string",
		link: "string",
		revokedAt: {
			type: "string",
			nullable: true,
			summary: "When the customer's links before were revoked there; null: never."
		}
	},
	"The address that the target gives a customer now."
);
export type FoundLink = ValueOf<typeof foundLink>;

export const comparison = shape(
	"Comparison",
	{
		equal: {
			type: "array",
			items: { type: "tuple", items: ["string", "string", "string"] },
			summary: "`[id, name, digest]` of each record that is as it should be."
		},
		differences: { type: "array", items: difference },
		links: { type: "array", items: foundLink, summary: "Of those that are there and have one." }
	},
	"The comparison of one batch."
);
export type Comparison = ValueOf<typeof comparison>;

export const verifier = contract("migration", "verifier", {
	required: true,
	actions: {
		compare: action({
			summary: "Compares what the target holds with what it shall hold.",
			internal: ["migration"],
			reads: true,
			endsWithCaller: true,
			params: {
				connection,
				stream: "string",
				records: {
					type: "array",
					items: { type: "object", props: { id: "string", name: "string", data: "object" } }
				}
			},
			result: comparison
		}),
		names: action({
			summary: "The names at the target on one page, to find those that only the target has.",
			internal: ["migration"],
			reads: true,
			endsWithCaller: true,
			params: {
				connection,
				stream: "string",
				cursor: { type: "string", nullable: true },
				limit: { type: "number", integer: true, min: 1, max: 1000 }
			},
			result: { type: "object", props: { names: "string[]", next: "string|nullable" } }
		})
	},
	events: {}
});
