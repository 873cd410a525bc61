/** What a route is as data: where it matches, where it leads, its shapes, and the examples that prove them. */

import { shape, type ValueOf } from "../schema";

/** An expression of JSONata. */
const expression = { type: "string", min: 1, max: 10_000 } as const;
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

export const id = {
	type: "string",
	pattern: "^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$",
	summary: "What it is called: small letters, digits and hyphens."
} as const;

const match = {
	type: "object",
	summary: "Which requests are its.",
	props: {
		method: { type: "enum", values: METHODS },
		path: {
			type: "string",
			min: 1,
			max: 500,
			summary: "From the root, as people read it; `:name` is a segment that the request shape finds in `path`."
		},
		host: {
			type: "string",
			min: 1,
			max: 253,
			optional: true,
			summary: "The name that it is asked under, without a port."
		},
		version: {
			type: "string",
			min: 1,
			max: 50,
			optional: true,
			summary:
				"As `Accept-Version`, `API-Version`, `X-API-Version` or `Accept: …; version=2`, `application/vnd.example.v2+json` say it."
		},
		header: {
			type: "object",
			optional: true,
			summary: "A header that it has.",
			props: { name: "string|min:1|max:100", value: "string|max:500" }
		}
	}
} as const;

const headers = {
	type: "record",
	value: expression,
	optional: true,
	summary: "By name, each an expression that makes a text."
} as const;
const type = { type: "enum", values: ["json", "text"], default: "json" } as const;
const body = { ...expression, optional: true, summary: "Makes the body." } as const;

const answerShape = {
	type: "object",
	optional: true,
	summary:
		"How the action's answer becomes theirs: expressions over `answer`, `status` and `request`. Without it, as it is.",
	props: {
		status: { type: "number", integer: true, min: 200, max: 299, optional: true },
		type,
		headers,
		body
	}
} as const;

const errorShape = {
	type: "object",
	props: {
		status: { type: "number", integer: true, min: 200, max: 599, optional: true },
		type,
		headers,
		body
	}
} as const;

const exampleRequest = {
	type: "object",
	props: {
		path: { type: "string", min: 1, max: 2000, summary: "As it is sent, with its query." },
		host: { type: "string", max: 253, optional: true },
		headers: { type: "record", value: "string", optional: true },
		body: { type: "json", optional: true, summary: "Of a form: as it is sent, a text." }
	}
} as const;

const example = {
	type: "object",
	props: {
		request: exampleRequest,
		params: { type: "object", optional: true, summary: "What the action is called with." },
		answer: { type: "json", optional: true, summary: "What the action answers." },
		problem: {
			type: "object",
			optional: true,
			summary: "In place of an answer.",
			props: { code: "string|min:1|max:100", detail: "string|optional|max:2000" }
		},
		gives: {
			type: "object",
			optional: true,
			summary: "What whoever asked is given then.",
			props: {
				status: { type: "number", integer: true, min: 200, max: 599 },
				headers: { type: "record", value: "string", optional: true },
				body: { type: "json", optional: true }
			}
		}
	}
} as const;

/** What one is made of, beside its name. */
export const routeFields = {
	summary: { type: "string", max: 500, optional: true, summary: "What it is for." },
	match,
	action: { type: "string", min: 3, max: 100, summary: "What it leads to, as `auth.login`: its permission holds." },
	request: {
		type: "object",
		optional: true,
		summary:
			"How a request becomes the action's params. Without it, fields of path, query and body as they are called.",
		props: {
			body: { type: "enum", values: ["json", "form", "either"], default: "json", summary: "How its body is written." },
			params: { ...expression, optional: true, summary: "Over `method`, `path`, `query`, `headers` and `body`." }
		}
	},
	response: answerShape,
	errors: {
		type: "record",
		value: errorShape,
		optional: true,
		summary:
			"How problems become theirs, by code, else status (`404`), else kind (`4xx`), else `*`: expressions over `code`, `status`, `title`, `detail`, `errors`, `correlationId` and `request`. Without one, as they are."
	},
	examples: {
		type: "array",
		items: example,
		min: 1,
		max: 50,
		summary: "What proves its shapes: each is tried before the route is kept."
	}
} as const;

export const dataRoute = shape(
	"DataRoute",
	{ id, ...routeFields },
	"A path of an older API, and the action that answers it."
);
export type DataRoute = ValueOf<typeof dataRoute>;
export type RouteMatch = DataRoute["match"];
export type RouteExample = DataRoute["examples"][number];
export type AnswerShape = NonNullable<DataRoute["response"]>;
export type ErrorShape = NonNullable<DataRoute["errors"]>[string];

/** All of them as a revision has them. */
export type RouteTable = Readonly<Record<string, DataRoute>>;
