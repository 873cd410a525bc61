/** More logins at once than there is room for: whoever asks for something else is answered, and nobody is blamed for it. */

import { textOf } from "../../domain/unknown";
import { openPeople, PASSWORD, type People } from "../support/signed-in";
import { until } from "../support/until";

/** One hash at a time, and so many that wait. */
const ROOM = 10;
const MANY = 5 * ROOM;
const PERSON = "ada@example.org";
const SERVICES = [
	"gateway",
	"auth",
	"sessions",
	"signing",
	"guesses",
	"mfa",
	"passkeys",
	"mail",
	"users",
	"legacy",
	"events",
	"access",
	"idempotency"
];
let people: People;
beforeAll(async () => {
	const room = { PASSWORD_HASHES: "1", PASSWORD_HASHES_WAITING: String(ROOM - 1) };
	people = await openPeople(
		{ GATEWAY_PORT: "0", GUESSES: String(MANY), GUESSES_NETWORK: String(MANY), ...room },
		SERVICES
	);
	await people.join(PERSON);
});
afterAll(() => people?.[Symbol.asyncDispose]());

const url = (path: string): string => `${textOf(people.broker.getLocalService("gateway"), "address")}${path}`;
const login = (): Promise<Response> =>
	fetch(url("/api/v1/auth/login"), {
		method: "POST",
		headers: { "content-type": "application/json" },
		body: JSON.stringify({ email: PERSON, password: PASSWORD })
	});

it("A5: of five times as many logins as there is room for the rest is told when to come again, /health waits for none, and none counts as wrong", async () => {
	let [entered, ended] = [0, 0];
	const flood = Promise.all(
		Array.from({ length: MANY }, async () => {
			const answer = await login();
			if (answer.status === 200) entered++;
			ended++;
			return answer;
		})
	);
	/** How many came in while one was answered. */
	const meanwhile: number[] = [];
	while (ended < MANY) {
		const before = entered;
		expect((await fetch(url("/health"))).status).toBe(200);
		meanwhile.push(entered - before);
	}
	const answers = await flood;
	const refused = answers.filter(({ status }) => status === 503);
	expect([entered + refused.length, entered >= ROOM, refused.length > MANY / 2]).toEqual([MANY, true, true]);
	expect(refused.every(({ headers }) => Number(headers.get("retry-after")) >= 1)).toBe(true);
	// Behind the hashes, it would have waited for all of them.
	expect(Math.max(...meanwhile)).toBeLessThan(ROOM / 2);
	const counts = people.broker.getLocalService("guesses") as unknown as {
		guesses: { find(): Promise<{ records: readonly { level: number }[] }> };
	};
	await until(async () => (await counts.guesses.find()).records.every(({ level }) => level === 0));
});
