/** One spelling for equal values, and the spelling that stored digests were made of. */

import { createHash } from "node:crypto";
import fc from "fast-check";
import type { JsonValue } from "../../../contracts/json";
import { canonical, digest } from "../../../domain/canonical";
import { remade } from "../../../domain/own";
import { anyCharacter } from "../../support/any-character";

/** As it was first written: plainly. */
function plainly(value: JsonValue): string {
	if (Array.isArray(value)) return `[${value.map(plainly).join(",")}]`;
	if (value === null || typeof value !== "object") return JSON.stringify(value);
	const fields = Object.keys(value)
		.sort()
		.map(key => `${JSON.stringify(key)}:${plainly(value[key] as JsonValue)}`);
	return `{${fields.join(",")}}`;
}

const json = fc.jsonValue({ maxDepth: 4, stringUnit: anyCharacter }) as fc.Arbitrary<JsonValue>;

it("spells every value as it did", () => {
	fc.assert(
		fc.property(json, value => {
			expect(canonical(value)).toBe(plainly(value));
		})
	);
});

it.each(['"', "\\", "\u007f", "\u0000", "ä", "😀", "\ud800", "__proto__", "10", "9", " ", "/"])(
	"spells %j as JSON does",
	text => {
		const value = JSON.parse(`{${JSON.stringify(text)}:[${JSON.stringify(text)}],"9":1,"10":2}`) as JsonValue;
		expect(canonical(value)).toBe(plainly(value));
	}
);

it("digests what it spells, also of two values in turns", () => {
	const sha = (value: JsonValue): string => createHash("sha256").update(plainly(value)).digest("hex");
	fc.assert(
		fc.property(json, json, (one, other) => {
			for (const value of [one, other, other, one]) expect(digest(value)).toBe(sha(value));
		})
	);
});

describe("a table that is made anew", () => {
	it("has the same names, whatever they are, and leaves out what is made of nothing", () => {
		const table = JSON.parse('{"__proto__":1,"constructor":2,"a":3,"b":4}') as Record<string, number>;
		const made = remade(table, value => (value === 4 ? undefined : value + 1));
		expect(Object.entries(made)).toEqual([
			["__proto__", 2],
			["constructor", 3],
			["a", 4]
		]);
		expect(Object.getPrototypeOf(made)).toBe(Object.prototype);
	});
});
