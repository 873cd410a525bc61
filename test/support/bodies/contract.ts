/** A service for tests: every kind of body and answer that a contract can state, as large as one asks for. */

import { action, type Contract, contract } from "../../../contracts/contract";
import { RAW_ANSWER, RAW_REQUEST } from "../../../contracts/raw";

const COUNTED = { type: "object", props: { bytes: "number", digest: "string" } } as const;

export const probe: Contract = contract("platform", "probe", {
	actions: {
		take: action({
			summary: "Takes bytes.",
			permission: "public",
			rest: "POST /probe/bytes",
			body: "raw",
			params: {},
			result: COUNTED,
			example: { params: {}, result: { bytes: 0, digest: "" } }
		}),
		/** And takes none of them. */
		hold: action({
			summary: "Takes no bytes.",
			permission: "public",
			rest: "POST /probe/held",
			body: "raw",
			params: {},
			result: COUNTED,
			example: { params: {}, result: { bytes: 0, digest: "" } }
		}),
		give: action({
			summary: "Gives bytes.",
			permission: "public",
			rest: "GET /probe/bytes/:size",
			answers: ["raw"],
			params: { size: "string", breaksAt: "string|optional" },
			result: "any",
			example: { params: { size: "1" }, result: "" }
		}),
		echo: action({
			summary: "Says what it was told.",
			permission: "public",
			rest: "POST /probe/texts",
			reads: true,
			params: { text: "string" },
			result: { type: "object", props: { text: "string" } },
			example: { params: { text: "" }, result: { text: "" } }
		}),
		state: action({
			summary: "What became of the bytes that were given and taken.",
			permission: "public",
			rest: "GET /probe/state",
			params: {},
			result: { type: "object", props: { given: "number", open: "number", taken: "number", rss: "number" } },
			example: { params: {}, result: { given: 0, open: 0, taken: 0, rss: 0 } }
		}),
		raw: action({
			summary: "Gives bytes as an answer of its own.",
			permission: "public",
			reads: true,
			raw: { called: "probes", path: "^/raw-probe/\\d+$", methods: ["GET", "HEAD"], shown: [] },
			params: RAW_REQUEST,
			result: RAW_ANSWER
		})
	}
}) as unknown as Contract;
