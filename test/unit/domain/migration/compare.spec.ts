import fc from "fast-check";
import type { Json } from "../../../../contracts/json";
import { digest } from "../../../../domain/canonical";
import { compareRecords } from "../../../../domain/migration/compare";

/** As a connector's: null and empty notes are one, tags are a set, times of creation do not count. */
const fingerprint = ({ note, tags, created_at, ...rest }: Json): string =>
	digest({ ...rest, note: note || null, tags: [...(tags as string[])].sort() });
const expected = {
	id: "1",
	name: "ali",
	data: { note: null, tags: ["a", "b"], limit: "5", proxies: { id: "s3cret" } } as Json
};
const compare = (data: Json) =>
	compareRecords([expected], [{ name: "ali", data: { ...expected.data, ...data } }], {
		fingerprint,
		credentials: ["proxies"]
	});

describe("a comparison", () => {
	it("is blind to spelling and to what is volatile", () => {
		expect(compare({ note: "", tags: ["b", "a"], created_at: "now" }).equal).toEqual([
			["1", "ali", fingerprint(expected.data)]
		]);
	});

	it("names just the fields that matter, with both values", () => {
		const [difference] = compare({ limit: "6", tags: ["b", "a"] }).differences;
		expect(difference).toMatchObject({ kind: "different", fields: [{ field: "limit", expected: "5", actual: "6" }] });
		expect(difference?.found).toBe(fingerprint({ ...expected.data, limit: "6" }));
	});

	it("names credentials and does not show them", () => {
		expect(JSON.stringify(compare({ proxies: { id: "other" } }).differences[0]?.fields)).toBe(
			'[{"field":"proxies","expected":"(masked)","actual":"(masked)"}]'
		);
	});

	it("says what is not there at all, and matches names to the letter", () => {
		const { differences } = compareRecords([expected], [{ name: "ALI", data: expected.data }], { fingerprint });
		expect(differences).toEqual([{ id: "1", name: "ali", kind: "missing", fields: [] }]);
	});
});

it("names a field of whatever differs, in any way of spelling (a difference that names none says nothing)", () => {
	const value = fc.oneof(fc.constant(null), fc.constantFrom("", "a", "b"), fc.integer({ min: 0, max: 2 }));
	const record = fc.dictionary(fc.constantFrom("note", "hold", "status", "limit", "only"), value);
	// One that looks at some fields only beside others, as a hold counts on hold alone.
	const print = ({ status, hold, note, ...rest }: Json): string =>
		digest({ status: status ?? "a", hold: status === "b" ? (hold ?? null) : null, note: note || null, ...rest });
	fc.assert(
		fc.property(record, record, (asked, there) => {
			const { differences, equal } = compareRecords(
				[{ id: "1", name: "x", data: asked }],
				[{ name: "x", data: there }],
				{ fingerprint: print }
			);
			expect(equal.length + differences.length).toBe(1);
			for (const { fields } of differences) expect(fields.length).toBeGreaterThan(0);
		})
	);
});

it("of a row that the target cannot show, it says so", () => {
	const sick = { name: "ali", data: {}, unreadable: "it chokes on it" };
	const { differences } = compareRecords([expected], [sick], { fingerprint });
	expect(differences).toEqual([
		{
			id: "1",
			name: "ali",
			kind: "different",
			fields: [{ field: "record", expected: "to be read", actual: sick.unreadable }]
		}
	]);
});
