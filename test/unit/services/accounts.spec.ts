/** Accounts, in a node as it is composed: over its store, its sessions, its counts of guesses and its mailbox folder. */

import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TOTP } from "otpauth";
import { hashed, isCurrent } from "../../../adapters/passwords/passwords";
import type { Broker, Meta } from "../../../cluster";
import type { StoredAccount } from "../../../domain/platform/accounts/account";
import { propertyOf } from "../../../domain/unknown";
import { openNode } from "../../../node";
import type { Accounts } from "../../../services/platform/auth/accounts";
import type { Hashing } from "../../../services/platform/auth/hashing";
import { letters, lettersTo } from "../../support/mailbox";
import { until } from "../../support/until";

const services = ["auth", "sessions", "signing", "guesses", "mfa", "passkeys", "mail", "events", "access", "users"];
const [PASSWORD, OTHER] = ["seven wild swans", "eight wild swans"];
let folder: string;
let node: Broker;
let auth: { accounts: { write: unknown } & Accounts["rows"]; passwords: { readonly hashing: Hashing } };
let counted = 0;
const address = (): string => `person${String(++counted).padStart(4, "0")}@example.com`;

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "banyan-accounts-"));
	const settings = { DATA_DIR: folder, GUESSES: "1000", PASSWORD_HASHES_WAITING: "100" };
	node = await openNode({ services, logLevel: "fatal" }, settings);
	auth = node.getLocalService("auth") as never;
});
afterAll(async () => {
	await node.stop();
	rmSync(folder, { recursive: true });
});

/** What was written down was done, and none of it laid aside. */
afterEach(async () => expect(await node.call("events.deadLetters", {})).toEqual([]));

const stored = async (id: string): Promise<StoredAccount> => (await auth.accounts.get(id)) as StoredAccount;
const failed = (type: string) => expect.objectContaining({ type });
const login = (email: string, password = PASSWORD) => node.call("auth.login", { email, password });
const idOf = async (email: string): Promise<string> =>
	(await node.call("auth.list", { email })).accounts[0]?.id ?? "nobody";
async function brought(password: string, email = address()): Promise<{ readonly id: string; readonly email: string }> {
	const account = { id: email, email, password, verified: true };
	const { results } = await node.call("auth.adoptAll", { migration: "m", source: "s", accounts: [account] });
	return { id: results[0]?.account ?? "", email };
}
const registered = async (email = address()): Promise<{ readonly id: string; readonly email: string }> => {
	await node.call("auth.register", { email, password: PASSWORD });
	const [letter] = await lettersTo(folder, email, "Confirm");
	await settled();
	await node.call("auth.verify", { token: letter?.token ?? "" });
	return { id: await idOf(email), email };
};
/** As the gateway says who is signed in. */
async function signedIn(email: string, password = PASSWORD): Promise<{ readonly meta: Meta; readonly token: string }> {
	const { accessToken } = await login(email, password);
	const person = await node.call("sessions.check", { token: accessToken ?? "" });
	if (!person) throw new Error("nobody is signed in");
	const caller = { id: `person:${person.account}`, scopes: person.scopes, person };
	return { meta: { caller }, token: accessToken ?? "" };
}
const isOpen = async (token: string): Promise<boolean> => (await node.call("sessions.check", { token })) !== null;
/** Until nothing that was asked for waits to be done. */
const settled = () => until(async () => (await auth.accounts.count({ kind: "asked" })) === 0);

