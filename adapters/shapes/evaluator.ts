/**
 * Runs in a process of its own: evaluates shapes over JSON, one message at a time. What a shape does to memory, time or built-in
 * prototypes stays here. Plain enough for Node to run as it stands, from the sources too.
 */

import type { Expression, JsonataError } from "jsonata";
import type { Evaluated, ShapeFault } from "../../domain/platform/data-routes/evaluated";
import type { Asked } from "./runner";

const jsonata: (text: string, bounds: object) => Expression = require("jsonata");

const { bytes, ...bounds } = JSON.parse(process.argv[2] ?? "{}") as { readonly bytes: number };
// Whoever started it says when it ends: a key pressed in their terminal comes here, too.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => undefined);
process.once("disconnect", () => process.exit());

/** Shapes that were compiled, those used last at the end. */
const compiled = new Map<string, Expression>();
const MOST_COMPILED = 2_000;

function expressionOf(text: string): Expression {
	const known = compiled.get(text);
	if (known) return known;
	const made = jsonata(text, bounds);
	// What a request says is never read as a shape.
	made.registerFunction("eval", () => {
		throw Object.assign(new Error("A shape may not evaluate what it is given."), { code: "EVAL" });
	});
	if (compiled.size >= MOST_COMPILED) compiled.clear();
	compiled.set(text, made);
	return made;
}

async function evaluate(text: string, input: unknown): Promise<Evaluated> {
	try {
		const expression = expressionOf(text);
		const value: unknown = await expression.evaluate(input);
		if (isFunction(value)) return { fault: { code: "FUNCTION", at: null, message: "It makes a function." } };
		const json = value === undefined ? undefined : JSON.stringify(value);
		if (json !== undefined && json.length > bytes) return { fault: { code: "TOO_LARGE", at: null, message: LARGE } };
		return { json };
	} catch (error) {
		return { fault: faultOf(error) };
	}
}
const isFunction = (value: unknown): boolean =>
	typeof value === "object" && value !== null && ("_jsonata_lambda" in value || "_jsonata_function" in value);
const LARGE = `It makes more than ${bytes} bytes.`;

function compile(text: string): Evaluated {
	try {
		expressionOf(text);
		return { json: undefined };
	} catch (error) {
		return { fault: faultOf(error) };
	}
}

function faultOf(error: unknown): ShapeFault {
	const { code, position, message } = error as JsonataError;
	return { code: String(code ?? "FAILED"), at: position ?? null, message: String(message).slice(0, LONGEST_MESSAGE) };
}
const LONGEST_MESSAGE = 500;

async function answer({ input, shapes, compileOnly }: Asked): Promise<void> {
	const given: unknown = compileOnly ? null : JSON.parse(input);
	const answers: Evaluated[] = [];
	for (const text of shapes) answers.push(compileOnly ? compile(text) : await evaluate(text, given));
	await new Promise(sent => process.send?.(answers, sent));
}

/** One after the other: what was answered has left before the next may take its time. */
let last: Promise<unknown> = Promise.resolve();
process.on("message", (asked: Asked) => {
	last = last.then(() => answer(asked));
});
process.send?.("ready");
