/** People at the gateway: who they are by a token or a cookie, what only they may do, and what only some actions are told. */

import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Broker } from "../../../../cluster";
import { CONTRACTS, SCOPES } from "../../../../contracts/cluster";
import type { Contract } from "../../../../contracts/contract";
import type { SignedIn } from "../../../../contracts/people";
import { probe, seen, start } from "../../../support/door-probe";
import { until } from "../../../support/until";

// Before anything is made of them.
(CONTRACTS as Contract[]).push(probe);
Object.assign(SCOPES, probe.scopes);
const { openNode }: typeof import("../../../../node") = require("../../../../node");

let folder: string;
let node: Broker;
let url: string;
let key: string;
let ann: SignedIn;

const client = { address: "203.0.113.7", agent: "", device: null };
const signIn = (account: string, scopes: string[] = []): Promise<SignedIn> =>
	node.call("sessions.open", { account, scopes, factors: ["password"], client, device: null });

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "banyan-people-"));
	node = await openNode(
		{ services: ["access", "idempotency", "signing", "sessions", "gateway"], logLevel: "fatal" },
		{
			DATA_DIR: folder,
			GATEWAY_PORT: "0",
			GATEWAY_WRONG_KEYS: "1000",
			GATEWAY_CORS_ORIGINS: "https://app.example",
			GATEWAY_TRUSTED_PROXIES: "127.0.0.1"
		}
	);
	start(node);
	url = (node.getLocalService("gateway") as unknown as { address: string }).address;
	key = readFileSync(join(folder, "api-key"), "utf8").trim();
	await node.waitForServices(["probe"]);
	ann = await signIn("ann");
});
afterAll(async () => {
	await node.stop();
	rmSync(folder, { recursive: true });
});
beforeEach(() => void seen.splice(0));

interface Answer {
	readonly status: number;
	readonly headers: Headers;
	readonly json: { readonly code?: string; readonly account?: string | null; readonly detail?: string };
}
/** With no header but those given, and what HTTP needs: as a browser sends them, or as nobody would. */
async function ask(method: string, path: string, headers: Record<string, string> = {}): Promise<Answer> {
	const sent = request(`${url}/api/v1/probe${path}`, { method, headers }).end();
	const [res] = (await once(sent, "response")) as [IncomingMessage];
	const body = await text(res);
	const said = Object.entries(res.headersDistinct).flatMap(([name, values = []]) =>
		values.map((value): [string, string] => [name, value])
	);
	return { status: res.statusCode ?? 0, headers: new Headers(said), json: body === "" ? {} : JSON.parse(body) };
}
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const cookie = (token: string) => ({ cookie: `__Host-banyan-session=${token}` });
const OWN = { "sec-fetch-site": "same-origin" };

