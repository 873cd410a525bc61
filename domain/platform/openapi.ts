/** The OpenAPI 3.1 document of the REST API: made of the contracts, so that it says what is checked. Pure. */

import type { ActionSpec, Contract } from "../../contracts/contract";
import type { Json, JsonValue } from "../../contracts/json";
import type { Schema } from "../../contracts/schema";
import { EXAMPLES } from "./examples";
import { OPEN_ROUTES, OPEN_SCHEMAS, type OpenRoute } from "./open-routes";
import { PROBLEM_SCHEMA, problemResponses, problemsOf } from "./openapi-problems";
import { type Route, routesOf } from "./routes";
import { isRequired, objectSchema, parameterSchema, ruleSchema } from "./rule-schema";

/** contracts/results.json: what each action answers, and the schemas that this refers to. */
export interface Results {
	readonly answers: Readonly<Record<string, Json>>;
	readonly schemas: Readonly<Record<string, Json>>;
}
export interface Info {
	readonly title: string;
	readonly version: string;
	readonly description?: string;
}

/** @throws a sentence where a contract's routes are wrong, or an action's answer is not in `results` */
export function openApi(
	contracts: readonly Contract[],
	results: Results,
	info: Info,
	open: readonly OpenRoute[] = OPEN_ROUTES
): Json {
	const specs = new Map(
		contracts.flatMap(({ name, actions }) => Object.entries(actions).map(([key, spec]) => [`${name}.${key}`, spec]))
	);
	const routes = routesOf(contracts);
	const operations = routes.map((route): Placed => [route, operation(route, routes, specs, results)]);
	const opened = open.map((route): Placed => [route, openOperation(route)]);
	return {
		openapi: "3.1.0",
		info: { ...info },
		tags: [...new Set(routes.map(({ action }) => serviceOf(action))), "gateway"].map(name => ({ name })),
		paths: pathsOf([...operations, ...opened]),
		components: {
			schemas: { ...results.schemas, ...OPEN_SCHEMAS, Problem: PROBLEM_SCHEMA },
			parameters: PARAMETERS,
			headers: HEADERS,
			responses: problemResponses(),
			securitySchemes: {
				apiKey: { type: "apiKey", in: "header", name: "X-API-Key" },
				bearer: { type: "http", scheme: "bearer", description: "The same API key as a bearer token." }
			}
		}
	};
}

type Placed = readonly [{ readonly method: string; readonly path: string }, Json];

const serviceOf = (action: string): string => action.split(".", 1)[0] as string;

/** `/migrations/:name` → `/migrations/{name}`. */
const template = (path: string): string => path.replace(/:(\w+)/g, "{$1}");

function pathsOf(operations: readonly Placed[]): Json {
	const paths: Record<string, Json> = {};
	for (const [{ method, path }, operation] of operations) {
		paths[template(path)] = { ...paths[template(path)], [method.toLowerCase()]: operation };
	}
	return paths;
}

function operation(
	route: Route,
	routes: readonly Route[],
	specs: ReadonlyMap<string, ActionSpec>,
	results: Results
): Json {
	const { action, scope } = route;
	const { params } = specs.get(action) as ActionSpec;
	const same = routes.filter(other => other.action === action);
	const place = same.indexOf(route) + 1;
	const body = bodyOf(route, params);
	return {
		operationId: place === 1 ? action : `${action}:${place}`,
		tags: [serviceOf(action)],
		summary: route.says,
		description: describe(route, same[0] as Route),
		deprecated: false,
		security: [{ apiKey: [scope] }, { bearer: [scope] }],
		parameters: parametersOf(route, params),
		...(body && { requestBody: body }),
		responses: {
			[route.status]: answerOf(route, results),
			...problemsOf({ writes: !reads(route), hasBody: body !== undefined, params: Object.keys(params) })
		}
	};
}

const reads = ({ method }: Route): boolean => method === "GET";
/** GET and DELETE carry all they have to say in the address. */
const hasBody = ({ method }: Route): boolean => method !== "GET" && method !== "DELETE";

function describe(route: Route, canonical: Route): string {
	const needs = `Needs a key with the scope \`${route.scope}\`.`;
	if (route.canonical) return needs;
	return `The same as \`${canonical.method} ${template(canonical.path)}\`, which is the canonical address. ${needs}`;
}

function parametersOf(route: Route, params: Schema): Json[] {
	const inAddress = Object.entries(params).filter(([field]) => !hasBody(route) || route.params.includes(field));
	const example = EXAMPLES[route.action]?.params ?? {};
	const fields = inAddress.map(([field, rule]): Json => {
		const inPath = route.params.includes(field);
		return {
			name: field,
			in: inPath ? "path" : "query",
			required: inPath || isRequired(rule),
			schema: parameterSchema(rule),
			...(example[field] !== undefined && { example: example[field] })
		};
	});
	const shared = reads(route) ? ["CorrelationId"] : ["IdempotencyKey", "CorrelationId"];
	const resumed = route.action === "migration.log" ? [LAST_EVENT] : [];
	return [...fields, ...resumed, ...shared.map(name => ({ $ref: `#/components/parameters/${name}` }))];
}

