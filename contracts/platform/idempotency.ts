/**
 * idempotency: a request that is sent twice under one key has one effect (draft-ietf-httpapi-idempotency-key-header-07, which
 * has expired without a successor).
 */

import { action, contract, type SettingsOf } from "../contract";
import { SWEEPS, sweptAt } from "../jobs";
import { personal } from "../personal";
import { reseal } from "../reseal";
import { shape, type ValueOf } from "../schema";

const cookie = { value: "string", maxAgeS: "number" } as const;
export const keptAnswer = shape(
	"KeptAnswer",
	{
		status: "number",
		location: "string|nullable",
		body: "json",
		cookies: {
			type: "record",
			optional: true,
			value: { type: "object", nullable: true, props: cookie },
			summary: "That it set; null: it was done with."
		}
	},
	"An answer as the first request got it."
);
export type KeptAnswer = ValueOf<typeof keptAnswer>;

export const begun = shape(
	"BegunRequest",
	{
		state: { type: "enum", values: ["new", "running", "unknown", "done", "reused"] },
		answer: { ...keptAnswer, optional: true },
		since: { type: "number", optional: true, summary: "Of `new`: when it was asked for first, in ms since 1970." }
	},
	"`new`: do it. `running`: another one is at it, or was cut off. `unknown`: the first one failed, and may have had its effect. `done`: the answer of the first. `reused`: another request."
);
export type Begun = ValueOf<typeof begun>;

/** Whose key it is, so that nobody reads another's answer; and a digest of all that was asked. */
const request = { client: "string", key: "string|min:1|max:255" } as const;

export const idempotency = contract("platform", "idempotency", {
	required: true,
	stores: ["secrets", "announcements"],
	errors: {
		IDEMPOTENCY_KEY_MISSING: {
			status: 400,
			title: "This needs an Idempotency-Key",
			means: "What is asked for must not happen twice, and nothing says whether it was asked for before.",
			todo: "Send the header `Idempotency-Key` with a new random value, and the same value each time that you send it again."
		},
		IDEMPOTENCY_RUNNING: {
			status: 409,
			title: "A request with this Idempotency-Key is under way, or was cut off",
			means:
				"The first request with this key has not ended, or the server stopped within it: whether it took effect is not known.",
			todo: "Wait and send it again with the same key. After a stop, look what became of it, then use a new key."
		},
		IDEMPOTENCY_UNKNOWN: {
			status: 409,
			title: "The first request with this Idempotency-Key failed, and may have had its effect",
			means:
				"It was answered with an error that does not say whether it was done: a time-out, a node that died, a fault of ours.",
			todo: "Look what became of it, then use a new key."
		},
		IDEMPOTENCY_REUSED: {
			status: 422,
			title: "This Idempotency-Key was used for another request",
			means: "The key belongs to a request with another body or address, whose answer would be the wrong one.",
			todo: "Use a new key for each thing that you want done."
		}
	},
	settings: {
		answers: {
			variable: "IDEMPOTENCY_ANSWERS",
			live: true,
			rule: "number|integer|min:10|max:10000000|default:20000",
			summary: "answers that are kept under an Idempotency-Key"
		},
		answersEach: {
			variable: "IDEMPOTENCY_ANSWERS_EACH",
			live: true,
			rule: "number|integer|min:1|max:10000000|default:2000",
			summary: "those of one API key; the oldest goes once it is an hour old"
		},
		answersBytesEach: {
			variable: "IDEMPOTENCY_BYTES_EACH",
			live: true,
			rule: "number|integer|min:1024|max:1073741824|default:16777216",
			summary: "the bytes of the answers kept for one API key",
			unit: "bytes"
		}
	},
	actions: {
		reseal,
		personal,
		sweep: action({ summary: "Forgets answers that were given a day ago.", ...SWEEPS }),
		begin: action({
			summary: "Takes a key for a request, or answers what became of the first one under it.",
			internal: ["gateway"],
			idempotent: true,
			params: {
				...request,
				digest: "string",
				token: {
					type: "string",
					optional: true,
					summary: "Of this request alone: asked once more with it, the first answer is given again."
				},
				gateway: { type: "string", optional: true, summary: "The node that does it." },
				repeatable: {
					type: "boolean",
					optional: true,
					summary: "Done twice it comes to the same, so that it may be once that node is gone."
				}
			},
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
						body: { type: "any", nullable: true },
						cookies: { type: "record", optional: true, value: { type: "object", nullable: true, props: cookie } }
					}
				},
				unknown: "boolean|optional"
			},
			result: "null"
		})
	},
	jobs: { sweep: sweptAt("37 * * * *", "Forgets answers that were given a day ago.") },
	events: {}
});

export type Limits = SettingsOf<typeof idempotency>;
