import Validator from "fastest-validator";
import { CONTRACTS } from "../../../contracts/cluster";
import { type Schema, strict } from "../../../contracts/schema";

const check = (schema: Schema) => new Validator({ considerNullAsAValue: true }).compile(strict(schema));
const faults = (schema: Schema, value: unknown): string[] => {
	const verdict = check(schema)(value);
	return Array.isArray(verdict) ? verdict.map(({ type, field }) => `${type} ${field}`) : [];
};

describe("a contract's schema on the wire", () => {
	const page = { type: "object", props: { size: "number" } } as const;

	it.each<[string, Schema, unknown, string[]]>([
		["at the top", { a: "string" }, { a: "x", b: 1 }, ["objectStrict undefined"]],
		["in an object", { page }, { page: { size: 1, sise: 2 } }, ["objectStrict page"]],
		[
			"in an array's items",
			{ pages: { type: "array", items: page } },
			{ pages: [{ size: 1, x: 1 }] },
			["objectStrict pages[0]"]
		],
		[
			"in a record's values",
			{ byName: { type: "record", value: page } },
			{ byName: { a: { size: 1, x: 1 } } },
			["objectStrict byName.a"]
		],
		[
			"in an alternative",
			{ either: ["string", page] },
			{ either: { size: 1, x: 1 } },
			["string either", "objectStrict either"]
		]
	])("refuses an unknown field %s", (_, schema, value, expected) => {
		expect(faults(schema, value).map(fault => fault.replace(/ $/, " undefined"))).toEqual(expected);
	});

	it("lets null pass only where a rule says nullable", () => {
		expect(faults({ a: "string|optional" }, { a: null })).toEqual(["required a"]);
		expect(faults({ a: { type: "string", optional: true } }, { a: null })).toEqual(["required a"]);
		expect(faults({ a: "string|nullable" }, { a: null })).toEqual([]);
		expect(faults({ a: { type: "object", nullable: true } }, { a: null })).toEqual([]);
	});

	it("fills in defaults at every depth, and each time anew", () => {
		const schema = {
			rules: {
				type: "object",
				default: {},
				props: { tags: { type: "record", value: "string", default: {} }, most: "number|default:5" }
			}
		} as const satisfies Schema;
		const [one, other] = [{}, {}] as [{ rules?: { tags: Record<string, string> } }, { rules?: object }];
		check(schema)(one);
		(one.rules as { tags: Record<string, string> }).tags.x = "y";
		check(schema)(other);
		expect(other).toEqual({ rules: { tags: {} } });
	});
});

describe("the contracts", () => {
	it("have names of their own, and actions that say who may call them", () => {
		expect(new Set(CONTRACTS.map(({ name }) => name)).size).toBe(CONTRACTS.length);
		const open = CONTRACTS.flatMap(({ name, actions }) =>
			Object.entries(actions)
				.filter(([, { permission, internal }]) => permission === undefined && internal === undefined)
				.map(([action]) => `${name}.${action}`)
		);
		expect(open).toEqual([]);
	});

	it("can all be compiled", () => {
		for (const { actions, events } of CONTRACTS) {
			for (const { params } of Object.values(actions)) check(params);
			for (const { payload } of Object.values(events)) check(payload);
		}
		expect.assertions(0);
	});
});
