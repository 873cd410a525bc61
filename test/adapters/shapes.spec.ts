/** Shapes are bounded: whatever one does, whoever waits behind it is answered, and the process that asked lives. */

import { Shapes } from "../../adapters/shapes/runner";

const shapes = new Shapes({ ms: 500, bytes: 10_000 });
afterAll(() => shapes.close());

const code = async (text: string, input: unknown = {}): Promise<string> => {
	const [made] = await shapes.evaluate([text], input);
	return made?.fault?.code ?? String(made?.json);
};

test("what is evaluated is JSON, in its order", async () => {
	expect(await shapes.evaluate(["a + 1", "nothing", '{ "b": a }'], { a: 1 })).toEqual([
		{ json: "2" },
		{ json: undefined },
		{ json: '{"b":1}' }
	]);
});

test("nothing of the host is reached", async () => {
	for (const text of [
		"constructor",
		"$string.constructor",
		'$lookup($, "__proto__")',
		"process",
		"$process",
		"toString"
	])
		expect(await code(text)).toBe("undefined");
	expect(await code('$merge([{"__proto__": {"polluted": 1}}, {}]).polluted')).toBe("undefined");
	expect(await code("polluted")).toBe("undefined");
	expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

const BOMB = `${"a".repeat(40)}!`;
test.each([
	["an expression that backtracks", "$match(t, /^(a+)+$/)"],
	[
		"a text that doubles",
		'($f := function($s, $n) { $n = 0 ? $length($uppercase($s)) : $f($s & $s, $n - 1) }; $f("abcdefgh", 26))'
	],
	["a text that is filled up", '$length($uppercase($pad("x", 500000000)))'],
	["a tree that doubles", '($r := function($x, $n) { $n = 0 ? $x : $r({ "a": $x, "b": $x }, $n - 1) }; $r(1, 40))']
])("%s is ended, and the next one is answered", async (_, text) => {
	const [ended, next] = await Promise.all([code(text, { t: BOMB }), code("a", { a: 1 })]);
	// V8 itself refuses a text beyond its longest.
	expect(["TOO_SLOW", "TOO_HUNGRY", "FAILED"]).toContain(ended);
	expect(next).toBe("1");
});

test("a list that is too long, calls without an end and a loop end by themselves", async () => {
	expect(await code("[1..9999999]")).toMatch(/^D2/);
	expect(await code("($f := function($x) { 1 + $f($x) }; $f(1))")).toBe("D1011");
	expect(["D1012", "TOO_SLOW"]).toContain(await code("($f := function($x) { $f($x + 1) }; $f(1))"));
});

test("what is read and what is made are bounded", async () => {
	expect(await code("a", { a: "x".repeat(50_000) })).toBe("TOO_LARGE");
	expect(await code('$pad("x", 20000)')).toBe("TOO_LARGE");
});

test("whoever waits when it is closed is told", async () => {
	const other = new Shapes({ ms: 500, bytes: 1_000 });
	const waiting = other.evaluate(["1"], {});
	other.close();
	expect(await waiting).toEqual([{ fault: expect.objectContaining({ code: "BUSY" }) }]);
});
