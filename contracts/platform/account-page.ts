/** The page on which people look after their accounts, at addresses of its own. */

import { action } from "../contract";
import { RAW_ANSWER, RAW_REQUEST } from "../raw";

export const page = action({
	summary: "The page on which people register, sign in, and look after passkeys, codes and devices.",
	permission: "public",
	raw: {
		called: "the account page",
		path: "^/account(?:/(?:page\\.css|(?:page|parts)\\.mjs))?$",
		methods: ["GET", "HEAD"],
		ours: true,
		shown: [
			{
				name: "account",
				path: "/account",
				summary: "The page on which people register, sign in, and look after passkeys, codes and devices.",
				params: {},
				answer: { description: "A page, with its style and script beside it.", example: "<!doctype html>…" },
				problems: [429, 500, 503, 504]
			}
		]
	},
	reads: true,
	params: RAW_REQUEST,
	result: RAW_ANSWER
});
