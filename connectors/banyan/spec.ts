/** A running Banyan's own accounts as a target, before any connection. */

import type { Json } from "../../contracts/json";
import type { Option, Spec } from "../connector";
import { COMMON_OPTIONS, WAY_OPTIONS } from "../http/options";

const { rateLimit, timeoutMs, retryBaseMs } = COMMON_OPTIONS;

export const OPTIONS = {
	url: { type: "string", required: true, fixed: true, description: "Address of the gateway: http or https." },
	apiKey: {
		type: "string",
		required: true,
		secret: true,
		description: "An API key there with the scope accounts:import."
	},
	migration: {
		type: "string",
		default: "",
		fixed: true,
		filled: "name",
		description: "Under which name accounts are remembered there as moved; the migration's own where none is given."
	},
	source: {
		type: "string",
		default: "accounts",
		fixed: true,
		description: "What their ids are of: whoever comes at a login and in bulk is one, where both say the same."
	},
	digestKey: {
		type: "string",
		default: "",
		fixed: true,
		secret: true,
		filled: "key",
		description:
			"What digests of hashes are made with, so that two ends can compare them; made for each migration by itself."
	},
	...WAY_OPTIONS,
	rateLimit,
	timeoutMs,
	retryBaseMs
} as const satisfies Record<string, Option>;

export const banyanSpec: Spec = {
	connector: "banyan",
	role: "target",
	title: "Banyan",
	options: OPTIONS,
	streams: ["accounts"],
	records: {
		accounts: {
			credentials: ["password"],
			stateOf: ({ state }: Json) => (typeof state === "string" ? state : undefined)
		}
	},
	createsPerSecond: 500,
	capabilities: { cas: false, uniqueNaturalKey: true, keysetPaging: true, longestExecution: 60_000 }
};
