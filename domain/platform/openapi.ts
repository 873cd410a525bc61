/** The OpenAPI 3.1 document of the REST API: made of the contracts, so that it says what is checked. Pure. */

import type { ActionSpec, Contract } from "../../contracts/contract";
import { ALIASES, AREAS } from "../../contracts/documents";
import { type Json, type JsonValue, listIn } from "../../contracts/json";
import type { Rule } from "../../contracts/schema";
import { nth, valueAt } from "../there";
import { bodyClassOf, limitVariable } from "./body-class";
import { OPEN_ROUTES, type OpenRoute } from "./open-routes";
import { OPEN_SCHEMAS } from "./open-schemas";
import {
	HEADERS,
	LAST_EVENT,
	LIMIT_HEADERS,
	needsOf,
	PARAMETERS,
	SECURITY_SCHEMES,
	securityOf
} from "./openapi-components";
import { answersOf, bodiesOf } from "./openapi-media";
import { PROBLEM_SCHEMA, problemResponses, problemsOf } from "./openapi-problems";
import { rawDocuments } from "./raw-documents";
import { isKeyed, PERSON, type Route, routesOf } from "./routes";
import { componentsOf, isRequired, objectSchema, parameterSchema, ruleSchema } from "./rule-schema";

export interface Info {
	readonly title: string;
	readonly version: string;
	readonly description?: string;
}

/** @throws a sentence where a contract's routes are wrong */
export function openApi(
	contracts: readonly Contract[],
	info: Info,
	open: readonly OpenRoute[] = [...OPEN_ROUTES, ...rawDocuments(contracts)]
): Json {
	const specs = new Map(
		contracts.flatMap(({ name, actions }) => Object.entries(actions).map(([key, spec]) => [`${name}.${key}`, spec]))
	);
	const own = new Map(contracts.map(({ name, errors }) => [name, Object.values(errors).map(({ status }) => status)]));
	const routes = routesOf(contracts);
	const chapters = chaptersOf(contracts);
	const operations = routes.map(
		(route): Placed => [route, operation(route, routes, specs, chapters, valueAt(own, serviceOf(route.action)))]
	);
	const opened = open.map((route): Placed => [route, openOperation(route, chapters)]);
	const placed = inOrder([...operations, ...opened]);
	return {
		openapi: "3.1.0",
		info: { ...info },
		tags: tagsOf(placed),
		paths: pathsOf(placed),
		components: {
			schemas: { ...componentsOf(rulesOf(routes, specs)), ...OPEN_SCHEMAS, Problem: PROBLEM_SCHEMA },
			parameters: PARAMETERS,
			headers: HEADERS,
			responses: problemResponses(),
			securitySchemes: SECURITY_SCHEMES
		}
	};
}

/** What requests and answers of these routes are made of. */
const rulesOf = (routes: readonly Route[], specs: ReadonlyMap<string, ActionSpec>): Rule[] =>
	routes.flatMap(({ action }) => {
		const { params, result } = valueAt(specs, action);
		return [...Object.values(params), result];
	});

type Placed = readonly [{ readonly method: string; readonly path: string }, Json];

const serviceOf = (action: string): string => action.replace(/\..*$/s, "");

/** The chapter of an operation, by its id: an action's own, else its contract's. */
type Chapters = (id: string) => string;

function chaptersOf(contracts: readonly Contract[]): Chapters {
	const own = new Map(contracts.map(({ name, chapter }) => [name, chapter]));
	for (const { name, actions } of contracts)
		for (const [key, { chapter }] of Object.entries(actions)) if (chapter) own.set(`${name}.${key}`, chapter);
	return id => own.get(id) ?? own.get(serviceOf(id)) ?? serviceOf(id);
}

const DESCRIBED: ReadonlyMap<string, string> = new Map(
	[...AREAS, ALIASES].map(({ name, description }) => [name, description])
);

/** As a reader needs them: the chapters in their order, others after those, aliases last. */
function inOrder(operations: readonly Placed[]): Placed[] {
	const chapters = AREAS.map(({ name }) => name);
	const rank = ([, { tags }]: Placed): number => {
		const [chapter] = tags as string[];
		if (chapter === ALIASES.name) return chapters.length + 1;
		const place = chapters.indexOf(String(chapter));
		return place < 0 ? chapters.length : place;
	};
	return operations.toSorted((a, b) => rank(a) - rank(b));
}

function tagsOf(operations: readonly Placed[]): Json[] {
	const names = new Set(operations.map(([, { tags }]) => String(listIn(tags)[0])));
	return [...names].map(name => {
		const description = DESCRIBED.get(name);
		return { name, ...(description !== undefined && { description }) };
	});
}

