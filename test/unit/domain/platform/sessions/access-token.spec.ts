/** Access tokens, as RFC 9068 and RFC 8725 have them: what is not one of ours, and of now, is none. */

import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import fc from "fast-check";
import { kidIn, readAccessToken, signedToken } from "../../../../../domain/platform/sessions/access-token";

const ours = generateKeyPairSync("ed25519");
const others = generateKeyPairSync("ed25519");
const NOW = 1_800_000_000;
const claims = {
	iss: "banyan",
	aud: "banyan",
	sub: "ann",
	client_id: "banyan",
	sid: "s",
	jti: "s.0",
	iat: NOW,
	nbf: NOW,
	exp: NOW + 600,
	scope: ""
};
const expected = {
	issuer: "banyan",
	audience: "banyan",
	now: NOW,
	keyOf: (kid: string) => (kid === "k" ? ours.publicKey : undefined)
};
const read = (text: string, now = NOW) => readAccessToken(text, { ...expected, now });
const token = (changed: object = {}): string =>
	signedToken({ ...claims, ...changed }, { kid: "k", key: ours.privateKey });

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
/** Signed with our own key, whatever its header says. */
function headed(header: object, body: unknown = claims): string {
	const text = `${encoded(header)}.${encoded(body)}`;
	return `${text}.${sign(null, Buffer.from(text), ours.privateKey).toString("base64url")}`;
}

it("is read as it was signed, and says what RFC 9068 asks for", () => {
	expect(read(token())).toEqual(claims);
	expect(kidIn(token())).toBe("k");
	const [header = ""] = token().split(".");
	expect(JSON.parse(Buffer.from(header, "base64url").toString())).toEqual({ alg: "EdDSA", typ: "at+jwt", kid: "k" });
});

it("the same claims are the same bytes", () => expect(token()).toBe(token()));

it.each<[string, string]>([
	["alg: none", `${encoded({ alg: "none", typ: "at+jwt", kid: "k" })}.${encoded(claims)}.`],
	["alg: none, with a signature", headed({ alg: "none", typ: "at+jwt", kid: "k" })],
	["alg: NONE", headed({ alg: "NONE", typ: "at+jwt", kid: "k" })],
	["another algorithm's name", headed({ alg: "Ed25519", typ: "at+jwt", kid: "k" })],
	["an ID token's type", headed({ alg: "EdDSA", typ: "JWT", kid: "k" })],
	["a node's token's type", headed({ alg: "EdDSA", typ: "banyan-node+jwt", kid: "k" })],
	["no type", headed({ alg: "EdDSA", kid: "k" })],
	["no key", headed({ alg: "EdDSA", typ: "at+jwt" })],
	["an unknown key", headed({ alg: "EdDSA", typ: "at+jwt", kid: "x" })],
	["a key that is an object's own", headed({ alg: "EdDSA", typ: "at+jwt", kid: "__proto__" })],
	[
		"a key of its own",
		headed({ alg: "EdDSA", typ: "at+jwt", kid: "k", jwk: others.publicKey.export({ format: "jwk" }) })
	],
	["an address of keys", headed({ alg: "EdDSA", typ: "at+jwt", kid: "k", jku: "https://evil.example/jwks" })],
	["an extension", headed({ alg: "EdDSA", typ: "at+jwt", kid: "k", crit: ["b64"], b64: false })],
	["its header in another order", headed({ typ: "at+jwt", alg: "EdDSA", kid: "k" })],
	["signed by others", signedToken(claims, { kid: "k", key: others.privateKey })],
	["no claims", headed({ alg: "EdDSA", typ: "at+jwt", kid: "k" }, [])],
	["null as claims", headed({ alg: "EdDSA", typ: "at+jwt", kid: "k" }, null)],
	["another issuer", token({ iss: "https://evil.example" })],
	["another audience", token({ aud: "other" })],
	["several audiences", token({ aud: ["banyan"] })],
	["expired", token({ iat: NOW - 700, nbf: NOW - 700, exp: NOW - 100 })],
	["from the future", token({ iat: NOW + 60 })],
	["not yet", token({ nbf: NOW + 60 })],
	["without an end", token({ exp: undefined })],
	["with an end that is no number", token({ exp: `${NOW + 600}` })],
	["with a fraction for an end", token({ exp: NOW + 0.5 })],
	["without a session", token({ sid: undefined })],
	["without anybody", token({ sub: null })],
	["cut", token().slice(0, -1)],
	["cut in half", token().slice(0, 120)],
	["of two parts", token().split(".").slice(0, 2).join(".")],
	["of four parts", `${token()}.x`],
	["with a signature in another alphabet", token().replace(/.$/, "=")],
	["empty", ""],
	["dots", ".."],
	["huge", `${token()}${"A".repeat(20_000)}`]
])("%s: is none", (_, text) => expect(read(text)).toBeUndefined());

it("is not one that was made with our public key as a secret (RFC 8725 §2.1)", () => {
	const pem = ours.publicKey.export({ format: "pem", type: "spki" });
	for (const alg of ["HS256", "EdDSA"]) {
		const text = `${encoded({ alg, typ: "at+jwt", kid: "k" })}.${encoded(claims)}`;
		expect(read(`${text}.${createHmac("sha256", pem).update(text).digest("base64url")}`)).toBeUndefined();
	}
});

it("clocks may differ by ten seconds, and no more", () => {
	expect([NOW - 10, NOW - 11].map(now => read(token(), now) !== undefined)).toEqual([true, false]);
	expect([NOW + 609, NOW + 610].map(now => read(token(), now) !== undefined)).toEqual([true, false]);
});

it("of one that was changed anywhere nothing is left, and nothing of anybody's makes it throw", () => {
	const text = token();
	fc.assert(
		fc.property(fc.nat({ max: text.length - 1 }), fc.constantFrom(..."AZaz09-_."), (at, letter) => {
			const changed = text.slice(0, at) + letter + text.slice(at + 1);
			expect(read(changed) === undefined).toBe(changed !== text);
		})
	);
	fc.assert(fc.property(fc.string({ unit: "binary" }), any => expect(read(any)).toBeUndefined()));
});