describe("A1: an account with a hash of another system", () => {
	interface Fixture {
		readonly format: string;
		readonly password: string;
		readonly stored: string;
	}
	const fixtures: readonly Fixture[] = JSON.parse(
		readFileSync(join(__dirname, "..", "..", "fixtures", "passwords", "hashes.json"), "utf8")
	);
	const of = (begin: string | RegExp) => fixtures.find(each => each.stored.match(begin)) as Fixture;
	const TABLE = {
		argon2id: /^\$argon2id/,
		argon2i: /^\$argon2i\$/,
		"bcrypt 2a": /^\$2a/,
		"bcrypt 2b": /^\$2b/,
		"bcrypt 2y": /^\$2y/,
		"Django pbkdf2": /^pbkdf2_sha256/,
		"Django bcrypt_sha256": /^bcrypt_sha256/,
		"Werkzeug scrypt": /^scrypt:/,
		"Werkzeug pbkdf2": /^pbkdf2:/,
		"passlib pbkdf2": /^\$pbkdf2-sha256\$\d/,
		"passlib scrypt": /^\$scrypt\$ln=\d\d,/,
		"Kratos scrypt": /^\$scrypt\$ln=\d{3}/,
		Firebase: /^[A-Za-z0-9+/]+=*\$.*\$.*\$.*\$\d/,
		SSHA: /^\{SSHA\}/,
		"md5-crypt": /^\$1\$/,
		"sha512-crypt": /^\$6\$/
	};

	it.each(Object.entries(TABLE))(
		"of %s opens by its password alone, is argon2id after, and is tried no other way",
		async (_, begin) => {
			const { password, stored: hash } = of(begin);
			const { id, email } = await brought(hash);
			await expect(login(email, `${password}x`)).rejects.toEqual(failed("CREDENTIALS_WRONG"));
			expect((await stored(id)).password).toBe(hash);
			expect(await login(email, password)).toMatchObject({ account: id });
			expect(isCurrent((await stored(id)).password ?? "")).toBe(true);
			const spent = auth.passwords.hashing.spent;
			expect(await login(email, password)).toMatchObject({ account: id });
			expect(auth.passwords.hashing.spent - spent).toBe(1);
		}
	);

	it("lets them in where what it is hashed anew to cannot be written", async () => {
		const { password, stored: hash } = of(/^\$1\$/);
		const { id, email } = await brought(hash);
		const { write } = auth.accounts;
		auth.accounts.write = async () => {
			throw new Error("no room");
		};
		try {
			expect(await login(email, password)).toMatchObject({ account: id });
		} finally {
			auth.accounts.write = write;
		}
		expect((await stored(id)).password).toBe(hash);
	});

	it("is refused where nobody knows its form, or it has no salt, and the others of its batch are not", async () => {
		const [bare, known] = [of(/^[0-9a-f]{32}$/), of(/^\$1\$/)];
		const accounts = [
			{ id: "a", email: address(), password: "hunter2" },
			{ id: "b", email: address(), password: bare.stored },
			{ id: "c", email: address(), password: "$argon2id$v=19$m=1048576,t=2,p=1$c2FsdHNhbHQ$c2FsdHNhbHQ" },
			{ id: "d", email: "nobody at all" },
			{ id: "e", email: address(), password: known.stored }
		];
		const { results } = await node.call("auth.adoptAll", { migration: "m", source: "bad", accounts });
		expect(results.map(({ reason }) => reason)).toEqual([
			"hash-unknown",
			"hash-unsalted",
			"hash-too-dear",
			"email-invalid",
			null
		]);
	});
});

describe("taking over", () => {
	it("is once, at once, too; what was changed here stays, and what was not follows its source", async () => {
		const email = address();
		const give = async (fields: object) => {
			const asked = { migration: "m2", source: "s", accounts: [{ id: "1", email, ...fields }] };
			return (await node.call("auth.adoptAll", asked)).results[0];
		};
		const all = await Promise.all(Array.from({ length: 20 }, () => give({ name: "Ada" })));
		expect(new Set(all.map(each => each?.account)).size).toBe(1);
		expect(all.filter(each => each?.outcome === "created")).toHaveLength(1);
		const [one, two] = [await hashed(PASSWORD), await hashed(OTHER)];
		expect(await give({ name: "Ada K.", password: one })).toMatchObject({ outcome: "updated" });
		const { meta, token } = await signedIn(email);
		expect(await give({ name: "Ada K.", password: one })).toMatchObject({ outcome: "unchanged" });
		expect(await isOpen(token)).toBe(true);
		// Changed at the source: what the old one opened is over.
		expect(await give({ password: two })).toMatchObject({ outcome: "updated" });
		expect(await isOpen(token)).toBe(false);
		await node.call("auth.setMe", { name: "Countess" }, { meta });
		const mine = await signedIn(email, OTHER);
		await node.call("auth.changePassword", { current: OTHER, password: PASSWORD }, { meta: mine.meta });
		expect(await give({ name: "Ada", password: one, verified: true })).toMatchObject({ outcome: "updated" });
		await expect(login(email, OTHER)).rejects.toEqual(failed("CREDENTIALS_WRONG"));
		expect((await node.call("auth.find", { id: mine.meta.caller?.person?.account ?? "" })).name).toBe("Countess");
	});

	it("gives nobody's address away, but that of a registration that nobody confirmed", async () => {
		const { email } = await registered();
		const taken = { migration: "m3", source: "s", account: { id: "1", email } };
		expect(await node.call("auth.adopt", taken)).toMatchObject({ outcome: "refused", reason: "email-taken" });
		const pending = address();
		await node.call("auth.register", { email: pending, password: PASSWORD });
		const [letter] = await lettersTo(folder, pending, "Confirm");
		await settled();
		const theirs = {
			migration: "m3",
			source: "s",
			account: { id: "2", email: pending, password: await hashed(OTHER) }
		};
		expect(await node.call("auth.adopt", theirs)).toMatchObject({ outcome: "created" });
		await expect(node.call("auth.verify", { token: letter?.token ?? "" })).rejects.toEqual(failed("PROOF_INVALID"));
		expect(await login(pending, OTHER)).toMatchObject({ second: null });
	});
});

