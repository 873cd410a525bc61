import { keyIn, stateOf } from "../../../../domain/platform/idempotency";

it.each([
	["bare", "8e03978e-40d5-43dd-bc93-6894a57f9324", "8e03978e-40d5-43dd-bc93-6894a57f9324"],
	["a structured string", '"8e03978e"', "8e03978e"],
	["with what is escaped", '"a\\"b\\\\c"', 'a"b\\c'],
	["with blanks in quotes", '"a b"', "a b"],
	["the longest", "x".repeat(255), "x".repeat(255)],
	["the longest in quotes", `"${'\\"'.repeat(255)}"`, '"'.repeat(255)]
])("a key is read: %s", (_, header, key) => expect(keyIn(header)).toBe(key));

it.each([
	["nothing", ""],
	["nothing in quotes", '""'],
	["blanks, bare", "a b"],
	["half a string", '"a'],
	["the other half", 'a"'],
	["a quote within", '"a"b"'],
	["an escape of nothing", '"a\\b"'],
	["more than it may have", "x".repeat(256)],
	["more in quotes", `"${"x".repeat(256)}"`],
	["what is not ASCII", "ä"],
	["a parameter behind it", '"a";q=1'],
	["a line", "a\nb"]
])("and is none: %s", (_, header) => expect(keyIn(header)).toBeUndefined());

it.each([
	["another request", "other", { digest: "d", answered: true }, "reused"],
	["another request, whatever became of the first", "other", { digest: "d", answered: false, unknown: true }, "reused"],
	["one that is under way", "d", { digest: "d", answered: false }, "running"],
	["one of which nobody knows", "d", { digest: "d", answered: false, unknown: true }, "unknown"],
	["one that was answered", "d", { digest: "d", answered: true }, "done"]
])("%s is told so", (_, asked, known, state) => expect(stateOf(known, asked)).toBe(state));
