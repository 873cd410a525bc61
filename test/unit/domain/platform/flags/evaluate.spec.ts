/** What a flag answers: the same for the same revision and context, and a growing share takes nothing from anybody. */

import fc from "fast-check";
import { v3 } from "murmurhash";
import type { Flag, FlagContext, Operator } from "../../../../../contracts/platform/flag-shapes";
import { bucketOf } from "../../../../../domain/bucket";
import { type Evaluated, evaluate, evaluateAll } from "../../../../../domain/platform/flags/evaluate";
import { flagOf, oneOf, setOf } from "../../../../support/flags";

const asked = (more: Partial<Flag>, context: FlagContext = {}): Evaluated => evaluate(oneOf(more), "flag", context);
const share = (percent: number): Partial<Flag> => ({ rules: [{ name: "rollout", percent, variant: "on" }] });

describe("the bucket of a key", () => {
	it.each([
		["gr1", "123", 73],
		["groupX", "999", 25]
	])("of %s:%s is %d", (salt, key, bucket) => {
		expect(bucketOf(salt, key)).toBe(bucket);
	});

	it("is of the UTF-8 of what is not ASCII", () => {
		expect([bucketOf("g", "日本"), bucketOf("g", "ünï")]).toEqual([37, 21]);
	});

	it("is what the library says of the whole text, however long and whatever is in it", () => {
		const texts = fc.oneof(fc.string({ unit: "binary" }), fc.string({ minLength: 900, maxLength: 2_000 }));
		fc.assert(
			fc.property(texts, fc.string(), (key, salt) => {
				expect(bucketOf(salt, key)).toBe((v3(`${salt}:${key}`, 0) % 100) + 1);
			})
		);
		expect(bucketOf("g", "\ud800")).toBe((v3("g:\ufffd", 0) % 100) + 1);
	});

	it("is from 1 to 100, of each about as often", () => {
		const counts = new Map<number, number>();
		for (let n = 0; n < 100_000; n++) counts.set(bucketOf("g", `k${n}`), (counts.get(bucketOf("g", `k${n}`)) ?? 0) + 1);
		expect([counts.size, Math.min(...counts.keys()), Math.max(...counts.keys())]).toEqual([100, 1, 100]);
		for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(200);
	});
});

describe("C7: a share that grows", () => {
	it("takes nothing from anybody, and gives to those in the buckets between", () => {
		fc.assert(
			fc.property(
				fc.string({ unit: "grapheme", minLength: 1 }),
				fc.string({ minLength: 1, maxLength: 20 }),
				fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 })),
				(targetingKey, salt, shares) => {
					const [less, more] = [Math.min(...shares), Math.max(...shares)];
					const isOn = (percent: number) => {
						const found = asked({ ...share(percent), salt }, { targetingKey });
						return "variant" in found && found.variant === "on";
					};
					const bucket = bucketOf(salt, targetingKey);
					expect([isOn(less), isOn(more)]).toEqual([bucket <= less, bucket <= more]);
				}
			)
		);
	});

	it("moves exactly the added share of ten thousand", () => {
		const keys = Array.from({ length: 10_000 }, (_, n) => `user-${n}`);
		const on = (percent: number) =>
			new Set(
				keys.filter(targetingKey => "value" in asked(share(percent), { targetingKey }) && isOn(percent, targetingKey))
			);
		const isOn = (percent: number, targetingKey: string) =>
			(asked(share(percent), { targetingKey }) as { value: unknown }).value === true;
		const [before, after] = [on(25), on(50)];
		expect([...before].filter(key => !after.has(key))).toEqual([]);
		const added = [...after].filter(key => !before.has(key));
		expect(added.every(key => bucketOf("flag", key) > 25 && bucketOf("flag", key) <= 50)).toBe(true);
		expect(before.size / keys.length).toBeCloseTo(0.25, 1);
	});
});

it("C7: is a pure function: whoever evaluates, in whatever order, gets the same", () => {
	const set = () => setOf({ one: flagOf(), two: flagOf({ salt: "one" }), three: flagOf(share(50)) });
	const contexts = Array.from({ length: 500 }, (_, n) => ({ targetingKey: `u${n}`, groups: n % 7 ? [] : ["staff"] }));
	const [here, there] = [set(), set()];
	const backwards = [...contexts]
		.reverse()
		.map(context => evaluateAll(there, context))
		.reverse();
	expect(contexts.map(context => evaluateAll(here, context))).toEqual(backwards);
	for (const context of contexts) {
		const [one, two] = ["one", "two"].map(key => evaluate(here, key, context));
		expect({ ...two, key: "one" }).toEqual(one);
	}
});