describe("A2: known or not is not told", () => {
	const told = async (work: () => Promise<unknown>) => {
		const spent = auth.passwords.hashing.spent;
		const said = await work().catch(({ type, code, message, data }) => ({ type, code, message, data }));
		return { said, spent: auth.passwords.hashing.spent - spent };
	};

	it("a login is counted, by what was given and what came of it", async () => {
		const { email } = await brought(await hashed(PASSWORD));
		const of = (outcome: string): number =>
			Number(
				propertyOf(node.metrics.getMetric("banyan.logins")?.get({ by: "password", outcome }) ?? undefined, "value") ?? 0
			);
		const before = [of("in"), of("refused")] as const;
		await login(email);
		await expect(login(email, OTHER)).rejects.toEqual(failed("CREDENTIALS_WRONG"));
		await expect(login(address(), OTHER)).rejects.toEqual(failed("CREDENTIALS_WRONG"));
		expect([of("in"), of("refused")]).toEqual([before[0] + 1, before[1] + 2]);
	});

	it("a login costs one hash and says the same of who is known, pending, disabled, of another hash, and of nobody", async () => {
		const known = (await registered()).email;
		const pending = address();
		await node.call("auth.register", { email: pending, password: PASSWORD });
		const disabled = await brought(await hashed(PASSWORD));
		await node.call("auth.disable", { id: disabled.id });
		const legacy = (await brought("$1$saltsalt$7ZrPNUhzNPGnVw4Y.TBsW/")).email;
		const none = (await brought(await hashed(PASSWORD))).email;
		await settled();
		const answers = [];
		for (const email of [known, pending, disabled.email, legacy, none, address()])
			answers.push(await told(() => login(email, "wrong for all of them")));
		for (const answer of answers) expect(answer).toEqual(answers[0]);
		expect(answers[0]).toMatchObject({ spent: 1, said: { type: "CREDENTIALS_WRONG", code: 401 } });
		// Whoever registered in another's name learns nothing by their own password, either.
		expect(await told(() => login(pending))).toEqual(answers[0]);
	});

	it("register, forgot and resend write one thing down, and do the rest behind the answer", async () => {
		const { email } = await registered();
		const nobody = address();
		for (const action of ["auth.register", "auth.forgot", "auth.resend"] as const) {
			const ask = (to: string) =>
				node.call(action, { email: to, ...(action === "auth.register" && { password: PASSWORD }) } as never);
			const [known, unknown] = [await told(() => ask(email)), await told(() => ask(nobody))];
			expect(JSON.stringify(known).replaceAll(email, "")).toBe(JSON.stringify(unknown).replaceAll(nobody, ""));
		}
		await settled();
		await lettersTo(folder, email, "You have an account already");
		await lettersTo(folder, email, "Choose a new password");
		await lettersTo(folder, nobody, "Confirm");
	});
});

