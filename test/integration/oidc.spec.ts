/** Logins by other issuers at a whole server: two real issuers, browsers with cookies, programs with tokens. */

import { createHmac, pbkdf2Sync } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Broker } from "../../cluster";
import { openNode, SERVICES } from "../../node";
import { Browser, type Page, signInAt } from "../support/browser";
import { type Issuer, openIssuer } from "../support/issuer";
import { until } from "../support/until";

/** Whatever the server says: a test looks at what it expects. */
// biome-ignore lint/suspicious/noExplicitAny: its shape is what is tested
type Said = any;

const NAMES = ["one", "two"] as const;
let folder: string;
let url: string;
let broker: Broker;
const issuers: Record<string, Issuer> = {};
const of = (name: string): Issuer => issuers[name] as Issuer;
const at = (path: string): string => `${url}/api/v1/auth/${path}`;
const callback = (name: string): string => at(`oidc/${name}/callback`);

async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	await new Promise(resolve => server.close(resolve));
	return port;
}

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "banyan-oidc-"));
	const port = await freePort();
	url = `http://127.0.0.1:${port}`;
	for (const name of NAMES)
		issuers[name] = await openIssuer({ id: "banyan", secret: `the secret of ${name}`, redirectUri: callback(name) });
	const file = join(folder, "providers.yaml");
	const lines = NAMES.map(
		name =>
			`  - { name: ${name}, title: Issuer ${name}, issuer: "${of(name).url}", clientId: banyan, clientSecret: "\${SECRET_${name}}" }`
	);
	writeFileSync(file, `providers:\n${lines.join("\n")}\n`);
	broker = await openNode(
		{ services: SERVICES, logLevel: "fatal" },
		{
			DATA_DIR: folder,
			GATEWAY_PORT: String(port),
			PUBLIC_URL: url,
			OIDC_PROVIDERS: file,
			OIDC_RETURN_URL: "/welcome",
			SECRET_one: "the secret of one",
			SECRET_two: "the secret of two"
		}
	);
});
afterAll(async () => {
	await broker.stop();
	for (const issuer of Object.values(issuers)) await issuer[Symbol.asyncDispose]();
	rmSync(folder, { recursive: true, force: true });
});

let people = 0;
/** Somebody new at an issuer. */
function somebody(issuer: string, claims: object = {}): { readonly login: string; readonly email: string } {
	const login = `person${++people}`;
	const email = `${login}@example.com`;
	of(issuer).people = {
		...of(issuer).people,
		[login]: { email, email_verified: true, name: `Person ${people}`, ...claims }
	};
	return { login, email };
}

const saidOf = (page: Pick<Page, "text">): Said => JSON.parse(page.text);
const json = (body: object): RequestInit => ({
	method: "POST",
	headers: { "content-type": "application/json", origin: url },
	body: JSON.stringify(body)
});
const bearer = (token: string): RequestInit => ({ headers: { authorization: `Bearer ${token}` } });

/** Where the issuer sends a browser back to, which is not asked yet. */
const cameBack = (browser: Browser, issuer: string, login: string): Promise<URL> =>
	signInAt(browser, at(`oidc/${issuer}/begin`), login, callback(issuer));
async function byBrowser(issuer: string, login: string): Promise<{ browser: Browser; page: Page }> {
	const browser = new Browser();
	return { browser, page: await browser.ask(await cameBack(browser, issuer, login)) };
}

/** As a program does that keeps no cookies. */
async function byProgram(issuer: string, login: string, begun?: Said): Promise<Page> {
	const begin = begun ?? saidOf(await new Browser().ask(at(`oidc/${issuer}/begin`), { method: "POST" }));
	const back = await signInAt(new Browser(), begin.url, login, callback(issuer));
	return new Browser().ask(callback(issuer), json({ ...Object.fromEntries(back.searchParams), flow: begin.flow }));
}
const meOf = async (page: Page): Promise<Said> =>
	saidOf(await new Browser().ask(at("me"), bearer(saidOf(page).accessToken)));

const PASSWORD = "nine wild swans";
/** As Django keeps it. */
const HASH = `pbkdf2_sha256$1000$salt$${pbkdf2Sync(PASSWORD, "salt", 1000, 32, "sha256").toString("base64")}`;
/** Somebody who has an account here, with a password, and is signed in. */
async function member(email: string): Promise<{ account: string; token: string }> {
	const adopted = await broker.call("auth.adopt", {
		migration: "test",
		source: "test",
		account: { id: email, email, verified: true, password: HASH }
	});
	const page = await new Browser().ask(at("login"), json({ email, password: PASSWORD }));
	return { account: String(adopted.account), token: saidOf(page).accessToken };
}

