/** Reads a definition: YAML or JSON text in, a checked definition out, or what is wrong with it, by line and path. */

import Validator, { type ValidationError } from "fastest-validator";
import type { JsonValue } from "../../contracts/json";
import type { OptionSpec } from "../../contracts/migration/connection";
import { type Definition, definitionSchema } from "../../contracts/migration/definition";
import { strict } from "../../contracts/schema";
import { digest } from "../canonical";
import { meant } from "../near";
import { ruleFaults } from "./definition-rules";
import type { Path, readText } from "./definition-text";
import { optionProblem, valueWords } from "./option";
import { hasReference, parseReferences, referenceFault, type Variables } from "./references";
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
	| {
			readonly ok: false;
			readonly problems: readonly Problem[];
			/** Faults beyond these, which nobody would read. */
			readonly more: number;
	  };

/** The most problems that are told at once. */
const MOST_PROBLEMS = 20;

/** Made when the first definition is read: most commands read none. */
const reading = once(() => ({
	...(require("./definition-text") as { readonly readText: typeof readText }),
	check: new Validator({ considerNullAsAValue: true }).compile(strict(definitionSchema))
}));

function once<T>(make: () => T): () => T {
	let made: T | undefined;
	return () => (made ??= make());
}

/**
 * Its time grows with the length of the text, whatever it says: of many faults the first are looked into, the others
 * counted.
 * @param text YAML 1.2 (JSON is a part of it)
 * @param variables what of the environment it may name
 */
export function readDefinition(
	text: string,
	known: KnownConnectors,
	variables: Pick<Variables, "allows"> = { allows: null }
): Read {
	const read = reading().readText(text);
	if (!read.ok) return { ok: false, problems: read.problems.map(problem => ({ path: "", ...problem })), more: 0 };
	const { first, count } = faultsIn(read.value, known, variables);
	if (count === 0) {
		const definition = read.value as Definition;
		return { ok: true, definition, hash: digest(definition as unknown as JsonValue) };
	}
	const problems = first.map(({ path, message, of }) => ({
		path: path.map(short).join("."),
		...read.placeOf(path, of),
		message
	}));
	return { ok: false, problems, more: count - first.length };
}

interface Fault {
	readonly path: Path;
	readonly message: string;
	/** The key itself is what is wrong. */
	readonly of?: "key";
}

/** A fault that is put into words only if it is among those that are told. */
type Found = () => Fault;

/** Of all that was found the first, in words, and how many they are. */
interface Faults {
	readonly first: readonly Fault[];
	readonly count: number;
}

function faultsIn(value: unknown, known: KnownConnectors, variables: Pick<Variables, "allows">): Faults {
	if (value === null) return one("It is empty: a definition names at least a source and a target.");
	if (typeof value !== "object" || Array.isArray(value))
		return one(`A definition is a table of options, not ${valueWords(value)}.`);
	const given = structuredClone(value) as Partial<Definition>;
	const verdict = reading().check(value);
	const errors = verdict === true || verdict instanceof Promise ? [] : verdict;
	// Of what a connection holds its connector's spec knows more than the schema.
	const whole = onePerPlace(errors).filter(({ field = "" }) => !isWithinTable(given, field));
	const found = [...whole.flatMap(error => faultsOf(error, given)), ...connectionFaults(given, known, variables)];
	return told(found.length > 0 ? found : ruleFaults(value as Definition).map(fault => () => fault));
}

const one = (message: string): Faults => ({ first: [{ path: [], message }], count: 1 });
const told = (found: readonly Found[]): Faults => ({
	first: found.slice(0, MOST_PROBLEMS).map(fault => fault()),
	count: found.length
});

const isTable = (value: unknown): value is Record<string, unknown> =>
	typeof value === "object" && value !== null && !Array.isArray(value);

