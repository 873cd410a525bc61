/** What is refused before it is kept, and with which words. */

import fc from "fast-check";
import { FLAG_LIMITS, type Flag } from "../../../../../contracts/platform/flag-shapes";
import { faultsOf } from "../../../../../domain/platform/flags/check";
import { compiled } from "../../../../../domain/platform/flags/compiled";
import { evaluateAll } from "../../../../../domain/platform/flags/evaluate";
import { flagOf } from "../../../../support/flags";

/** The first that is wrong with a set of one flag. */
const fault = (more: object, key = "flag"): string => said({ [key]: { ...flagOf(), ...more } });
const said = (flags: object): string => {
	const [first] = faultsOf({ flags });
	return first ? `${first.field}: ${first.message}` : "";
};
const rule = (more: object = {}) => ({ name: "rollout", percent: 25, variant: "on", ...more });

it("what is as it should be has no fault", () => {
	expect(faultsOf({ flags: {} })).toEqual([]);
	expect(
		faultsOf({ flags: { flag: flagOf(), other: flagOf({ expires: null, clientSide: true, salt: "flag" }) } })
	).toEqual([]);
});

it.each<[string, object, string]>([
	["no rule", { rules: [] }, "flags.flag.rules: A flag without a rule decides nothing: give it one"],
	[
		"two rules of one percentage",
		{ rules: [rule(), rule({ name: "again" })] },
		"'again' is never reached: 'rollout' before it has the same people, 25 % of them"
	],
	["a share within another one", { rules: [rule(), rule({ name: "less", percent: 5 })] }, "'less' is never reached"],
	[
		"two rules for the same people",
		{ rules: [rule({ users: ["a", "b"] }), rule({ name: "again", users: ["b", "a"] })] },
		"'again' is never reached"
	],
	["a rule after one for everybody", { rules: [{ name: "all", variant: "on" }, rule()] }, "'rollout' is never reached"],
	["two rules of one name", { rules: [rule(), rule({ users: ["a"] })] }, "Two rules are called 'rollout'"],
	[
		"an unknown variant",
		{ rules: [rule({ variant: "onn" })] },
		"It has no variant 'onn': there are 'on', 'off'. Did you mean 'on'?"
	],
	["an unknown default", { defaultVariant: "of" }, "flags.flag.defaultVariant: It has no variant 'of'"],
	[
		"an unknown variant for off",
		{ offVariant: "constructor" },
		"flags.flag.offVariant: It has no variant 'constructor'"
	],
	["a share of a fraction", { rules: [rule({ percent: 2.5 })] }, "flags.flag.rules[0].percent"],
	["a share above all", { rules: [rule({ percent: 101 })] }, "flags.flag.rules[0].percent"],
	["a share below nothing", { rules: [rule({ percent: -1 })] }, "flags.flag.rules[0].percent"],
	["a share that is no number", { rules: [rule({ percent: "25" })] }, "flags.flag.rules[0].percent"],
	[
		"a value of another kind",
		{ variants: { on: "yes", off: false } },
		"flags.flag.variants.on: The value is no boolean"
	],
	[
		"a value of JSON that is none",
		{ kind: "json", variants: { on: 1, off: {} } },
		"no json, which the flag's kind is: an object or a list"
	],
	["no variants", { variants: {} }, "A flag needs a variant at least"],
	["a day that is none", { expires: "2026-02-30" }, "'2026-02-30' is no day"],
	["a date that is no day", { expires: "tomorrow" }, "'tomorrow' is no day"],
	["no end said at all", { expires: undefined }, "flags.flag.expires"],
	["a field that there is not", { colour: "red" }, "flags.flag: There is no field 'colour' here."],
	["no owner", { owner: "" }, "flags.flag.owner"],
	["no kind", { kind: "date" }, "flags.flag.kind"],
	["users that are none", { rules: [rule({ users: [] })] }, "flags.flag.rules[0].users"],
	[
		"a text that is above",
		{ rules: [rule({ where: [{ attribute: "age", operator: "above", values: ["5"] }] })] },
		"'above' is for a number, and \"5\" is none"
	],
	[
		"an operator that there is not",
		{ rules: [rule({ where: [{ attribute: "age", operator: "like", values: [5] }] })] },
		"flags.flag.rules[0].where[0].operator"
	],
	[
		"an attribute that every table has",
		{ rules: [rule({ where: [{ attribute: "constructor", operator: "in", values: ["x"] }] })] },
		"No attribute can be called 'constructor'"
	],
	[
		"a flag that it needs and that is not",
		{ requires: [{ flag: "flog", variant: "on" }] },
		"There is no flag 'flog'. Did you mean 'flag'?"
	],
	["itself needed", { requires: [{ flag: "flag", variant: "on" }] }, "in a circle: flag → flag"]
])("%s is refused", (_, more, words) => {
	expect(fault(more)).toContain(words);
});

