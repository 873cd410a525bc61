/** A file as a source: whatever stands in it, every row is a record or is told by its line. */

import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Source } from "../../connectors/connector";
import { csvSpec, openCsv } from "../../connectors/csv";
import type { SourceRecord } from "../../contracts/migration/records";
import { sourceConformance } from "./conformance";

const BCRYPT = "$2b$05$HZJfwBZyLjlRZmAXgNlEQe0xRcfB.o6lEd7ENKwSk72IQsom.B/2C";
const folder = mkdtempSync(join(tmpdir(), "banyan-csv-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let written = 0;
function file(text: string | Buffer, end = "csv"): string {
	const path = join(folder, `${++written}.${end}`);
	writeFileSync(path, text);
	return path;
}

async function using<T>(options: Record<string, unknown>, work: (source: Source) => Promise<T>): Promise<T> {
	const source = openCsv({ connector: "csv", digestKey: "k", ...options } as never);
	try {
		return await work(source);
	} finally {
		await source.close();
	}
}

async function all(source: Source, limit = 3): Promise<SourceRecord[]> {
	const records: SourceRecord[] = [];
	let cursor: string | null = null;
	do {
		const page = await source.read("accounts", cursor, limit);
		records.push(...page.records);
		cursor = page.next;
	} while (cursor !== null);
	return records;
}

const rowsOf = (text: string | Buffer, options: Record<string, unknown> = {}, end?: string) =>
	using({ file: file(text, end), ...options }, source => all(source));
const told = (records: readonly SourceRecord[]) =>
	records.map(({ id, data, quarantine }) => quarantine?.reason ?? [id, data.email]);

const MANY = `id,email,hash\r\n${Array.from({ length: 40 }, (_, n) => `${n},p${n}@x.org,${BCRYPT}`).join("\r\n")}\r\n`;
const many = file(MANY);
const ndjson = file(
	Array.from({ length: 40 }, (_, n) => JSON.stringify({ id: n, email: `p${n}@x.org` })).join("\n"),
	"ndjson"
);

for (const [name, path] of [["CSV", many] as const, ["NDJSON", ndjson] as const])
	sourceConformance(name, {
		spec: csvSpec,
		open: openCsv,
		good: () => ({ connector: "csv", file: path }),
		bad: () => ({
			unreachable: { connector: "csv", file: join(folder, "absent.csv") },
			...(name === "CSV" && { "no-column": { connector: "csv", file: path, identity: "uid" } })
		}),
		volatile: { accounts: {} },
		named: ["accounts"]
	});

it("reads what RFC 4180 allows: quotes, ends of lines within them, any end of line, a byte order mark, blank lines", async () => {
	for (const end of ["\n", "\r\n"]) {
		const text = `\ufeffid,email,note${end}1,a@x,"one${end}two ""quoted"", more"${end}${end}${end}2,ü@x,${end}3,c@x,last`;
		const records = await rowsOf(text);
		expect(records.map(({ id, data }) => [id, data.email, data.note])).toEqual([
			["1", "a@x", `one${end}two "quoted", more`],
			["2", "ü@x", ""],
			["3", "c@x", "last"]
		]);
	}
	expect(told(await rowsOf("id;email\n1;a,b@x\n", { delimiter: ";" }))).toEqual([["1", "a,b@x"]]);
});

it("tells a row that breaks the rules by its line, and reads on behind it", async () => {
	const text =
		'id,email\n1,a@x\n2,"never closed\n3,c@x\n4,d@x,more\n5,e"x\n6,"f"x\n,g@x\n7,h@x\n1,again@x\n8,"i\nj"\n9';
	expect(told(await rowsOf(text))).toEqual([
		["1", "a@x"],
		expect.stringMatching(/^Line 3: .*(quote|Quote)/),
		["3", "c@x"],
		expect.stringContaining("Line 5: it has 3 fields, and the header names 2"),
		expect.stringMatching(/^Line 6: .*quote/),
		expect.stringMatching(/^Line 7: .*quote/),
		expect.stringContaining("Line 8: it does not say who it is"),
		["7", "h@x"],
		expect.stringContaining("Line 10: line 2 has the same id"),
		["8", "i\nj"],
		expect.stringContaining("Line 13: it has 1 fields")
	]);
});

it("tells bytes that are no UTF-8, lines that are too long and what is no JSON object", async () => {
	const latin = Buffer.from("id,email\n1,m\xfcller@x\n2,b@x\n", "latin1");
	expect(told(await rowsOf(latin))).toEqual([
		expect.stringContaining("Line 2: it has bytes that are no UTF-8"),
		["2", "b@x"]
	]);
	const long = `{"id":1,"email":"${"x".repeat(300_000)}"}\n{"id":2,"email":"b@x"}\nnull\n[1]\n{"id":\n{"id":{},"email":"c@x"}`;
	expect(told(await rowsOf(long, {}, "jsonl"))).toEqual([
		expect.stringContaining("Line 1: it is longer than 262144 bytes"),
		["2", "b@x"],
		expect.stringContaining("Line 3: it is not a JSON object"),
		expect.stringContaining("Line 4: it is not a JSON object"),
		expect.stringContaining("Line 5: it is not JSON"),
		expect.stringContaining("Line 6: it does not say who it is")
	]);
	const swallowed = `id,email\n1,"${"x".repeat(300_000)}\n2,b@x\n`;
	expect(told(await rowsOf(swallowed))).toEqual([expect.stringMatching(/^Line 2: a quote is opened/), ["2", "b@x"]]);
});

it("reads columns by the types that the definition gives them", async () => {
	const text =
		"id,age,ok,since\n1,42,yes,2020-01-02 03:04:05\n2,,,1577934245\n3,many,no,\n4,1,perhaps,\n5,1,f,2020-13-01\n";
	const records = await rowsOf(text, { types: { age: "number", ok: "boolean", since: "time" } });
	expect(records.slice(0, 2).map(({ data }) => [data.age, data.ok, data.since])).toEqual([
		[42, true, "2020-01-02T03:04:05.000Z"],
		[null, null, "2020-01-02T03:04:05.000Z"]
	]);
	expect(records.slice(2).map(({ quarantine }) => quarantine?.field)).toEqual(["age", "ok", "since"]);
	expect(() => openCsv({ connector: "csv", file: many, types: { age: "integer" } })).toThrow("known are: text, number");
});

it("gives a hash to the write that needs it alone: elsewhere a digest under a key stands for it", async () => {
	await using({ file: many, hash: "hash" }, async source => {
		const records = await all(source);
		expect(JSON.stringify(records)).not.toContain("$2b$");
		expect(new Set(records.map(({ data }) => data.hash)).size).toBe(1);
		expect(records[0]?.data.hash).toMatch(/^[0-9a-f]{64}$/);
		expect(records[0]?.data["hash form"]).toBe("bcrypt");
		// In whatever order they are asked for.
		for (const names of [["3", "4"], ["0"], ["39", "38", "nobody"], ["5"]])
			expect(await source.secrets?.("accounts", names)).toEqual(
				Object.fromEntries(names.filter(name => name !== "nobody").map(name => [name, { password: BCRYPT }]))
			);
	});
	const other = await using({ file: many, hash: "hash", digestKey: "other" }, source => all(source));
	expect(other[0]?.data.hash).not.toBe(
		(await using({ file: many, hash: "hash" }, source => all(source)))[0]?.data.hash
	);
	expect(() => openCsv({ connector: "csv", file: many, hash: "hash" })).toThrow("digestKey");
});

it("tells a file that changed while it was read: a cursor is of one content", async () => {
	const path = file(MANY);
	await using({ file: path }, async source => {
		const { next } = await source.read("accounts", null, 5);
		appendFileSync(path, "40,new@x.org,\r\n");
		await expect(source.read("accounts", next, 5)).rejects.toMatchObject({ code: "changed" });
		expect(await source.count("accounts")).toBe(41);
		writeFileSync(path, MANY);
		expect((await source.read("accounts", next, 5)).records[0]?.id).toBe("5");
	});
});

it("tells at the check what is there twice, by lines, and the digest of all", async () => {
	const text = "id,email\n1,Ada@x.org\n2,b@x.org\n2,c@x.org\n3, ada@X.org\n4,b@x.org,\n";
	const { findings, facts, ok } = await using({ file: file(text) }, source => source.check());
	expect(ok).toBe(true);
	expect(findings.map(({ code, message }) => [code, message])).toEqual([
		["file", expect.stringMatching(/5 rows, and its SHA-256 is [0-9a-f]{64}/)],
		["bad-lines", expect.stringContaining("line 6")],
		["id-twice", expect.stringContaining("lines 3 and 4")],
		["value-twice", expect.stringContaining("lines 2 and 5")]
	]);
	expect(facts.later).toEqual(["3"]);
	expect(JSON.stringify([findings, facts])).not.toContain("@");
});

it("an empty file, and one with a header alone, are told as what they are", async () => {
	expect((await using({ file: file("") }, source => source.check())).findings[0]?.message).toContain("no column id");
	expect(await rowsOf("id,email\n")).toEqual([]);
	expect(await rowsOf("", {}, "ndjson")).toEqual([]);
});
