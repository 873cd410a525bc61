import fc from "fast-check";
import { parseJson } from "../../../../domain/platform/json-body";

const BOUNDS = { depth: 64, values: 20_000 };
const parse = (text: string, bounds = BOUNDS): unknown => parseJson(Buffer.from(text), bounds);
/** Objects of any JSON, but for the one name that is refused. */
const json = fc.jsonValue({ maxDepth: 6 }).filter(value => !JSON.stringify(value).includes('"__proto__"'));

describe("JSON from outside", () => {
	it("is read as JSON.parse reads it, however it is spelt", () => {
		fc.assert(
			fc.property(json, fc.constantFrom("", " ", "\t", "\n"), (value, indent) => {
				const text = JSON.stringify(value, null, indent);
				expect(parse(text)).toEqual(JSON.parse(text));
			})
		);
	});

	it("is refused wherever JSON.parse refuses it, whatever it is", () => {
		fc.assert(
			fc.property(
				fc.oneof(
					fc.string(),
					json.map(value => JSON.stringify(value).slice(0, -1))
				),
				text => {
					let good = true;
					try {
						JSON.parse(text);
					} catch {
						good = false;
					}
					if (!good) expect(() => parse(text)).toThrow("The body is not JSON.");
				}
			)
		);
	});

	it.each([
		['{"a":1,"a":2}'],
		['{"a":1,"b":{"c":1,"c":1}}'],
		['[{"x":[],"y":{},"x":null}]'],
		['{"a":1,"\\u0061":2}'],
		['{"":1,"":1}']
	])("%s has a field that stands twice", text => {
		expect(() => parse(text)).toThrow("A field of the body stands twice in one object.");
	});

	it.each([
		['{"a":"b:c,{[\\"x\\":1}"}'],
		['{"a:b":1,"a\\"b":2,"\\\\":3}'],
		['{"constructor":{"prototype":1}}'],
		['"\\\\"'],
		["[]"],
		["  5 "]
	])("%s has none", text => {
		expect(parse(text)).toEqual(JSON.parse(text));
	});

	it.each([['{"__proto__":{"a":1}}'], ['[[{"a":{"\\u005f_proto__":1}}]]']])("%s would set a prototype", text => {
		expect(() => parse(text)).toThrow("'__proto__' can be no field of the body.");
	});

	it.each([
		["lists", `${"[".repeat(65)}${"]".repeat(65)}`, "more than 64 levels"],
		["objects", `${'{"a":'.repeat(65)}1${"}".repeat(65)}`, "more than 64 levels"],
		["lists that do not end", "[".repeat(2 ** 20), "more than 64 levels"],
		["items", `[${"0,".repeat(20_000)}0]`, "more than 20000 values"],
		["fields", `{${Array.from({ length: 20_001 }, (_, n) => `"${n}":0`).join()}}`, "more than 20000 values"],
		["empty lists", `[${"[],".repeat(20_000)}[]]`, "more than 20000 values"]
	])("too many %s are refused before they are parsed", (_, text, says) => {
		expect(() => parse(text)).toThrow(says);
	});

	it("that is no UTF-8 is refused", () => {
		expect(() => parseJson(Buffer.from([0x22, 0xff, 0x22]), BOUNDS)).toThrow("The body is not UTF-8.");
	});
});
