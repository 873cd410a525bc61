import { checked } from "../../../contracts/checks";
import { action, type Contract, contract } from "../../../contracts/contract";

const parts = {
	scopes: { "notes:read": "look at notes" },
	errors: { NOTE_NOT_FOUND: { status: 404, title: "No such note", means: "It is gone.", todo: "Look at the list." } },
	settings: { most: { variable: "NOTES", rule: "number|default:10", summary: "notes" } },
	metrics: { made: { type: "counter", name: "banyan.notes.made", summary: "Notes." } }
} as const;
const get = {
	summary: "It.",
	permission: "notes:read",
	rest: "GET /notes",
	params: {},
	result: "string",
	example: { params: {}, result: "a" }
} as const;
const notes = contract("community", "notes", { ...parts, actions: { get: action(get) } });
const other = (
	brought: object,
	spec: object = { summary: "It.", internal: [], params: {}, result: "null" }
): Contract => contract("commerce", "posts", { ...brought, actions: { get: action(spec as never) } }) as Contract;

const refusing =
	(...contracts: unknown[]) =>
	() =>
		checked(
			contracts as Contract[],
			{ TIMED_OUT: parts.errors.NOTE_NOT_FOUND },
			{ all: { ...parts.settings.most, variable: "ALL" } }
		);

describe("contracts", () => {
	it("that keep to themselves are taken", () => {
		expect(refusing(notes, other({}))).not.toThrow();
	});

	it.each<[object, string]>([
		[{ scopes: parts.scopes }, "notes and posts both have the scope 'notes:read': give one of them another."],
		[{ errors: parts.errors }, "notes and posts both have the error code 'NOTE_NOT_FOUND': give one of them another."],
		[
			{ errors: { TIMED_OUT: parts.errors.NOTE_NOT_FOUND } },
			"posts and contracts/errors.ts both have the error code 'TIMED_OUT': give one of them another."
		],
		[{ settings: parts.settings }, "notes and posts both have the variable 'NOTES': give one of them another."],
		[
			{ settings: { a: { ...parts.settings.most, variable: "ALL" } } },
			"posts and contracts/limits.ts both have the variable 'ALL': give one of them another."
		],
		[{ metrics: parts.metrics }, "notes and posts both have the metric 'banyan.notes.made': give one of them another."],
		[
			{ settings: { a: { variable: "A", rule: "number", summary: "a" } } },
			"The setting a of posts has no default: a node starts without any setting."
		]
	])("that claim what is another's, or lack something, are refused: %j", (brought, sentence) => {
		expect(refusing(notes, other(brought))).toThrow(sentence);
	});

	it("of one name are refused", () => {
		expect(refusing(notes, contract("platform", "notes", { actions: {} }))).toThrow(
			"community/notes and platform/notes both have the name 'notes': give one of them another."
		);
	});

	const { example: _, ...unshown } = get;
	it.each<[object, string]>([
		[unshown, "posts.get has no example: state `example`, with params and a result"],
		[
			{ summary: "It.", internal: ["nots"], params: {}, result: "null" },
			"posts.get is for 'nots', and no contract has that name: correct its `internal`."
		],
		[{ ...get, answers: ["json", "sse"] }, "posts.get states one of `live` and the answer `sse`: they go together."],
		[
			{ ...get, answers: ["sse"], live: { wakes: "changed", by: "id", line: "log" } },
			"posts.get wakes on the event 'changed', which its contract does not have: correct its `live`."
		]
	])("with an action that lacks something are refused: %j", (spec, sentence) => {
		expect(refusing(notes, other({}, spec))).toThrow(sentence);
	});
});