describe("who gets what", () => {
	const rules = [
		{ name: "people", users: ["ada"], variant: "on" },
		{ name: "groups", groups: ["staff"], variant: "on" },
		{ name: "plans", where: [{ attribute: "plan", operator: "in", values: ["gold"] }], variant: "on" },
		{ name: "rollout", percent: 25, variant: "on" }
	] as const;

	it.each<[string, FlagContext, string | undefined, string]>([
		["by their key", { targetingKey: "ada" }, "people", "TARGETING_MATCH"],
		["by their group", { targetingKey: "u3", groups: ["other", "staff"] }, "groups", "TARGETING_MATCH"],
		["by the only group", { targetingKey: "u3", groups: "staff" }, "groups", "TARGETING_MATCH"],
		["by what they are like", { targetingKey: "u3", plan: "gold" }, "plans", "TARGETING_MATCH"],
		["by their share", { targetingKey: keyIn(1, 25) }, "rollout", "SPLIT"],
		["by none", { targetingKey: keyIn(26, 100) }, undefined, "DEFAULT"]
	])("%s", (_, context, rule, reason) => {
		const found = asked({ rules }, context);
		expect(found).toMatchObject({ reason, value: rule !== undefined, ...(rule && { rule }) });
	});

	it("all that a rule says must hold, and the first rule that fits decides", () => {
		const both = { name: "both", users: ["ada"], groups: ["staff"], variant: "on" };
		expect(asked({ rules: [both] }, { targetingKey: "ada" })).toMatchObject({ reason: "DEFAULT" });
		expect(asked({ rules: [both] }, { targetingKey: "ada", groups: ["staff"] })).toMatchObject({ rule: "both" });
		const first = { name: "first", users: ["ada"], variant: "off" };
		expect(asked({ rules: [first, { ...first, name: "then", variant: "on" }] }, { targetingKey: "ada" })).toMatchObject(
			{
				rule: "first",
				value: false
			}
		);
	});

	it("off, everybody gets what it says for that", () => {
		expect(asked({ enabled: false }, { targetingKey: "ada", groups: ["staff"] })).toMatchObject({
			reason: "DISABLED",
			variant: "off"
		});
	});

	it("what nobody can say is an error, and never a guess", () => {
		expect(asked({}, {})).toMatchObject({ reason: "ERROR", errorCode: "TARGETING_KEY_MISSING" });
		expect(asked({}, { targetingKey: "" })).toMatchObject({ errorCode: "TARGETING_KEY_MISSING" });
		expect(asked({}, { targetingKey: 7 })).toMatchObject({ errorCode: "TARGETING_KEY_MISSING" });
		expect([asked(share(100), {}), asked(share(0), {})]).toMatchObject([{ value: true }, { value: false }]);
		expect(evaluate(oneOf({}), "flog", {})).toMatchObject({
			errorCode: "FLAG_NOT_FOUND",
			errorDetails: "There is no flag 'flog'. Did you mean 'flag'?"
		});
	});

	it.each(["__proto__", "constructor", "toString", "hasOwnProperty"])(
		"there is no flag and no attribute '%s'",
		name => {
			expect(evaluate(oneOf({}), name, {})).toMatchObject({ errorCode: "FLAG_NOT_FOUND" });
			const where = [{ attribute: name, operator: "notIn" as const, values: ["x"] }];
			expect(asked({ rules: [{ name: "odd", where, variant: "on" }] })).toMatchObject({ reason: "DEFAULT" });
		}
	);
});

/** A key whose bucket, of the flag `flag`, is within these. */
function keyIn(from: number, to: number): string {
	for (let n = 0; ; n++) {
		const bucket = bucketOf("flag", `k${n}`);
		if (bucket >= from && bucket <= to) return `k${n}`;
	}
}

describe("an attribute", () => {
	it.each<[Operator, readonly (string | number | boolean)[], FlagContext[string], boolean]>([
		["in", ["a", "b"], "b", true],
		["in", ["a"], ["x", "a"], true],
		["in", [1], "1", false],
		["in", [true], true, true],
		["notIn", ["a"], "b", true],
		["notIn", ["a"], ["x", "a"], false],
		["startsWith", ["ad"], "ada", true],
		["startsWith", ["ad"], 5, false],
		["endsWith", ["@x.org"], "ada@x.org", true],
		["endsWith", ["@x.org"], "ada@x.org.evil", false],
		["contains", ["da"], "ada", true],
		["below", [5], 4, true],
		["below", [5], 5, false],
		["below", [5], "4", false],
		["above", [5], 5.5, true],
		["above", [5], null, false]
	])("%s %j of %j: %s", (operator, values, given, isFit) => {
		const where = [{ attribute: "attribute", operator, values: [...values] }];
		const found = asked({ rules: [{ name: "rule", where, variant: "on" }] }, { attribute: given as never });
		expect("value" in found && found.value).toBe(isFit);
	});

	it("that the context does not have fits nothing, not even what asks for something else", () => {
		const where = [{ attribute: "plan", operator: "notIn" as const, values: ["gold"] }];
		expect(asked({ rules: [{ name: "rule", where, variant: "on" }] })).toMatchObject({ reason: "DEFAULT" });
	});
});

describe("a flag that needs another", () => {
	const set = (enabled: boolean) =>
		setOf({
			base: flagOf({ enabled, rules: [{ name: "all", percent: 100, variant: "on" }] }),
			top: flagOf({
				requires: [{ flag: "base", variant: "on" }],
				rules: [{ name: "all", percent: 100, variant: "on" }]
			})
		});

	it("is asked where that answers what it must, and is off where it does not", () => {
		expect(evaluate(set(true), "top", {})).toMatchObject({ value: true, reason: "SPLIT" });
		expect(evaluate(set(false), "top", {})).toMatchObject({ value: false, reason: "PREREQUISITE_FAILED" });
	});

	it("cannot be decided where that cannot", () => {
		const undecided = setOf({ base: flagOf(), top: flagOf({ requires: [{ flag: "base", variant: "on" }] }) });
		expect(evaluate(undecided, "top", {})).toMatchObject({ key: "top", errorCode: "TARGETING_KEY_MISSING" });
	});
});

it("a value is of its variant, whatever its kind", () => {
	const json = { kind: "json" as const, variants: { on: { limit: 5 }, off: [] } };
	expect(asked({ ...json, ...share(100) })).toMatchObject({ value: { limit: 5 }, variant: "on" });
	expect(asked({ kind: "number", variants: { on: 5, off: 0 }, ...share(0) })).toMatchObject({ value: 0 });
});