/** @param field as the validator spells a place */
function isWithinTable(given: object, field: string): boolean {
	const [side = ""] = field.split(/[.[]/, 1);
	return SIDES.has(side) && isTable(valueAt(given, [side]));
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
	const keys = [...ends, field.length].reverse().map(end => field.slice(0, end));
	return keys.find(key => Object.hasOwn(table, key)) ?? (keys.at(-1) as string);
}

function faultsOf(error: ValidationError, given: object): Found[] {
	const place = (): (string | number)[] => pathIn(given, error.field ?? "");
	if (error.type === "objectStrict") {
		const path = place();
		return unknownOptions(path, valueAt(given, path));
	}
	return [
		() => {
			const path = place();
			if (error.type === "required")
				return { path, message: `'${path.join(".")}' is missing: it is ${wordsAt(path)}.` };
			return { path, message: wrongValue(path, valueAt(given, path)) };
		}
	];
}

const wordsAt = (path: Path): string => {
	if (SIDES.has(String(path[0])) && path.length === 1) return "a table: connector, url, username and password";
	const rule = ruleAt(definitionSchema, path);
	return rule === undefined ? "something else" : ruleWords(rule);
};
const SIDES: ReadonlySet<string> = new Set(["source", "target"]);

function unknownOptions(path: Path, table: unknown): Found[] {
	const known = path.length === 0 ? Object.keys(definitionSchema) : optionsOf(ruleAt(definitionSchema, path));
	return Object.keys(table ?? {})
		.filter(key => !known.includes(key))
		.map(key => () => ({ path: [...path, key], of: "key", message: strange(key, known) }));
}

const strange = (key: string, known: readonly string[]): string =>
	`There is no option '${short(key)}' here.${meant(key, known)} Known are: ${known.join(", ")}.`;

const LONGEST_SHOWN = 60;
/** A key as it is told. */
const short = (key: string | number): string => {
	const text = String(key);
	return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
};

function wrongValue(path: Path, value: unknown): string {
	const name = path.map(short).join(".");
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

function connectionFaults(
	given: Partial<Definition>,
	known: KnownConnectors,
	variables: Pick<Variables, "allows">
): Found[] {
	return (["source", "target"] as const).flatMap(side =>
		isTable(given[side]) ? optionFaults(side, given[side], known[side], variables) : []
	);
}

function optionFaults(
	side: "source" | "target",
	given: Record<string, unknown>,
	known: ConnectorOptions,
	variables: Pick<Variables, "allows">
): Found[] {
	const names = Object.keys(known);
	if (given.connector === undefined || given.connector === null)
		return [() => ({ path: [side], message: `'connector' is missing; known are: ${names.join(", ")}.` })];
	const connector = String(given.connector);
	const options = Object.hasOwn(known, connector) ? known[connector] : undefined;
	if (!options) {
		const message = `There is no ${side} connector '${short(connector)}'.${meant(connector, names)} Known are: ${names.join(", ")}.`;
		return [() => ({ path: [side, "connector"], message })];
	}
	const missing = Object.entries(options)
		.filter(([name, option]) => option.required && given[name] === undefined)
		.map(([name, option]) => () => ({ path: [side], message: `'${name}' is missing: ${option.description}` }));
	const wrong = Object.entries(given)
		.filter(([name]) => name !== "connector")
		.flatMap(([name, value]) => optionFault([side, name], value, options, variables));
	return [...missing, ...wrong];
}

function optionFault(
	path: [string, string],
	value: unknown,
	options: ConnectorOptions[string],
	variables: Pick<Variables, "allows">
): Found[] {
	const option = Object.hasOwn(options, path[1]) ? options[path[1]] : undefined;
	if (!option) return [() => ({ path, of: "key", message: strange(path[1], Object.keys(options)) })];
	const texts = typeof value === "object" && value !== null ? Object.entries(value) : [[null, value] as const];
	const references = texts.flatMap(([key, text]): Found[] => {
		if (typeof text !== "string") return [];
		const place = key === null ? path : [...path, key];
		const parsed = parseReferences(text);
		const problem = parsed.ok ? referenceFault(path[1], text, variables) : parsed.problem;
		return problem === undefined
			? []
			: [() => ({ path: place, message: `'${place.slice(1).map(short).join(".")}' ${problem}.` })];
	});
	if (references.length > 0) return references;
	if (typeof value === "string" && hasReference(value)) return [];
	const problem = optionProblem(option, value, "written");
	return problem === undefined ? [] : [() => ({ path, message: `'${path[1]}' ${problem}` })];
}
