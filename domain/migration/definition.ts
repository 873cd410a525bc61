/** Reads a definition: YAML or JSON text in, a checked definition out, or what is wrong with it, by line and path. */

import Validator, { type ValidationError } from "fastest-validator";
import type { JsonValue } from "../../contracts/json";
import type { OptionSpec } from "../../contracts/migration/connection";
import { type Definition, definitionSchema } from "../../contracts/migration/definition";
import { strict } from "../../contracts/schema";
import { digest } from "../canonical";
import { meant } from "../near";
import { ruleFaults } from "./definition-rules";
import { type Path, readText } from "./definition-text";
import { optionProblem, valueWords } from "./option";
import { hasReference, parseReferences } from "./references";
import { choicesOf, optionsOf, ruleAt, ruleWords } from "./rule-words";

/** One thing that is wrong, where: `line` and `column` count from 1. */
export interface Problem {
	readonly path: string;
	readonly line: number;
	readonly column: number;
	readonly message: string;
}
/** What a connector understands, by its name; a definition may only use these. */
export type ConnectorOptions = Readonly<Record<string, Readonly<Record<string, OptionSpec>>>>;
export interface KnownConnectors {
	readonly source: ConnectorOptions;
	readonly target: ConnectorOptions;
}

export type Read =
	| { readonly ok: true; readonly definition: Definition; readonly hash: string }
	| { readonly ok: false; readonly problems: readonly Problem[] };

const check = new Validator({ considerNullAsAValue: true }).compile(strict(definitionSchema));

/** @param text YAML 1.2 (JSON is a part of it) */
export function readDefinition(text: string, known: KnownConnectors): Read {
	const read = readText(text);
	if (!read.ok) return { ok: false, problems: read.problems.map(problem => ({ path: "", ...problem })) };
	const faults = faultsIn(read.value, known);
	if (faults.length === 0) {
		const definition = read.value as Definition;
		return { ok: true, definition, hash: digest(definition as unknown as JsonValue) };
	}
	const problems = faults.map(({ path, message, of }) => ({
		path: path.join("."),
		...read.placeOf(path, of),
		message
	}));
	return { ok: false, problems };
}

interface Fault {
	readonly path: Path;
	readonly message: string;
	/** The key itself is what is wrong. */
	readonly of?: "key";
}

function faultsIn(value: unknown, known: KnownConnectors): Fault[] {
	if (value === null) return [{ path: [], message: "It is empty: a definition names at least a source and a target." }];
	if (typeof value !== "object" || Array.isArray(value))
		return [{ path: [], message: `A definition is a table of options, not ${valueWords(value)}.` }];
	const given = structuredClone(value) as Partial<Definition>;
	const verdict = check(value);
	const errors = verdict === true || verdict instanceof Promise ? [] : verdict;
	// Of what a connection holds its connector's spec knows more than the schema.
	const whole = errors.flatMap(error => faultsOf(error, given)).filter(({ path }) => !isWithinTable(given, path));
	const faults = [...onePerPlace(whole), ...connectionFaults(given, known)];
	return faults.length > 0 ? faults : ruleFaults(value as Definition);
}

const isTable = (value: unknown): value is Record<string, unknown> =>
	typeof value === "object" && value !== null && !Array.isArray(value);

const isWithinTable = (given: object, [side]: Path): boolean =>
	SIDES.has(String(side)) && isTable(valueAt(given, [String(side)]));

/** A value with several alternatives has a fault for each. */
const onePerPlace = (faults: readonly Fault[]): Fault[] => [
	...new Map(faults.map(fault => [JSON.stringify([fault.path, fault.of]), fault])).values()
];

/** The validator's `a.b[0].c` as a path; a key may have dots of its own. */
function pathIn(value: unknown, field: string): (string | number)[] {
	if (field === "") return [];
	const [, index] = /^\[(\d+)\]/.exec(field) ?? [];
	const key = index ?? keyIn(value, field);
	const rest = field.slice(index === undefined ? key.length : key.length + 2).replace(/^\./, "");
	return [index === undefined ? key : Number(index), ...pathIn(valueAt(value, [key]), rest)];
}

