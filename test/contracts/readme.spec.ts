import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CONTRACTS } from "../../contracts";
import { routesOf } from "../../domain/platform/routes";
import { routesTable, withRoutes } from "../../scripts/docs";

describe("the README", () => {
	it("has the REST routes of the contracts: `npm run docs` writes them", () => {
		const readme = readFileSync(join(__dirname, "../../README.md"), "utf8");
		expect(readme).toBe(withRoutes(readme, routesTable(routesOf(CONTRACTS))));
	});

	it("is left alone where its markers are gone", () => {
		expect(() => withRoutes("# Banyan", "")).toThrow(/lacks the markers/);
	});
});
