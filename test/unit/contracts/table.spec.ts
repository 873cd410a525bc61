import { entriesOf, isKeyOf, isOneOf, keysOf, tableOf } from "../../../contracts/table";

const COLOURS = ["red", "green"] as const;

test("a table's own keys and entries, and none that it inherits or lacks", () => {
	const table: { a?: number; b?: number } = Object.assign(Object.create({ c: 3 }), { a: 1, b: undefined });
	expect(entriesOf(table)).toEqual([["a", 1]]);
	expect(keysOf({ x: null, y: false })).toEqual(["x", "y"]);
	expect(isKeyOf({ a: 1 }, "a")).toBe(true);
	for (const name of ["b", "constructor", "__proto__"]) expect(isKeyOf({ a: 1 }, name)).toBe(false);
});

test("a table has a value for each key, and a word is one of a list or is not", () => {
	expect(tableOf(COLOURS, colour => colour.length)).toEqual({ red: 3, green: 5 });
	expect(isOneOf(COLOURS, "green")).toBe(true);
	for (const word of ["blue", undefined, 0]) expect(isOneOf(COLOURS, word)).toBe(false);
});
