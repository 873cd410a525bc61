/** What the schema of a definition finds wrong with one, in words, in its place. Pure. */

import type { ValidationError } from "fastest-validator";
import type { Schema } from "../../contracts/schema";
import { meant } from "../near";
import { type Fault, type Found, isSide, isTable, short, strange, valueAt } from "./definition-fault";
import type { DefinitionSchema } from "./definition-schema";
import type { Path } from "./definition-values";
import { valueWords } from "./option";
import { hasReference } from "./references";
import { choicesOf, optionsOf, ruleAt, ruleWords } from "./rule-words";

/** @param value gets the defaults of what it lacks @param given as it was before */
export function schemaFaults({ schema, check }: DefinitionSchema, value: object, given: object): Found[] {
	// Of what a connection holds its connector's spec knows more than the schema.
	const whole = onePerPlace(check(value)).filter(({ field = "" }) => !isWithinEnd(given, field));
	return whole.flatMap(error => faultsOf(error, given, schema));
}

/** @param field as the validator spells a place */
function isWithinEnd(given: object, field: string): boolean {
	const [side = ""] = field.split(/[.[]/, 1);
	return isSide(side) && isTable(valueAt(given, [side]));
}

/** A value with several alternatives has a fault for each: the last is told. */
const onePerPlace = (errors: readonly ValidationError[]): ValidationError[] => [
	...new Map(errors.map(error => [error.field, error])).values()
];

/** The validator's `a.b[0].c` as a path; a key may have dots of its own. */
function pathIn(value: unknown, field: string): (string | number)[] {
	if (field === "") return [];
	const [, index] = /^\[(\d+)\]/.exec(field) ?? [];
	const key = index ?? keyIn(value, field);
	const rest = field.slice(index === undefined ? key.length : key.length + 2).replace(/^\./, "");
	return [index === undefined ? key : Number(index), ...pathIn(valueAt(value, [key]), rest)];
}

/** The longest key that the field begins with: asked for each place where one may end, not of each key that there is. */
function keyIn(value: unknown, field: string): string {
	const table = typeof value === "object" && value !== null ? value : {};
	const ends = [...field.matchAll(/[.[]/g)].map(({ index }) => index);
	const [whole = field, ...parts] = [...ends, field.length].reverse().map(end => field.slice(0, end));
	return [whole, ...parts].find(key => Object.hasOwn(table, key)) ?? parts.at(-1) ?? whole;
}

function faultsOf(error: ValidationError, given: object, schema: Schema): Found[] {
	if (error.type === "objectStrict") {
		const path = pathIn(given, error.field ?? "");
		return unknownOptions(path, valueAt(given, path), schema);
	}
	return [() => faultAt(pathIn(given, error.field ?? ""), error.type === "required", given, schema)];
}

function faultAt(path: Path, isMissing: boolean, given: object, schema: Schema): Fault {
	const message = isMissing
		? `'${path.join(".")}' is missing: it is ${wordsAt(path, schema)}.`
		: wrongValue(path, valueAt(given, path), schema);
	return { path, message };
}

const wordsAt = (path: Path, schema: Schema): string => {
	if (isSide(path[0]) && path.length === 1) return "a table: connector, url, username and password";
	const rule = ruleAt(schema, path);
	return rule === undefined ? "something else" : ruleWords(rule);
};

function unknownOptions(path: Path, table: unknown, schema: Schema): Found[] {
	const known = path.length === 0 ? Object.keys(schema) : optionsOf(ruleAt(schema, path));
	return Object.keys(table ?? {})
		.filter(key => !known.includes(key))
		.map(key => () => ({ path: [...path, key], of: "key", message: strange(key, known) }));
}

function wrongValue(path: Path, value: unknown, schema: Schema): string {
	const name = path.map(short).join(".");
	if (value === null) return `'${name}' is empty: it is ${wordsAt(path, schema)}. Give it, or take it out.`;
	// What a connection holds may be a secret.
	const shown = isSide(path[0]) && typeof value !== "object" ? "that" : valueWords(value);
	const wrong = `'${name}' is ${wordsAt(path, schema)}, not ${shown}.`;
	if (typeof value !== "string") return wrong;
	if (hasReference(value)) return `${wrong} \${NAME} is filled in within source and target alone.`;
	const rule = ruleAt(schema, path);
	return `${wrong}${rule === undefined ? "" : meant(value, choicesOf(rule))}`;
}
