/** Answers that a gateway keeps (RFC 9111), over HTTP, with the service behind it in a process of its own: fresh, changed, dead, back. */

import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { request } from "undici";
import { COUNTING } from "../support/counting-node";
import { freePort, type Nats, startNats } from "../support/servers";
import { type StartedNode, startNode } from "../support/started-node";
import { until } from "../support/until";

let folder: string;
let nats: Nats;
let gateway: StartedNode;
let keys: StartedNode;
let service: StartedNode;
let common: Record<string, string>;

const counting = (id: string, only: string): Promise<StartedNode> =>
	startNode({ ...common, NODE_ID: id, DATA_DIR: join(folder, id), COUNTING_ONLY: only }, COUNTING);

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "banyan-kept-"));
	writeFileSync(join(folder, "done"), "");
	const port = await freePort();
	nats = await startNats(["--port", String(port)]);
	common = {
		CLUSTER_KEY: randomBytes(32).toString("base64"),
		NAMESPACE: "spec",
		LOG_LEVEL: "info",
		TRANSPORTER: `nats://127.0.0.1:${port}`,
		COUNT_FILE: join(folder, "done"),
		CALL_PATIENCE: "500"
	};
	[keys, service] = await Promise.all([counting("keys", "access"), counting("service", "migration")]);
	gateway = await startNode({
		...common,
		NODE_ID: "gateway",
		DATA_DIR: join(folder, "gateway"),
		SERVICES: "gateway",
		GATEWAY_PORT: "0"
	});
	await until(async () => (await ask("/migrations/first")).status === 200);
});
afterAll(async () => {
	await Promise.all([gateway, keys, service].map(node => node?.kill()));
	await nats?.kill();
	rmSync(folder, { recursive: true, force: true });
});

type Headers = Record<string, string>;
interface Said {
	readonly status: number;
	readonly headers: Record<string, string | string[] | undefined>;
	readonly bytes: Buffer;
	readonly cache: string;
}

async function ask(path: string, headers: Headers = {}, method: "GET" | "HEAD" | "POST" | "DELETE" = "GET") {
	const body = method === "POST" ? { body: JSON.stringify({ reason: "spec" }) } : {};
	const json: Headers = method === "POST" ? { "content-type": "application/json" } : {};
	const answer = await request(`${gateway.url}/api/v1${path}`, {
		method,
		headers: { "x-api-key": "any", ...json, ...headers },
		...body
	});
	const bytes = Buffer.from(await answer.body.arrayBuffer());
	const cache = String(answer.headers["cache-status"] ?? "");
	return { status: answer.statusCode, headers: answer.headers, bytes, cache } satisfies Said;
}
const nthOf = ({ bytes }: Said): number => JSON.parse(bytes.toString())[0].nth;
/** Fresh for two seconds: of requests that follow each other one that found it kept. */
async function hit(headers: Headers = {}, path = "/migrations"): Promise<Said> {
	let said = await ask(path, headers);
	await until(async () => {
		said = await ask(path, headers);
		return said.cache.startsWith("banyan; hit");
	}, "a hit");
	return said;
}

it("an answer is given again, with its age, how it came about, and a tag by which it need not be sent", async () => {
	const said = await hit();
	expect(said.headers).toMatchObject({
		age: expect.stringMatching(/^\d+$/),
		"cache-control": "private, no-cache",
		"content-type": "application/json; charset=utf-8",
		etag: expect.stringMatching(/^W\/"[\w-]{27}"$/)
	});
	expect(said.cache).toMatch(/^banyan; hit; ttl=[01]$/);
	expect(String(said.headers.vary)).toContain("Accept-Encoding");
	const tag = String(said.headers.etag);
	const { nth } = { nth: nthOf(said) };
	const known = await ask("/migrations", { "if-none-match": `"other", ${tag}` });
	if (known.status === 200) expect(nthOf(known)).toBeGreaterThan(nth);
	else expect([known.status, known.bytes.length, known.headers.etag]).toEqual([304, 0, tag]);
	const head = await ask("/migrations", {}, "HEAD");
	expect([head.status, head.bytes.length, Number(head.headers["content-length"]) > 2_000]).toEqual([200, 0, true]);
});

