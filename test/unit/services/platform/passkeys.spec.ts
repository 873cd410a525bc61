/** Passkeys over the services as they are, with an authenticator that does what it is told: what is wrong with one is refused. */

import { announcedIn } from "../../../../adapters/announcements";
import type { Person } from "../../../../contracts/people";
import { textOf } from "../../../../domain/unknown";
import { announcementsOf } from "../../../../mixins/announcements";
import { Authenticator, type Ways } from "../../../support/authenticator";
import { openPeople, type People } from "../../../support/signed-in";
import { until } from "../../../support/until";

const HERE = "http://localhost:3000";
let people: People;
beforeAll(async () => {
	people = await openPeople();
});
afterAll(() => people[Symbol.asyncDispose]());
afterEach(() => jest.restoreAllMocks());

const refusal = (call: Promise<unknown>): Promise<[string, string]> =>
	call.then(
		() => ["done", ""],
		error => [error.type, error.message]
	);

interface Owner {
	readonly email: string;
	readonly person: Person;
	readonly device: Authenticator;
	readonly id: string;
}
let count = 0;
async function add(person: Person, device: Authenticator, ways: Ways = {}) {
	const { flow, options } = await people.call("passkeys.registerOptions", {}, { person });
	return people.call("passkeys.register", { flow, response: device.create(options, ways), name: "key" }, { person });
}
/** Somebody with a passkey. */
async function owner(): Promise<Owner> {
	const email = `owner${count++}@example.com`;
	const person = await people.signedIn(email);
	const device = new Authenticator(HERE);
	return { email, person, device, id: (await add(person, device)).id };
}
async function login(device: Authenticator, ways: Ways = {}, params: object = {}) {
	const { flow, options } = await people.call("passkeys.loginOptions", params);
	return people.call("passkeys.login", { flow, response: device.get(options, ways) });
}

it("signs in whoever has it, without their address, as two factors", async () => {
	const { person, device } = await owner();
	const entered = await login(device);
	expect(entered.second).toBeNull();
	expect(await people.person(entered.accessToken)).toMatchObject({ account: person.account, factors: ["passkey"] });
});

it("asks authenticators to keep it, and to ask for their owner; tells them nothing of the account", async () => {
	const { person } = await owner();
	const { options } = await people.call("passkeys.registerOptions", {}, { person });
	expect(options).toMatchObject({
		rp: { id: "localhost" },
		authenticatorSelection: { residentKey: "required", userVerification: "required" },
		excludeCredentials: [{ type: "public-key" }]
	});
	expect(Buffer.from(options.user.id, "base64url").toString()).not.toContain(person.account);
	expect(Buffer.from(options.challenge, "base64url").length).toBe(32);
	const asked = (await people.call("passkeys.loginOptions")).options;
	expect([asked.rpId, asked.userVerification]).toEqual(["localhost", "required"]);
});

it("with an address answers the same whether that is known or not, and lets nobody else in", async () => {
	const [ada, bob] = [await owner(), await owner()];
	const [known, unknown] = await Promise.all(
		[ada.email, "nobody@example.com"].map(email => people.call("passkeys.loginOptions", { email }))
	);
	const shapeOf = ({ flow, options }: typeof known) => [
		flow.length,
		{ ...options, challenge: options.challenge.length },
		Object.keys(options)
	];
	expect(shapeOf(known)).toEqual(shapeOf(unknown));
	expect((await login(ada.device, {}, { email: ` ${ada.email.toUpperCase()}` })).account).toBe(ada.person.account);
	const [code] = await refusal(login(bob.device, {}, { email: ada.email }));
	expect(code).toBe("PASSKEY_REFUSED");
});

