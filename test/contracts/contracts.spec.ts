/** What the contracts of the product say is kept by their own examples. */

import { globSync } from "node:fs";
import { join } from "node:path";
import Validator from "fastest-validator";
import { CONTRACTS } from "../../contracts/cluster";
import { serviceFile } from "../../contracts/contract";
import { strict } from "../../contracts/schema";
import { resultCheck } from "../../middlewares/results.middleware";

const validator = new Validator({ considerNullAsAValue: true });
const actions = CONTRACTS.flatMap(({ name, actions }) =>
	Object.entries(actions).map(([key, spec]) => [`${name}.${key}`, spec] as const)
);

describe.each(actions)("%s", (_, { params, result, example, summary, rest }) => {
	it("says what it does, in sentences", () => {
		expect(summary).toMatch(/^[A-Z`].*[.]$/s);
	});

	it("has an example where it is reached from outside, of params and a result as they are checked", () => {
		if (rest !== undefined) expect(example).toBeDefined();
		if (example === undefined) return;
		// The validator fills in what was left out.
		expect(validator.compile(strict(params))(structuredClone(example.params))).toBe(true);
		expect(resultCheck(result)(example.result)).toBeUndefined();
	});
});

it("each service has its contract in contracts/index.ts", () => {
	const files = globSync("services/*/*.service.ts", { cwd: join(__dirname, "../..") });
	expect(files.length).toBeGreaterThanOrEqual(CONTRACTS.length);
	const known = CONTRACTS.map(contract => `${serviceFile(contract)}.ts`);
	const unknown = files.filter(file => !known.includes(file));
	expect(unknown.map(file => `${file} is run by no node: add its contract's line to contracts/index.ts.`)).toEqual([]);
});