describe("who asks", () => {
	it.each([
		["an access token", () => bearer(ann.accessToken)],
		["a session's token as a bearer token", () => bearer(ann.sessionToken)],
		["a session's token as a cookie", () => cookie(ann.sessionToken)],
		["the cookie among others", () => ({ cookie: `a=b; __Host-banyan-session=${ann.sessionToken}; c=d` })]
	])("is known by %s", async (_, headers) => {
		const { status, json } = await ask("GET", "/mine", headers());
		expect([status, json.account]).toEqual([200, "ann"]);
		const { caller } = seen.at(-1)?.meta ?? {};
		expect(caller).toMatchObject({ id: "person:ann", scopes: [], person: { account: "ann", session: ann.session } });
	});

	it.each([
		["nothing", {}, 401],
		["a key, which is nobody's", { "x-api-key": "the key" }, 403],
		["a token that is none", bearer("bns_nobody.mac"), 401],
		["a JWT that is none", bearer("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm4ifQ."), 401],
		[
			"a JWT that says that it is over",
			bearer(`eyJhbGciOiJFZERTQSJ9.${Buffer.from('{"exp":1}').toString("base64url")}.x`),
			401
		],
		["a JWT that cannot be read", bearer("eyJ.%%%.x"), 401],
		["another scheme", { authorization: "Basic YW5uOmI=" }, 401],
		["an empty token", { authorization: "Bearer " }, 401],
		["a token longer than any", bearer(`bns_${"a".repeat(10_000)}`), 401]
	])("is refused with %s", async (_, given, status) => {
		const headers = "x-api-key" in given ? { "x-api-key": key } : (given as Record<string, string>);
		const said = await ask("GET", "/mine", headers);
		expect([said.status, seen]).toEqual([status, []]);
		expect(said.json.detail).toMatch(/[Ss]ign in/);
	});

	it("is known by the header where both are there, and never by the cookie beside it", async () => {
		const bob = await signIn("bob");
		expect((await ask("GET", "/mine", { ...bearer(bob.accessToken), ...cookie(ann.sessionToken) })).json.account).toBe(
			"bob"
		);
		for (const header of [
			bearer("bns_no.no"),
			{ authorization: "" },
			{ authorization: "Basic x" },
			{ "x-api-key": "" }
		])
			expect((await ask("GET", "/mine", { ...header, ...cookie(ann.sessionToken) })).status).toBe(401);
	});

	it.each([
		["two of one name", (token: string) => `__Host-banyan-session=${token}; __Host-banyan-session=${token}`, 400],
		[
			"two of one name, the first another's",
			(token: string) => `__Host-banyan-session=bns_x.y; __Host-banyan-session=${token}`,
			400
		],
		["quotes", (token: string) => `__Host-banyan-session="${token}"`, 400],
		["nothing in it", () => "__Host-banyan-session=", 400],
		["another prefix", (token: string) => `__Secure-banyan-session=${token}`, 401],
		["the prefix in small letters", (token: string) => `__host-banyan-session=${token}`, 401],
		["no prefix", (token: string) => `banyan-session=${token}`, 401],
		["a longer name", (token: string) => `__Host-banyan-session2=${token}`, 401],
		["a blank that is none of HTTP's before it", (token: string) => `a=b; \u00a0__Host-banyan-session=${token}`, 401],
		["its name within another's value", (token: string) => `a=__Host-banyan-session=${token}`, 401],
		["a comma before it", (token: string) => `a=b, __Host-banyan-session=${token}`, 401],
		["a name that is encoded", (token: string) => `__Host-banyan%2Dsession=${token}`, 401]
	])("is nobody by a cookie with %s", async (_, smuggled, status) => {
		const { status: said } = await ask("GET", "/mine", { cookie: smuggled(ann.sessionToken) });
		expect([said, seen]).toEqual([status, []]);
	});

	it("is found in many cookies, and not in more than a head may have", async () => {
		const many = Array.from({ length: 500 }, (_, at) => `c${at}=${"x".repeat(20)}`).join("; ");
		expect((await ask("GET", "/mine", { cookie: `${many}; __Host-banyan-session=${ann.sessionToken}` })).status).toBe(
			200
		);
		expect((await ask("GET", "/mine", { cookie: `a=${"x".repeat(40_000)}` })).status).toBe(431);
	});

	it("may do what a scope is for where their account has it", async () => {
		expect((await ask("GET", "/scoped", bearer(ann.accessToken))).json.code).toBe("FORBIDDEN");
		const { accessToken } = await signIn("root", ["probe:read"]);
		expect((await ask("GET", "/scoped", bearer(accessToken))).status).toBe(200);
	});
});

describe("what is open to whoever has a scope", () => {
	it("is not open to an account without any", async () => {
		const look = (headers: Record<string, string>) =>
			fetch(`${url}/registry`, { headers }).then(({ status }) => status);
		expect(await look(bearer(ann.accessToken))).toBe(403);
		const { accessToken } = await signIn("root", ["nodes:read"]);
		expect([await look(bearer(accessToken)), await look({ "x-api-key": key })]).toEqual([200, 200]);
	});
});

describe("a session that has ended", () => {
	it("is refused at once where the gateway heard of it", async () => {
		const { session, accessToken, sessionToken } = await signIn("cid");
		expect((await ask("GET", "/mine", bearer(accessToken))).status).toBe(200);
		await node.call("sessions.close", { session });
		await until(async () => (await ask("GET", "/mine", bearer(accessToken))).status === 401);
		expect((await ask("GET", "/mine", cookie(sessionToken))).status).toBe(401);
	});

	it("takes nobody else's with it", async () => {
		await ask("GET", "/mine", bearer(ann.accessToken));
		const { session } = await signIn("dan");
		await node.call("sessions.close", { session });
		expect((await ask("GET", "/mine", bearer(ann.accessToken))).status).toBe(200);
	});
});

