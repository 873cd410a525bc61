/** `banyan secrets rekey` says what was sealed anew, and ends with 4 while a key before is needed. */

import type { Client } from "../../../cli/client";
import { rekeySecrets } from "../../../cli/commands/secrets";
import type { Rekeyed } from "../../../contracts/platform/access";

const clientThat = (done: Rekeyed): Client => ({ call: async () => done }) as unknown as Client;
const printed: string[] = [];
beforeEach(() => {
	printed.length = 0;
	for (const stream of [process.stdout, process.stderr])
		jest.spyOn(stream, "write").mockImplementation(text => printed.push(String(text)) > 0);
});
afterEach(() => jest.restoreAllMocks());

it.each([
	[0, 0, /No secret is sealed with a key before any more/],
	[2, 4, /the keys before are kept for them. Give it once more later/]
])("%i left: %i", async (left, code, says) => {
	const done = { left, services: [{ service: "migration", left, resealed: 3 }] };
	expect(await rekeySecrets(clientThat(done), {})).toBe(code);
	expect(printed.join("")).toMatch(says);
	expect(printed.join("")).toContain(`migration: 3 sealed anew, ${left} left`);
	printed.length = 0;
	await rekeySecrets(clientThat(done), { json: true });
	expect(JSON.parse(printed[0] ?? "")).toEqual(done);
});