function keyIn(value: unknown, field: string): string {
	const own = typeof value === "object" && value !== null ? Object.keys(value) : [];
	const fitting = own.filter(key => field === key || field.startsWith(`${key}.`) || field.startsWith(`${key}[`));
	return fitting.sort((a, b) => b.length - a.length)[0] ?? (field.split(/[.[]/, 1)[0] as string);
}

function faultsOf(error: ValidationError, given: object): Fault[] {
	const path = pathIn(given, error.field ?? "");
	if (error.type === "objectStrict") return unknownOptions(path, valueAt(given, path));
	if (error.type === "required") return [{ path, message: `'${path.join(".")}' is missing: it is ${wordsAt(path)}.` }];
	return [{ path, message: wrongValue(path, valueAt(given, path)) }];
}

const wordsAt = (path: Path): string => {
	if (SIDES.has(String(path[0])) && path.length === 1) return "a table: connector, url, username and password";
	const rule = ruleAt(definitionSchema, path);
	return rule === undefined ? "something else" : ruleWords(rule);
};
const SIDES: ReadonlySet<string> = new Set(["source", "target"]);

function unknownOptions(path: Path, table: unknown): Fault[] {
	const known = path.length === 0 ? Object.keys(definitionSchema) : optionsOf(ruleAt(definitionSchema, path));
	return Object.keys(table ?? {})
		.filter(key => !known.includes(key))
		.map(key => ({ path: [...path, key], of: "key", message: strange(key, known) }));
}

const strange = (key: string, known: readonly string[]): string =>
	`There is no option '${key}' here.${meant(key, known)} Known are: ${known.join(", ")}.`;

function wrongValue(path: Path, value: unknown): string {
	const name = path.join(".");
	if (value === null) return `'${name}' is empty: it is ${wordsAt(path)}. Give it, or take it out.`;
	// What a connection holds may be a secret.
	const shown = SIDES.has(String(path[0])) && typeof value !== "object" ? "that" : valueWords(value);
	const wrong = `'${name}' is ${wordsAt(path)}, not ${shown}.`;
	if (typeof value !== "string") return wrong;
	const rule = ruleAt(definitionSchema, path);
	if (hasReference(value)) return `${wrong} \${NAME} is filled in within source and target alone.`;
	return `${wrong}${rule === undefined ? "" : meant(value, choicesOf(rule))}`;
}

function valueAt(value: unknown, [step, ...rest]: Path): unknown {
	if (step === undefined) return value;
	return typeof value === "object" && value !== null
		? valueAt((value as Record<string, unknown>)[step], rest)
		: undefined;
}

function connectionFaults(given: Partial<Definition>, known: KnownConnectors): Fault[] {
	return (["source", "target"] as const).flatMap(side =>
		isTable(given[side]) ? optionFaults(side, given[side], known[side]) : []
	);
}

function optionFaults(side: "source" | "target", given: Record<string, unknown>, known: ConnectorOptions): Fault[] {
	const names = Object.keys(known);
	if (given.connector === undefined || given.connector === null)
		return [{ path: [side], message: `'connector' is missing; known are: ${names.join(", ")}.` }];
	const connector = String(given.connector);
	const options = Object.hasOwn(known, connector) ? known[connector] : undefined;
	if (!options) {
		const message = `There is no ${side} connector '${connector}'.${meant(connector, names)} Known are: ${names.join(", ")}.`;
		return [{ path: [side, "connector"], message }];
	}
	const missing = Object.entries(options)
		.filter(([name, option]) => option.required && given[name] === undefined)
		.map(([name, option]) => ({ path: [side], message: `'${name}' is missing: ${option.description}` }));
	const wrong = Object.entries(given)
		.filter(([name]) => name !== "connector")
		.flatMap(([name, value]) => optionFault([side, name], value, options));
	return [...missing, ...wrong];
}

function optionFault(path: [string, string], value: unknown, options: ConnectorOptions[string]): Fault[] {
	const option = Object.hasOwn(options, path[1]) ? options[path[1]] : undefined;
	if (!option) return [{ path, of: "key", message: strange(path[1], Object.keys(options)) }];
	const texts = typeof value === "object" && value !== null ? Object.entries(value) : [[null, value] as const];
	const references = texts.flatMap(([key, text]): Fault[] => {
		const parsed = typeof text === "string" ? parseReferences(text) : undefined;
		if (parsed === undefined || parsed.ok) return [];
		const place = key === null ? path : [...path, key];
		return [{ path: place, message: `'${place.slice(1).join(".")}' ${parsed.problem}.` }];
	});
	if (references.length > 0) return references;
	if (typeof value === "string" && hasReference(value)) return [];
	const problem = optionProblem(option, value, "written");
	return problem === undefined ? [] : [{ path, message: `'${path[1]}' ${problem}` }];
}
