/** What the documents say of a rule is what the validator does with it. */

import Ajv2020 from "ajv/dist/2020";
import Validator from "fastest-validator";
import type { Json, JsonValue } from "../../../../contracts/json";
import { type Rule, type Schema, strict } from "../../../../contracts/schema";
import { isRequired, objectSchema, parameterSchema, ruleSchema } from "../../../../domain/platform/rule-schema";

const ajv = new Ajv2020({
	strict: true,
	allowUnionTypes: true,
	strictTypes: false,
	formats: { uuid: /^[0-9a-f-]{36}$/ }
});
ajv.addFormat("email", /^\S+@\S+\.\S+$/);
ajv.addFormat("uri", true);
const validator = new Validator({ considerNullAsAValue: true });

const documented = (schema: Schema, value: Json): boolean => ajv.validate(objectSchema(schema), value);
const checked = (schema: Schema, value: Json): boolean =>
	validator.compile(strict(schema) as never)(structuredClone(value)) === true;

const UUID = "8f14e45f-ceea-467a-9a36-dedd4bea2543";
const RULES: readonly [name: string, rule: Rule, schema: Json][] = [
	["string", "string", { type: "string" }],
	["string, with lengths", "string|min:1|max:3", { type: "string", minLength: 1, maxLength: 3 }],
	["string, of one length", "string|length:2", { type: "string", minLength: 2, maxLength: 2 }],
	["string, not empty", "string|no-empty", { type: "string", minLength: 1 }],
	["string, optional", "string|optional", { type: "string" }],
	["string, nullable", "string|nullable", { type: ["string", "null"] }],
	["string, with a default", "string|default:ab", { type: ["string", "null"], default: "ab" }],
	["string, by pattern", { type: "string", pattern: "^a+$" }, { type: "string", pattern: "^a+$" }],
	["string, of a kind", "string|alphanum", { type: "string", pattern: "^[a-zA-Z0-9]+$" }],
	["string, one of some", { type: "string", enum: ["a", "b"] }, { type: "string", enum: ["a", "b"] }],
	["uuid", "uuid", { type: "string", format: "uuid" }],
	["email", "email", { type: "string", format: "email" }],
	["url", "url", { type: "string", format: "uri", pattern: "^https?://\\S+" }],
	["number", "number", { type: "number" }],
	["number, whole", "number|integer|min:1|max:3", { type: "integer", minimum: 1, maximum: 3 }],
	["number, above nothing", { type: "number", positive: true }, { type: "number", exclusiveMinimum: 0 }],
	["boolean", { type: "boolean", default: false }, { type: ["boolean", "null"], default: false }],
	["any", "any", { type: ["string", "number", "boolean", "object", "array"] }],
	["any, nullable", "any|nullable|optional", {}],
	["enum", { type: "enum", values: ["a", "b"] }, { enum: ["a", "b"] }],
	["enum, nullable", { type: "enum", values: ["a"], nullable: true }, { enum: ["a", null] }],
	["list in short", "string[]", { type: "array", items: { type: "string" } }],
	["list in short, with a length", "number[]|max:1", { type: "array", items: { type: "number" }, maxItems: 1 }],
	[
		"list",
		{ type: "array", items: "string|min:1", min: 1, unique: true },
		{ type: "array", items: { type: "string", minLength: 1 }, minItems: 1, uniqueItems: true }
	],
	["list of anything", { type: "array" }, { type: "array" }],
	["alternatives", ["string", "number"], { anyOf: [{ type: "string" }, { type: "number" }] }],
	["object of any fields", "object", { type: "object" }],
	["object of any fields, nullable", { type: "object", nullable: true }, { type: ["object", "null"] }],
	[
		"object",
		{ type: "object", props: { a: "string", b: "number|optional" } },
		{
			type: "object",
			properties: { a: { type: "string" }, b: { type: "number" } },
			required: ["a"],
			additionalProperties: false
		}
	],
	[
		"object in a list",
		{ type: "array", items: { type: "object", props: { a: "string" } } },
		{
			type: "array",
			items: { type: "object", properties: { a: { type: "string" } }, required: ["a"], additionalProperties: false }
		}
	],
	["record", { type: "record", value: "number" }, { type: "object", additionalProperties: { type: "number" } }],
	[
		"record of alternatives",
		{ type: "record", value: ["string", "boolean"] },
		{ type: "object", additionalProperties: { anyOf: [{ type: "string" }, { type: "boolean" }] } }
	]
];

const VALUES: readonly JsonValue[] = [
	..."a ab abc abcd b aaa ä".split(" "),
	"",
	UUID,
	"anna@example.org",
	"https://example.org/a",
	...[0, 1, 2, 3, 4, 1.5, -1],
	true,
	false,
	null,
	[],
	["a"],
	["a", "a"],
	["a", "b"],
	[""],
	[1],
	[1, 2],
	[null],
	{},
	{ a: "a" },
	{ a: "a", b: 1 },
	{ a: "a", c: 1 },
	{ a: 1 },
	{ a: null },
	{ b: 1 },
	[{ a: "a" }],
	[{ a: "a", c: 1 }]
];

/** The validator looks at no null in a list in short; that is not promised. */
const isTakenSilently = (rule: Rule, value: JsonValue): boolean =>
	JSON.stringify(value) === "[null]" && /^"\w+\[\]/.test(JSON.stringify(rule));

describe("a rule as JSON schema", () => {
	it.each(RULES)("%s", (_, rule, schema) => {
		expect(ruleSchema(rule)).toEqual(schema);
	});

	it.each(RULES)("%s: says of every value what the validator says", (_, rule) => {
		for (const value of VALUES.filter(value => !isTakenSilently(rule, value))) {
			expect([value, documented({ x: rule }, { x: value })]).toEqual([value, checked({ x: rule }, { x: value })]);
		}
		expect(documented({ x: rule }, {})).toBe(checked({ x: rule }, {}));
		expect(documented({ x: rule }, { y: 1 })).toBe(false);
	});

	it("shows what text is converted to", () => {
		const rule = { type: "number", integer: true, min: 1, default: 200, convert: true } as const;
		expect(ruleSchema(rule)).toEqual({ type: ["integer", "null"], minimum: 1, default: 200 });
	});

	it("knows no null in an address", () => {
		const rule = { type: "string", nullable: true, optional: true } as const;
		expect(parameterSchema(rule)).toEqual({ type: "string" });
		expect(parameterSchema("number|default:1")).toEqual({ type: "number", default: 1 });
		expect(parameterSchema("string|min:1|nullable")).toEqual({ type: "string", minLength: 1 });
		expect(parameterSchema(["string", "number|nullable"])).toEqual({ anyOf: [{ type: "string" }, { type: "number" }] });
	});

	it("need not be given where it is optional or has a default", () => {
		const optional: Rule[] = ["string|optional", "string|default:", { type: "object", default: {}, props: {} }];
		expect(optional.map(isRequired)).toEqual([false, false, false]);
		expect(
			["string", { type: "string", nullable: true }, ["string", "number"]].map(rule => isRequired(rule as Rule))
		).toEqual([true, true, true]);
	});

	it("is refused where JSON Schema cannot say it, rather than shown wrong", () => {
		expect(() => ruleSchema("forbidden" as Rule)).toThrow(/cannot be shown: its type has no JSON schema/);
		expect(() => ruleSchema("string|contains:x")).toThrow("The option contains of a rule string cannot be shown");
	});
});
