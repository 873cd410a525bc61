/** Second factors by code, over the services as they are: a code counts once whoever comes with it, and none is found at rest. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Secret, TOTP } from "otpauth";
import type { Person } from "../../../../contracts/people";
import { LAPTOP, openPeople, PASSWORD, type People } from "../../../support/signed-in";
import { until } from "../../../support/until";

let people: People;
beforeAll(async () => {
	// What is guessed too often has a test of its own.
	people = await openPeople({ GUESSES: "1000", GUESSES_NETWORK: "100000" });
});
afterAll(() => people[Symbol.asyncDispose]());

let now = 0;
beforeEach(() => {
	now ||= Date.now();
	jest.spyOn(Date, "now").mockImplementation(() => now);
});
afterEach(() => jest.restoreAllMocks());
/** An app has another code then. */
const later = (ms = 30_000): void => {
	now += ms;
};

const codeOf = (secret: string, at = now): string =>
	new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: at });
const wrongFor = (secret: string): string =>
	["000000", "111111", "222222", "333333"].find(
		each => ![-1, 0, 1].some(off => codeOf(secret, now + off * 30_000) === each)
	) ?? "";
const refusal = (call: Promise<unknown>): Promise<string> =>
	call.then(
		() => "done",
		error => error.type
	);

interface Enrolled {
	readonly email: string;
	readonly person: Person;
	readonly secret: string;
	readonly codes: readonly string[];
}
let count = 0;
/** Somebody with an app. */
async function enrolled(): Promise<Enrolled> {
	const email = `person${count++}@example.com`;
	const person = await people.signedIn(email);
	const { secret } = await people.call("mfa.enrol", {}, { person });
	const { codes } = await people.call("mfa.confirm", { code: codeOf(secret) }, { person });
	later();
	return { email, person, secret, codes };
}
const challengeFor = async (email: string): Promise<string> => (await people.login(email)).second?.challenge ?? "";

describe("an app", () => {
	it("is a second factor from its first code on, and a login is asked for it then", async () => {
		const person = await people.signedIn("ada@example.com");
		const { secret, uri } = await people.call("mfa.enrol", {}, { person });
		expect(uri).toContain(encodeURIComponent("ada@example.com"));
		expect((await people.login("ada@example.com")).second).toBeNull();
		expect(await refusal(people.call("mfa.confirm", { code: wrongFor(secret) }, { person }))).toBe("CODE_WRONG");
		const confirmed = await people.call("mfa.confirm", { code: codeOf(secret) }, { person });
		expect(confirmed).toMatchObject({ on: true, totp: true, recoveryCodes: 10 });
		expect(new Set(confirmed.codes).size).toBe(10);
		expect(await people.call("mfa.status", {}, { person })).toEqual({ ...confirmed, codes: undefined });

		const login = await people.login("ada@example.com");
		expect([login.accessToken, login.session, login.second?.methods]).toEqual([null, null, ["totp", "recovery"]]);
		later();
		const params = { challenge: login.second?.challenge, code: codeOf(secret) };
		const session = await people.call("mfa.verify", params);
		expect((await people.person(session.accessToken)).factors).toEqual(["password", "totp"]);
		expect(await refusal(people.call("mfa.verify", params))).toBe("CHALLENGE_INVALID");
		const again = { challenge: await challengeFor("ada@example.com"), code: params.code };
		expect(await refusal(people.call("mfa.verify", again))).toBe("CODE_WRONG");
	});

	it("is one at a time, and removed ends as a second factor", async () => {
		const { person, email } = await enrolled();
		expect(await refusal(people.call("mfa.enrol", {}, { person }))).toBe("TOTP_EXISTS");
		const others = await people.call("mfa.removeTotp", {}, { person });
		expect(others).toEqual({ on: false, totp: false, totpSince: null, recoveryCodes: 0, passkeys: 0 });
		expect((await people.login(email)).accessToken).toEqual(expect.any(String));
	});

	it("waits fifteen minutes for its first code", async () => {
		const person = await people.signedIn("late@example.com");
		expect(await refusal(people.call("mfa.confirm", { code: "123456" }, { person }))).toBe("TOTP_NOT_BEGUN");
		const { secret } = await people.call("mfa.enrol", {}, { person });
		later(15 * 60_000);
		expect(await refusal(people.call("mfa.confirm", { code: codeOf(secret) }, { person }))).toBe("TOTP_NOT_BEGUN");
	});

	it("ends the other sessions where that is asked for", async () => {
		const email = "sessions@example.com";
		const person = await people.signedIn(email);
		const other = (await people.login(email)).accessToken;
		const { secret } = await people.call("mfa.enrol", {}, { person });
		await people.call("mfa.confirm", { code: codeOf(secret), endOthers: true }, { person });
		await until(async () => (await people.person(other)) === null);
	});
});

