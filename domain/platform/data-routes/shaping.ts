/** What shapes are given, and what is made of what they make. Pure. */

import type { JsonValue } from "../../../contracts/json";
import type { AnswerShape, DataRoute, ErrorShape } from "../../../contracts/platform/route-forms";
import { own } from "../../own";
import { isFields } from "../../unknown";
import type { Problem } from "../problem";
import { type Evaluate, type Evaluated, ShapeBroken, unfit } from "./evaluated";
import { headerFault } from "./headers";

/** A request as shapes see it. */
export interface ShapedRequest {
	readonly method: string;
	readonly path: Readonly<Record<string, string>>;
	readonly query: Readonly<Record<string, JsonValue>>;
	/** By their names in lower case; nobody's credentials. */
	readonly headers: Readonly<Record<string, string>>;
	readonly body: JsonValue;
}

/** What whoever asked is given. */
export interface Given {
	readonly status: number;
	readonly type: "json" | "text";
	readonly headers: Readonly<Record<string, string>>;
	/** Undefined: none. */
	readonly body: JsonValue | undefined;
}

const SECRET: ReadonlySet<string> = new Set(["authorization", "cookie", "x-api-key", "proxy-authorization"]);

export function headersFor(
	headers: Readonly<Record<string, string | readonly string[] | undefined>>
): Record<string, string> {
	const shown: Record<string, string> = {};
	for (const [name, value] of Object.entries(headers))
		if (typeof value === "string" && !SECRET.has(name)) shown[name] = value;
	return shown;
}

/** The fields of a query, or of a body that is a form: a text each, a list of what stands more than once. */
export function fieldsOfForm(text: string): Record<string, JsonValue> {
	const fields = new Map<string, string[]>();
	for (const [name, value] of new URLSearchParams(text)) fields.set(name, [...(fields.get(name) ?? []), value]);
	return Object.fromEntries(
		[...fields].map(([name, values]) => [name, values.length === 1 ? (values[0] ?? "") : values])
	);
}

/** What the action is called with. @throws ShapeBroken */
export async function paramsOf(route: DataRoute, request: ShapedRequest, evaluate: Evaluate): Promise<object> {
	const shape = route.request?.params;
	if (shape === undefined) return { ...request.query, ...(isFields(request.body) && request.body), ...request.path };
	const [made] = await evaluate([shape], request);
	const params = madeBy("request.params", made);
	if (!isFields(params)) throw unfit("request.params", "It makes no object, and an action's params are one.");
	return params;
}

/** @throws ShapeBroken */
export function answerOf(
	{ response }: DataRoute,
	from: { readonly answer: unknown; readonly status: number; readonly request: ShapedRequest },
	evaluate: Evaluate
): Promise<Given> {
	return given("response", response ?? { type: "json" }, { ...from, body: from.answer }, evaluate);
}

/** The row of its errors for a problem; undefined: it goes out as it is. */
export function rowFor({ errors }: DataRoute, { code, status }: Pick<Problem, "code" | "status">): string | undefined {
	const names = [code, String(status), `${Math.floor(status / 100)}xx`, "*"];
	return names.find(name => own(errors, name) !== undefined);
}

/** @throws ShapeBroken */
export function problemIn(
	route: DataRoute,
	row: string,
	problem: Problem,
	request: ShapedRequest | undefined,
	evaluate: Evaluate
): Promise<Given> {
	const shape = own(route.errors, row) ?? { type: "json" };
	return given(`errors.${row}`, shape, { ...problem, request, body: problem }, evaluate);
}

interface From {
	readonly status: number;
	readonly [field: string]: unknown;
	/** What goes out where no expression makes it. */
	readonly body: unknown;
}

async function given(
	place: string,
	shape: AnswerShape | ErrorShape,
	{ body: usual, ...from }: From,
	evaluate: Evaluate
): Promise<Given> {
	const headers = Object.entries(shape.headers ?? {});
	const shapes = [...(shape.body === undefined ? [] : [shape.body]), ...headers.map(([, text]) => text)];
	const made = await evaluate(shapes, from);
	const [bodies, rest] = shape.body === undefined ? [undefined, made] : [made[0], made.slice(1)];
	return {
		status: shape.status ?? from.status,
		type: shape.type,
		headers: Object.fromEntries(
			headers.map(([name], index) => [name, headerIn(`${place}.headers.${name}`, name, rest[index])])
		),
		body: shape.body === undefined ? (usual as JsonValue) : bodyIn(`${place}.body`, shape.type, bodies)
	};
}

/** @throws ShapeBroken */
function bodyIn(place: string, type: Given["type"], made: Evaluated | undefined): JsonValue | undefined {
	const body = madeBy(place, made);
	if (type === "json" || typeof body === "string" || body === undefined) return body;
	throw unfit(place, "It makes no text.");
}

/** @throws ShapeBroken */
function headerIn(place: string, name: string, made: Evaluated | undefined): string {
	const value = madeBy(place, made);
	if (typeof value !== "string" && typeof value !== "number") throw unfit(place, "It makes no text.");
	const fault = headerFault(name, String(value));
	if (fault !== undefined) throw unfit(place, fault);
	return String(value);
}

/** @throws ShapeBroken */
function madeBy(place: string, made: Evaluated | undefined): JsonValue | undefined {
	if (!made) return undefined;
	if (made.fault) throw new ShapeBroken(place, made.fault);
	return made.json === undefined ? undefined : JSON.parse(made.json);
}
