/** Sessions as people and administrators meet them, over HTTP, in a node as it is composed. */

import { createPublicKey, verify } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Broker } from "../../../cluster";
import type { SignedIn } from "../../../contracts/people";
import { textOf } from "../../../domain/unknown";
import { openNode } from "../../../node";
import { CLIENT, stored } from "../../support/sessions-node";
import { until } from "../../support/until";

const services = [
	"gateway",
	"access",
	"idempotency",
	"auth",
	"sessions",
	"signing",
	"guesses",
	"mfa",
	"users",
	"events"
];
let folder: string;
let node: Broker;
let url: string;
let key: string;
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "banyan-sessions-people-"));
	node = await openNode(
		{ services, logLevel: "fatal" },
		{ DATA_DIR: folder, GATEWAY_PORT: "0", GATEWAY_WRONG_KEYS: "1000" }
	);
	url = String(textOf(node.getLocalService("gateway"), "address"));
	key = readFileSync(join(folder, "api-key"), "utf8").trim();
});
afterAll(async () => {
	await node.stop();
	rmSync(folder, { recursive: true });
});

interface Answer {
	readonly status: number;
	readonly headers: Headers;
	// biome-ignore lint/suspicious/noExplicitAny: whatever it says, each test says what it must be.
	readonly body: any;
}
async function ask(
	method: string,
	path: string,
	headers: Record<string, string> = {},
	body?: unknown
): Promise<Answer> {
	const answer = await fetch(`${url}${path}`, {
		method,
		headers: { ...(body !== undefined && { "content-type": "application/json" }), ...headers },
		...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) })
	});
	const text = await answer.text();
	return { status: answer.status, headers: answer.headers, body: text === "" ? null : JSON.parse(text) };
}
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const byKey = () => ({ "x-api-key": key });
const MINE = "/api/v1/auth/sessions";
const REFRESH = "/api/v1/auth/refresh";

let people = 0;
async function person(): Promise<string> {
	const { results } = await node.call("auth.adoptAll", {
		migration: "m",
		source: "s",
		accounts: [{ id: `${++people}`, email: `person${people}@example.com`, password: null }]
	} as never);
	return String(results[0]?.account);
}
async function signIn(account: string): Promise<SignedIn> {
	const { session } = await node.call("auth.enter", { account, factors: ["passkey"], client: CLIENT });
	if (!session) throw new Error("No session was opened.");
	return session;
}

describe("one's own sessions", () => {
	it("are listed, the one that asks among them, without anything that proves them", async () => {
		const account = await person();
		const [one, other] = [await signIn(account), await signIn(account)];
		await signIn(await person());
		const { status, body } = await ask("GET", MINE, bearer(one.accessToken));
		expect(status).toBe(200);
		const told = new Map(body.map((each: { id: string; current: boolean }) => [each.id, each.current]));
		expect(told).toEqual(
			new Map([
				[other.session, false],
				[one.session, true]
			])
		);
		expect(Object.keys(body[0]).sort()).toEqual([
			"agent",
			"current",
			"device",
			"endsAt",
			"factors",
			"id",
			"network",
			"openedAt",
			"usedAt"
		]);
		expect(body[0]).toMatchObject({ device: "Firefox", network: "203.0.113.7", factors: ["passkey"] });
	});

	it("end one by one, and somebody else's are as though they were not there", async () => {
		const account = await person();
		const [one, other, foreign] = [await signIn(account), await signIn(account), await signIn(await person())];
		expect((await ask("GET", MINE, bearer(other.accessToken))).status).toBe(200);
		const refused = await ask("DELETE", `${MINE}/${foreign.session}`, bearer(one.accessToken));
		const nobody = await ask("DELETE", `${MINE}/AAAAAAAAAAAAAAAAAAAAAA`, bearer(one.accessToken));
		expect([refused.status, refused.body.code]).toEqual([404, "SESSION_NOT_FOUND"]);
		expect(refused.body.detail).toBe(nobody.body.detail);
		expect((await ask("GET", MINE, bearer(foreign.accessToken))).status).toBe(200);
		expect((await ask("DELETE", `${MINE}/${other.session}`, bearer(one.accessToken))).body).toEqual({ ended: 1 });
		const since = performance.now();
		let last = since;
		await until(async () => {
			const asked = performance.now();
			const isRefused = (await ask("GET", MINE, bearer(other.accessToken))).status === 401;
			if (!isRefused) last = asked;
			return isRefused;
		});
		// When the last one was asked that was answered.
		expect(last - since).toBeLessThan(1_000);
		expect((await ask("POST", REFRESH, {}, { refreshToken: other.refreshToken })).body.code).toBe("SESSION_OVER");
	});

	it("end all but the one that asks", async () => {
		const account = await person();
		const all = [await signIn(account), await signIn(account), await signIn(account)];
		const [mine] = all;
		expect((await ask("DELETE", MINE, bearer(String(mine?.accessToken)))).body).toEqual({ ended: 2 });
		await until(async () => {
			const answers = await Promise.all(all.map(each => ask("GET", MINE, bearer(each.accessToken))));
			return String(answers.map(({ status }) => status)) === "200,401,401";
		});
	});

	it("are nobody's who comes with an API key", async () => {
		for (const method of ["GET", "DELETE"]) expect((await ask(method, MINE, byKey())).status).toBe(403);
	});
});