/** `/notes/:id` → `/notes/{id}`. */
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
	chapters: Chapters,
	brought: readonly number[]
): Json {
	const { action, permission } = route;
	const spec = valueAt(specs, action);
	const same = routes.filter(other => other.action === action);
	const place = same.indexOf(route) + 1;
	const body = bodyOf(route, spec);
	return {
		operationId: place === 1 ? action : `${action}:${place}`,
		tags: [route.canonical ? chapters(action) : ALIASES.name],
		summary: route.canonical ? route.summary.replaceAll("`", "'") : `The same as ${addressOf(nth(same, 0))}.`,
		description: describe(route, nth(same, 0)),
		deprecated: false,
		...(!route.canonical && { "x-alias-of": action }),
		security: securityOf(permission),
		parameters: parametersOf(route, spec),
		...(body && { requestBody: body }),
		responses: {
			[route.status]: answerOf(route, spec),
			...problemsOf({
				writes: !route.reads,
				takesBody: route.body !== null,
				params: Object.keys(spec.params),
				path: route.params,
				isOwn: permission === PERSON,
				brought
			})
		}
	};
}

function describe(route: Route, canonical: Route): string {
	const needs = needsOf(route.permission, route.fresh);
	if (route.canonical) return needs;
	return `The same as \`${addressOf(canonical)}\`, which is the canonical address. ${needs}`;
}

const addressOf = ({ method, path }: Route): string => `${method} ${template(path)}`;

function parametersOf(route: Route, { params, example }: ActionSpec): Json[] {
	const inAddress = Object.entries(params).filter(([field]) => route.body === null || route.params.includes(field));
	const shown = (example?.params ?? {}) as Json;
	const fields = inAddress.map(([field, rule]): Json => {
		const inPath = route.params.includes(field);
		return {
			name: field,
			in: inPath ? "path" : "query",
			required: inPath || isRequired(rule),
			schema: parameterSchema(rule),
			...(shown[field] !== undefined && { example: shown[field] })
		};
	});
	const shared = isKeyed(route)
		? [route.needsKey ? "NeededIdempotencyKey" : "IdempotencyKey", "CorrelationId"]
		: ["CorrelationId"];
	const resumed = route.answers.includes("sse") ? [LAST_EVENT] : [];
	return [...fields, ...resumed, ...shared.map(name => ({ $ref: `#/components/parameters/${name}` }))];
}

function bodyOf(route: Route, { params, example }: ActionSpec): Json | undefined {
	if (route.body === null) return undefined;
	const inBody = ([field]: [string, unknown]): boolean => !route.params.includes(field);
	const fields = Object.fromEntries(Object.entries(params).filter(inBody));
	if (Object.keys(fields).length === 0) return undefined;
	const content = {
		schema: objectSchema(fields),
		...(example && { example: Object.fromEntries(Object.entries(example.params).filter(inBody)) })
	};
	return {
		required: Object.values(fields).some(isRequired),
		description: `At most so many bytes as \`${limitVariable(bodyClassOf(route))}\` says.`,
		content: bodiesOf(route.body, content)
	};
}

const WORDS = {
	200: "Done.",
	201: "It was made.",
	202: "It was begun, and goes on; `Location` is where to look.",
	303: "The browser goes on to `Location`."
};

function answerOf(route: Route, { result, example }: ActionSpec): Json {
	const shown = example?.result as JsonValue | undefined;
	return {
		description: WORDS[route.status],
		headers: {
			"X-Correlation-ID": { $ref: "#/components/headers/CorrelationId" },
			...(isKeyed(route) && { "Idempotency-Replayed": { $ref: "#/components/headers/IdempotencyReplayed" } }),
			...(route.status !== 303 && LIMIT_HEADERS),
			...(route.location !== null && { Location: { $ref: "#/components/headers/Location" } })
		},
		content: answersOf(route, { schema: ruleSchema(result), ...(shown !== undefined && { example: shown }) })
	};
}

function openOperation({ id, path, says, params, answers, problems, keyed }: OpenRoute, chapters: Chapters): Json {
	const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => String(name));
	return {
		operationId: id,
		tags: [chapters(id)],
		summary: says,
		description: keyed ? "Needs a key, or somebody signed in, with any scope." : "Needs no key.",
		deprecated: false,
		security: keyed ? Object.keys(SECURITY_SCHEMES).map(scheme => ({ [scheme]: [] })) : [],
		parameters: [
			...names.map(name => ({ name, in: "path", required: true, schema: ruleSchema("string|min:1"), ...params[name] })),
			{ $ref: "#/components/parameters/CorrelationId" }
		],
		responses: Object.fromEntries([
			// What is malformed, or asked under another's name, is refused before its route is looked for.
			...[400, 421, 431, ...problems].map(status => [status, { $ref: `#/components/responses/Problem${status}` }]),
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
