/** What is decided of passkeys without a browser: whose pages may use them, what binds their requests, what a counter says. */

import { createHmac } from "node:crypto";
import fc from "fast-check";
import { clientDataIn, faultIn, goesBack, inOurWords } from "../../../../../domain/platform/factors/client-data";
import { type Flow, opened, signed } from "../../../../../domain/platform/factors/flow";
import { isOwnOrigin, relyingParty } from "../../../../../domain/platform/factors/relying-party";

const AUTO = { rpId: "auto", origins: "auto" };
const with_ = (parts: Partial<typeof AUTO>) => ({ ...AUTO, ...parts });

describe("whom passkeys are made for", () => {
	it.each([
		["nothing said", AUTO, "", "localhost", ["http://localhost:3000", "https://localhost", "http://localhost"]],
		["PUBLIC_URL", AUTO, "https://id.example.com", "id.example.com", ["https://id.example.com"]],
		["a port of PUBLIC_URL", AUTO, "https://example.com:8443", "example.com", ["https://example.com:8443"]],
		[
			"a domain above it",
			with_({ rpId: "example.com" }),
			"https://id.example.com",
			"example.com",
			["https://id.example.com"]
		],
		["a domain alone", with_({ rpId: "example.com" }), "", "example.com", ["https://example.com"]],
		[
			"origins",
			with_({ rpId: "example.com", origins: "https://example.com, https://app.example.com" }),
			"https://example.com",
			"example.com",
			["https://example.com", "https://app.example.com"]
		]
	] as const)("%s", (_, settings, publicUrl, id, origins) => {
		const party = relyingParty(settings, publicUrl);
		expect([party.id, origins.filter(each => !isOwnOrigin(party, each))]).toEqual([id, []]);
		for (const foreign of [
			"https://evil.example",
			`https://${id}.evil.example`,
			`https://evil${id}`,
			"http://example.com",
			"null",
			"",
			`https://${id}:1/path`,
			"http://localhost.evil.example"
		])
			expect([foreign, isOwnOrigin(party, foreign)]).toEqual([foreign, false]);
	});

	it.each([
		["an address of a machine", AUTO, "http://127.0.0.1:8080"],
		["http, where it is not this machine", AUTO, "http://example.com"],
		["an origin of another domain", with_({ rpId: "example.com", origins: "https://example.org" }), ""],
		["a domain that is not above PUBLIC_URL", with_({ rpId: "example.org" }), "https://example.com"],
		["a path", with_({ origins: "https://example.com/app" }), "https://example.com"],
		["what is no origin", with_({ origins: "example.com" }), "https://example.com"]
	])("%s is refused with a sentence", (_, settings, publicUrl) => {
		expect(() => relyingParty(settings, publicUrl)).toThrow(/PUBLIC_URL, or PASSKEY_/);
	});
});

describe("a flow", () => {
	const derive = (text: string): string => createHmac("sha256", "root").update(text).digest("base64url");
	const NOW = 1_000_000;
	const said: Flow & { account: string } = { id: "1", until: NOW + 1, account: "a" };
	const token = signed(derive, "login", said);

	it("says what was said, until it is over, to what it is for", () => {
		expect(opened(derive, "login", token, NOW)).toEqual(said);
		expect(opened(derive, "login", token, NOW + 1)).toBeUndefined();
		expect(opened(derive, "register", token, NOW)).toBeUndefined();
		expect(opened(text => derive(`other ${text}`), "login", token, NOW)).toBeUndefined();
	});

	it("changed in any letter, or anything else, is none", () => {
		fc.assert(
			fc.property(fc.nat(token.length - 1), fc.constantFrom("A", "b", ".", "é", "𝄞", ""), (at, letter) => {
				fc.pre(token[at] !== letter);
				expect(opened(derive, "login", token.slice(0, at) + letter + token.slice(at + 1), NOW)).toBeUndefined();
			})
		);
		fc.assert(fc.property(fc.string({ unit: "binary" }), text => opened(derive, "login", text, NOW) === undefined));
	});
});

describe("what a browser says", () => {
	const party = relyingParty(AUTO, "https://example.com");
	const expected = { type: "webauthn.get", challenge: "abc" } as const;
	const data = (parts: object): string =>
		Buffer.from(
			JSON.stringify({ type: "webauthn.get", challenge: "abc", origin: "https://example.com", ...parts })
		).toString("base64url");

	it.each([
		["is right", {}, undefined],
		["is of a registration", { type: "webauthn.create" }, /something else/],
		["answers another question", { challenge: "abd" }, /another question/],
		["is of another origin", { origin: "https://evil.example" }, /another address than https:\/\/example\.com/],
		["has no origin", { origin: 7 }, /another address/]
	])("%s", (_, parts, why) => {
		const fault = faultIn(clientDataIn(data(parts)), expected, party);
		if (why) expect(fault).toMatch(why);
		else expect(fault).toBeUndefined();
	});

	it("may be anything", () => {
		fc.assert(
			fc.property(fc.string({ unit: "binary" }), text => {
				expect(faultIn(clientDataIn(text), expected, party)).toMatch(/something else/);
			})
		);
		for (const text of ["null", "[]", "1", "{"])
			expect(faultIn(clientDataIn(Buffer.from(text).toString("base64url")), expected, party)).toBeDefined();
	});

	it("is told in our words", () => {
		expect(inOurWords("Unexpected RP ID hash")).toBe("it was made for another domain");
		expect(inOurWords("User verification required, but user could not be verified")).toMatch(/did not ask/);
		expect(inOurWords("secret things of <script>")).toBe("its answer does not hold");
	});
});

it.each([
	[0, 0, false],
	[0, 1, false],
	[5, 6, false],
	[5, 5, true],
	[5, 4, true],
	[5, 0, true]
])("a counter of %i that becomes %i went back: %s", (kept, given, back) => {
	expect(goesBack(kept, given)).toBe(back);
});