it("its compressed forms are the same answer", async () => {
	const plain = await hit({ "accept-encoding": "identity" });
	expect(plain.headers["content-encoding"]).toBeUndefined();
	for (const [coding, open] of [
		["gzip", gunzipSync],
		["br", brotliDecompressSync]
	] as const) {
		const said = await ask("/migrations", { "accept-encoding": coding });
		expect(said.headers["content-encoding"]).toBe(coding);
		expect(JSON.parse(open(said.bytes).toString())).toHaveLength(100);
		expect(said.bytes.length).toBeLessThan(plain.bytes.length / 2);
	}
	expect((await ask("/migrations", { "accept-encoding": "deflate;q=1, *;q=0" })).status).toBe(200);
});

it.each<[string, Headers]>([
	["another name of the host", { "x-forwarded-host": "evil.example", "x-forwarded-proto": "https" }],
	[
		"another address of the client",
		{ "x-forwarded-for": "203.0.113.9", forwarded: "for=203.0.113.9;host=evil.example" }
	],
	[
		"another address of the request",
		{ "x-original-url": "/api/v1/nodes", "x-rewrite-url": "/", "x-http-method-override": "POST" }
	],
	["another origin", { origin: "https://evil.example" }],
	["fields that nobody keeps by", { "x-evil": "<script>", "user-agent": "evil", cookie: "evil=1" }]
])("nobody else's answer has anything of %s", async (_, poison) => {
	await ask("/cache?action=migration.list", {}, "DELETE");
	const poisoned = await ask("/migrations", poison);
	expect(poisoned.cache).toContain("uri-miss");
	const said = await hit();
	expect(`${JSON.stringify(said.headers)}${said.bytes}`).not.toMatch(/evil/);
	expect(said.headers["access-control-allow-origin"]).toBeUndefined();
});

it("whatever way an address is spelled it is one, and two addresses are two", async () => {
	await ask("/migrations/a%20b");
	expect((await ask("/migrations/%61%20b")).cache).toContain("fwd=stale");
	expect((await ask("/migrations/a%2520b")).cache).toContain("uri-miss");
	expect((await ask("/migrations/a%20b?x=1")).cache).not.toContain("fwd=stale");
});

it("what a request says of kept answers counts, and a purge leaves none", async () => {
	const before = nthOf(await hit());
	expect(nthOf(await ask("/migrations", { "cache-control": "no-cache" }))).toBeGreaterThan(before);
	await ask("/cache", {}, "DELETE");
	const none = await ask("/migrations", { "cache-control": "only-if-cached" });
	expect([none.status, JSON.parse(none.bytes.toString()).code]).toEqual([504, "NOT_KEPT"]);
	const state = JSON.parse((await ask("/cache")).bytes.toString());
	expect(state.gateways).toEqual([{ node: "gateway", bytes: expect.any(Number), most: 16_777_216, resting: [] }]);
	expect(state.routes).toContainEqual({ action: "migration.list", seconds: 2, stale: 300, shared: true });
	const unknown = await ask("/cache?action=nobody.knows", {}, "DELETE");
	expect([unknown.status, unknown.bytes.toString()]).toEqual([400, expect.stringContaining("migration.list")]);
});

it("while its node is dead reads go on, old and saying so, writes are 503, and once it is back all is fresh", async () => {
	const last = nthOf(await ask("/migrations"));
	await ask("/migrations/kept");
	await service.kill();
	await until(async () => (await ask("/migrations")).cache.includes("detail=stale"), "a stale answer");
	const reads = await Promise.all(
		Array.from({ length: 40 }, (_, at) => ask(at % 2 ? "/migrations" : "/migrations/kept"))
	);
	expect(reads.map(({ status }) => status)).toEqual(reads.map(() => 200));
	const stale = await ask("/migrations");
	expect([nthOf(stale), stale.status]).toEqual([last, 200]);
	expect(stale.headers).toMatchObject({ age: expect.stringMatching(/^\d+$/) });
	expect(stale.cache).toMatch(/^banyan; hit; ttl=-?\d+; detail=stale$/);
	expect(JSON.parse((await ask("/cache")).bytes.toString()).gateways[0].resting).toContain("migration.list");
	// Nothing is made up of what was never answered, and nothing is written.
	expect((await ask("/migrations/never-asked")).status).toBe(503);
	expect((await ask("/migrations/kept/pause", {}, "POST")).status).toBe(503);
	service = await counting("service", "migration");
	await until(async () => /fwd=(?:stale|uri-miss)/.test((await ask("/migrations")).cache), "a fresh answer");
	expect((await ask("/migrations/kept/pause", {}, "POST")).status).toBeLessThan(300);
	await until(async () => !(await ask("/migrations/kept")).cache.includes("detail=stale"));
});
