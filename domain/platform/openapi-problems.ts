/** The errors of the REST API in the OpenAPI document: RFC 9457 problem details, out of the table of errors. Pure. */

import { ERRORS, type ErrorCode } from "../../contracts/cluster";
import type { ErrorSpec } from "../../contracts/contract";
import type { Json } from "../../contracts/json";
import { keysOf } from "../../contracts/table";
import { LIMIT_HEADERS } from "./openapi-components";
import { kindOf } from "./problem";

const text: Json = { type: "string" };

const MEMBERS = [...new Set(Object.values<ErrorSpec>(ERRORS).flatMap(({ members = [] }) => members))];

export const PROBLEM_SCHEMA: Json = {
	type: "object",
	description: "What went wrong (RFC 9457).",
	properties: {
		type: { type: "string", format: "uri-reference", description: "Where this kind of problem is described." },
		title: text,
		status: { type: "integer", minimum: 400, maximum: 599 },
		detail: { ...text, description: "What is wrong, where, and what to do." },
		code: { enum: Object.keys(ERRORS), description: "Stable, for machines." },
		correlationId: { ...text, description: "Names the request in the logs." },
		errors: {
			type: "array",
			description: "The fields that are not as they must be.",
			items: {
				type: "object",
				properties: {
					field: text,
					message: text,
					line: { type: "integer", minimum: 1, description: "Of a definition." },
					column: { type: "integer", minimum: 1 }
				},
				required: ["field", "message"],
				additionalProperties: false
			}
		},
		...Object.fromEntries(MEMBERS.map(name => [name, { ...text, description: "Of errors that have it." }])),
		"violated-policies": {
			type: "array",
			items: text,
			description: "Of what was asked too often: the policies that do not allow more."
		}
	},
	required: ["type", "title", "status", "detail", "code", "correlationId"],
	additionalProperties: false
};

/** One response a status that the table of errors knows: `Problem404` … */
export function problemResponses(): Json {
	const statuses = [...new Set(Object.values(ERRORS).map(({ status }) => status))].sort((a, b) => a - b);
	return Object.fromEntries(statuses.map(status => [`Problem${status}`, problemResponse(status)]));
}

function problemResponse(status: number): Json {
	const codes = keysOf(ERRORS).filter(code => ERRORS[code].status === status);
	const again = status === 429 || status === 503;
	return {
		description: codes.map(code => `\`${code}\`: ${ERRORS[code].title}.`).join(" "),
		headers: {
			"X-Correlation-ID": { $ref: "#/components/headers/CorrelationId" },
			...(status === 401 && { "WWW-Authenticate": { $ref: "#/components/headers/Authenticate" } }),
			...(again && { "Retry-After": { $ref: "#/components/headers/RetryAfter" } }),
			...(status === 429 && LIMIT_HEADERS)
		},
		content: {
			"application/problem+json": {
				schema: { $ref: "#/components/schemas/Problem" },
				examples: Object.fromEntries(codes.map(code => [code, { value: problemExample(code) }]))
			}
		}
	};
}

function problemExample(code: ErrorCode): Json {
	const { title, registered } = ERRORS[code];
	return {
		...kindOf(code),
		detail: DETAILS[code] ?? `${title}.`,
		code,
		correlationId: "b2f1c9a4-5d5e-4a0e-9a53-3a2d7d7f0c11",
		...(code === "VALIDATION_ERROR" && { errors: [{ field: "nmae", message: "There is no field 'nmae' here." }] }),
		...(registered !== undefined && { "violated-policies": ["read"] })
	};
}

const DETAILS: Partial<Record<string, string>> = {
	VALIDATION_ERROR: "Some fields are not as they must be: 'errors' says which.",
	REQUEST_INVALID: "The body is not JSON."
};

/** Of an operation, as far as it decides what may go wrong. */
export interface Risks {
	/** It changes something. */
	readonly writes: boolean;
	/** Its method has one, whether or not there is anything to say in it. */
	readonly takesBody: boolean;
	readonly params: readonly string[];
	/** Those of them that its path carries. */
	readonly path: readonly string[];
	/** It is about what whoever is signed in has, or has not. */
	readonly isOwn: boolean;
	/** The statuses of the errors that its contract brings. */
	readonly brought: readonly number[];
}

const KNOWN_BY = new Set(["name", "id", "to"]);
/** Statuses, and which operations may answer them. */
const WHEN: readonly (readonly [status: number, may: (risks: Risks) => boolean])[] = [
	[400, () => true],
	[401, () => true],
	[403, () => true],
	// What is kept is known by its name, its id or its revision, by whatever its address says, or as the caller's own.
	[404, ({ params, path, isOwn }) => isOwn || path.length > 0 || params.some(name => KNOWN_BY.has(name))],
	[408, ({ takesBody }) => takesBody],
	[409, ({ writes }) => writes],
	// What is good once, and was used, or is over.
	[410, ({ params, brought }) => params.includes("token") && brought.includes(410)],
	[413, ({ takesBody }) => takesBody],
	[415, ({ takesBody }) => takesBody],
	[421, () => true],
	// Of fields that are not known, if nothing else.
	[422, () => true],
	[429, () => true],
	[431, () => true],
	[500, () => true],
	[502, () => true],
	[503, () => true],
	[504, () => true]
];

/** The problems that an operation may answer, by status. */
export function problemsOf(risks: Risks): Json {
	const may = WHEN.filter(([, applies]) => applies(risks)).map(([status]) => status);
	return Object.fromEntries(may.map(status => [status, { $ref: `#/components/responses/Problem${status}` }]));
}
