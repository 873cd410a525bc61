/** What is decided about accounts: addresses, passwords, proofs, imports, and what is done behind an answer. */

import fc from "fast-check";
import { blank, isEnough, withLetter } from "../../../../domain/platform/accounts/account";
import { adoption } from "../../../../domain/platform/accounts/adoption";
import { type Asked, decided } from "../../../../domain/platform/accounts/asked";
import { canonicalEmail } from "../../../../domain/platform/accounts/email";
import { passwordFault } from "../../../../domain/platform/accounts/password";
import {
	LASTS_MS,
	type Proof,
	proofIn,
	readToken,
	tokenOf,
	withProof
} from "../../../../domain/platform/accounts/proofs";

const NOW = 1_795_000_000_000;
const ada = blank("ada", "ada@example.com", NOW);

describe("an address", () => {
	it.each([
		[" Ada@Example.COM ", "ada@example.com"],
		["re\u0301ne@example.com", "r\u00e9ne@example.com"],
		["no address", undefined],
		["a@b\r\nBcc: c@d", undefined],
		["a@b@c", undefined],
		[`${"x".repeat(250)}@example.com`, undefined]
	])("%j is %j", (given, canonical) => expect(canonicalEmail(given)).toBe(canonical));

	it("is the same once it is canonical", () => {
		fc.assert(
			fc.property(fc.emailAddress(), text => {
				const email = canonicalEmail(text);
				expect(email === undefined ? undefined : canonicalEmail(email)).toBe(email);
			})
		);
	});
});

describe("a password (ASVS 6.2)", () => {
	const fault = (password: string, name: string | null = "Ada Lovelace") =>
		passwordFault(password, { email: "ada@example.com", name }, each => each === "iloveyou");

	it.each([
		"12345678",
		"        ",
		"ÄÖÜäöüß!",
		"a".repeat(64),
		"correct horse battery staple",
		"😀".repeat(8),
		"x".repeat(1000)
	])("%j is taken", password => expect(fault(password)).toBeUndefined());
	it.each([
		["seven letters", "1234567"],
		["seven letters outside of the first plane", "😀".repeat(7)],
		["a letter and what belongs to it are one", "e\u0301".repeat(7)],
		["one of the most common", "iloveyou"],
		["the address", "ADA@example.com"],
		["the name", "ada lovelace"],
		["more than anybody's", "x".repeat(1001)]
	])("%s is not", (_, password) => expect(fault(password)).toMatch(/^[A-Z].*\.$/));
});

describe("proofs", () => {
	const proof = (digest: string, until = NOW + 1000, kind: Proof["kind"] = "reset"): Proof => ({ kind, digest, until });

	it("are found until they are over, by their kind", () => {
		const proofs = [proof("a")];
		expect(proofIn(proofs, ["reset"], "a", NOW)).toBeDefined();
		expect(proofIn(proofs, ["reset"], "a", NOW + 1000)).toBeUndefined();
		expect(proofIn(proofs, ["verify"], "a", NOW)).toBeUndefined();
		expect(proofIn(proofs, ["reset"], "b", NOW)).toBeUndefined();
	});

	it("of one kind are five, the latest; those of others stay, those that are over go", () => {
		const all = ["a", "b", "c", "d", "e", "f"].reduce<readonly Proof[]>(
			(proofs, digest) => withProof(proofs, proof(digest), NOW),
			[proof("v", NOW + 1000, "verify"), proof("old", NOW - 1)]
		);
		expect(all.map(({ digest }) => digest)).toEqual(["v", "b", "c", "d", "e", "f"]);
	});

	it("a link lasts an hour, that of a registration a day (A7)", () => {
		expect(LASTS_MS).toEqual({ verify: 86_400_000, reset: 3_600_000, email: 3_600_000 });
	});

	it("a token says its account and its secret; no other text is one", () => {
		const secret = "A".repeat(43);
		expect(readToken(tokenOf("ada", secret))).toEqual({ account: "ada", secret });
		fc.assert(fc.property(fc.string(), text => expect(readToken(`${text}.`)).toBeUndefined()));
	});
});

describe("factors", () => {
	it.each([
		[["password"], false],
		[["password", "legacy"], false],
		[["password", "password"], false],
		[["oidc"], false],
		[["totp", "recovery"], false],
		[["password", "totp"], true],
		[["oidc", "recovery"], true],
		[["passkey"], true]
	] as const)("%j are enough: %j", (factors, enough) => expect(isEnough(factors)).toBe(enough));
});

it("letters are five an hour", () => {
	const full = [1, 2, 3, 4, 5].reduce<readonly number[]>((letters, at) => withLetter(letters, NOW + at) ?? [], []);
	expect(full).toHaveLength(5);
	expect(withLetter(full, NOW + 6)).toBeUndefined();
	expect(withLetter(full, NOW + 3_600_002)).toHaveLength(4);
});

