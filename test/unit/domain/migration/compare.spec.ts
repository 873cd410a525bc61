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
	compareRecords([expected], [{ name: "ali", data: { ...expected.data, ...data } }], fingerprint);

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
		const { differences } = compareRecords([expected], [{ name: "ALI", data: expected.data }], fingerprint);
		expect(differences).toEqual([{ id: "1", name: "ali", kind: "missing", fields: [] }]);
	});
});
