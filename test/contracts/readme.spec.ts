import { readFileSync } from "node:fs";
import { join } from "node:path";
import { metricsDocument } from "../../domain/platform/metrics-document";
import { withTables } from "../../scripts/docs";

it("docs/metrics.md has every metric of ours: `npm run docs` writes it", () => {
	expect(readFileSync(join(__dirname, "../../docs/metrics.md"), "utf8")).toBe(metricsDocument());
});

describe("the README", () => {
	it("has the REST routes of the contracts and the limits: `npm run docs` writes them", () => {
		const readme = readFileSync(join(__dirname, "../../README.md"), "utf8");
		expect(readme).toBe(withTables(readme));
	});

	it("is left alone where its markers are gone", () => {
		expect(() => withTables("# Banyan")).toThrow(/lacks the markers/);
	});
});
