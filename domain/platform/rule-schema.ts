/**
 * The rules of the contracts as JSON Schema (2020-12): what a caller reads is what the validator checks. Text that a rule
 * converts is shown as what it becomes.
 */

import type { Json, JsonValue } from "../../contracts/json";
import { COMMON_OPTIONS, isAlternatives, type RuleType, type Wordy, wordy } from "../../contracts/rules";
import type { Rule, Schema } from "../../contracts/schema";
import { isKeyOf } from "../../contracts/table";

/** The fields of an object, and no others. */
export function objectSchema(schema: Schema): Json {
	const fields = Object.entries(schema);
	const required = fields.filter(([, rule]) => isRequired(rule)).map(([field]) => field);
	return {
		type: "object",
		properties: Object.fromEntries(fields.map(([field, rule]) => [field, ruleSchema(rule)])),
		...(required.length > 0 && { required }),
		additionalProperties: false
	};
}

/** Must a caller give it? */
export function isRequired(rule: Rule): boolean {
	if (isAlternatives(rule)) return rule.some(isRequired);
	const { optional, default: fallback } = wordy(rule);
	return optional !== true && fallback === undefined;
}

/** What one value must be. A shape that has a name is referred to: `componentsOf` has it. */
export function ruleSchema(rule: Rule): Json {
	if (isAlternatives(rule)) return { anyOf: rule.map(ruleSchema) };
	const words = wordy(rule);
	// The validator puts a default in the place of null, too.
	const takesNull = words.nullable === true || words.default !== undefined;
	return said(words, takesNull ? orNull(shownAs(words)) : shownAs(words));
}

const shownAs = (words: Wordy): Json => (words.named === undefined ? plainSchema(words) : { $ref: refTo(words.named) });

const said = (words: Wordy, schema: Json): Json => ({
	...schema,
	...(words.summary !== undefined && { description: words.summary }),
	...(words.default !== undefined && { default: words.default })
});

const plainSchema = (words: Wordy): Json => ({ ...shapeOf(words), ...optionsOf(words) });

const refTo = (name: string): string => `#/components/schemas/${name}`;

/** Whatever JSON can say. */
const JSON_VALUE: Json = {
	description: "Any value. Byte counts are decimal strings: numbers are exact only to 2^53.",
	anyOf: [
		...["string", "number", "boolean", "null"].map(type => ({ type })),
		{ type: "array", items: { $ref: refTo("JsonValue") } },
		{ type: "object", additionalProperties: { $ref: refTo("JsonValue") } }
	]
};

/**
 * The shapes that these rules refer to, by name.
 * @throws where two of one name are not the same
 */
