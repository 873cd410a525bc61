/** What the operations of the OpenAPI document share: headers in and out, and how a caller says who they are. Pure. */

import type { Json, JsonValue } from "../../contracts/json";
import { PREFIX } from "./cookies";
import { KEY_KEPT_MS } from "./idempotency";
import { RATE_LIMIT_DRAFT } from "./limits/fields";
import { PERSON, PUBLIC } from "./routes";

export const LAST_EVENT: Json = {
	name: "Last-Event-ID",
	in: "header",
	required: false,
	description: "Of a stream: the id of the last line that was read.",
	schema: { type: "string" }
};

const CORRELATION = { type: "string", pattern: "^[\\w.:-]{1,128}$" } as const;

const KEY = {
	description: `Sent again with the same key within ${KEY_KEPT_MS / 3_600_000} hours, a request has one effect and the answer of the first, which \`Idempotency-Replayed\` tells; 409 while that is under way or nobody knows what became of it, 422 where the key was used for another request. A structured string or a bare one, as draft-ietf-httpapi-idempotency-key-header-07 has it, which has expired. The key is its caller's own: others may use the same.`,
	schema: { type: "string", pattern: '^("([ !#-\\[\\]-~]|\\\\["\\\\]){1,255}"|[!#-~]{1,255})$' }
};

/** Without examples: a page that fills them in would send the same key with every request. */
export const PARAMETERS: Json = {
	IdempotencyKey: {
		name: "Idempotency-Key",
		in: "header",
		required: false,
		...KEY
	},
	NeededIdempotencyKey: {
		name: "Idempotency-Key",
		in: "header",
		required: true,
		...KEY
	},
	CorrelationId: {
		name: "X-Correlation-ID",
		in: "header",
		required: false,
		description: `Names the request in every log line; one is made where none is sent, or none that is harmless there: ${CORRELATION.pattern}.`,
		schema: { type: "string" }
	}
};

export const HEADERS: Json = {
	IdempotencyReplayed: {
		description: "`true`: the answer is that of the first request under this `Idempotency-Key`.",
		schema: { const: "true" }
	},
	Authenticate: { description: "How to say who calls.", schema: { type: "string" } },
	CorrelationId: { description: "Names the request in every log line.", schema: CORRELATION },
	Location: { description: "Where to look.", schema: { type: "string", format: "uri-reference" } },
	RateLimit: {
		description: `What is left of each policy, and for how many seconds (${RATE_LIMIT_DRAFT}): \`"read";r=50;t=30\`.`,
		schema: { type: "string" }
	},
	RateLimitPolicy: {
		description: `The policies that this request is under: how many requests in how many seconds (${RATE_LIMIT_DRAFT}).`,
		schema: { type: "string" }
	},
	RetryAfter: { description: "After how many seconds to try again.", schema: { type: "integer", minimum: 0 } }
};

/** Of what tells how often one may ask. */
export const LIMIT_HEADERS: Json = {
	RateLimit: { $ref: "#/components/headers/RateLimit" },
	"RateLimit-Policy": { $ref: "#/components/headers/RateLimitPolicy" }
};

export const SECURITY_SCHEMES: Json = {
	apiKey: { type: "apiKey", in: "header", name: "X-API-Key" },
	bearer: {
		type: "http",
		scheme: "bearer",
		description: "An access token of whoever is signed in; or an API key."
	},
	session: {
		type: "apiKey",
		in: "cookie",
		name: `${PREFIX}session`,
		description:
			"A session, in a browser. What changes something is then for pages of this server, or of `GATEWAY_CORS_ORIGINS`, alone."
	}
};

/** By whom an operation may be asked for: any of these. @param permission as a contract has it */
export function securityOf(permission: string): JsonValue {
	if (permission === PUBLIC) return [];
	if (permission === PERSON) return [{ bearer: [] }, { session: [] }, { apiKey: ["own:read"] }];
	return Object.keys(SECURITY_SCHEMES).map(scheme => ({ [scheme]: [permission] }));
}

const BY_PERMISSION: Readonly<Record<string, string>> = {
	[PUBLIC]: "Needs no key.",
	[PERSON]:
		"For whoever is signed in, with what is their own. A key of theirs with the scope `own:read` may read it, where nothing has to be proved anew."
};

/** What a caller needs, as a sentence. */
export const needsOf = (permission: string, fresh: number | null): string =>
	[
		BY_PERMISSION[permission] ?? `Needs a key, or somebody signed in, with the scope \`${permission}\`.`,
		...(fresh === null ? [] : [`They proved who they are within ${fresh} s, or are asked to (\`STEP_UP_REQUIRED\`).`])
	].join(" ");
