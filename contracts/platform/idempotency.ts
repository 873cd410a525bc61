/** idempotency: a request that is sent twice under one key has one effect. */

import { action, contract } from "../contract";
import { shape, type ValueOf } from "../schema";

export const keptAnswer = shape(
	"KeptAnswer",
	{ status: "number", location: "string|nullable", body: "json" },
	"An answer as the first request got it."
);
export type KeptAnswer = ValueOf<typeof keptAnswer>;

export const begun = shape(
	"BegunRequest",
	{
		state: { type: "enum", values: ["new", "running", "unknown", "done", "reused"] },
		answer: { ...keptAnswer, optional: true }
	},
	"`new`: do it. `running`: another one is at it, or was cut off. `unknown`: the first one failed, and may have had its effect. `done`: the answer of the first. `reused`: another request."
);
export type Begun = ValueOf<typeof begun>;

/** Whose key it is, so that nobody reads another's answer; and a digest of all that was asked. */
const request = { client: "string", key: "string|min:1|max:255" } as const;

export const idempotency = contract("platform", "idempotency", {
	required: true,
	actions: {
		begin: action({
			summary: "Takes a key for a request, or answers what became of the first one under it.",
			internal: ["gateway"],
			params: { ...request, digest: "string" },
			result: begun
		}),
		finish: action({
			summary:
				"Keeps the answer under the key; null: nothing was done, and the key may be used again, or it is `unknown` what was.",
			internal: ["gateway"],
			idempotent: true,
			params: {
				...request,
				answer: {
					type: "object",
					nullable: true,
					props: {
						status: "number",
						location: { type: "string", nullable: true },
						body: { type: "any", nullable: true }
					}
				},
				unknown: "boolean|optional"
			},
			result: "null"
		})
	},
	events: {}
});