describe("of fifty at once", () => {
	const outcomes = async (calls: readonly Promise<unknown>[]): Promise<Record<string, number>> => {
		const said = await Promise.all(calls.map(refusal));
		return Object.fromEntries(["done", ...new Set(said)].map(each => [each, said.filter(one => one === each).length]));
	};
	const challenges = (account: string, many: number): Promise<string[]> =>
		Promise.all(
			Array.from({ length: many }, async () => {
				const begun = await people.call("mfa.begin", { account, factors: ["password"], client: LAPTOP });
				return begun.challenge;
			})
		);

	it("with one code of an app, one is let in", async () => {
		const { person, secret } = await enrolled();
		const all = await challenges(person.account, 50);
		const code = codeOf(secret);
		const said = await outcomes(all.map(challenge => people.call("mfa.verify", { challenge, code })));
		expect(said).toEqual({ done: 1, CODE_WRONG: 49 });
	});

	it("with one recovery code, one is let in, and the nine others are left", async () => {
		const { person, codes } = await enrolled();
		const all = await challenges(person.account, 50);
		const said = await outcomes(all.map(challenge => people.call("mfa.verify", { challenge, code: codes[3] })));
		expect(said).toEqual({ done: 1, CODE_WRONG: 49 });
		expect((await people.call("mfa.status", {}, { person })).recoveryCodes).toBe(9);
	});

	it("with one challenge, one is let in", async () => {
		const { email, codes } = await enrolled();
		const challenge = await challengeFor(email);
		const said = await outcomes(codes.map(code => people.call("mfa.verify", { challenge, code })));
		expect(said).toEqual({ done: 1, CHALLENGE_INVALID: 9 });
	});
});

describe("a challenge", () => {
	it("is for the browser that began, for five minutes", async () => {
		const { email, secret } = await enrolled();
		const challenge = await challengeFor(email);
		const elsewhere = { client: { ...LAPTOP, agent: "another" } };
		expect(await refusal(people.call("mfa.verify", { challenge, code: codeOf(secret) }, elsewhere))).toBe(
			"CHALLENGE_INVALID"
		);
		later(5 * 60_000);
		expect(await refusal(people.call("mfa.verify", { challenge, code: codeOf(secret) }))).toBe("CHALLENGE_INVALID");
	});

	it.each(["", ".", "x", "bm90IGpzb24.x", "é".repeat(50), "a.b.c"])("'%s' is none", async challenge => {
		const said = await refusal(people.call("mfa.verify", { challenge, code: "123456" }));
		expect(["CHALLENGE_INVALID", "VALIDATION_ERROR"]).toContain(said);
	});

	it("of one kind is no challenge of another, and none of another account", async () => {
		const [ada, bob] = [await enrolled(), await enrolled()];
		const challenge = await challengeFor(ada.email);
		expect(await refusal(people.call("mfa.verify", { challenge, code: codeOf(bob.secret) }))).toBe("CODE_WRONG");
		const { flow } = await people.call("passkeys.loginOptions");
		expect(await refusal(people.call("mfa.verify", { challenge: flow, code: codeOf(ada.secret) }))).toBe(
			"CHALLENGE_INVALID"
		);
	});
});

