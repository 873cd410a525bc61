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
	actions: {
		/** Keeps the links of a batch; a link that is there already is replaced. Answers how many were given. */
		record: action(
			{
				migration: "string",
				links: {
					type: "array",
					items: {
						type: "object",
						props: { id: "string", username: "string", keyDigest: "string", target: "string" }
					}
				}
			},
			{ scope: "migration:run" }
		).returns<number>(),
		find: action({ username: "string" }, { scope: "migration:read" }).returns<Link[]>(),
		/** Of these users of a migration. */
		of: action({ migration: "string", ids: { type: "array", items: "string" } }, { scope: "migration:read" }).returns<
			Link[]
		>(),
		count: action({ migration: "string|optional" }, { scope: "migration:read" }).returns<number>()
	},
	events: {}
});