describe("what is done behind the answer", () => {
	const facts = { id: "new", digest: "d", now: NOW, isTaken: false };
	const asked = (want: Asked["want"], of: Partial<Asked> = {}): Asked => ({
		kind: "asked",
		id: "x",
		want,
		to: "ada@example.com",
		createdAt: "",
		...of
	});
	const sent = (want: Asked["want"], account?: typeof ada) =>
		decided(asked(want, { password: "hash" }), account, facts).letters.map(({ template }) => template);
	const pending = { ...ada, kind: "pending" } as const;

	it.each([
		["register", undefined, ["verify-email"]],
		["register", pending, ["verify-email"]],
		["register", ada, ["already-registered"]],
		["forgot", undefined, []],
		["forgot", ada, ["reset-password"]],
		["forgot", { ...ada, state: "disabled" }, []],
		["resend", undefined, []],
		["resend", ada, ["verify-email"]],
		["resend", { ...ada, verified: true }, []],
		["resend", pending, []]
	] as const)("%s for %j sends %j", (want, account, letters) => expect(sent(want, account)).toEqual(letters));

	it("a registration of somebody who has an account changes nothing but the count of their letters", () => {
		const { account } = decided(asked("register", { password: "theirs", name: "Eve" }), ada, facts);
		expect(account).toEqual({ ...ada, letters: [NOW] });
	});

	it("each registration's letter has its own password, and the one that is sent again the latest", () => {
		const first = decided(asked("register", { password: "one" }), undefined, facts).account;
		const second = decided(asked("register", { password: "two" }), first, { ...facts, digest: "e" }).account;
		expect([second?.password, second?.proofs.map(({ password }) => password)]).toEqual([null, ["one", "two"]]);
		const again = decided(asked("resend"), second, { ...facts, digest: "f" }).account;
		expect(again?.proofs.map(({ password }) => password)).toEqual(["one", "two", "two"]);
	});

	it("another address: the new one is asked, the old one told; one that somebody has is told to nobody but the old one", () => {
		const wanted = asked("email", { to: "king@example.com", account: "ada" });
		expect(decided(wanted, ada, facts).letters.map(({ to, template }) => [to, template])).toEqual([
			["king@example.com", "confirm-email"],
			["ada@example.com", "email-asked"]
		]);
		expect(decided(wanted, ada, { ...facts, isTaken: true }).letters.map(({ to }) => to)).toEqual(["ada@example.com"]);
	});
});

describe("taking over", () => {
	const weighed = { origin: "m/s/1", brought: "h1", how: "bulk", from: "m/s" } as const;
	const foreign = { id: "1", email: "Ada@example.com", name: "Ada", password: "old", verified: true };
	const once = adoption(foreign, weighed, {}, "ada", NOW);
	const mine = once.outcome === "created" ? once.account : ada;
	const again = (given: object, before: object = {}, brought = "h1") =>
		adoption({ ...foreign, ...given }, { ...weighed, brought }, { mine: { ...mine, ...before } }, "new", NOW + 1);

	it("makes one, and finds it unchanged", () => {
		expect(once).toMatchObject({
			outcome: "created",
			account: { id: "ada", email: "ada@example.com", password: "old" }
		});
		expect(again({})).toMatchObject({ outcome: "unchanged" });
		expect(again({}, { password: "hashed anew" })).toMatchObject({ outcome: "unchanged" });
	});

	it.each([
		["name", { name: "King" }, "h1"],
		["password", { password: "new" }, "h2"],
		["state", { state: "disabled" }, "h1"],
		["email", { email: "king@example.com" }, "h1"]
	] as const)("follows its %s, until that is changed here", (field, given, brought) => {
		expect(again(given, {}, brought)).toMatchObject({ outcome: "updated", account: given });
		const kept = again(given, { own: [field] }, brought);
		expect(kept.outcome === "refused" ? undefined : kept.account[field]).toBe(mine[field]);
	});

	it("gives nobody who may more than others another password, or address", () => {
		const admin = { scopes: ["keys:manage"] };
		expect(again({ password: "new" }, admin, "h2")).toMatchObject({ account: { password: "old" } });
		expect(again({ email: "eve@example.com" }, admin)).toMatchObject({ account: { email: "ada@example.com" } });
	});

	it("an address that is another one is proved only where that is said of it", () => {
		expect(again({ email: "king@example.com", verified: false })).toMatchObject({ account: { verified: false } });
	});

	it("refuses what another has, and takes what nobody confirmed", () => {
		expect(adoption(foreign, weighed, { holder: ada }, "new", NOW)).toEqual({
			outcome: "refused",
			reason: "email-taken"
		});
		const holder = { ...ada, kind: "pending", proofs: [{ kind: "verify", digest: "d", until: NOW + 1 }] } as const;
		expect(adoption(foreign, weighed, { holder }, "new", NOW)).toMatchObject({
			outcome: "created",
			account: { id: "ada", kind: "account", proofs: [] }
		});
	});
});
