/** links: which address at the target answers for a customer's old link. */

import { action, contract } from "../contract";
import { shape, type ValueOf } from "../schema";
import { oldLink } from "./records";

export const link = shape(
	"Link",
	{
		...oldLink.props,
		migration: "string",
		id: { type: "string", summary: "The source's id of the user." },
		target: { type: "string", summary: "The customer's address at the target." }
	},
	"A customer's old link and its new address. The old key is kept as a digest only."
);
export type Link = ValueOf<typeof link>;

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
			},
			result: "number"
		}),
		find: action({
			summary: "Every old link of this username.",
			internal: ["subscriptions"],
			reads: true,
			params: { username: "string" },
			result: { type: "array", items: link }
		}),
		of: action({
			summary: "The links of these users of a migration.",
			internal: ["migration"],
			reads: true,
			params: { migration: "string", ids: { type: "array", items: "string" } },
			result: { type: "array", items: link }
		}),
		count: action({
			summary: "How many links are kept, in all or of one migration.",
			internal: ["migration"],
			reads: true,
			params: { migration: "string|optional" },
			result: "number"
		})
	},
	events: {}
});