/** Each letter is a file. */
function lettersTo(email: string): string[] {
	const mails = join(folder, "mail");
	const files = existsSync(mails) ? readdirSync(mails).filter(name => name.endsWith(".eml")) : [];
	return files.map(name => readFileSync(join(mails, name), "utf8")).filter(text => text.includes(email));
}

const problemOf = (page: Page): [number, string] => [page.status, saidOf(page).code];
const STATE = [400, "OIDC_STATE_INVALID"];

it("says which issuers there are, and nothing that is between them and us", async () => {
	const page = await new Browser().ask(at("oidc"));
	expect(saidOf(page)).toEqual(NAMES.map(name => ({ name, title: `Issuer ${name}`, issuer: of(name).url })));
});

describe("somebody who signs in by an issuer", () => {
	it("gets an account, a session in cookies, and is sent to the page of the operator", async () => {
		const { login, email } = somebody("one");
		const { browser, page } = await byBrowser("one", login);
		expect([page.status, page.headers.get("location")]).toEqual([303, `${url}/welcome`]);
		expect(page.headers.get("cache-control")).toContain("no-store");
		const me = saidOf(await browser.ask(at("me")));
		expect(me).toMatchObject({ email, verified: true, state: "active", scopes: [] });
		expect(await meOf(await byProgram("one", login))).toMatchObject({ id: me.id, email });
	});

	it("is who they are there, whatever their address is by now", async () => {
		const { login, email } = somebody("one");
		const first = await meOf(await byProgram("one", login));
		const people = of("one").people;
		of("one").people = { ...people, [login]: { ...people[login], email: `new-${email}` } };
		expect(await meOf(await byProgram("one", login))).toMatchObject({ id: first.id, email });
		of("one").people = { ...people, [login]: {} };
		expect(await meOf(await byProgram("one", login))).toMatchObject({ id: first.id, email });
	});

	it("has one account, however many devices of theirs begin at once", async () => {
		const { login } = somebody("one");
		const pages = await Promise.all(Array.from({ length: 4 }, () => byProgram("one", login)));
		const ids = await Promise.all(pages.map(async page => (await meOf(page)).id));
		expect(new Set(ids).size).toBe(1);
	});

	it("goes on where a first login was killed between its link and its account", async () => {
		const { login, email } = somebody("one");
		const adopt = jest.spyOn(Reflect.get(broker.getLocalService("auth"), "adopting"), "adopt");
		adopt.mockRejectedValueOnce(new Error("killed"));
		try {
			expect((await byProgram("one", login)).status).toBe(500);
		} finally {
			adopt.mockRestore();
		}
		expect(await meOf(await byProgram("one", login))).toMatchObject({ email });
	});
});

describe("an account with a second factor", () => {
	/** By the time (RFC 6238). */
	function codeOf(secret: string): string {
		const bits = [...secret].map(letter =>
			"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")
		);
		const key = Buffer.from(
			bits
				.join("")
				.match(/.{8}/g)
				?.map(byte => Number.parseInt(byte, 2)) ?? []
		);
		const counter = Buffer.alloc(8);
		counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
		const mac = createHmac("sha1", key).update(counter).digest();
		const at = (mac.at(-1) ?? 0) & 15;
		return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
	}

	it("is asked for it after the issuer, too: nobody comes in by the first alone", async () => {
		const { login } = somebody("one");
		const session = saidOf(await byProgram("one", login));
		const bearing = {
			...json({}),
			headers: { "content-type": "application/json", authorization: `Bearer ${session.accessToken}` }
		};
		const { secret } = saidOf(await new Browser().ask(at("mfa/totp"), bearing));
		const confirmed = await new Browser().ask(at("mfa/totp/confirm"), {
			...bearing,
			body: JSON.stringify({ code: codeOf(secret) })
		});
		const { codes } = saidOf(confirmed);

		const asked = saidOf(await byProgram("one", login));
		expect(asked).toMatchObject({ session: null, second: { methods: expect.arrayContaining(["totp"]) } });
		const { browser, page } = await byBrowser("one", login);
		expect(browser.cookie(url, "__Host-banyan-session")).toBeUndefined();
		const to = new URL(page.headers.get("location") ?? "");
		const behind = new URLSearchParams(to.hash.slice(1));
		expect([to.pathname, to.search, behind.get("methods")]).toEqual(["/welcome", "", expect.stringContaining("totp")]);
		const body = { challenge: behind.get("challenge"), code: codes[0] };
		const entered = await browser.ask(at("mfa/verify"), json(body));
		expect(saidOf(entered)).toMatchObject({ account: session.account, second: null });
	});
});