describe("an administrator", () => {
	it("sees and ends somebody's, one or all", async () => {
		const account = await person();
		const [one, other] = [await signIn(account), await signIn(account)];
		const path = `/api/v1/auth/accounts/${account}/sessions`;
		const { body } = await ask("GET", path, byKey());
		expect(body.map((each: { id: string }) => each.id).sort()).toEqual([one.session, other.session].sort());
		expect((await ask("DELETE", `${path}?session=${one.session}`, byKey())).body).toEqual({ ended: 1 });
		expect((await ask("DELETE", `${path}?session=${one.session}`, byKey())).body.code).toBe("SESSION_NOT_FOUND");
		expect((await ask("DELETE", path, byKey())).body).toEqual({ ended: 1 });
		expect(await node.call("sessions.check", { token: other.accessToken })).toBeNull();
		expect((await ask("GET", path, bearer((await signIn(await person())).accessToken))).status).toBe(403);
	});

	it("ends everyone's at once, and whoever signs in after that stays", async () => {
		const before = [await signIn(await person()), await signIn(await person())];
		expect((await ask("POST", "/api/v1/auth/sessions/end-all", byKey())).body.ended).toBeGreaterThanOrEqual(2);
		for (const { accessToken } of before) expect(await node.call("sessions.check", { token: accessToken })).toBeNull();
		const after = await signIn(await person());
		expect((await ask("GET", MINE, bearer(after.accessToken))).status).toBe(200);
	});

	it("who gives somebody scopes ends their sessions, and those that were opened just then with what they had", async () => {
		const account = await person();
		const { accessToken } = await signIn(account);
		const body = { scopes: ["keys:manage"] };
		expect((await ask("PUT", `/api/v1/auth/accounts/${account}/scopes`, byKey(), body)).status).toBe(200);
		expect(await node.call("sessions.check", { token: accessToken })).toBeNull();
		const late = { account, scopes: [], factors: ["passkey" as const], client: CLIENT, device: null };
		const stale = await node.call("sessions.open", late);
		const right = await node.call("sessions.open", { ...late, scopes: ["keys:manage"] });
		const service = node.getLocalService("sessions") as unknown as { accountChanged(ctx: object): Promise<void> };
		// As it comes a moment later.
		await service.accountChanged({ params: { account }, call: node.call.bind(node) });
		expect(await node.call("sessions.check", { token: stale.accessToken })).toBeNull();
		expect(await node.call("sessions.check", { token: right.accessToken })).toMatchObject({ scopes: ["keys:manage"] });
	});

	it.each([
		["disables", "POST", "/disable"],
		["deletes", "DELETE", ""]
	])("who %s somebody ends their sessions", async (_, method, path) => {
		const account = await person();
		const { accessToken, refreshToken, sessionToken } = await signIn(account);
		expect((await ask(method, `/api/v1/auth/accounts/${account}${path}`, byKey())).status).toBe(200);
		await until(async () => (await ask("GET", MINE, bearer(accessToken))).status === 401);
		expect(await node.call("sessions.check", { token: sessionToken })).toBeNull();
		expect((await ask("POST", REFRESH, {}, { refreshToken })).body.code).toBe("SESSION_OVER");
		await until(async () => (await stored(node).count({ account })) === 0);
	});
});

const claimsIn = (token: string) => JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());