describe("what is dangerous", () => {
	it("asks whoever proved who they are too long ago to do so again, and lets them once they did", async () => {
		const { session, accessToken } = await signIn("eve");
		expect((await ask("POST", "/danger", bearer(accessToken))).status).toBe(200);
		jest.spyOn(Date, "now").mockReturnValue(Date.now() + 61_000);
		try {
			const refused = await ask("POST", "/danger", bearer(accessToken));
			expect([refused.status, refused.json.code]).toEqual([403, "STEP_UP_REQUIRED"]);
			expect(refused.json.detail).toContain("POST /api/v1/auth/step-up");
			expect((await ask("GET", "/mine", bearer(accessToken))).status).toBe(200);
			await node.call("sessions.raise", { session, factor: "totp" });
			// At once, whatever the gateway remembers.
			expect((await ask("POST", "/danger", bearer(accessToken))).status).toBe(200);
		} finally {
			jest.restoreAllMocks();
		}
	});
});

describe("a page that has a browser ask with its cookie", () => {
	it.each<[string, Record<string, string>, number]>([
		["says nothing", {}, 403],
		["is another's, by its origin", { origin: "https://evil.example" }, 403],
		["is another's, by what the browser says", { "sec-fetch-site": "cross-site" }, 403],
		["is of a name beside ours", { "sec-fetch-site": "same-site" }, 403],
		["is nobody's", { origin: "null" }, 403],
		["says both, and the browser's word counts", { origin: "OWN", "sec-fetch-site": "cross-site" }, 403],
		["is ours by its name, over another scheme", { origin: "TLS" }, 403],
		["was asked for by hand", { "sec-fetch-site": "none" }, 403],
		["is ours, by its origin", { origin: "OWN" }, 200],
		["is ours, by what the browser says", { "sec-fetch-site": "same-origin" }, 200],
		["is ours, and keeps its address to itself", { origin: "null", "sec-fetch-site": "same-origin" }, 200],
		["is of an origin that may ask", { origin: "https://app.example", "sec-fetch-site": "cross-site" }, 200],
		["is of a name that begins as that origin", { origin: "https://app.example.evil.example" }, 403]
	])("%s", async (_, page, status) => {
		const origin = { OWN: url, TLS: url.replace("http:", "https:") }[page.origin ?? ""] ?? page.origin;
		const headers = { ...page, ...(origin !== undefined && { origin }) };
		for (const [method, path] of [
			["PUT", "/mine"],
			["PATCH", "/mine"],
			["POST", "/danger"]
		] as const) {
			const said = await ask(method, path, { ...cookie(ann.sessionToken), ...headers });
			expect([said.status, said.json.code]).toEqual([status, status === 403 ? "ORIGIN_REFUSED" : undefined]);
		}
		expect(seen).toHaveLength(status === 200 ? 3 : 0);
		// What changes nothing may be asked for: nobody else's page can read the answer.
		expect((await ask("GET", "/mine", { ...cookie(ann.sessionToken), ...headers })).status).toBe(200);
		// And no browser sends a bearer token by itself.
		expect((await ask("PUT", "/mine", { ...bearer(ann.accessToken), ...headers })).status).toBe(200);
	});

	it("behind a proxy is ours by the name that the proxy was called", async () => {
		const forwarded = { "x-forwarded-proto": "https", "x-forwarded-host": "localhost" };
		const put = (origin: string) => ask("PUT", "/mine", { ...cookie(ann.sessionToken), ...forwarded, origin });
		expect([(await put("https://localhost")).status, (await put("http://localhost")).status]).toEqual([200, 403]);
	});

	it("may not sign anybody in from elsewhere, nor act on a cookie of a route that everybody may ask", async () => {
		const foreign = { "sec-fetch-site": "cross-site" };
		expect((await ask("POST", "/enter", foreign)).json.code).toBe("ORIGIN_REFUSED");
		expect((await ask("POST", "/enter", {})).status).toBe(200);
		expect((await ask("POST", "/enter", cookie("bns_x.y"))).json.code).toBe("ORIGIN_REFUSED");
		expect((await ask("POST", "/enter", { ...cookie("bns_x.y"), ...OWN })).status).toBe(200);
	});

	it("of an origin that may ask learns that it may do so with cookies, by each method that there is", async () => {
		const asks = { origin: "https://app.example", "access-control-request-method": "PUT" };
		const { headers } = await ask("OPTIONS", "/mine", asks);
		expect(headers.get("access-control-allow-origin")).toBe("https://app.example");
		expect(headers.get("access-control-allow-credentials")).toBe("true");
		expect(headers.get("access-control-allow-methods")).toBe("GET, HEAD, POST, PUT, PATCH, DELETE");
		expect(headers.get("access-control-allow-headers")).toContain("x-device");
		const other = await ask("OPTIONS", "/mine", { ...asks, origin: "https://evil.example" });
		expect([...other.headers.keys()].filter(name => name.startsWith("access-control"))).toEqual([]);
	});
});