describe("what is wrong with a use", () => {
	it.each<[string, Ways, RegExp]>([
		["of another origin", { origin: "https://evil.example" }, /another address/],
		["of an origin like ours", { origin: "http://localhost.evil.example:3000" }, /another address/],
		["of another domain", { rpId: "evil.example" }, /another domain/],
		["that did not ask who they are", { verified: false }, /did not ask its owner/],
		["that answers another question", { challenge: "AAAA" }, /another question/],
		["that is a registration", { type: "webauthn.create" }, /something else/],
		["that says it is another's", { userHandle: "c29tZWJvZHk" }, /not known here/]
	])("%s is refused, and nothing of it is used up", async (_, ways, why) => {
		const { device } = await owner();
		const { flow, options } = await people.call("passkeys.loginOptions");
		const use = (response: unknown) => people.call("passkeys.login", { flow, response } as object);
		const [code, message] = await refusal(use(device.get(options, ways)));
		expect([code, message]).toEqual(["PASSKEY_REFUSED", expect.stringMatching(why)]);
		expect((await refusal(use(device.get(options))))[0]).toBe("done");
	});

	it("a signature of another key, and a key that nobody registered", async () => {
		const { device } = await owner();
		const stranger = new Authenticator(HERE);
		const { flow, options } = await people.call("passkeys.loginOptions");
		const forged = { ...stranger.get(options, { userHandle: null }), id: device.get(options).id };
		for (const response of [{ ...forged, rawId: forged.id }, forged, stranger.get(options)])
			expect((await refusal(people.call("passkeys.login", { flow, response })))[0]).toBe("PASSKEY_REFUSED");
	});

	it("bytes that are none", async () => {
		const { device } = await owner();
		const { flow, options } = await people.call("passkeys.loginOptions");
		const good = device.get(options);
		for (const field of ["clientDataJSON", "authenticatorData", "signature"] as const)
			for (const text of ["AA", "e30", good.response.signature, good.response.clientDataJSON]) {
				const response = { ...good, response: { ...good.response, [field]: text } };
				if (response.response[field] === good.response[field]) continue;
				expect((await refusal(people.call("passkeys.login", { flow, response })))[0]).toBe("PASSKEY_REFUSED");
			}
	});

	it("replayed, it is refused; and of fifty at once one is let in", async () => {
		const { device } = await owner();
		const { flow, options } = await people.call("passkeys.loginOptions");
		const response = device.get(options);
		const said = await Promise.all(
			Array.from({ length: 50 }, () => refusal(people.call("passkeys.login", { flow, response })))
		);
		expect(said.map(([code]) => code).sort()).toEqual([...Array(49).fill("PASSKEY_FLOW_INVALID"), "done"].sort());
		const again = device.get(options);
		expect((await refusal(people.call("passkeys.login", { flow, response: again })))[0]).toBe("PASSKEY_FLOW_INVALID");
	});

	it("with a flow that is over, or of another kind", async () => {
		const { person, device } = await owner();
		const { flow, options } = await people.call("passkeys.stepUpOptions", {}, { person });
		const response = device.get(options);
		expect((await refusal(people.call("passkeys.login", { flow, response })))[0]).toBe("PASSKEY_FLOW_INVALID");
		const begun = await people.call("passkeys.loginOptions");
		const late = Date.now() + 5 * 60_000;
		jest.spyOn(Date, "now").mockReturnValue(late);
		const use = { flow: begun.flow, response: device.get(begun.options) };
		expect((await refusal(people.call("passkeys.login", use)))[0]).toBe("PASSKEY_FLOW_INVALID");
	});
});

describe("what is wrong with a registration", () => {
	it.each<[string, Ways, RegExp]>([
		["of another origin", { origin: "https://evil.example" }, /another address/],
		["of another domain", { rpId: "evil.example" }, /another domain/],
		["that did not ask who they are", { verified: false }, /did not ask its owner/],
		["that answers another question", { challenge: "AAAA" }, /another question/],
		["that is a use", { type: "webauthn.get" }, /something else/]
	])("%s is refused", async (_, ways, why) => {
		const person = await people.signedIn(`wrong${count++}@example.com`);
		const [code, message] = await refusal(add(person, new Authenticator(HERE), ways));
		expect([code, message]).toEqual(["PASSKEY_REFUSED", expect.stringMatching(why)]);
		expect(await people.call("passkeys.list", {}, { person })).toEqual([]);
	});

	it("a passkey that another account has, or that is there already", async () => {
		const [ada, bob] = [await owner(), await people.signedIn("bob@example.com")];
		expect((await refusal(add(bob, ada.device)))[0]).toBe("PASSKEY_TAKEN");
		expect((await refusal(add(ada.person, ada.device)))[0]).toBe("PASSKEY_TAKEN");
		expect((await login(ada.device, { userHandle: null })).account).toBe(ada.person.account);
	});

	it("a flow that was used, or is somebody else's, or another session's", async () => {
		const [ada, bob] = [await owner(), await owner()];
		const { flow, options } = await people.call("passkeys.registerOptions", {}, { person: ada.person });
		const using = (person: Person) =>
			people.call("passkeys.register", { flow, response: new Authenticator(HERE).create(options) }, { person });
		for (const person of [bob.person, { ...ada.person, session: "another" }])
			expect((await refusal(using(person)))[0]).toBe("PASSKEY_FLOW_INVALID");
		const both = await Promise.all([refusal(using(ada.person)), refusal(using(ada.person))]);
		expect(both.map(([code]) => code).sort()).toEqual(["PASSKEY_FLOW_INVALID", "done"]);
	});
});

