/** Reads a definition: YAML or JSON text in, a checked definition out, or what is wrong with it, by line and path. */

import Validator, { type ValidationError } from "fastest-validator";
import { LineCounter, parseDocument } from "yaml";
import type { JsonValue } from "../../contracts/json";
import type { OptionSpec } from "../../contracts/migration/connection";
import { type Definition, definitionSchema } from "../../contracts/migration/definition";
import type { Connection, OptionValue } from "../../contracts/migration/records";
import { strict } from "../../contracts/schema";
import { digest } from "../canonical";
import { ruleFaults } from "./definition-rules";

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
	const lines = new LineCounter();
	const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
	const at = (path: readonly (string | number)[]): { line: number; column: number } => {
		for (let depth = path.length; depth >= 0; depth--) {
			const node = document.getIn(path.slice(0, depth), true) as { range?: [number, number, number] } | undefined;
			if (node?.range) return place(lines, node.range[0]);
		}
		return { line: 1, column: 1 };
	};
	if (document.errors.length > 0) {
		const problems = document.errors.map(e => ({ path: "", ...place(lines, e.pos[0]), message: firstLine(e.message) }));
		return { ok: false, problems };
	}
	const value: unknown = document.toJS();
	if (value === null || typeof value !== "object" || Array.isArray(value))
		return { ok: false, problems: [{ path: "", line: 1, column: 1, message: "A definition is a table of options." }] };
	const verdict = check(value);
	const faults = verdict === true || verdict instanceof Promise ? [] : verdict.flatMap(faultsOf);
	const rest = (given: Definition): Fault[] => [...connectionFaults(given, known), ...ruleFaults(given)];
	const all = faults.length > 0 ? faults : rest(value as Definition);
	const problems = all.map(({ path, message }) => ({ path: path.join("."), ...at(path), message }));
	if (problems.length > 0) return { ok: false, problems };
	return { ok: true, definition: value as Definition, hash: digest(value as unknown as JsonValue) };
}

interface Fault {
	readonly path: readonly (string | number)[];
	readonly message: string;
}

function place(lines: LineCounter, offset: number): { line: number; column: number } {
	const { line, col } = lines.linePos(offset);
	return { line, column: col };
}

const firstLine = (text: string): string => text.split("\n", 1)[0] as string;

const steps = (field: string): (string | number)[] =>
	field
		.split(/[.[\]]+/)
		.filter(step => step !== "")
		.map(step => (/^\d+$/.test(step) ? Number(step) : step));

function faultsOf(error: ValidationError): Fault[] {
	const path = steps(error.field ?? "");
	if (error.type !== "objectStrict") return [{ path, message: error.message ?? error.type }];
	const known = String(error.expected);
	return String(error.actual)
		.split(", ")
		.map(key => ({ path: [...path, key], message: `There is no option '${key}' here; known are: ${known}.` }));
}

function connectionFaults(definition: Definition, known: KnownConnectors): Fault[] {
	return (["source", "target"] as const).flatMap(side => optionFaults(side, definition[side], known[side]));
}

function optionFaults(side: "source" | "target", given: Record<string, unknown>, known: ConnectorOptions): Fault[] {
	const names = Object.keys(known).join(", ");
	if (given.connector === undefined) return [{ path: [side], message: `'connector' is missing; known are: ${names}.` }];
	const options = known[String(given.connector)];
	if (!options)
		return [
			{ path: [side, "connector"], message: `There is no ${side} connector '${given.connector}'; known are: ${names}.` }
		];
	const missing = Object.entries(options)
		.filter(([name, option]) => option.required && given[name] === undefined)
		.map(([name, option]) => ({ path: [side], message: `'${name}' is missing: ${option.description}` }));
	const wrong = Object.entries(given)
		.filter(([name]) => name !== "connector")
		.flatMap(([name, value]) => optionFault([side, name], value, options));
	return [...missing, ...wrong];
}

function optionFault(path: [string, string], value: unknown, options: Readonly<Record<string, OptionSpec>>): Fault[] {
	const option = options[path[1]];
	if (!option)
		return [{ path, message: `There is no option '${path[1]}' here; known are: ${Object.keys(options).join(", ")}.` }];
	if (typeof value === "string" && REFERENCE.test(value)) return [];
	if (option.type === "table") {
		if (typeof value === "object") return [];
		return [{ path, message: `'${path[1]}' is a table of names and texts: ${option.description}` }];
	}
	if (option.type === "enum" && !option.values?.includes(String(value)))
		return [{ path, message: `'${path[1]}' is one of ${option.values?.join(", ")}, not '${value}'.` }];
	if (option.type !== "enum" && typeof value !== option.type)
		return [{ path, message: `'${path[1]}' is a ${option.type}: ${option.description}` }];
	return [];
}

const REFERENCE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/;

/** A connection with its `${ENV}` references filled in, or the names that are not set. */
export type Resolved =
	| { readonly ok: true; readonly connection: Connection }
	| { readonly ok: false; readonly missing: readonly { readonly option: string; readonly name: string }[] };

/**
 * Fills in `${NAME}` in every option. Done on the node that connects, so that secrets are neither stored nor sent.
 * @param lookup the node's environment
 */
export function resolveReferences(
	connection: Readonly<Record<string, OptionValue>>,
	lookup: (name: string) => string | undefined
): Resolved {
	const missing: { option: string; name: string }[] = [];
	const fill = <V>(option: string, value: V): V | string => {
		if (typeof value !== "string") return value;
		return value.replace(new RegExp(REFERENCE, "g"), (_, name: string) => {
			const found = lookup(name);
			if (found === undefined) missing.push({ option, name });
			return found ?? "";
		});
	};
	const resolved = Object.entries(connection).map(([option, value]) => {
		if (typeof value !== "object") return [option, fill(option, value)];
		return [
			option,
			Object.fromEntries(Object.entries(value).map(([key, one]) => [key, fill(`${option}.${key}`, one)]))
		];
	});
	if (missing.length > 0) return { ok: false, missing };
	return { ok: true, connection: Object.fromEntries(resolved) };
}