function bodyOf(route: Route, params: Schema): Json | undefined {
	if (!hasBody(route)) return undefined;
	const inBody = ([field]: [string, unknown]): boolean => !route.params.includes(field);
	const fields = Object.fromEntries(Object.entries(params).filter(inBody));
	if (Object.keys(fields).length === 0) return undefined;
	const example = EXAMPLES[route.action]?.params;
	const content = {
		schema: objectSchema(fields),
		...(example && { example: Object.fromEntries(Object.entries(example).filter(inBody)) })
	};
	return { required: Object.values(fields).some(isRequired), content: { "application/json": content } };
}

const WORDS = { 200: "Done.", 201: "It was made.", 202: "It was begun, and goes on; `Location` is where to look." };

function answerOf(route: Route, results: Results): Json {
	const { action, status } = route;
	const schema = Object.hasOwn(results.answers, action) ? results.answers[action] : undefined;
	if (!schema) throw new Error(`What ${action} answers is not in contracts/results.json: run \`npm run schemas\`.`);
	const example = EXAMPLES[action]?.answer;
	return {
		description: WORDS[status],
		headers: {
			"X-Correlation-ID": { $ref: "#/components/headers/CorrelationId" },
			...(status !== 200 && { Location: { $ref: "#/components/headers/Location" } })
		},
		content: {
			"application/json": { schema, ...(example !== undefined && { example }) },
			...streamOf(action, example)
		}
	};
}

interface Stream {
	readonly type: string;
	readonly says: string;
	/** How one line of the answer looks in the stream. */
	line(line: JsonValue): string;
}
const NDJSON: Stream = {
	type: "application/x-ndjson",
	says: "All lines, one JSON a line.",
	line: line => `${JSON.stringify(line)}\n`
};
/** What is streamed to those who accept it. */
const STREAMS: Readonly<Record<string, Stream>> = {
	"migration.log": {
		type: "text/event-stream",
		says: "Events `log` with a line each, then `status` with where the migration stands; it goes on until it is closed.",
		line: line => `id: ${(line as Json).id}\nevent: log\ndata: ${JSON.stringify(line)}\n\n`
	},
	"migration.report": NDJSON,
	"migration.diff": NDJSON,
	"migration.links": NDJSON
};

function streamOf(action: string, example: JsonValue | undefined): Json {
	const stream = Object.hasOwn(STREAMS, action) ? STREAMS[action] : undefined;
	if (!stream) return {};
	const lines = ((example as Json | undefined)?.lines ?? []) as JsonValue[];
	const schema = { type: "string", description: stream.says };
	return { [stream.type]: { schema, example: lines.map(stream.line).join("") } };
}

function openOperation({ id, path, says, params, answers, problems }: OpenRoute): Json {
	const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => String(name));
	return {
		operationId: id,
		tags: ["gateway"],
		summary: says,
		description: "Needs no key.",
		deprecated: false,
		security: [],
		parameters: [
			...names.map(name => ({ name, in: "path", required: true, schema: ruleSchema("string|min:1"), ...params[name] })),
			{ $ref: "#/components/parameters/CorrelationId" }
		],
		responses: Object.fromEntries([
			...problems.map(status => [status, { $ref: `#/components/responses/Problem${status}` }]),
			...Object.entries(answers).map(([status, { description, type, schema, example }]) => [
				status,
				{
					description,
					headers: { "X-Correlation-ID": { $ref: "#/components/headers/CorrelationId" } },
					content: { [type]: { schema, example } }
				}
			])
		])
	};
}

const LAST_EVENT: Json = {
	name: "Last-Event-ID",
	in: "header",
	required: false,
	description: "Of a stream: the id of the last line that was read.",
	schema: { type: "string" }
};

const CORRELATION: Json = { type: "string", pattern: "^[\\w.:-]{1,128}$" };

const PARAMETERS: Json = {
	IdempotencyKey: {
		name: "Idempotency-Key",
		in: "header",
		required: false,
		description: "Sent again with the same key, a request has one effect and the answer of the first.",
		schema: { type: "string", minLength: 1, maxLength: 255 },
		example: "3d0c6f2e-9f1d-4c51-8a58-0f6f4f0f9f4e"
	},
	CorrelationId: {
		name: "X-Correlation-ID",
		in: "header",
		required: false,
		description: "Names the request in every log line; one is made where none is sent.",
		schema: CORRELATION,
		example: "b2f1c9a4-5d5e-4a0e-9a53-3a2d7d7f0c11"
	}
};

const HEADERS: Json = {
	CorrelationId: { description: "Names the request in every log line.", schema: CORRELATION },
	Location: { description: "Where to look.", schema: { type: "string", format: "uri-reference" } },
	RetryAfter: { description: "After how many seconds to try again.", schema: { type: "integer", minimum: 0 } }
};
