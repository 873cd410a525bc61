/** The rules of a definition in words: what each place takes, so that a wrong value is told with what it should be. Pure. */

import type { Rule, Schema } from "../../contracts/schema";
import { own } from "../own";

interface Wordy {
	readonly type: string;
	/** Its form in words, where it has one of its own. */
	readonly says?: string;
	readonly values?: readonly string[];
	readonly min?: number;
	readonly max?: number;
	readonly integer?: boolean;
	readonly items?: Rule;
	readonly props?: Schema;
	readonly value?: Rule;
}

const spelledOut = (rule: Rule): Wordy =>
	typeof rule === "string"
		? { type: rule.replace(/\|.*$/s, "") }
		: Array.isArray(rule)
			? { type: "any" }
			: (rule as Wordy);

/** The rule of a place; undefined where none is. */
export function ruleAt(schema: Schema, [step, ...rest]: readonly (string | number)[]): Rule | undefined {
	const found = step === undefined ? undefined : own(schema, String(step));
	return found === undefined ? undefined : within(found, rest);
}

function within(rule: Rule, [step, ...rest]: readonly (string | number)[]): Rule | undefined {
	if (step === undefined) return rule;
	const { props, items, value } = spelledOut(rule);
	if (props) return ruleAt(props, [step, ...rest]);
	const inner = items ?? value;
	return inner === undefined ? undefined : within(inner, rest);
}

const TYPES: Readonly<Record<string, string>> = {
	string: "a text",
	boolean: "true or false",
	any: "a text, a number, or true or false",
	array: "a list",
	object: "a table",
	record: "a table"
};

/** What a rule takes, as the rest of "is …". */
export function ruleWords(rule: Rule): string {
	const { type, says, values = [], min, max, integer } = spelledOut(rule);
	if (says !== undefined) return says;
	if (type === "enum") return `one of ${values.join(", ")}`;
	if (type === "array" && max !== undefined) return `a list of at most ${max}`;
	if (type !== "number") return TYPES[type] ?? `a ${type}`;
	const kind = integer ? "a whole number" : "a number";
	if (min !== undefined && max !== undefined) return `${kind} from ${min} to ${max}`;
	return min === undefined ? kind : `${kind}, ${min} or more`;
}

/** The values of an enum. */
export const choicesOf = (rule: Rule): readonly string[] => spelledOut(rule).values ?? [];

/** Of a table: the options that it knows; none where any name may stand. */
export const optionsOf = (rule: Rule | Schema | undefined): readonly string[] =>
	rule === undefined ? [] : Object.keys(spelledOut(rule as Rule).props ?? {});