describe("what only some actions are told", () => {
	it("is where a request comes from, with the device that it names", async () => {
		const agent = `a\tb${"x".repeat(400)}`;
		await ask("POST", "/enter", { "user-agent": agent, "x-device": "d-1", "x-forwarded-for": "203.0.113.9" });
		expect(seen.at(-1)?.meta.client).toEqual({ address: "203.0.113.9", agent: `ab${"x".repeat(298)}`, device: "d-1" });
		await ask("POST", "/enter", { cookie: "__Host-banyan-device=d-2" });
		expect(seen.at(-1)?.meta.client).toMatchObject({ agent: "", device: "d-2" });
		await ask("POST", "/enter", { "x-device": "<none of ours>" });
		expect(seen.at(-1)?.meta.client).toMatchObject({ device: null });
		await ask("GET", "/mine", bearer(ann.accessToken));
		expect(Object.keys(seen.at(-1)?.meta ?? {})).not.toContain("client");
	});

	it("are their cookies, by their names alone; none where a header says who asks", async () => {
		const all = "__Host-banyan-session=s; __Host-banyan-refresh=r; __Host-banyan-other=o; theirs=t";
		await ask("POST", "/enter", { ...OWN, cookie: all });
		expect(seen.at(-1)?.meta.cookies).toEqual({ session: "s", refresh: "r" });
		await ask("POST", "/enter", { ...bearer("x"), cookie: all });
		expect(seen.at(-1)?.meta.cookies).toEqual({});
		await ask("GET", "/mine", { ...OWN, cookie: `__Host-banyan-session=${ann.sessionToken}; __Host-banyan-refresh=r` });
		expect(Object.keys(seen.at(-1)?.meta ?? {})).not.toContain("cookies");
	});

	it("goes no further: neither to what they call nor to who hears of it, nor comes back from there", async () => {
		const said = await ask("POST", "/asks", { ...OWN, cookie: "__Host-banyan-session=s", "x-device": "d" });
		await until(() => seen.length === 3);
		const parts = seen.map(({ action, meta: { client, cookies, setCookies } }) => [
			action,
			client,
			cookies,
			setCookies
		]);
		expect(parts.filter(([action]) => action !== "asks")).toEqual([
			["inner", undefined, undefined, undefined],
			["told", undefined, undefined, undefined]
		]);
		expect(said.headers.getSetCookie()).toEqual([expect.stringContaining("__Host-banyan-session=bns_made.mac;")]);
	});
});

describe("cookies that an answer sets", () => {
	it("have all that keeps them to our own pages, and are those of the contract alone", async () => {
		const { headers } = await ask("POST", "/enter");
		expect(headers.getSetCookie()).toEqual([
			"__Host-banyan-session=bns_made.mac; Max-Age=60; Path=/; Secure; HttpOnly; SameSite=Lax",
			"__Host-banyan-refresh=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax"
		]);
		expect(headers.get("cache-control")).toBe("no-store");
	});

	it("are part of the answer that is kept under an Idempotency-Key, for whoever it was given to", async () => {
		const again = (token: string) => ask("POST", "/again", { ...bearer(token), "idempotency-key": "one" });
		const first = await again(ann.accessToken);
		const second = await again(ann.accessToken);
		expect(second.headers.get("idempotency-replayed")).toBe("true");
		expect(second.headers.getSetCookie()).toEqual(first.headers.getSetCookie());
		expect(first.headers.getSetCookie()).toHaveLength(1);
		expect(seen).toHaveLength(1);
		const bob = await signIn("bob");
		expect((await again(bob.accessToken)).headers.get("idempotency-replayed")).toBeNull();
		expect(seen.map(({ meta }) => meta.caller?.id)).toEqual(["person:ann", "person:bob"]);
		for (const file of ["requests.db", "requests.db-wal"]) {
			const kept = readFileSync(join(folder, file), "latin1");
			expect(kept).not.toContain("bns_made");
		}
	});
});
