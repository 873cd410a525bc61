/** A route is proved by its examples: each goes the way that a request would go, to the action and back. */

import { ERRORS } from "../../../contracts/cluster";
import type { JsonValue } from "../../../contracts/json";
import type { DataRoute, RouteExample } from "../../../contracts/platform/route-forms";
import { isKeyOf } from "../../../contracts/table";
import { canonical } from "../../canonical";
import { type Fault, type Problem, problemOf } from "../problem";
import { differences } from "../revisions/difference";
import { type Evaluate, ShapeBroken } from "./evaluated";
import { RouteIndex } from "./matching";
import {
	answerOf,
	fieldsOfForm,
	type Given,
	headersFor,
	paramsOf,
	problemIn,
	rowFor,
	type ShapedRequest
} from "./shaping";

/** What an action takes and answers: why it would not be that, or undefined. */
export interface Checks {
	params(action: string, params: object): string | undefined;
	result(action: string, result: unknown): string | undefined;
}

export interface Proving {
	readonly evaluate: Evaluate;
	/** Compiled alone. */
	readonly compile: (shapes: readonly string[]) => ReturnType<Evaluate>;
	readonly checks: Checks;
	/** Of an answer. */
	readonly status: number;
}

/** All shapes of a route, by their places. */
export function shapesOf({ request, response, errors = {} }: DataRoute): [place: string, text: string][] {
	const places: [string, string | undefined][] = [["request.params", request?.params]];
	for (const [place, shape] of [
		["response", response] as const,
		...Object.entries(errors).map(([row, each]) => [`errors.${row}`, each] as const)
	]) {
		places.push([`${place}.body`, shape?.body]);
		for (const [name, text] of Object.entries(shape?.headers ?? {})) places.push([`${place}.headers.${name}`, text]);
	}
	return places.flatMap(([place, text]) => (text === undefined ? [] : [[place, text]]));
}

/** Empty where it does what its examples say. */
export async function proved(route: DataRoute, proving: Proving): Promise<Fault[]> {
	const shapes = shapesOf(route);
	const compiled = await proving.compile(shapes.map(([, text]) => text));
	const broken = compiled.flatMap(({ fault }, index) =>
		fault ? [told(new ShapeBroken(shapes[index]?.[0] ?? "", fault))] : []
	);
	if (broken.length > 0) return broken;
	const index = new RouteIndex({ [route.id]: route });
	const faults: Fault[] = [];
	for (const [number, example] of route.examples.entries())
		faults.push(...(await faultsIn(route, example, `examples[${number}]`, index, proving)));
	return faults;
}

const told = (broken: ShapeBroken, place = ""): Fault => ({
	field: place === "" ? broken.place : place,
	message: `${place === "" ? "" : `${broken.place}: `}${broken.fault.message}${broken.fault.at === null ? "" : ` (character ${broken.fault.at})`}`
});

async function faultsIn(
	route: DataRoute,
	example: RouteExample,
	place: string,
	index: RouteIndex,
	proving: Proving
): Promise<Fault[]> {
	const request = requestIn(route, example, index);
	if (typeof request === "string") return [{ field: `${place}.request`, message: request }];
	try {
		return [
			...(example.params
				? await paramsFaults(route, request, example.params as JsonValue, `${place}.params`, proving)
				: []),
			...(example.gives ? await givenFaults(route, request, example, place, proving) : [])
		];
	} catch (error) {
		if (error instanceof ShapeBroken) return [told(error, place)];
		throw error;
	}
}

/** As the route sees it; or why it does not. */
function requestIn(
	{ match, request: shape }: DataRoute,
	{ request }: RouteExample,
	index: RouteIndex
): ShapedRequest | string {
	const [path = "", query = ""] = request.path.split(/\?(.*)/s, 2);
	const { method } = match;
	const headers = Object.fromEntries(
		Object.entries(request.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value])
	);
	const found = index.find({ method, path, host: request.host ?? match.host ?? "", headers });
	if (!found) return `It is none that '${method} ${match.path}' matches.`;
	const body = bodyIn(request.body, shape?.body ?? "json");
	if (body === undefined) return "The body of a form is a text, as it is sent.";
	return { method, path: found.path, query: fieldsOfForm(query), headers: headersFor(headers), body };
}

function bodyIn(body: JsonValue | undefined, kind: "json" | "form" | "either"): JsonValue | undefined {
	if (body === undefined) return null;
	if (kind === "json" || (kind === "either" && typeof body !== "string")) return body;
	return typeof body === "string" ? fieldsOfForm(body) : undefined;
}

async function paramsFaults(
	route: DataRoute,
	request: ShapedRequest,
	expected: JsonValue,
	field: string,
	{ evaluate, checks }: Proving
): Promise<Fault[]> {
	const params = await paramsOf(route, request, evaluate);
	const different = differenceIn(expected, params as JsonValue);
	if (different !== undefined) return [{ field, message: different }];
	const refused = checks.params(route.action, params);
	return refused === undefined ? [] : [{ field, message: `'${route.action}' does not take them: ${refused}` }];
}

async function givenFaults(
	route: DataRoute,
	request: ShapedRequest,
	{ answer, problem, gives }: RouteExample,
	place: string,
	{ evaluate, checks, status }: Proving
): Promise<Fault[]> {
	const refused = answer === undefined ? undefined : checks.result(route.action, answer);
	if (refused !== undefined)
		return [{ field: `${place}.answer`, message: `'${route.action}' does not answer so: ${refused}` }];
	const given = problem
		? await problemGiven(route, problemLike(problem), request, evaluate)
		: await answerOf(route, { answer, status, request }, evaluate);
	const different = differenceIn(shown({ ...gives, headers: gives?.headers ?? {} }), shown(given));
	return different === undefined ? [] : [{ field: `${place}.gives`, message: different }];
}

const problemGiven = (
	route: DataRoute,
	problem: Problem,
	request: ShapedRequest,
	evaluate: Evaluate
): Promise<Given> => {
	const row = rowFor(route, problem);
	const asItIs: Given = { status: problem.status, type: "json", headers: {}, body: problem as unknown as JsonValue };
	return row === undefined ? Promise.resolve(asItIs) : problemIn(route, row, problem, request, evaluate);
};

function problemLike({ code, detail }: NonNullable<RouteExample["problem"]>): Problem {
	const { title, status } = isKeyOf(ERRORS, code) ? ERRORS[code] : ERRORS.INTERNAL;
	const { correlationId, type } = problemOf({ type: code }, "example");
	return { type, title, status, detail: detail ?? `${title}.`, code, correlationId } as Problem;
}

const shown = ({ status, headers, body }: Partial<Given>): JsonValue =>
	({ status: status ?? 200, headers: { ...headers }, ...(body !== undefined && { body }) }) as JsonValue;

/** The first thing that is otherwise, or undefined. */
function differenceIn(expected: JsonValue, made: JsonValue): string | undefined {
	const [first] = differences(expected, made);
	if (!first) return undefined;
	const where = first.path.length === 0 ? "It" : `'${first.path.join(".")}'`;
	if (first.kind === "added") return `${where} is made and not expected: ${short(first.after)}.`;
	if (first.kind === "removed") return `${where} is expected and not made: ${short(first.before)}.`;
	return `${where} is ${short(first.after)}, and expected is ${short(first.before)}.`;
}

const short = (value: JsonValue): string => {
	const text = canonical(value);
	return text.length > 200 ? `${text.slice(0, 200)}…` : text;
};
