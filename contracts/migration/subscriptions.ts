/** subscriptions: customers' old subscription links go on working, whoever answers for them now. */

import { action, contract } from "../contract";
import { RAW_ANSWER, RAW_REQUEST } from "../raw";

export const subscriptions = contract("migration", "subscriptions", {
	required: true,
	actions: {
		answer: action({
			summary:
				"A customer's old subscription link: it goes on working after the move. The target answers for whoever was moved, the source for everybody else.",
			permission: "public",
			raw: {
				called: "old links",
				path: "/sub/[^/]+/[^/]+(?:/[^/]+)?/?$",
				methods: ["GET", "HEAD"]
			},
			reads: true,
			secret: true,
			endsWithCaller: true,
			params: RAW_REQUEST,
			result: RAW_ANSWER
		})
	},
	events: {}
});
