/** What the status and the report say of records: a sentence about all of them, each one's own reason, and where to read on. */

import type { Intent, Result } from "../../../../contracts/migration/records";
import { left, type Mapping, type StreamMapping, transform } from "../../../../domain/migration/mapping";
import { VOCABULARY } from "../../../../domain/migration/mappings";
import { removedLine, reportLine } from "../../../../domain/migration/status";
import { shownAddress } from "../../../../domain/text/masking";

const loss = { code: "renamed", field: "username", severity: "act", reason: "'A' is 'a-1' at the target." } as const;
const intent: Intent = {
	id: "1",
	name: "A",
	owner: "reseller",
	target: { name: "a-1", data: {} },
	losses: [loss],
	before: null
};
const held = { category: "target_refused", field: "name", value: "a-1", reason: "It said 422." };

describe("the line of a record", () => {
	it.each<[string, Result, object]>([
		["moved", { id: "1", outcome: "created" }, { target: "a-1", code: null, meaning: null, reason: null }],
		[
			"not moved",
			{ id: "1", outcome: "quarantined", quarantine: held },
			{ target: null, losses: [], code: "target_refused", meaning: "/docs/losses#target_refused" }
		],
		["skipped", { id: "1", outcome: "skipped", reason: "r" }, { losses: [], code: "skipped", reason: "r" }]
	])("%s: has its owner, its code and where that is explained", (_, result, said) => {
		expect(reportLine("users", intent, result)).toMatchObject({ ...said, owner: "reseller" });
	});

	it("has the meaning of each loss, and a row for it", () => {
		const line = reportLine("users", intent, { id: "1", outcome: "created" });
		expect(line.losses).toEqual([{ ...loss, meaning: "/docs/losses#renamed" }]);
		for (const code of ["renamed", "skipped", "removed", held.category])
			expect(VOCABULARY.meaningOf(code)).toBeDefined();
		expect(removedLine("users", intent, "why")).toMatchObject({ outcome: "removed", code: "removed", target: null });
	});
});

describe("a record's owner", () => {
	const stream: StreamMapping<unknown> = {
		rows: [{ to: "name", from: ["name"], convert: "take" }],
		nameField: "name",
		owner: (data, target) => (target ? "there" : data.owner),
		converters: {
			take: data => (data.name ? { value: data.name } : { quarantine: { ...held, category: "no_key" } })
		}
	};
	const record = (data: { name?: string; owner?: string }) => ({ id: "1", name: "n", data });
	const of = (mapping: Mapping<unknown>["streams"][string], data: { name?: string; owner?: string }) =>
		transform(mapping, record(data), {}).owner;

	it("is the one at the target where it is moved, the one at the source where it is not", () => {
		expect(of(stream, { name: "n", owner: "here" })).toBe("there");
		expect(of(stream, { owner: "here" })).toBe("here");
		expect(of(stream, {})).toBeUndefined();
	});

	it("stays with whoever is held back later", () => {
		expect(left(intent, held)).toEqual({ id: "1", name: "A", losses: [], quarantine: held, owner: "reseller" });
	});
});

describe("an address that is shown", () => {
	it.each([
		["https://admin:hunter2@panel.example:8443/x/?token=t#f", "https://panel.example:8443/x"],
		["http://panel/", "http://panel"],
		["http://panel/sub/ali/cd613e30d8f16adf91b7584a2265b1f5", "http://panel/sub/ali/***"],
		["panel", null],
		["file:///etc/passwd", null]
	])("%s → %s", (address, shown) => expect(shownAddress(address)).toBe(shown));
});