export function componentsOf(rules: readonly Rule[]): Json {
	const found = new Map<string, Json>([["JsonValue", JSON_VALUE]]);
	for (const rule of rules) collect(rule, found);
	return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function collect(rule: Rule, found: Map<string, Json>): void {
	if (isAlternatives(rule)) {
		for (const each of rule) collect(each, found);
		return;
	}
	const words = wordy(rule);
	if (words.named !== undefined && !isNew(words.named, words, found)) return;
	const inner = [words.items, words.value, ...Object.values(words.props ?? {})];
	for (const each of inner) if (each !== undefined) collect(each, found);
}

function isNew(name: string, words: Wordy, found: Map<string, Json>): boolean {
	const schema = { ...plainSchema(words), ...(words.about && { description: words.about }) };
	const known = found.get(name);
	if (known && JSON.stringify(known) !== JSON.stringify(schema))
		throw new Error(`Two shapes are called ${name}, and are not the same: give one of them another name.`);
	found.set(name, schema);
	return known === undefined;
}

/** The same as a parameter of an address, where there is no null. */
export function parameterSchema(rule: Rule): Json {
	if (isAlternatives(rule)) return { anyOf: rule.map(parameterSchema) };
	const words = { ...wordy(rule), nullable: false };
	return said(words, shownAs(words));
}

const SHAPES: Readonly<Record<RuleType, (words: Wordy) => Json>> = {
	string: () => ({ type: "string" }),
	uuid: () => ({ type: "string", format: "uuid" }),
	email: () => ({ type: "string", format: "email" }),
	url: () => ({ type: "string", format: "uri", pattern: "^https?://\\S+" }),
	number: ({ integer }) => ({ type: integer === true ? "integer" : "number" }),
	boolean: () => ({ type: "boolean" }),
	// Without `nullable` the wire refuses null here, too.
	any: ({ nullable }) => (nullable === true ? {} : { type: ["string", "number", "boolean", "object", "array"] }),
	enum: ({ values = [] }) => ({ enum: [...values] }),
	object: ({ props }) => (props ? objectSchema(props) : { type: "object" }),
	null: () => ({ type: "null" }),
	json: () => ({ $ref: refTo("JsonValue") }),
	tuple: ({ items }) => {
		const each = Array.isArray(items) ? items.map(ruleSchema) : [];
		return { type: "array", prefixItems: each, items: false, minItems: each.length };
	},
	array: ({ items }) => ({ type: "array", ...(items !== undefined && { items: ruleSchema(items) }) }),
	record: ({ value }) => ({ type: "object", additionalProperties: value === undefined ? true : ruleSchema(value) })
};

function shapeOf(words: Wordy): Json {
	const shape = isKeyOf(SHAPES, words.type) ? SHAPES[words.type] : undefined;
	if (!shape) throw new Error(`The rule ${JSON.stringify(words)} cannot be shown: its type has no JSON schema.`);
	return shape(words);
}

type Option = (value: JsonValue) => Json;
const as =
	(keyword: string): Option =>
	value => ({ [keyword]: value });
const pattern =
	(text: string): Option =>
	value =>
		value === true ? { pattern: text } : {};
/** One length, both ways. */
const exactly =
	(least: string, most: string): Option =>
	value => ({ [least]: value, [most]: value });

const TEXT: Readonly<Record<string, Option>> = {
	min: as("minLength"),
	max: as("maxLength"),
	length: exactly("minLength", "maxLength"),
	empty: value => (value === false ? { minLength: 1 } : {}),
	pattern: as("pattern"),
	enum: as("enum"),
	alpha: pattern("^[a-zA-Z]+$"),
	alphanum: pattern("^[a-zA-Z0-9]+$"),
	alphadash: pattern("^[a-zA-Z0-9_-]+$"),
	numeric: pattern("^-?[0-9]\\d*(\\.\\d+)?$"),
	hex: pattern("^([0-9a-fA-F]{2})+$")
};

/** What an option of a rule is called in JSON Schema, by the rule's type. */
const OPTIONS: Readonly<Record<string, Readonly<Record<string, Option>>>> = {
	string: TEXT,
	email: { min: as("minLength"), max: as("maxLength") },
	number: {
		min: as("minimum"),
		max: as("maximum"),
		equal: as("const"),
		positive: value => (value === true ? { exclusiveMinimum: 0 } : {}),
		negative: value => (value === true ? { exclusiveMaximum: 0 } : {})
	},
	array: {
		min: as("minItems"),
		max: as("maxItems"),
		length: exactly("minItems", "maxItems"),
		empty: value => (value === false ? { minItems: 1 } : {}),
		unique: as("uniqueItems")
	},
	object: { minProps: as("minProperties"), maxProps: as("maxProperties") }
};

function optionsOf(words: Wordy): Json {
	const known = OPTIONS[words.type] ?? {};
	const options = Object.entries(words).filter(([option]) => !COMMON_OPTIONS.has(option));
	const unknown = options.find(([option]) => !Object.hasOwn(known, option));
	if (unknown) throw new Error(`The option ${unknown[0]} of a rule ${words.type} cannot be shown in JSON Schema.`);
	return Object.assign({}, ...options.map(([option, value]) => known[option]?.(value as JsonValue)));
}

function orNull(schema: Json): Json {
	if (Array.isArray(schema.enum)) return { ...schema, enum: [...schema.enum, null] };
	if (schema.type !== undefined && schema.const === undefined) return { ...schema, type: [schema.type, "null"] };
	return Object.keys(schema).length === 0 ? schema : { anyOf: [schema, { type: "null" }] };
}
