import type { Json } from "../../../../contracts/json";
import { heldBack, quarantineOf, treatmentOf } from "../../../../domain/migration/importing";

const fingerprint = (data: Json): string => JSON.stringify(data);
const sight = { fingerprint, stateOf: ({ status }: Json) => String(status) };
const data: Json = { note: "ours" };
const theirs: Json = { note: "theirs" };

describe("what is done with a record", () => {
	it("follows from what stood there before our first write", () => {
		expect(treatmentOf({ name: "a", data, before: null }, "skip", fingerprint)).toEqual({
			write: true,
			outcome: "created"
		});
		expect(treatmentOf({ name: "a", data, before: data }, "fail", fingerprint)).toMatchObject({
			write: false,
			result: { outcome: "unchanged" }
		});
	});

	it.each([
		["skip", { write: false, result: { outcome: "skipped" } }],
		["overwrite", { write: true, outcome: "updated" }],
		["fail", { write: false, result: { outcome: "quarantined", quarantine: { category: "conflict" } } }]
	] as const)("is the operator's word where another stands there: %s", (conflict, treatment) => {
		expect(treatmentOf({ name: "a", data, before: theirs }, conflict, fingerprint)).toMatchObject(treatment);
	});

	it("is a write where it was ours once, whatever stood there before", () => {
		expect(treatmentOf({ name: "a", data, before: theirs, ours: "x" }, "skip", fingerprint)).toEqual({
			write: true,
			outcome: "updated"
		});
		expect(treatmentOf({ name: "a", data, before: null, ours: "x" }, "skip", fingerprint)).toEqual({
			write: true,
			outcome: "created"
		});
	});
});

it("a failure is the record's only when it says something of the record", () => {
	expect(quarantineOf("refused", "no", "a")).toMatchObject({ category: "target_refused", reason: "no" });
	for (const code of ["unreachable", "login-refused", "forbidden", "stopped", "throttled"])
		expect(quarantineOf(code, "x", "a")).toBeUndefined();
});

it.each([
	["skip", "skipped"],
	["overwrite", "skipped"],
	["fail", "quarantined"]
] as const)("whoever is kept is written over under no policy: %s", (conflict, outcome) => {
	const kept = { name: "a", data, before: theirs, kept: "they may more there" };
	for (const own of [{}, { ours: "x" }, { sent: [data] }])
		expect(treatmentOf({ ...kept, ...own }, conflict, fingerprint)).toMatchObject({
			write: false,
			result: { outcome }
		});
});

describe("one that could not be made as asked", () => {
	const quarantine = { category: "target_failed", field: "name", value: "a", reason: "It fails." };
	const record = { id: "1", data: { note: "new", status: "active" } };
	const there = (note: string) => ({ name: "a", data: { note, status: "disabled" } });

	it("and is not there is quarantined, nothing else", () => {
		expect(heldBack(record, quarantine, { untouched: true }, sight)).toEqual({
			id: "1",
			outcome: "quarantined",
			quarantine
		});
	});

	it("of which nothing is known is in doubt", () => {
		expect(heldBack(record, quarantine, {}, sight)).toMatchObject({ inDoubt: true });
	});

	it.each([
		["that could not be taken away", record, {}, "at the target, disabled: note, status not as asked."],
		[
			"that was ours before",
			{ ...record, ours: "x" },
			{ untouched: true },
			"as before, disabled: note, status not as asked."
		]
	] as const)("%s is told as it stands, with what it lacks", (_name, given, failed, words) => {
		const result = heldBack(given, quarantine, { ...failed, left: there("old") }, sight);
		expect(result.lacks).toEqual(["note", "status"]);
		// What nothing was done to may be somebody else's change since (L2).
		expect(result.fingerprint).toBe("untouched" in failed ? undefined : fingerprint(there("old").data));
		expect(result.quarantine?.reason).toContain(words);
	});

	it("where somebody else stands, as before, says nothing of them", () => {
		const result = heldBack(record, quarantine, { untouched: true, left: there("theirs") }, sight);
		expect(result).toEqual({ id: "1", outcome: "quarantined", quarantine });
	});
});
