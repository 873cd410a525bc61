import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SERVICES, serviceClass } from "../../node";

describe("the service of a contract", () => {
	const root = mkdtempSync(join(tmpdir(), "banyan-services-"));
	mkdirSync(join(root, "services/migration"), { recursive: true });
	writeFileSync(join(root, "services/migration/verifier.service.ts"), "module.exports = {};");
	afterAll(() => rmSync(root, { recursive: true, force: true }));

	it("stands in the file that is named after it", () => {
		expect(SERVICES.filter(name => typeof serviceClass(name) !== "function")).toEqual([]);
	});

	it.each([
		["no-such-service", "There is no contract 'no-such-service': add its line to contracts/index.ts."],
		[
			"importer",
			"No service answers for the contract 'importer': write services/migration/importer.service.ts, or take the contract out of contracts/index.ts."
		],
		["verifier", "services/migration/verifier.service.ts has no service: export its class as the default."]
	])("that is not there is missed: %s", (name, sentence) => {
		expect(() => serviceClass(name, root)).toThrow(sentence);
	});
});