describe("POST /auth/refresh", () => {
	it("answers at each of its addresses, and is not kept on the way", async () => {
		let { refreshToken } = await signIn(await person());
		for (const path of [REFRESH, "/api/auth/refresh", "/auth/refresh"]) {
			const { status, body, headers } = await ask("POST", path, {}, { refreshToken });
			expect([status, headers.get("cache-control")]).toEqual([200, "no-store"]);
			refreshToken = body.refreshToken;
		}
	});

	it.each([
		["a number", { refreshToken: 1 }, 422],
		["null", { refreshToken: null }, 422],
		["a list", { refreshToken: [] }, 422],
		["huge", { refreshToken: "x".repeat(10_000) }, 422],
		["another field", { token: "x" }, 422],
		["somebody to act as", { refreshToken: "x", account: "a" }, 422],
		["empty", { refreshToken: "" }, 401],
		["made up", { refreshToken: "bnr_x" }, 401],
		["nothing", {}, 401],
		["broken JSON", "{", 400]
	])("%s: a problem, and nothing else", async (_, body, status) => {
		const answer = await ask("POST", REFRESH, {}, body);
		expect(answer.status).toBe(status);
		expect(answer.headers.get("content-type")).toContain("application/problem+json");
		expect(JSON.stringify(answer.body)).not.toMatch(/at \w+ \(|node:/);
	});

	it("by cookie, from a page of ours alone", async () => {
		const { sessionToken, session } = await signIn(await person());
		const cookie = { cookie: `__Host-banyan-session=${sessionToken}` };
		const own = await ask("POST", REFRESH, { ...cookie, origin: url }, {});
		expect(own.body).toMatchObject({ session, refreshToken: null });
		expect(own.headers.get("set-cookie")).toMatch(/^__Host-banyan-session=bns_.*HttpOnly.*SameSite=Lax/);
		expect((await ask("POST", REFRESH, { ...cookie, origin: "https://evil.example" }, {})).status).toBe(403);
	});
});

it("what is no token of ours is refused with one and the same problem", async () => {
	const { accessToken, sessionToken } = await signIn(await person());
	const [header = "", payload = "", signature = ""] = accessToken.split(".");
	const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
	const bad = [
		`${encoded({ alg: "none", typ: "at+jwt" })}.${payload}.`,
		`${encoded({ alg: "none", typ: "at+jwt", kid: "k" })}.${payload}.${signature}`,
		`${header}.${encoded({ ...claimsIn(accessToken), iss: "https://evil.example" })}.${signature}`,
		`${header}.${encoded({ ...claimsIn(accessToken), sub: "somebody" })}.${signature}`,
		accessToken.slice(0, -4),
		accessToken.slice(0, 60),
		sessionToken.slice(0, -1),
		`${sessionToken.slice(0, -1)}${sessionToken.endsWith("A") ? "E" : "A"}`
	];
	const answers = await Promise.all(bad.map(token => ask("GET", MINE, bearer(token))));
	expect(new Set(answers.map(({ status, body }) => `${status} ${body.code}`))).toEqual(
		new Set(["401 UNAUTHENTICATED"])
	);
	expect(new Set(answers.map(({ body }) => body.detail)).size).toBe(1);
	expect((await ask("GET", MINE, bearer(accessToken))).status).toBe(200);
});

describe("/.well-known/jwks.json", () => {
	const fetched = () => ask("GET", "/.well-known/jwks.json");

	it("has the public keys of access tokens, and may be kept", async () => {
		const { accessToken } = await signIn(await person());
		const { status, headers, body } = await fetched();
		expect([status, headers.get("content-type"), headers.get("cache-control")]).toEqual([
			200,
			"application/jwk-set+json",
			"public, max-age=300"
		]);
		const [head = "", payload = "", signature = ""] = accessToken.split(".");
		const { kid } = JSON.parse(Buffer.from(head, "base64url").toString());
		const jwk = body.keys.find((each: { kid: string }) => each.kid === kid);
		expect(jwk).toEqual({ kty: "OKP", crv: "Ed25519", alg: "EdDSA", use: "sig", kid, x: expect.any(String) });
		const isRight = verify(
			null,
			Buffer.from(`${head}.${payload}`),
			createPublicKey({ key: jwk, format: "jwk" }),
			Buffer.from(signature, "base64url")
		);
		expect(isRight).toBe(true);
		const again = await fetch(`${url}/.well-known/jwks.json`, {
			headers: { "if-none-match": String(headers.get("etag")) }
		});
		expect(again.status).toBe(304);
		expect((await ask("POST", "/.well-known/jwks.json")).status).toBe(405);
	});

	it("has another key before that signs, once, however often it is asked for", async () => {
		const { accessToken } = await signIn(await person());
		const rotated = () => ask("POST", "/api/v1/signing-keys/rotate", byKey());
		const [one, other] = await Promise.all([rotated(), rotated()]);
		expect(other.body).toEqual(one.body);
		expect(one.body).toMatchObject({ state: "published", endsAt: null });
		const { body } = await fetched();
		expect(body.keys.map((each: { kid: string }) => each.kid)).toContain(one.body.kid);
		const listed = (await ask("GET", "/api/v1/signing-keys", byKey())).body;
		expect(listed.map((each: { state: string }) => each.state)).toEqual(["published", "signing"]);
		expect((await ask("GET", MINE, bearer(accessToken))).status).toBe(200);
		expect((await ask("POST", "/api/v1/signing-keys/rotate", bearer(accessToken))).status).toBe(403);
	});
});