describe("a counter", () => {
	/** Of what matters for somebody's safety. */
	const noted = async (account: string): Promise<string[]> => {
		const found: string[] = [];
		for await (const { entries } of announcedIn((await announcementsOf(people.broker)).readAll()))
			for (const { event, key, payload } of entries)
				if (event === "passkeys.noted" && key === account) found.push(textOf(payload, "what") ?? "");
		return found;
	};

	it("that goes back is noted, and lets its owner in", async () => {
		const { person, device } = await owner();
		await login(device, { counter: 9 });
		await login(device, { counter: 10 });
		await login(device, { counter: 10 });
		await login(device, { counter: 4 });
		await until(async () => (await noted(person.account)).length === 3);
		expect(await noted(person.account)).toEqual(["passkey-added", "counter-back", "counter-back"]);
	});

	it("that stays 0 is of a passkey that is kept by a provider", async () => {
		const person = await people.signedIn("synced@example.com");
		const device = new Authenticator(HERE);
		await add(person, device, { counter: 0 });
		for (let use = 0; use < 3; use++) await login(device, { counter: 0 });
		const [{ id }] = await people.call("passkeys.list", {}, { person });
		await people.call("passkeys.remove", { id, last: true }, { person });
		await until(async () => (await noted(person.account)).includes("passkey-removed"));
		expect(await noted(person.account)).toEqual(["passkey-added", "passkey-removed"]);
	});
});

describe("a second factor", () => {
	it("it is once recovery codes were made, and none of a stranger's", async () => {
		const [ada, bob] = [await owner(), await owner()];
		expect((await people.login(ada.email)).second).toBeNull();
		await people.call("mfa.recoveryCodes", {}, { person: ada.person });
		const { second } = await people.login(ada.email);
		expect(second?.methods).toEqual(["passkey", "recovery"]);
		const challenge = second?.challenge;
		const { flow, options } = await people.call("passkeys.secondOptions", { challenge });
		expect(options.allowCredentials).toHaveLength(1);
		const answer = (device: Authenticator, other = challenge) =>
			people.call("passkeys.second", { challenge: other, flow, response: device.get(options) });
		expect((await refusal(answer(bob.device)))[0]).toBe("PASSKEY_REFUSED");
		const another = (await people.login(ada.email)).second?.challenge;
		expect((await refusal(answer(ada.device, another)))[0]).toBe("PASSKEY_FLOW_INVALID");
		const entered = await answer(ada.device);
		expect((await people.person(entered.accessToken)).factors).toEqual(["password", "passkey"]);
		expect((await refusal(answer(ada.device)))[0]).toBe("CHALLENGE_INVALID");
	});

	it("proves once more who somebody is", async () => {
		const { person, device } = await owner();
		const { flow, options } = await people.call("passkeys.stepUpOptions", {}, { person });
		const passkey = { flow, response: device.get(options) };
		expect(await people.call("mfa.stepUp", { passkey }, { person })).toEqual({ factor: "passkey" });
		expect((await refusal(people.call("mfa.stepUp", { passkey }, { person })))[0]).toBe("PASSKEY_FLOW_INVALID");
	});
});

it("is listed, renamed and removed by its owner alone, the last one on purpose", async () => {
	const [ada, bob] = [await owner(), await owner()];
	const by = { person: ada.person };
	expect(await people.call("passkeys.list", {}, by)).toEqual([
		{ id: ada.id, name: "key", synced: false, createdAt: expect.any(String), lastUsedAt: null }
	]);
	expect(await people.call("passkeys.rename", { id: ada.id, name: " phone " }, by)).toMatchObject({ name: "phone" });
	for (const [action, params] of [
		["passkeys.rename", { id: bob.id, name: "mine" }],
		["passkeys.remove", { id: bob.id, last: true }],
		["passkeys.remove", { id: "flow:x" }]
	] as const)
		expect((await refusal(people.call(action, params, by)))[0]).toBe("PASSKEY_NOT_FOUND");
	expect((await refusal(people.call("passkeys.remove", { id: ada.id }, by)))[0]).toBe("PASSKEY_LAST");
	await people.call("passkeys.remove", { id: ada.id, last: true }, by);
	expect((await refusal(login(ada.device)))[0]).toBe("PASSKEY_REFUSED");
});

it("at an address of a machine there are none, and it is said so", async () => {
	await using elsewhere = await openPeople({ PUBLIC_URL: "http://127.0.0.1:3000" });
	expect(await refusal(elsewhere.call("passkeys.loginOptions"))).toEqual([
		"PASSKEYS_UNFIT",
		expect.stringContaining("PUBLIC_URL")
	]);
});

it("who is erased is forgotten", async () => {
	const { person, device } = await owner();
	expect(await people.call("passkeys.personal", { account: person.account })).toMatchObject({
		passkeys: [{ name: "key" }]
	});
	await people.call("auth.erase", { account: person.account, request: "e-2" });
	await until(async () => (await people.call("passkeys.personal", { account: person.account })) === null);
	expect((await refusal(login(device)))[0]).toBe("PASSKEY_REFUSED");
});
