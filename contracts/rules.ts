/** A rule, spelled out, and the words that one may have: others would be ignored on the wire, or shown to nobody. */

import type { JsonValue } from "./json";
import type { Rule, Schema } from "./schema";
import { isKeyOf } from "./table";

/** A rule, spelled out. */
export interface Wordy {
	readonly type: string;
	readonly optional?: boolean;
	readonly nullable?: boolean;
	readonly default?: JsonValue;
	readonly items?: Rule;
	readonly values?: readonly JsonValue[];
	readonly props?: Schema;
	readonly value?: Rule;
	readonly summary?: string;
	readonly named?: string;
	readonly about?: string;
	readonly [option: string]: unknown;
}

const TEXT = ["min", "max", "length", "empty", "pattern", "enum", "alpha", "alphanum", "alphadash", "numeric", "hex"];

/** Every type of rule, and the options it may have beside those of all. */
export const RULE_OPTIONS: Readonly<Record<RuleType, readonly string[]>> = {
	string: TEXT,
	uuid: [],
	email: ["min", "max"],
	url: [],
	number: ["min", "max", "equal", "positive", "negative"],
	boolean: [],
	any: [],
	enum: [],
	object: ["minProps", "maxProps"],
	null: [],
	json: [],
	tuple: [],
	array: ["min", "max", "length", "empty", "unique"],
	record: []
};
export type RuleType =
	| "string"
	| "uuid"
	| "email"
	| "url"
	| "number"
	| "boolean"
	| "any"
	| "enum"
	| "object"
	| "null"
	| "json"
	| "tuple"
	| "array"
	| "record";

/** Options of any rule: they say nothing of what a caller may send, or are shown elsewhere. */
export const COMMON_OPTIONS: ReadonlySet<string> = new Set(
	"type optional nullable default items values props value summary named about integer convert trim lowercase uppercase".split(
		" "
	)
);

export const isAlternatives = (rule: Rule): rule is readonly Rule[] => Array.isArray(rule);

/** `string|min:1|optional` spelled out, as fastest-validator reads it. */
export function wordy(rule: Exclude<Rule, readonly Rule[]>): Wordy {
	if (typeof rule !== "string") return withItems(rule as unknown as Wordy);
	const [type = "", ...flags] = rule.split("|").map(flag => flag.trim());
	return withItems({ type, ...Object.fromEntries(flags.map(flagOf)) });
}

const withItems = (words: Wordy): Wordy =>
	words.type.endsWith("[]") ? { ...words, type: "array", items: words.type.slice(0, -2) as Rule } : words;

function flagOf(flag: string): [string, JsonValue] {
	const [, name, value] = /^([^:]*):(.*)$/.exec(flag) ?? [];
	if (name !== undefined && value !== undefined) return [name.trim(), literal(value.trim())];
	return flag.startsWith("no-") ? [flag.slice(3), false] : [flag, true];
}

const literal = (text: string): JsonValue => {
	if (text === "true" || text === "false") return text === "true";
	// Nothing is no number, whatever JavaScript makes of it.
	return text === "" || Number.isNaN(Number(text)) ? text : Number(text);
};

/** What is wrong with a rule, or one within it: the end of a sentence. @param place as in `params.text` */
export function ruleFault(place: string, rule: Rule): string | undefined {
	if (isAlternatives(rule)) return firstOf(rule.map(each => [place, each]));
	if (!isSaid(rule)) return `has no rule at ${place}: state one, as \`"string"\` or \`{ type: "string" }\`.`;
	const words = wordy(rule);
	return wordFault(place, words) ?? firstOf(innerOf(place, words));
}

/** The compiler says so, too, of whoever asks it. */
const isSaid = (rule: Exclude<Rule, readonly Rule[]>): boolean =>
	typeof rule === "string" || typeof Object(rule).type === "string";

const firstOf = (rules: readonly (readonly [string, Rule])[]): string | undefined =>
	rules.map(([place, rule]) => ruleFault(place, rule)).find(fault => fault !== undefined);

function wordFault(place: string, words: Wordy): string | undefined {
	const { type } = words;
	if (!isKeyOf(RULE_OPTIONS, type))
		return `has a rule of the type '${type}' at ${place}: write one of ${Object.keys(RULE_OPTIONS).join(", ")}.`;
	const known = [...RULE_OPTIONS[type], ...COMMON_OPTIONS];
	const unknown = Object.keys(words).find(option => !known.includes(option));
	return unknown === undefined
		? undefined
		: `has a rule with the option '${unknown}' at ${place}, which the type ${type} does not have: write one of ${known.join(", ")}.`;
}

const innerOf = (place: string, { items, value, props = {} }: Wordy): [string, Rule][] => [
	...Object.entries(props).map(([field, rule]): [string, Rule] => [`${place}.${field}`, rule]),
	...[items, value].flatMap((rule): [string, Rule][] => (rule === undefined ? [] : [[`${place}[]`, rule]]))
];

/** The fields of what a rule describes; undefined where it may have any. */
export function fieldsIn(rule: Rule): readonly string[] | undefined {
	if (!isAlternatives(rule)) return fieldsOf(wordy(rule));
	const all = rule.map(fieldsIn);
	return all.every(fields => fields !== undefined) ? all.flat() : undefined;
}

const OPEN: readonly string[] = ["any", "json", "record"];
function fieldsOf({ type, props }: Wordy): readonly string[] | undefined {
	if (props !== undefined) return Object.keys(props);
	return type === "object" || OPEN.includes(type) ? undefined : [];
}
