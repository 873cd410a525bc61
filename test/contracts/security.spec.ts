import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(__dirname, "../..");
const DOCUMENT = readFileSync(join(ROOT, "docs/security.md"), "utf8");

/** `test/e2e/x.spec.ts` › a test's name or the beginning of it, as the threat table writes them. */
const REFERENCES = [...DOCUMENT.matchAll(/`(test\/[\w./-]+\.spec\.ts)`(?: › ([^|;]+?))?(?= *[|;])/g)].map(
	([, file = "", name]) => ({ file, name })
);
/** The top ten of OWASP for APIs, of 2023. */
const OWASP = Array.from({ length: 10 }, (_, index) => `API${index + 1}`);

describe("the threat table of docs/security.md", () => {
	it("names tests that there are", () => {
		expect(REFERENCES.length).toBeGreaterThan(20);
		const lacking = REFERENCES.filter(
			({ file, name }) =>
				!existsSync(join(ROOT, file)) ||
				(name !== undefined && !readFileSync(join(ROOT, file), "utf8").includes(name.trim()))
		);
		expect(lacking).toEqual([]);
	});

	it("has an answer to each of the OWASP API Top 10 (2023)", () => {
		const rows = DOCUMENT.split("\n").filter(line => line.startsWith("|") && line.includes("`test/"));
		for (const item of OWASP) expect(rows.filter(row => new RegExp(`\\b${item}\\b`).test(row))).not.toEqual([]);
	});

	it("speaks of each row of what was found before the release", () => {
		for (let row = 1; row <= 18; row++) expect(DOCUMENT).toMatch(new RegExp(`^\\| ${row}[ab]? \\|`, "m"));
	});
});