describe("A7: what a letter proves", () => {
	it("is used by no look at its link, once by whoever answers it, and stands nowhere in clear", async () => {
		const email = address();
		await node.call("auth.register", { email, password: PASSWORD, name: "Ada" });
		const [letter] = await lettersTo(folder, email, "Confirm");
		const token = letter?.token ?? "";
		await settled();
		for (const _ of [1, 2]) expect(await node.call("auth.verifyLink", { token })).toMatchObject({ valid: true });
		await expect(login(email)).rejects.toEqual(failed("CREDENTIALS_WRONG"));
		const kept: string[] = [];
		for await (const row of auth.accounts.each()) kept.push(JSON.stringify(row));
		expect(kept.join("")).not.toContain(token.split(".")[1]);
		const all = await Promise.allSettled(Array.from({ length: 10 }, () => node.call("auth.verify", { token })));
		expect(all.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
		expect(await node.call("auth.verifyLink", { token })).toMatchObject({ valid: false });
		expect(await login(email)).toMatchObject({ second: null });
	});

	it("a reset is once, at once, too; ends all sessions, opens none, and its owner hears of it", async () => {
		const { email } = await registered();
		const { token: open } = await signedIn(email);
		await node.call("auth.forgot", { email });
		const [letter] = await lettersTo(folder, email, "Choose a new password");
		const token = letter?.token ?? "";
		expect(await node.call("auth.resetLink", { token })).toMatchObject({ valid: true, method: "POST" });
		await expect(node.call("auth.reset", { token, password: "short" })).rejects.toEqual(failed("PASSWORD_WEAK"));
		const all = await Promise.allSettled(
			Array.from({ length: 5 }, (_, index) => node.call("auth.reset", { token, password: `${OTHER} ${index}` }))
		);
		expect(all.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
		expect(await isOpen(open)).toBe(false);
		await expect(login(email)).rejects.toEqual(failed("CREDENTIALS_WRONG"));
		const set = all.findIndex(({ status }) => status === "fulfilled");
		expect(await login(email, `${OTHER} ${set}`)).toMatchObject({ second: null });
		await lettersTo(folder, email, "Your password was changed");
		await expect(node.call("auth.verify", { token })).rejects.toEqual(failed("PROOF_INVALID"));
	});

	it("a second factor is asked for after a reset as before it", async () => {
		const { email } = await registered();
		const { meta } = await signedIn(email);
		const { secret } = await node.call("mfa.enrol", {}, { meta });
		await node.call("mfa.confirm", { code: new TOTP({ secret }).generate() }, { meta });
		await node.call("auth.forgot", { email });
		const [letter] = await lettersTo(folder, email, "Choose a new password");
		await settled();
		await node.call("auth.reset", { token: letter?.token ?? "", password: OTHER });
		expect(await login(email, OTHER)).toMatchObject({
			account: null,
			accessToken: null,
			second: { methods: ["totp", "recovery"] }
		});
	});

	it("another address is theirs once they answer from it; the old one hears of it before and after", async () => {
		const { email, id } = await registered();
		const { meta } = await signedIn(email);
		const wanted = address();
		await node.call("auth.changeEmail", { email: wanted }, { meta });
		const [letter] = await lettersTo(folder, wanted, "Confirm your new");
		await lettersTo(folder, email, "is to have another");
		expect(await login(email)).toMatchObject({ account: id });
		await settled();
		expect(await node.call("auth.verify", { token: letter?.token ?? "" })).toEqual({ email: wanted, verified: true });
		await lettersTo(folder, email, "has another e-mail address");
		expect(await login(wanted)).toMatchObject({ account: id });
		await expect(login(email)).rejects.toEqual(failed("CREDENTIALS_WRONG"));
	});

	it.each(["", "x", "a.b", `${"0".repeat(16)}.${"A".repeat(43)}`, "../../etc/passwd", "x".repeat(200)])(
		"'%s' is no token",
		async token => {
			const { valid } = await node.call("auth.verifyLink", { token: token || " " });
			expect(valid).toBe(false);
			await expect(node.call("auth.verify", { token: token || " " })).rejects.toEqual(failed("PROOF_INVALID"));
		}
	);
});

describe("at once", () => {
	it("fifty who register one address are one account, a few letters, and the password of the letter that was answered", async () => {
		const email = address();
		const passwords = Array.from({ length: 50 }, (_, index) => `${PASSWORD} ${index}`);
		await Promise.all(passwords.map(password => node.call("auth.register", { email, password })));
		await settled();
		const sent = await lettersTo(folder, email, "Confirm", 5);
		expect(sent).toHaveLength(5);
		expect(await auth.accounts.count({ email })).toBe(1);
		const [id = "", secret = ""] = (sent[2]?.token ?? "").split(".");
		const digest = createHash("sha256").update(secret).digest("base64url");
		const answered = (await stored(id)).proofs.find(proof => proof.digest === digest);
		await node.call("auth.verify", { token: sent[2]?.token ?? "" });
		for (const other of [0, 1, 3, 4])
			await expect(node.call("auth.verify", { token: sent[other]?.token ?? "" })).rejects.toEqual(
				failed("PROOF_INVALID")
			);
		const account = await stored(await idOf(email));
		expect([account.id, account.proofs, account.verified]).toEqual([id, [], true]);
		expect(account.password).toBe(answered?.password);
	});

	it("a password that is changed during logins leaves no session that the old one opened", async () => {
		const { email } = await registered();
		const { meta, token } = await signedIn(email);
		const [changed, ...opened] = await Promise.allSettled([
			node.call("auth.changePassword", { current: PASSWORD, password: OTHER }, { meta }),
			...Array.from({ length: 8 }, () => login(email))
		]);
		expect(changed?.status).toBe("fulfilled");
		for (const each of opened)
			if (each.status === "fulfilled" && "accessToken" in each.value)
				expect(await isOpen(each.value.accessToken ?? "")).toBe(false);
		expect(await isOpen(token)).toBe(true);
	});
});

describe("those who look after accounts", () => {
	it("disable one at once, and let its owner in again", async () => {
		const { email, id } = await registered();
		const { token } = await signedIn(email);
		expect(await node.call("auth.disable", { id })).toMatchObject({ state: "disabled" });
		expect(await isOpen(token)).toBe(false);
		await expect(login(email)).rejects.toEqual(failed("ACCOUNT_DISABLED"));
		await node.call("auth.enable", { id });
		expect(await login(email)).toMatchObject({ account: id });
	});

	it("start a reset and choose no password; give no scope that they have not", async () => {
		const { email, id } = await registered();
		await node.call("auth.startReset", { id });
		await lettersTo(folder, email, "Choose a new password");
		const caller = { id: "k", scopes: ["accounts:manage", "migration:read"] };
		const grant = (...scopes: string[]) => node.call("auth.grant", { id, scopes }, { meta: { caller } });
		expect(await grant("migration:read")).toMatchObject({ scopes: ["migration:read"] });
		await expect(grant("migration:read", "keys:manage")).rejects.toEqual(failed("FORBIDDEN"));
		await expect(grant("no:such")).rejects.toEqual(failed("VALIDATION_ERROR"));
	});

	it("delete one for good: nobody signs in, and its address is free", async () => {
		const { email, id } = await registered();
		const { token } = await signedIn(email);
		await node.call("auth.remove", { id });
		expect(await isOpen(token)).toBe(false);
		await expect(node.call("auth.find", { id })).rejects.toEqual(failed("ACCOUNT_NOT_FOUND"));
		await expect(login(email)).rejects.toEqual(failed("CREDENTIALS_WRONG"));
		expect(await node.call("auth.account", { id })).toBeNull();
		expect(letters(folder).filter(({ to }) => to === email)).not.toEqual([]);
	});

	it("see accounts page by page, without those that nobody proved", async () => {
		const first = await node.call("auth.list", { limit: 3 });
		const second = await node.call("auth.list", { limit: 3, after: first.next ?? "" });
		const ids = [...first.accounts, ...second.accounts].map(({ id }) => id);
		expect(new Set(ids).size).toBe(6);
		await expect(node.call("auth.list", { after: "nowhere" })).rejects.toEqual(failed("REQUEST_INVALID"));
	});
});

it("whoever changes a password gives the current one, and chooses none that is easy to guess", async () => {
	const { email } = await registered();
	const { meta } = await signedIn(email);
	const change = (current: string | null, password: string) =>
		node.call("auth.changePassword", { current, password }, { meta });
	await expect(change("wrong", OTHER)).rejects.toEqual(failed("PASSWORD_WRONG"));
	await expect(change(null, OTHER)).rejects.toEqual(failed("PASSWORD_WRONG"));
	for (const weak of ["short", "password1", email, "é".repeat(600)])
		await expect(change(PASSWORD, weak)).rejects.toEqual(failed("PASSWORD_WEAK"));
	await signedIn(email);
	expect(await change(PASSWORD, OTHER)).toEqual({ sessionsEnded: 1 });
});

it("a cookie is asked for: no token is in the answer, and logging out takes the cookie back", async () => {
	const { email } = await registered();
	const meta: Meta = {};
	const said = await node.call("auth.login", { email, password: PASSWORD, cookie: true }, { meta });
	expect([said.accessToken, said.refreshToken, said.device]).toEqual([null, null, null]);
	const { session } = meta.setCookies ?? {};
	const person = await node.call("sessions.check", { token: session?.value ?? "" });
	const caller = { id: "p", scopes: [], person: person ?? undefined } as never;
	const out: Meta = { caller };
	await node.call("auth.logout", {}, { meta: out });
	expect(out.setCookies).toEqual({ session: null });
	expect(await isOpen(session?.value ?? "")).toBe(false);
});