describe("an account that is there", () => {
	it("is never linked because of an address; whoever proves both links it, and comes in by either", async () => {
		const { login, email } = somebody("one");
		const { account, token } = await member(email.toUpperCase());
		const refused = await byProgram("one", login);
		expect(problemOf(refused)).toEqual([409, "ACCOUNT_EXISTS_LINK_FIRST"]);
		expect(refused.text).not.toContain(account);

		const begun = saidOf(await new Browser().ask(at("oidc/one/link"), { method: "POST", ...bearer(token) }));
		const linked = await byProgram("one", login, begun);
		expect(saidOf(linked)).toMatchObject({ session: null, second: null, linked: { provider: "one", email } });
		expect((await meOf(await byProgram("one", login))).id).toBe(account);
		const links = saidOf(await new Browser().ask(at("oidc/links"), bearer(token)));
		expect(links).toEqual([expect.objectContaining({ provider: "one", issuer: of("one").url, email })]);
		expect(links[0].lastUsedAt).not.toBeNull();
		expect(await broker.call("oidc.linked", { account })).toEqual([of("one").url]);
		await until(() => lettersTo(email).some(text => text.includes("has another way to sign in")));
	});

	it("is linked in a browser, too, that is told so behind # and gets no other session", async () => {
		const { email } = somebody("two");
		const { token, account } = await member(email);
		const { login } = somebody("two", { email: "elsewhere@example.com" });
		const browser = new Browser();
		const begun = saidOf(await browser.ask(at("oidc/two/link"), { method: "POST", ...bearer(token) }));
		const page = await browser.ask(await signInAt(browser, begun.url, login, callback("two")));
		expect(page.headers.get("location")).toBe(`${url}/welcome#linked=two`);
		expect(browser.cookie(url, "__Host-banyan-session")).toBeUndefined();
		expect((await meOf(await byProgram("two", login))).id).toBe(account);
	});

	it("is linked with an account of an issuer once: another account may not have it, nor the same one twice", async () => {
		const { login, email } = somebody("one");
		const owner = await meOf(await byProgram("one", login));
		const { token } = await member(`other-${email}`);
		const link = async (bearing: string) => {
			const begun = saidOf(await new Browser().ask(at("oidc/one/link"), { method: "POST", ...bearer(bearing) }));
			return byProgram("one", login, begun);
		};
		expect(problemOf(await link(token))).toEqual([409, "OIDC_LINK_TAKEN"]);
		const own = saidOf(await byProgram("one", login));
		expect(saidOf(await link(own.accessToken)).linked).toMatchObject({ provider: "one" });
		expect(await broker.call("oidc.linked", { account: owner.id })).toHaveLength(1);
	});

	it("is found by nobody through an address that the issuer does not vouch for: known or not is the same answer", async () => {
		const known = somebody("one");
		await member(known.email);
		const answers = await Promise.all(
			[known.email, "nobody@example.com"].map(async email => {
				const { login } = somebody("one", { email, email_verified: false });
				const { status, text } = await byProgram("one", login);
				return [status, { ...JSON.parse(text), correlationId: "", instance: "" }];
			})
		);
		expect(answers[0]).toEqual(answers[1]);
		expect(answers[0]).toMatchObject([403, { code: "OIDC_EMAIL_UNVERIFIED" }]);
		const { login } = somebody("one", { email: undefined });
		expect(problemOf(await byProgram("one", login))).toEqual([403, "OIDC_EMAIL_UNVERIFIED"]);
	});

	it("that is disabled lets nobody in", async () => {
		const { login } = somebody("one");
		const { id } = await meOf(await byProgram("one", login));
		await broker.call("auth.disable", { id });
		expect((await byProgram("one", login)).status).toBe(403);
	});
});

