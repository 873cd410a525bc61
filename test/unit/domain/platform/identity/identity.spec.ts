/** Tokens, introductions, withdrawals: whatever comes, nothing is thrown, and nothing passes that an authority did not sign. */

import { createHmac, generateKeyPairSync, type KeyObject } from "node:crypto";
import fc from "fast-check";
import {
	Authorities,
	keyID,
	MOST_WITHDRAWN,
	readAuthorities,
	withdrawalText
} from "../../../../../domain/platform/identity/authorities";
import {
	newKeys,
	privateKeyIn,
	publicKeyIn,
	readSigned,
	signedText
} from "../../../../../domain/platform/identity/jws";
import { lieIn } from "../../../../../domain/platform/identity/lies";
import { believed, introduction } from "../../../../../domain/platform/identity/session";
import { isFor, readToken, tokenText } from "../../../../../domain/platform/identity/token";

const NOW = 1_800_000_000_000;
const signer = (jwk = newKeys()) => ({ id: keyID(jwk.x), key: privateKeyIn(jwk) as KeyObject, x: jwk.x });
const [ours, theirs, owner] = [signer(), signer(), signer()];
const grant = { name: "a", nodes: ["a-*"], services: ["x"], fromMs: NOW, untilMs: NOW + 1_000_000 };
const token = tokenText(grant, NOW, owner.x, ours);
const exchange = String(generateKeyPairSync("x25519").publicKey.export({ format: "jwk" }).x);
const session = { id: "s", namespace: "n", nodeID: "a-1", exchange, beganMs: NOW };
const words = introduction(token, session, owner.key);
const trusting = (...keys: string[]): Authorities => {
	const authorities = new Authorities();
	authorities.take({ keys, withdrawn: [] });
	return authorities;
};
const authorities = trusting(ours.x);

describe("a token", () => {
	it("says what it was issued for, to whoever trusts its authority", () => {
		const said = authorities.judge(token, NOW);
		expect(said).toMatchObject({ ...grant, issuedMs: NOW, issuer: ours.id });
		expect(trusting(theirs.x).judge(token, NOW)).toBe("untrusted");
		expect(trusting(theirs.x, ours.x).judge(token, NOW)).toMatchObject({ name: "a" });
	});

	it("with any character changed, cut or grown counts nowhere", () => {
		for (let at = 0; at < token.length; at += 5)
			for (const other of ["A", "z", ".", "~", "", "é"]) {
				const changed = token.slice(0, at) + other + token.slice(at + 1);
				if (changed !== token) expect([at, other, authorities.judge(changed, NOW)]).toEqual([at, other, "untrusted"]);
			}
		for (const grown of [`${token}.`, `${token}A`, `.${token}`, `${token}\n`, `${token}==`])
			expect(authorities.judge(grown, NOW)).toBe("untrusted");
	});

	it("chooses neither how it is judged nor by whom", () => {
		const [, payload = ""] = token.split(".");
		const headers = ["none", "HS256", "EdDSA", "ES256"].map(alg =>
			Buffer.from(JSON.stringify({ alg, typ: "JWT" })).toString("base64url")
		);
		for (const header of headers) {
			const mac = createHmac("sha256", ours.x).update(`${header}.${payload}`).digest("base64url");
			for (const signature of ["", mac])
				expect(authorities.judge(`${header}.${payload}.${signature}`, NOW)).toBe("untrusted");
		}
		// What an owner signs for themselves, and what another authority signs in the name of ours.
		expect(authorities.judge(tokenText(grant, NOW, owner.x, { ...owner, id: ours.id }), NOW)).toBe("untrusted");
		expect(authorities.judge(tokenText(grant, NOW, owner.x, { ...theirs, id: ours.id }), NOW)).toBe("untrusted");
		// Another kind of text, rightly signed.
		expect(readToken(signedText("banyan-session", readToken(token)?.claims ?? {}, ours.key))).toBeUndefined();
	});

	it("with other claims than it must have is none, whoever signed it", () => {
		const claims = readToken(token)?.claims ?? {};
		fc.assert(
			fc.property(fc.constantFrom(...Object.keys(claims)), fc.jsonValue(), (name, value) => {
				const text = signedText("banyan-node", { ...claims, [name]: value }, ours.key);
				const said = authorities.judge(text, NOW);
				if (typeof said !== "string") expect(typeof value === typeof claims[name] || name === "iss").toBe(true);
			}),
			{ numRuns: 100 }
		);
	});

	it("is whatever text it is, and nothing is thrown", () => {
		const texts = fc.oneof(
			fc.string(),
			fc.string({ unit: "binary" }),
			fc.base64String(),
			fc.array(fc.string()).map(all => all.join("."))
		);
		fc.assert(
			fc.property(texts, text => {
				expect(authorities.judge(text, NOW)).toBe("untrusted");
				expect(typeof believed(text, { id: "s", namespace: "n" }, authorities, NOW)).toBe("string");
				expect(typeof believed(`${token}~${text}`, { id: "s", namespace: "n" }, authorities, NOW)).toBe("string");
				expect(authorities.hear(text)).toBe(false);
				readAuthorities(text);
			}),
			{ numRuns: 200 }
		);
	});

	it("is for the nodes that it names", () => {
		const nodes = ["a-*", "b"];
		expect(["a-", "a-1", "b"].map(name => isFor({ nodes }, name))).toEqual([true, true, true]);
		expect(["a", "b-1", "B", "", "*"].map(name => isFor({ nodes }, name))).toEqual(Array(5).fill(false));
	});
});

