/** links: which address at the target answers for a customer's old subscription link. */

import { action, contract } from "../contract";
import type { OldLink } from "./records";

/** A customer's old link and its new address. The old key is kept as a digest only. */
export interface Link extends OldLink {
	readonly migration: string;
	/** The source's id of the user. */
	readonly id: string;
	/** The target's subscription address. */
	readonly target: string;
}

export const links = contract("migration", "links", {
	required: true,
	actions: {
		record: action({
			summary: "Keeps the links of a batch; a link that is there already is replaced. Answers how many were given.",
			internal: ["migration"],
			idempotent: true,
			params: {
				migration: "string",
				links: {
					type: "array",
					items: {
						type: "object",
						props: { id: "string", username: "string", keyDigest: "string", target: "string" }
					}
				}
			}
		}).returns<number>(),
		find: action({
			summary: "Every old link of this username.",
			internal: ["gateway"],
			reads: true,
			params: { username: "string" }
		}).returns<Link[]>(),
		of: action({
			summary: "The links of these users of a migration.",
			internal: ["migration"],
			reads: true,
			params: { migration: "string", ids: { type: "array", items: "string" } }
		}).returns<Link[]>(),
		count: action({
			summary: "How many links are kept, in all or of one migration.",
			internal: ["migration"],
			reads: true,
			params: { migration: "string|optional" }
		}).returns<number>()
	},
	events: {}
});
