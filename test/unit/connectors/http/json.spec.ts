import { parse, stringify, toJson, type WireObject } from "../../../../connectors/http/json";

describe("json of the panels", () => {
	test("integers beyond 2^53 are exact both ways, all others are numbers", () => {
		const text =
			'{"a":9007199254740993,"b":9223372036854775807,"c":-9007199254740993,"d":12,"e":1.5,"f":[9007199254740993]}';
		const value = parse(text) as WireObject;
		expect(value).toEqual({
			a: 9007199254740993n,
			b: 9223372036854775807n,
			c: -9007199254740993n,
			d: 12,
			e: 1.5,
			f: [9007199254740993n]
		});
		expect(stringify(value)).toBe(text);
	});

	test("a long run of digits in a text stays text, and 16 digits that are safe stay a number", () => {
		expect(parse('{"key":"12345678901234567890","n":9007199254740991,"x":0.1234567890123456789}')).toEqual({
			key: "12345678901234567890",
			n: 9007199254740991,
			x: 0.12345678901234568
		});
	});

	test("records hold byte counts as decimal strings whatever their size, and null as null", () => {
		const bytes = ["data_limit", "used_traffic"];
		const value = { data_limit: 5, used_traffic: 9007199254740993n, id: 7, other: null, plan: { data_limit: 3 } };
		expect(toJson(value, bytes)).toEqual({
			data_limit: "5",
			used_traffic: "9007199254740993",
			id: 7,
			other: null,
			plan: { data_limit: "3" }
		});
		expect(toJson({ data_limit: null }, bytes)).toEqual({ data_limit: null });
	});

	test("what is not JSON is refused", () => {
		expect(() => parse("<html>9007199254740993</html>")).toThrow(SyntaxError);
	});
});