it.each(["__proto__", "constructor", "toString", "1st", "", "a b", "a/b", "x".repeat(101), "history", "diff", "mine"])(
	"a flag called '%s' is refused",
	key => {
		const flags = JSON.parse(`{${JSON.stringify(key)}: ${JSON.stringify(flagOf())}}`);
		expect(said(flags)).toMatch(/No flag can be called|is no name of a flag|is an address of its own/);
	}
);

it.each(["__proto__", "constructor", "valueOf"])("a variant, or a field of a value, called '%s' is refused", name => {
	const variants = JSON.parse(`{"on": true, "off": false, "${name}": true}`);
	expect(fault({ variants })).toContain(`No variant can be called '${name}'`);
	const value = JSON.parse(`{"deep": [{"${name}": 1}]}`);
	expect(fault({ kind: "json", variants: { on: value, off: {} } })).toContain(
		`A field of the value is called '${name}'`
	);
});

describe("flags that need each other", () => {
	const needing = (...flags: string[]): Flag => flagOf({ requires: flags.map(flag => ({ flag, variant: "on" })) });

	it("in a circle are refused, and the circle is named", () => {
		expect(said({ a: needing("b"), b: needing("c"), c: needing("a") })).toContain("in a circle: a → b → c → a");
		expect(said({ entry: needing("b"), b: needing("c"), c: needing("b") })).toContain("in a circle: b → c → b");
	});

	it("may share one, and may not be so many that an evaluation takes long", () => {
		expect(said({ a: needing("b", "c"), b: needing("d"), c: needing("d"), d: flagOf() })).toBe("");
		const layers = Array.from({ length: 9 }, (_, n) => [`l${n}a`, `l${n}b`] as const);
		const flags = Object.fromEntries(
			layers.flatMap((layer, n) => layer.map(key => [key, n === 0 ? flagOf() : needing(...(layers[n - 1] ?? []))]))
		);
		expect(said(flags)).toContain("it looks at more than 100 flags");
	});

	it("as many as there may be are looked through at once", () => {
		const keys = Array.from({ length: FLAG_LIMITS.flags }, (_, n) => `f${n}`);
		const flags = Object.fromEntries(keys.map((key, n) => [key, n < 3 ? flagOf() : needing(...keys.slice(n - 3, n))]));
		expect(said(flags)).toContain("it looks at more than 100 flags");
	});
});

describe("what is huge", () => {
	it("is refused: too many flags, rules, variants, users, characters, levels", () => {
		const flags = Object.fromEntries(Array.from({ length: 1_001 }, (_, n) => [`f${n}`, flagOf()]));
		expect(said(flags)).toBe("flags: 1001 flags are too many: 1000 are the most. Delete those that are stale.");
		const rules = Array.from({ length: 51 }, (_, n) => rule({ name: `r${n}`, users: [`u${n}`] }));
		expect(fault({ rules })).toContain("flags.flag.rules");
		const variants = Object.fromEntries(
			Array.from({ length: 21 }, (_, n) => [n === 0 ? "on" : n === 1 ? "off" : `v${n}`, true])
		);
		expect(fault({ variants })).toContain("21 variants are too many");
		const users = Array.from({ length: 1_001 }, (_, n) => `u${n}`);
		expect(fault({ rules: [rule({ users })] })).toContain("flags.flag.rules[0].users");
		const large = { ...flagOf(), description: "", kind: "string", variants: { on: "x".repeat(600_000), off: "" } };
		expect(said({ large })).toContain("characters: 524288 are the most");
		const deep = JSON.parse(`${'{"a":'.repeat(40)}1${"}".repeat(40)}`);
		expect(fault({ kind: "json", variants: { on: deep, off: {} } })).toContain("more levels than 20");
	});
});

it("whatever is given is either refused with words, or can be evaluated", () => {
	fc.assert(
		fc.property(fc.dictionary(fc.string(), fc.oneof(fc.jsonValue(), fc.constant(flagOf())), { maxKeys: 4 }), flags => {
			const value = JSON.parse(JSON.stringify({ flags }));
			const faults = faultsOf(value);
			if (faults.length === 0) evaluateAll(compiled(value), { targetingKey: "a" });
			for (const { message } of faults) expect(message).toMatch(/\S/);
		})
	);
	for (const value of [
		null,
		undefined,
		5,
		[],
		{ flags: [] },
		{ flags: null },
		{ flags: { flag: null } },
		{ flags: { flag: [] } }
	])
		expect(faultsOf(value).length).toBeGreaterThan(0);
});
