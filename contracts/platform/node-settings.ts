/** What each node goes by, of what is set for the cluster. The gateway answers for all of them. */

import { action } from "../contract";
import { shape, type ValueOf } from "../schema";

const followState = shape(
	"FollowState",
	{
		set: { type: "enum", values: ["config", "flags", "routes"] },
		revision: "number",
		hash: "string",
		origin: {
			type: "enum",
			values: ["service", "copy", "none"],
			summary: "By whose word: the service's, that of the last known good copy, or nobody's."
		},
		staleSince: {
			type: "string",
			nullable: true,
			summary: "Since when nobody proved it the newest; null while it is."
		},
		why: { type: "string", nullable: true }
	},
	"Which revision a node goes by, and whether it is the newest."
);

const nodeFollowing = shape("NodeFollowing", {
	node: "string",
	sets: { type: "array", items: followState, nullable: true, summary: "Null: it did not answer." }
});
export type NodeFollowing = ValueOf<typeof nodeFollowing>;

const source = { type: "enum", values: ["environment", "config", "default"] } as const;

const nodeSetting = shape(
	"NodeSetting",
	{
		node: "string",
		variable: "string",
		service: "string",
		value: { type: "json", summary: "What holds there." },
		from: { ...source, summary: "By whose word." },
		overridden: {
			type: "array",
			items: { type: "object", props: { from: source, value: "json" } },
			summary: "What is not listened to."
		},
		applies: {
			type: "enum",
			values: ["live", "restart", "environment"],
			summary: "When it holds once it is set for the cluster; `environment`: it is not set there."
		},
		pending: { type: "json", nullable: true, summary: "What it is once the node starts anew; null: what it is." },
		revision: { type: "number", summary: "Of the settings that the node goes by." }
	},
	"What a setting is on a node, by whose word, and what that overrides."
);
export type NodeSetting = ValueOf<typeof nodeSetting>;

const [READ, chapter] = ["config:read", "Configuration"] as const;
const hash = "6b1d0f2c9e5a4c7d8b3f60e1a2c4d5f60718293a4b5c6d7e8f90a1b2c3d4e5f6";

export const nodeSettings = {
	following: action({
		chapter,
		summary: "Which revision of settings, flags and routes each node goes by, and since when it is stale.",
		permission: READ,
		rest: "GET /config/nodes",
		params: {},
		result: { type: "array", items: nodeFollowing },
		example: {
			params: {},
			result: [
				{
					node: "stages-1",
					sets: [{ set: "config", revision: 7, hash, origin: "service", staleSince: null, why: null }]
				}
			]
		}
	}),
	explain: action({
		chapter,
		summary: "What a setting is on each node, by whose word, what that overrides, and what waits for a start.",
		permission: READ,
		rest: "GET /config/explain/:key",
		params: { key: { type: "string", min: 1, max: 100, summary: "As its variable is called." } },
		result: { type: "array", items: nodeSetting },
		example: {
			params: { key: "REFRESH_GRACE" },
			result: [
				{
					node: "people-1",
					variable: "REFRESH_GRACE",
					service: "sessions",
					value: 30,
					from: "config",
					overridden: [{ from: "default", value: 10 }],
					applies: "live",
					pending: null,
					revision: 7
				}
			]
		}
	})
};