describe("an answer of an issuer", () => {
	const begun = async (name: string, browser = new Browser()): Promise<Said> =>
		saidOf(await browser.ask(at(`oidc/${name}/begin`), { method: "POST", headers: { origin: url } }));

	it("ends one login, once, however often and at once it is sent", async () => {
		const { login } = somebody("one");
		const begin = await begun("one");
		const back = await signInAt(new Browser(), begin.url, login, callback("one"));
		const body = json({ ...Object.fromEntries(back.searchParams), flow: begin.flow });
		const pages = await Promise.all(Array.from({ length: 8 }, () => new Browser().ask(callback("one"), body)));
		const [good, others] = [pages.filter(({ status }) => status === 200), pages.filter(({ status }) => status !== 200)];
		expect(good).toHaveLength(1);
		expect(others.map(problemOf)).toEqual(others.map(() => STATE));
	});

	it("is good in the browser alone that began, and is not used up by another", async () => {
		const { login, email } = somebody("one");
		const browser = new Browser();
		const back = await cameBack(browser, "one", login);
		const other = new Browser();
		expect(problemOf(await other.ask(back))).toEqual(STATE);
		await other.ask(at("oidc/one/begin"));
		expect(problemOf(await other.ask(back))).toEqual(STATE);
		expect((await browser.ask(back)).status).toBe(303);
		expect(saidOf(await browser.ask(at("me")))).toMatchObject({ email });
		expect(problemOf(await browser.ask(back))).toEqual(STATE);
	});

	it("belongs to its login, of several that one browser has under way", async () => {
		const { login } = somebody("one");
		const browser = new Browser();
		const first = await begun("one", browser);
		const second = await begun("two", browser);
		const back = await signInAt(browser, first.url, login, callback("one"));
		expect(second.flow).toBe(first.flow);
		expect((await browser.ask(back)).status).toBe(303);
		const { login: another } = somebody("two");
		expect((await browser.ask(await signInAt(browser, second.url, another, callback("two")))).status).toBe(303);
	});

	it("ends no login that was begun with another issuer (mix-up, RFC 9700 §4.4)", async () => {
		const { login } = somebody("one");
		const begin = await begun("one");
		const back = await signInAt(new Browser(), begin.url, login, callback("one"));
		const given = { ...Object.fromEntries(back.searchParams), flow: begin.flow };
		const tokens = () => of("two").asked.get("/token") ?? 0;
		const before = tokens();
		// Sent to the other one's address, as an issuer does that wants the code; and under the other one's name.
		expect(problemOf(await new Browser().ask(callback("two"), json(given)))).toEqual(STATE);
		const other = await begun("two");
		const mixed = { ...given, state: new URL(other.url).searchParams.get("state"), flow: other.flow };
		expect(problemOf(await new Browser().ask(callback("two"), json(mixed)))).toEqual([400, "OIDC_ANSWER_INVALID"]);
		expect(tokens()).toBe(before);
		expect((await new Browser().ask(callback("one"), json(given))).status).toBe(200);
	});

	it.each<[string, Said, number[] | unknown[]]>([
		["no state", { state: undefined }, STATE],
		["a state of nobody", { state: "v1:AAAA" }, STATE],
		["a state that is no seal", { state: '{"provider":"one"}' }, STATE],
		["no code", { code: undefined }, [400, "OIDC_ANSWER_INVALID"]],
		["another code", { code: "another" }, [400, "OIDC_ANSWER_INVALID"]],
		["another issuer", { iss: "https://evil.example" }, [400, "OIDC_ANSWER_INVALID"]],
		["no issuer", { iss: undefined }, [400, "OIDC_ANSWER_INVALID"]],
		["a refusal", { code: undefined, error: "access_denied" }, [403, "OIDC_DENIED"]],
		["no browser", { flow: undefined }, STATE],
		["another browser", { flow: "a".repeat(43) }, STATE],
		["a code that is a number", { code: 7 }, [422, "VALIDATION_ERROR"]],
		["a code of a megabyte", { code: "x".repeat(5000) }, [422, "VALIDATION_ERROR"]],
		["a state that is a list", { state: ["a"] }, [422, "VALIDATION_ERROR"]],
		["a field that is none", { account: "p1" }, [422, "VALIDATION_ERROR"]]
	])("with %s is a problem that says what to do", async (_, change, expected) => {
		const begin = await begun("one");
		const state = new URL(begin.url).searchParams.get("state");
		const given = { code: "c", state, iss: of("one").url, flow: begin.flow, ...change };
		const page = await new Browser().ask(callback("one"), json(given));
		expect(problemOf(page)).toEqual(expected);
		expect(page.headers.get("content-type")).toContain("application/problem+json");
		expect(saidOf(page).detail.length).toBeGreaterThan(20);
	});

	it("may have fields of the issuer's own in a browser's address", async () => {
		const { login } = somebody("one");
		const browser = new Browser();
		const back = await cameBack(browser, "one", login);
		for (const [name, value] of [
			["session_state", "x"],
			["authuser", "0"],
			["hd", "example.com"]
		] as const)
			back.searchParams.set(name, value);
		expect((await browser.ask(back)).status).toBe(303);
	});

	it("is good once its issuer is back that was away", async () => {
		const { login } = somebody("two");
		const browser = new Browser();
		const back = await cameBack(browser, "two", login);
		await of("two").away();
		try {
			const page = await browser.ask(back);
			expect(problemOf(page)).toEqual([503, "UNAVAILABLE"]);
			expect(Number(page.headers.get("retry-after"))).toBeGreaterThan(0);
		} finally {
			await of("two").back();
		}
		expect((await browser.ask(back)).status).toBe(303);
	});
});

