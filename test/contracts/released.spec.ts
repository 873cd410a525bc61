/** What the contracts say is borne by nodes of the last release, and nodes of it bear this: both run side by side during an upgrade. */

import { CONTRACTS } from "../../contracts/cluster";
import { incompatible, type Released, releasedForm } from "../../contracts/compatibility";
import released from "../../contracts/released.json";
import type { Rule } from "../../contracts/schema";

const RELEASED = released as unknown as Released;

it("the contracts changed only so that nodes of two neighbouring releases run side by side", () => {
	const faults = incompatible(RELEASED, releasedForm(CONTRACTS));
	if (faults.length > 0) throw new Error(faults.join("\n"));
});

/** One contract with one action and one event, as it was and as it is. */
const form = (rule: Rule | undefined, more: object = {}): Released => {
	const fields = rule === undefined ? {} : { field: rule };
	return {
		notes: {
			actions: { add: { params: fields, result: { type: "object", props: fields }, rest: "POST /notes", ...more } },
			events: { added: fields }
		}
	};
};
const said = (before: Rule | undefined, after: Rule | undefined): string[] => incompatible(form(before), form(after));
/** Of what is sent, and of what is read in an answer and in an event. */
const sides = (faults: readonly string[]) => [
	faults.some(fault => /params/.test(fault)),
	faults.some(fault => /result/.test(fault)),
	faults.some(fault => /event/.test(fault))
];

const [NEVER, ALWAYS, SENT, READ] = [
	[false, false, false],
	[true, true, true],
	[true, false, false],
	[false, true, true]
];
it.each<[string, Rule | undefined, Rule | undefined, boolean[]]>([
	["nothing changed", "string|min:1", "string|min:1", NEVER],
	["only the words changed", { type: "string", summary: "One." }, { type: "string", summary: "Another one." }, NEVER],
	["one spelling for another", "string|min:1", { type: "string", min: 1 }, NEVER],
	["a new field that may lack", undefined, "string|optional", NEVER],
	["a new field with a default", undefined, "boolean|default:false", NEVER],
	["a new field that must be there", undefined, "string", ALWAYS],
	["a field is gone", "string", undefined, ALWAYS],
	["a field that may lack is gone", "string|optional", undefined, ALWAYS],
	["another type", "string", "number", ALWAYS],
	["it may be left out", "string", "string|optional", ALWAYS],
	["it must be there", "string|optional", "string", ALWAYS],
	["it may be null", "string", "string|nullable", ALWAYS],
	["it is never null", "string|nullable", "string", ALWAYS],
	["a new value", { type: "enum", values: ["a"] }, { type: "enum", values: ["a", "b"] }, ALWAYS],
	[
		"a new scope",
		{ type: "enum", named: "Scope", values: ["a"] },
		{ type: "enum", named: "Scope", values: ["a", "b"] },
		NEVER
	],
	[
		"a scope is gone",
		{ type: "enum", named: "Scope", values: ["a", "b"] },
		{ type: "enum", named: "Scope", values: ["a"] },
		ALWAYS
	],
	["a value is gone", { type: "enum", values: ["a", "b"] }, { type: "enum", values: ["a"] }, ALWAYS],
	["the least is more", "number|min:1", "number|min:2", SENT],
	["the most is less", "number|max:9", "number|max:8", SENT],
	["there is a least", "string", "string|min:1", SENT],
	["the least is less, the most more", "number|min:2|max:8", "number|min:1|max:9", NEVER],
	["whole numbers alone", "number", "number|integer", SENT],
	["another pattern", { type: "string", pattern: "^a" }, { type: "string", pattern: "^b" }, SENT],
	["items of another type", { type: "array", items: "string" }, { type: "array", items: "number" }, ALWAYS],
	["entries of another type", { type: "record", value: "string" }, { type: "record", value: "number" }, ALWAYS],
	[
		"within",
		{ type: "object", props: { a: { type: "array", items: { type: "object", props: { b: "string" } } } } },
		{ type: "object", props: { a: { type: "array", items: { type: "object", props: {} } } } },
		ALWAYS
	],
	[
		"within, and it may lack",
		{ type: "object", props: { a: "string" } },
		{ type: "object", props: { a: "string", b: "string|optional" } },
		NEVER
	],
	["its fields are named now", "object", { type: "object", props: { a: "string" } }, ALWAYS],
	["one more alternative", ["string"], ["string", "number"], ALWAYS],
	["an alternative changed", ["string", "number"], ["string", "boolean"], ALWAYS]
])("%s", (_, before, after, expected) => expect(sides(said(before, after))).toEqual(expected));

it("narrower is only what is sent: what is read may be less than it might be", () => {
	expect(sides(said("number", "number|min:0"))).not.toEqual(READ);
});

it.each<[string, Released, RegExp]>([
	["a contract", {}, /The contract 'notes' is gone.*Keep it/],
	["an action", { notes: { ...form("string").notes, actions: {} } } as Released, /The action of notes 'add' is gone/],
	["an event", { notes: { ...form("string").notes, events: {} } } as Released, /The event of notes 'added' is gone/],
	["its address", form("string", { rest: "PUT /notes" }), /notes\.add has another address \(POST \/notes\)/]
])("%s that is gone", (_, now, sentence) => expect(incompatible(form("string"), now)[0]).toMatch(sentence));

it("one that called it may call it no more", () => {
	const [before, after] = [form("string", { internal: ["a", "b"] }), form("string", { internal: ["a"] })];
	expect(incompatible(before, after)).toEqual([expect.stringMatching(/notes\.add is no more for 'b'/)]);
	expect(incompatible(after, before)).toEqual([]);
});

it("says what, why, and what to do", () => {
	expect(said("string", undefined)[0]).toBe(
		"notes.add: params.field was taken away: callers of the release before send it, and a service refuses what it does not know. Keep it for one more release."
	);
});
