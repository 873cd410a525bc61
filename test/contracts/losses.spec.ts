/** Every code that is made has its row in the table of meanings, every row a code; docs/losses.md is that table. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { AUDIENCES, type Kind, type Meaning, told, worst } from "../../domain/meaning";
import { COMMON } from "../../domain/migration/common-meanings";
import { VOCABULARY } from "../../domain/migration/mappings";
import { lossesOfMarzneshin } from "../../domain/migration/marzneshin-to-marzban/losses";
import { lossFile, lossPath } from "../../domain/migration/vocabulary";
import { lossesDocument } from "../../domain/platform/losses-document";

const ROOT = join(__dirname, "../..");
/** Where the rows themselves stand. */
const TABLES = /domain\/migration\/(common-meanings|meanings|marzneshin-to-marzban\/losses\/\w+)\.ts$/;
const FOLDERS = ["domain/migration", "connectors", "services/migration"];

const sources = FOLDERS.flatMap(folder =>
	readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
		.filter(file => file.endsWith(".ts"))
		.map(file => `${folder}/${file}`)
		.filter(file => !TABLES.test(file))
);

/**
 * The codes that a text makes: by the helpers, whose codes the compiler checks as well, by a plain object with a severity,
 * or by a plain category.
 */
function codesIn(text: string): { code: string; kind: Kind }[] {
	const found = (pattern: RegExp, kind: Kind) =>
		[...text.matchAll(pattern)].map(([, code]) => ({ code: code as string, kind }));
	return [
		...found(/\b(?:lost|loses)\(\s*"([\w-]+)"/g, "loss"),
		...found(/\{[^{}]*\bcode: "([\w-]+)"[^{}]*\bseverity\b[^{}]*\}/g, "loss"),
		...found(/\{[^{}]*\bseverity\b[^{}]*\bcode: "([\w-]+)"[^{}]*\}/g, "loss"),
		...found(/\brefuse\(\s*"([\w-]+)"/g, "quarantine"),
		...found(/\bcategory: "([\w-]+)"/g, "quarantine")
	];
}

const rows = Object.entries(VOCABULARY.meanings);

describe("the table of what codes mean", () => {
	const made = sources.flatMap(file =>
		codesIn(readFileSync(join(ROOT, file), "utf8")).map(each => ({ ...each, file }))
	);

	it("is asked by a search that finds each way to make a code", () => {
		const kinds = codesIn(`
			lost("a_b", "f", "act", r); loses("c", "f", "act", r); x = { code: "owner_kept", field: "admin", severity: "act" };
			y = { severity, code: "d", reason }; refuse("e", "f", v, r); z = { category: "f_g", field };
			finding = { ok: true, code: "tag-missing", message };
		`);
		expect(kinds.map(({ code }) => code).sort()).toEqual(["a_b", "c", "d", "e", "f_g", "owner_kept"]);
		expect(made.length).toBeGreaterThan(30);
	});

	it("has a row for every code that is made, of its kind", () => {
		expect(made.filter(({ code, kind }) => VOCABULARY.meaningOf(code)?.kind !== kind)).toEqual([]);
	});

	it("has no row for what is never made", () => {
		const texts = sources.map(file => readFileSync(join(ROOT, file), "utf8"));
		const contracts = readFileSync(join(ROOT, "contracts/migration/records.ts"), "utf8");
		const unknown = rows.filter(([code]) => ![contracts, ...texts].some(text => text.includes(`"${code}"`)));
		expect(unknown.map(([code]) => code).filter(code => !new RegExp(`\\b${code}: \\(`).test(texts.join()))).toEqual([]);
	});

	it("has one row a code, whichever table it is of", () => {
		expect(Object.keys(COMMON).filter(code => code in lossesOfMarzneshin)).toEqual([]);
	});

	it.each(rows)("%s: says all that a reader needs", (_code, meaning: Meaning) => {
		for (const text of [meaning.says, meaning.means, meaning.todo]) expect(text).toMatch(/^[A-Z{`].*[.?]$/s);
		expect(meaning.whom.every(who => AUDIENCES.includes(who))).toBe(true);
		expect(meaning.whom.length).toBeGreaterThan(0);
		// It is about all of them, whatever their number.
		const [one, many] = [1, 66].map(count =>
			told(meaning, VOCABULARY.countOf(meaning.streams?.[0] ?? "", count), count)
		);
		expect(one).toMatch(/^1 /);
		expect(many).toMatch(/^66 /);
		expect(`${one}${many}`).not.toMatch(/[[\]{}|]/);
		expect(`${one}${many}${meaning.means}${meaning.todo}`).not.toMatch(/\b(he|him|his|she|her)\b/i);
		// Words of the trade, and of this program, mean nothing to a customer.
		expect(meaning.customers ?? "").not.toMatch(/`|\b(API|banyan|Marz\w+|inbound|target|source|quarantine)/i);
		if (meaning.whom.includes("customer")) expect(meaning.customers).toBeDefined();
	});

	it("speaks of one and of many", () => {
		expect(VOCABULARY.sentenceOf("limited_disabled", "users", 1)).toMatch(
			/^1 user is disabled: it has no traffic left/
		);
		expect(VOCABULARY.sentenceOf("limited_disabled", "users", 66)).toMatch(
			/^66 users are disabled: they have no traffic left/
		);
		expect(VOCABULARY.sentenceOf("target_refused", "elsewhere", 2)).toMatch(/^2 records were refused/);
		expect(VOCABULARY.sentenceOf("of_an_older_version", "users", 2)).toContain("of_an_older_version");
	});

	it("answers the worse of two severities", () => {
		expect(
			[VOCABULARY.meanings.limited_one_byte, VOCABULARY.meanings.expire_clamped, VOCABULARY.meanings.renamed].map(row =>
				worst(row as Meaning)
			)
		).toEqual(["act", "degraded", "act"]);
	});

	it("is docs/losses.md, with an anchor a code: `npm run docs` writes it", () => {
		const document = readFileSync(join(ROOT, "docs/losses.md"), "utf8");
		expect(document).toBe(lossesDocument(VOCABULARY));
		for (const [code] of rows) expect(document).toContain(`\n### ${code}\n`);
		expect([lossFile("renamed"), lossPath("renamed")]).toEqual(["docs/losses.md#renamed", "/docs/losses#renamed"]);
	});
});
