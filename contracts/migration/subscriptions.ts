/** subscriptions: customers' old subscription links go on working, whoever answers for them now. */

import { action, contract } from "../contract";
import { RAW_ANSWER, RAW_REQUEST } from "../raw";

const USER = { description: "The user's name, as the old link spells it.", example: "anna" };
const KEY = { description: "The key of the old link.", example: "8f14e45fceea167a5a36dedd4bea2543" };
const FORMAT = { description: "As the old panel calls it.", example: "clash-meta" };
const PROBLEMS = [404, 429, 500, 502, 503, 504, 508];
const answered = (description: string) => ({
	description,
	example: "vless://5c1b…@vpn.example.org:443?security=reality#one"
});

export const subscriptions = contract("migration", "subscriptions", {
	chapter: "Old links",
	required: true,
	errors: {
		LOOP: {
			status: 508,
			title: "The address leads back to this gateway",
			means: "The panel's address leads back to this gateway, so a request would go in a circle.",
			todo: "Let the source's `url` lead to the old panel itself, past the gateway."
		}
	},
	settings: {
		linkGuesses: {
			variable: "LINK_GUESSES",
			rule: "number|integer|min:1|max:10000|default:30",
			summary: "wrong subscription links a minute from one network, an address or a /64"
		},
		linkQuestions: {
			variable: "LINK_QUESTIONS",
			rule: "number|integer|min:1|max:48|default:32",
			summary: "questions under way at one panel about links that nobody has proven yet"
		},
		linkMs: {
			variable: "LINK_TIMEOUT",
			rule: "number|integer|min:1000|max:60000|default:15000",
			summary: "how long a panel may take to answer for a link",
			unit: "ms"
		}
	},
	metrics: {
		served: {
			type: "counter",
			name: "banyan.links.served",
			labels: ["by"],
			summary: "Old subscription links, by who answered."
		}
	},
	actions: {
		answer: action({
			summary:
				"A customer's old subscription link: it goes on working after the move. The target answers for whoever was moved, the source for everybody else.",
			permission: "public",
			raw: {
				called: "old links",
				path: "/sub/[^/]+/[^/]+(?:/[^/]+)?/?$",
				methods: ["GET", "HEAD"],
				shown: [
					{
						name: "link",
						path: "/sub/:username/:key",
						summary: "A customer's old subscription link: it goes on working after the move.",
						params: { username: USER, key: KEY },
						answer: answered("What the customer's panel answers, in the format that their app asks for."),
						problems: PROBLEMS
					},
					{
						name: "linkAs",
						path: "/sub/:username/:key/:format",
						summary: "A customer's old subscription link in one format.",
						params: { username: USER, key: KEY, format: FORMAT },
						answer: answered("What the customer's panel answers in that format."),
						problems: PROBLEMS
					}
				]
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
