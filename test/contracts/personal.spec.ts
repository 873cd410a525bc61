/** Whoever keeps something of people says what it is, and forgets it when they are erased. */

import { join } from "node:path";
import { CONTRACTS } from "../../contracts/cluster";
import { serviceFile } from "../../contracts/contract";
import { PERSONAL, personal } from "../../contracts/personal";
import { auth } from "../../contracts/platform/auth";
import { fieldsOf, propertyOf } from "../../domain/unknown";

const listens = (contract: (typeof CONTRACTS)[number]): boolean => {
	const { default: service } = require(join(__dirname, "../..", serviceFile(contract)));
	return Object.hasOwn(fieldsOf(propertyOf(service.prototype, "events")), auth.events.erased.name);
};
const forgot = CONTRACTS.find(({ name }) => name === "users")?.actions.forgot;

describe.each(CONTRACTS.map(contract => [contract.name, contract] as const))("%s", (name, contract) => {
	const answers = contract.actions[PERSONAL];

	it(`answers \`${PERSONAL}\` where it listens to '${auth.events.erased.name}', and the other way round`, () => {
		const [says, hears] = [answers !== undefined, listens(contract)];
		if (says === hears) return;
		const remedy = says ? `listen to '${auth.events.erased.name}'` : `answer \`${PERSONAL}\``;
		throw new Error(
			`${name} keeps something of people, and does half of what is needed: ${remedy}, too (contracts/personal.ts).`
		);
	});

	it("may say that it forgot somebody, and answers as all do", () => {
		if (!answers) return;
		expect(answers).toBe(personal);
		expect(["users", ...(forgot?.internal ?? [])]).toContain(name);
	});
});
