/** Whether a value is what an option of a connector takes, and the sentence when it is not. Pure. */

import type { OptionSpec } from "../../contracts/migration/connection";
import { meant } from "../near";

/** `filled`: references are filled in, so that numbers and switches may be texts. */
type Stage = "written" | "filled";

/** What is wrong with it, as the rest of a sentence that begins with the option's name; undefined when nothing is. */
export function optionProblem(option: OptionSpec, value: unknown, stage: Stage): string | undefined {
	const empty = value === null || (typeof value === "string" && value.trim() === "");
	if (empty && (option.required || value === null)) return `is empty: ${option.description}`;
	// Filled in with nothing it is as if it were not given.
	if (empty && (stage === "filled" || option.type === "string")) return undefined;
	const read = stage === "filled" && typeof value === "string" ? READ[option.type](value) : value;
	if (fits(option, read)) return undefined;
	return `is ${optionWords(option)}, not ${shown(option, value)}${stage === "written" ? hint(option, value) : "."}`;
}

const READ: Readonly<Record<OptionSpec["type"], (text: string) => unknown>> = {
	string: text => text,
	enum: text => text,
	table: text => text,
	// Not Number alone: "0x10", "1e3" and " " are no numbers that anybody means.
	number: text => (/^\s*[+-]?\d+(\.\d+)?\s*$/.test(text) ? Number(text) : text),
	boolean: text => ({ true: true, false: false })[text.trim()] ?? text
};

function fits(option: OptionSpec, value: unknown): boolean {
	switch (option.type) {
		case "string":
			return typeof value === "string";
		case "boolean":
			return typeof value === "boolean";
		case "enum":
			return option.values?.includes(String(value)) ?? false;
		case "table":
			return (
				isTable(value) && Object.values(value).every(each => ["string", "number", "boolean"].includes(typeof each))
			);
		case "number":
			return typeof value === "number" && inRange(option, value);
	}
}

const isTable = (value: unknown): value is object =>
	typeof value === "object" && value !== null && !Array.isArray(value);

function inRange({ range }: OptionSpec, value: number): boolean {
	if (!Number.isFinite(value)) return false;
	if (!range) return value >= 0;
	if (range.orZero && value === 0) return true;
	return value >= range.min && value <= range.max && !(range.integer && !Number.isInteger(value));
}

/** What it takes, as the rest of "is …". */
export function optionWords({ type, values = [], range }: OptionSpec): string {
	if (type === "enum") return `one of ${values.join(", ")}`;
	if (type === "number" && range)
		return `a ${range.integer ? "whole " : ""}number from ${range.min} to ${range.max}${range.orZero ? ", or 0" : ""}`;
	return {
		string: "a text",
		number: "a number",
		boolean: "true or false",
		table: "a table of names, each with a text"
	}[type];
}

/** A secret is told by its kind alone. */
const shown = ({ secret }: OptionSpec, value: unknown): string => (secret ? kindOf(value) : valueWords(value));

/** A value, short. */
export function valueWords(value: unknown): string {
	if (typeof value === "object" && value !== null) return kindOf(value);
	const text = typeof value === "string" ? `'${value}'` : String(value);
	return text.length <= LONGEST_SHOWN ? text : `${text.slice(0, LONGEST_SHOWN)}…`;
}
const LONGEST_SHOWN = 60;

function kindOf(value: unknown): string {
	if (Array.isArray(value)) return "a list";
	return KIND_WORDS[typeof value] ?? "that";
}
const KIND_WORDS: Readonly<Record<string, string>> = {
	string: "a text",
	number: "a number",
	boolean: "true or false",
	object: "a table"
};

function hint({ type, values = [] }: OptionSpec, value: unknown): string {
	if (type === "enum") return `.${meant(String(value), values)}`;
	if (type === "string" && typeof value !== "object") return ": put it in quotes.";
	const isQuoted =
		(type === "number" || type === "boolean") && typeof value === "string" && typeof READ[type](value) === type;
	return isQuoted ? ": take the quotes away." : ".";
}
