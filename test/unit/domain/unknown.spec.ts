import { nth, valueAt } from "../../../domain/there";
import { codeOf, errorOf, fieldsOf, isError, messageOf, propertyOf, textOf } from "../../../domain/unknown";

const ANYTHING = [null, undefined, 0, "text", true, [], {}, Symbol("s"), () => 1, new Error("gone")];

test("anything at all may be looked into", () => {
	for (const value of ANYTHING) {
		expect(propertyOf(value, "no such field")).toBeUndefined();
		expect(codeOf(value)).toBeUndefined();
		expect(isError(errorOf(value))).toBe(true);
		expect(typeof messageOf(value)).toBe("string");
	}
});

test("what is there is found, also behind a getter, and a text only where it is one", () => {
	const error = Object.assign(new Error("no such file"), { code: "ENOENT", errno: -2 });
	expect([codeOf(error), messageOf(error), textOf(error, "errno")]).toEqual(["ENOENT", "no such file", undefined]);
	expect(errorOf(error)).toBe(error);
	expect(messageOf("only a text")).toBe("only a text");
	expect(fieldsOf({ a: 1 })).toEqual({ a: 1 });
	for (const value of [null, [1], "text"]) expect(fieldsOf(value)).toEqual({});
});

test("what must be there and is not stops with a sentence", () => {
	expect(nth(["a", "b"], 1)).toBe("b");
	expect(() => nth(["a"], 1)).toThrow("There is no number 1 among 1.");
	expect(valueAt(new Map([["a", 1]]), "a")).toBe(1);
	expect(() => valueAt(new Map<string, number>(), "a")).toThrow("There is no 'a'.");
});
