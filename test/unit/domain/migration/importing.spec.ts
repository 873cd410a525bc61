import type { Json } from "../../../../contracts/json";
import { quarantineOf, treatmentOf } from "../../../../domain/migration/importing";

const fingerprint = (data: Json): string => JSON.stringify(data);
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