describe("an introduction", () => {
	const judge = (text: string, place = { id: "s", namespace: "n" }) => believed(text, place, authorities, NOW);

	it("is believed of the process that it is of", () => {
		expect(judge(words)).toMatchObject({ token: { name: "a" }, session: { nodeID: "a-1" } });
		expect(judge(words, { id: "other", namespace: "n" })).toBe("forged");
		expect(judge(words, { id: "s", namespace: "other" })).toBe("forged");
	});

	it("is forged where the token's owner did not sign it", () => {
		expect(judge(introduction(token, session, theirs.key))).toBe("forged");
		expect(judge(introduction(token, session, ours.key))).toBe("forged");
		expect(judge(token)).toBe("forged");
		for (let at = token.length + 1; at < words.length; at += 7) {
			const changed = `${words.slice(0, at)}${words[at] === "A" ? "B" : "A"}${words.slice(at + 1)}`;
			expect([at, judge(changed)]).toEqual([at, "forged"]);
		}
	});

	it("is misplaced under another name, and forged with a key that nothing can be agreed with", () => {
		expect(judge(introduction(token, { ...session, nodeID: "b" }, owner.key))).toBe("misplaced");
		expect(judge(introduction(token, { ...session, exchange: "AA" }, owner.key))).toBe("forged");
	});
});

describe("a withdrawal", () => {
	it("holds for what was issued until then, of that name, and only by an authority of ours", () => {
		const some = trusting(ours.x);
		expect(some.hear(withdrawalText("a", NOW, theirs))).toBe(false);
		expect(some.hear(withdrawalText("a", NOW, { ...theirs, id: ours.id }))).toBe(false);
		expect(some.hear(withdrawalText("b", NOW, ours))).toBe(true);
		expect(some.judge(token, NOW)).toMatchObject({ name: "a" });
		expect(some.hear(withdrawalText("a", NOW, ours))).toBe(true);
		expect(some.hear(withdrawalText("a", NOW, ours))).toBe(false);
		expect(some.hear(withdrawalText("a", NOW - 1, ours))).toBe(false);
		expect(some.judge(token, NOW)).toBe("withdrawn");
		expect(some.judge(tokenText(grant, NOW + 1, owner.x, ours), NOW)).toMatchObject({ name: "a" });
		expect(some.told).toHaveLength(2);
	});

	it("goes with its authority, and there are so many", () => {
		const some = trusting(ours.x, theirs.x);
		for (let nth = 0; nth < MOST_WITHDRAWN + 5; nth++) some.hear(withdrawalText(`n${nth}`, NOW, theirs));
		expect(some.told).toHaveLength(MOST_WITHDRAWN);
		some.take({ keys: [ours.x], withdrawn: [] });
		expect(some.told).toHaveLength(0);
	});
});

describe("a lie", () => {
	const proven = { nodeID: "a-1", services: new Set(["x"]) };
	it.each([
		["REQ", { action: "y.do", caller: "x" }],
		["REQ", { action: "y.do", caller: null }],
		["EVENT", { event: "x.happened" }],
		["INFO", { services: [{ name: "$node" }, { name: "x" }] }],
		["RES", {}],
		["HEARTBEAT", {}]
	])("is not in %s %j", (kind, payload) => expect(lieIn(proven, kind, { ...payload, sender: "a-1" })).toBeUndefined());

	it.each([
		["REQ", { action: "y.do", caller: "migration" }, "may not speak for 'migration', and calls y.do in its name"],
		["EVENT", { event: "migration.ended" }, "may not speak for 'migration', and announces migration.ended"],
		["EVENT", { event: 7 }, "may not speak for '7'"],
		["INFO", { services: [{ name: "x" }, { name: "access" }] }, "may not speak for 'access', and offers it"],
		["INFO", { services: [{}] }, "may not speak for 'undefined'"],
		["INFO", { services: [null] }, "may not speak for 'undefined'"]
	])("is in %s %j", (kind, payload, says) =>
		expect(lieIn(proven, kind, { ...payload, sender: "a-1" })).toContain(says)
	);

	it("is every word in another's name", () => {
		for (const kind of ["REQ", "RES", "EVENT", "INFO", "HEARTBEAT", "DISCONNECT", "DISCOVER", "PING", "PONG"])
			for (const payload of [{ sender: "b" }, {}, null, "text", [], { sender: 7 }])
				expect(lieIn(proven, kind, payload)).toContain("speaks in the name of");
	});
});

it("a signed text is of one kind, and one signature is one text", () => {
	const text = signedText("banyan-node", { a: 1 }, ours.key);
	expect(readSigned("banyan-withdrawn", text)).toBeUndefined();
	const [header, payload, signature = ""] = text.split(".");
	for (const other of [
		`${signature}=`,
		signature.replaceAll("-", "+"),
		`${signature.slice(0, -1)}${signature.at(-1) === "A" ? "B" : "A"}`
	])
		if (other !== signature) {
			const read = readSigned("banyan-node", `${header}.${payload}.${other}`);
			expect(read?.isBy(publicKeyIn(ours.x) as KeyObject)).toBe(false);
		}
});
