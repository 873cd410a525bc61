import { existsSync } from "node:fs";
import { join } from "node:path";
import { CONTRACTS, ERRORS } from "../../../../contracts/cluster";
import { ALIASES, AREAS, INTRODUCTION } from "../../../../contracts/documents";
import { VOCABULARY } from "../../../../domain/migration/mappings";
import { DOCS_FILES, DOCS_PAGE, DOCS_POLICY, DOCS_SCRIPT } from "../../../../domain/platform/docs-page";
import { OPEN_ROUTES } from "../../../../domain/platform/open-routes";
import { openApi } from "../../../../domain/platform/openapi";
import { rawDocuments } from "../../../../domain/platform/raw-documents";
import { lossesPage, PROBLEMS_PAGE } from "../../../../domain/platform/reading-pages";
import { prose } from "../../../../domain/text/html";

const UI = join(require.resolve("swagger-ui-dist/package.json"), "..");

describe("the page of the API", () => {
	it("is made of files that are there, and of no others", () => {
		expect(Object.keys(DOCS_FILES).filter(file => !existsSync(join(UI, file)))).toEqual([]);
		const asked = [...DOCS_PAGE.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => String(address));
		const served = [
			...Object.keys(DOCS_FILES).map(file => `/docs/${file}`),
			"/docs/begin.js",
			"/docs/docs.css",
			"/docs/problems",
			"/docs/losses",
			...[...OPEN_ROUTES, ...rawDocuments(CONTRACTS)].map(({ path }) => path)
		];
		expect(asked.filter(address => !served.includes(address))).toEqual([]);
		expect(DOCS_PAGE + DOCS_SCRIPT).not.toContain("//");
	});

	it("has no script within it, and its policy allows none", () => {
		expect(DOCS_PAGE).not.toMatch(/<script(?![^>]* src=)|<style| on\w+=/);
		expect(DOCS_POLICY).toContain("script-src 'self';");
	});

	it("describes every chapter of the product's operations, and none that is not there", () => {
		const { tags } = openApi(CONTRACTS, { title: "Banyan", version: "1" }) as unknown as { tags: { name: string }[] };
		const known = [...AREAS, ALIASES].map(({ name }) => name);
		const shown = tags.map(({ name }) => name);
		expect(shown.filter(name => known.includes(name))).toEqual(known);
		// One that no contract names an area for is called as its contract is, and needs no words.
		const own = CONTRACTS.filter(({ name, chapter }) => name === chapter).map(({ name }) => name);
		expect(shown.filter(name => ![...known, ...own].includes(name))).toEqual([]);
		expect(INTRODUCTION).toContain("$URL/migrations/plan");
	});

	it("says what each code of a problem means, where its type leads", () => {
		for (const code of Object.keys(ERRORS)) expect(PROBLEMS_PAGE).toContain(`<article id="${code}">`);
		expect(PROBLEMS_PAGE).toContain(ERRORS.THROTTLED.title);
		for (const { means, todo } of Object.values(ERRORS)) {
			expect([means, todo].filter(text => !/^[A-Z`].*\.$/.test(text))).toEqual([]);
			expect(PROBLEMS_PAGE).toContain(prose(todo).text);
		}
	});

	it("says what each code of a report means", () => {
		const page = lossesPage(VOCABULARY);
		for (const code of Object.keys(VOCABULARY.meanings)) expect(page).toContain(`<article id="${code}">`);
	});
});