describe("recovery codes", () => {
	it("sign in once each, however they are typed, and made anew end those before", async () => {
		const { email, person, codes } = await enrolled();
		const typed = ` ${codes[0]?.toUpperCase().replaceAll("-", " ")} `;
		const session = await people.call("mfa.verify", { challenge: await challengeFor(email), code: typed });
		expect((await people.person(session.accessToken)).factors).toEqual(["password", "recovery"]);
		const anew = await people.call("mfa.recoveryCodes", {}, { person });
		expect([anew.recoveryCodes, anew.codes.length]).toEqual([10, 10]);
		const challenge = await challengeFor(email);
		expect(await refusal(people.call("mfa.verify", { challenge, code: codes[1] }))).toBe("CODE_WRONG");
		expect(await refusal(people.call("mfa.verify", { challenge, code: anew.codes[1] }))).toBe("done");
	});

	it("stand in for something: without an app or a passkey there are none", async () => {
		const person = await people.signedIn("none@example.com");
		expect(await refusal(people.call("mfa.recoveryCodes", {}, { person }))).toBe("SECOND_FACTOR_MISSING");
	});
});

describe("step-up", () => {
	it("is by the password where that is all there is", async () => {
		const person = await people.signedIn("step@example.com");
		later(3_600_000);
		expect(await people.call("mfa.stepUp", { password: PASSWORD }, { person })).toEqual({ factor: "password" });
		expect(await refusal(people.call("mfa.stepUp", { password: "another" }, { person }))).toBe("PASSWORD_WRONG");
		for (const params of [{}, { password: PASSWORD, code: "123456" }])
			expect(await refusal(people.call("mfa.stepUp", params, { person }))).toBe("REQUEST_INVALID");
	});

	it("is by the second factor where there is one, and once with each code", async () => {
		const { person, secret } = await enrolled();
		expect(await refusal(people.call("mfa.stepUp", { password: PASSWORD }, { person }))).toBe("SECOND_FACTOR_NEEDED");
		const code = codeOf(secret);
		expect(await people.call("mfa.stepUp", { code }, { person })).toEqual({ factor: "totp" });
		expect(await refusal(people.call("mfa.stepUp", { code }, { person }))).toBe("CODE_WRONG");
	});
});

it("A7: after a reset the second factor is asked for as before", async () => {
	const { email, person } = await enrolled();
	await people.call("mfa.status", {}, { person });
	const { second } = await people.call("auth.enter", {
		account: person.account,
		factors: ["password"],
		client: LAPTOP
	});
	expect(second?.methods).toEqual(["totp", "recovery"]);
	expect((await people.login(email)).accessToken).toBeNull();
});

it("at rest no secret and no recovery code is to be read, and a new key seals them anew", async () => {
	const { email, secret, codes } = await enrolled();
	const kept = readdirSync(people.folder)
		.filter(file => file.startsWith("factors.db"))
		.map(file => readFileSync(join(people.folder, file), "latin1"))
		.join();
	expect(kept.length).toBeGreaterThan(1_000);
	for (const each of [secret, ...codes, ...codes.map(code => code.replaceAll("-", ""))])
		expect(kept).not.toContain(each);
	const { services } = await people.call("access.rekey");
	expect(services).toContainEqual({ service: "mfa", left: 0, resealed: expect.any(Number) });
	later();
	const challenge = await challengeFor(email);
	expect(await refusal(people.call("mfa.verify", { challenge, code: codeOf(secret) }))).toBe("done");
});

it("who is erased is forgotten", async () => {
	const { person } = await enrolled();
	expect(await people.call("mfa.personal", { account: person.account })).toMatchObject({
		totp: true,
		recoveryCodes: 10
	});
	await people.call("auth.erase", { account: person.account, request: "e-1" });
	await until(async () => (await people.call("mfa.personal", { account: person.account })) === null);
});