describe("a login", () => {
	it.each(["POST", "GET"])("cannot be begun (%s) with an issuer that nobody configured", async method => {
		for (const name of ["three", "..", "http:", "constructor"]) {
			const page = await new Browser().ask(at(`oidc/${encodeURIComponent(name)}/begin`), { method });
			expect(page.status).toBe(404);
		}
	});

	it.each(["link", "links"])("of others cannot be linked or seen by nobody (%s)", async path => {
		const page = await new Browser().ask(at(path === "link" ? "oidc/one/link" : "oidc/links"), {
			method: path === "link" ? "POST" : "GET"
		});
		expect(page.status).toBe(401);
	});
});

describe("a link", () => {
	it("is taken away by its owner alone, and never as the last way in", async () => {
		const { login, email } = somebody("one");
		const session = saidOf(await byProgram("one", login));
		const other = await member(`other-${email}`);
		const [{ id }] = saidOf(await new Browser().ask(at("oidc/links"), bearer(session.accessToken)));
		const unlink = (token: string) => new Browser().ask(at(`oidc/links/${id}`), { method: "DELETE", ...bearer(token) });
		expect(problemOf(await unlink(other.token))).toEqual([404, "OIDC_LINK_NOT_FOUND"]);
		expect(problemOf(await unlink(session.accessToken))).toEqual([409, "LAST_WAY_IN"]);

		const second = somebody("two", { email: "x@example.com" });
		const begun = saidOf(
			await new Browser().ask(at("oidc/two/link"), { method: "POST", ...bearer(session.accessToken) })
		);
		expect((await byProgram("two", second.login, begun)).status).toBe(200);
		expect((await unlink(session.accessToken)).status).toBe(200);
		expect(problemOf(await byProgram("one", login))).toEqual([409, "ACCOUNT_EXISTS_LINK_FIRST"]);
		expect((await meOf(await byProgram("two", second.login))).id).toBe(session.account);
	});

	it("is left, of two that are the only ways in and are taken away at once", async () => {
		const { login } = somebody("one");
		const session = saidOf(await byProgram("one", login));
		const second = somebody("two", { email: "y@example.com" });
		const begun = saidOf(
			await new Browser().ask(at("oidc/two/link"), { method: "POST", ...bearer(session.accessToken) })
		);
		await byProgram("two", second.login, begun);
		const links: Said[] = saidOf(await new Browser().ask(at("oidc/links"), bearer(session.accessToken)));
		const pages = await Promise.all(
			links.map(({ id }) =>
				new Browser().ask(at(`oidc/links/${id}`), { method: "DELETE", ...bearer(session.accessToken) })
			)
		);
		expect(pages.map(({ status }) => status).sort()).toEqual([200, 409]);
	});

	it("is forgotten with its account: in the export before, nowhere after; a new login makes a new account", async () => {
		const { login, email } = somebody("one");
		const { id } = await meOf(await byProgram("one", login));
		expect(await broker.call("oidc.personal", { account: id })).toMatchObject({
			links: [{ provider: "one", email, subject: login }]
		});
		await broker.call("auth.remove", { id });
		await until(async () => (await broker.call("oidc.personal", { account: id })) === null);
		const again = await meOf(await byProgram("one", login));
		expect(again).toMatchObject({ email });
		expect(again.id).not.toBe(id);
	});
});
