/** verifier: compares what the target holds with what it shall hold. Stateless; reads both, writes nothing. */

import { action, contract } from "../contract";
import { connection } from "./connection";
import type { Difference } from "./records";

/** The comparison of one batch. */
export interface Comparison {
	/** `[id, name, digest]` of each record that is as it should be. */
	readonly equal: readonly (readonly [id: string, name: string, digest: string])[];
	readonly differences: readonly Difference[];
	/** Of those that are there and have one. */
	readonly links: readonly FoundLink[];
}

/** The address that the target gives for a customer's subscription now. */
export interface FoundLink {
	readonly id: string;
	readonly link: string;
	/** When the customer's links before were revoked there; null: never. */
	readonly revokedAt: string | null;
}

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
			}
		}).returns<Comparison>(),
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
			}
		}).returns<{ names: string[]; next: string | null }>()
	},
	events: {}
});
