/** Four gateways and one Redis: what may be asked is one count, what is left never grows, and without Redis each goes on, or says no. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseList } from "structured-headers";
import type { Broker } from "../../cluster";
import { textOf } from "../../domain/unknown";
import { openNode } from "../../node";
import { type DataServer, startNats, startRedis } from "../support/servers";
import { until } from "../support/until";

/** Of a window that no run of these tests outlives. */
const [LIMIT, WINDOW, CLIENTS] = [1_000, "1d", 20];
let nats: Awaited<ReturnType<typeof startNats>>;
let redis: DataServer;
let gateways: readonly Broker[];
let first: string;
let keys: readonly string[];
const folder = mkdtempSync(join(tmpdir(), "banyan-limits-"));

beforeAll(async () => {
	[nats, redis] = await Promise.all([startNats(), startRedis()]);
	const shared = {
		TRANSPORTER: nats.url,
		CLUSTER_KEY: Buffer.from("a key of the cluster for tests 32").subarray(0, 32).toString("base64"),
		NAMESPACE: "limits",
		REDIS_URL: redis.url,
		REDIS_TIMEOUT: "5000",
		GATEWAY_PORT: "0",
		GATEWAY_TRUSTED_PROXIES: "loopback",
		GATEWAY_LIMIT_SERVICES: `600000/1m gateway=${LIMIT}/${WINDOW}`,
		GATEWAY_LIMIT_PUBLIC: `10/${WINDOW}`,
		GATEWAY_LIMIT_LONG: "off",
		GATEWAY_LIMITS_CLOSED: "write,evaluation"
	};
	const open = (id: string, services: string): Promise<Broker> =>
		openNode(
			{ logLevel: "fatal", logFile: 2 },
			{ ...shared, NODE_ID: id, SERVICES: services, DATA_DIR: join(folder, id) }
		);
	const whole = await open("one", "gateway,access,idempotency");
	gateways = [whole, ...(await Promise.all(["two", "three", "four"].map(id => open(id, "gateway"))))];
	first = readFileSync(join(folder, "one", "api-key"), "utf8").trim();
	for (const index of gateways.keys())
		await until(async () => (await ask(index, "/api-keys", first)).status === 200, `that gateway ${index} answers`);
	const made = Array.from({ length: CLIENTS }, async (_, index) => {
		const body = JSON.stringify({ name: `client ${index}`, scopes: ["nodes:read"] });
		const answer = await ask(0, "/api-keys", first, { method: "POST", body });
		return String(((await answer.json()) as { key: string }).key);
	});
	keys = await Promise.all(made);
});
afterAll(async () => {
	for (const each of gateways ?? []) await each.stop();
	for (const each of [redis, nats]) await each?.[Symbol.asyncDispose]();
	rmSync(folder, { recursive: true, force: true });
});

function ask(
	gateway: number,
	path: string,
	key: string | undefined,
	{ headers, ...more }: RequestInit & { headers?: Record<string, string> } = {}
): Promise<Response> {
	const at = gateways[gateway % gateways.length] as Broker;
	const url = textOf(at.getLocalService("gateway"), "address");
	const said = {
		...(key !== undefined && { "x-api-key": key }),
		...(more.body && { "content-type": "application/json" })
	};
	return fetch(`${url}/api/v1${path}`, { ...more, headers: { ...said, ...headers } });
}

/** What an answer says of a policy. */
function told(answer: Response, policy: string): { readonly r: number; readonly t: number } | undefined {
	const items = parseList(answer.headers.get("ratelimit") ?? "");
	const item = items.find(([name]) => name === policy);
	return item && { r: Number(item[1].get("r")), t: Number(item[1].get("t")) };
}

it("G3: four gateways let in 1,000 of twenty clients at once, each sees what is left shrink to 0 (Kong#11846, #5311), and a refusal says until when", async () => {
	let admitted = 0;
	const left: number[] = [];
	const client = async (key: string, index: number): Promise<void> => {
		let last = Number.POSITIVE_INFINITY;
		// At one gateway after the other.
		for (let n = index; ; n++) {
			const answer = await ask(n, "/nodes", key);
			await answer.arrayBuffer();
			const { r, t } = told(answer, "service") ?? { r: Number.NaN, t: Number.NaN };
			expect(r).toBeLessThanOrEqual(last);
			last = r;
			left.push(r);
			if (answer.status === 429) {
				expect([r, Number(answer.headers.get("retry-after"))]).toEqual([0, t]);
				return;
			}
			expect(answer.status).toBe(200);
			admitted++;
		}
	};
	await Promise.all(keys.map(client));
	expect(admitted).toBe(LIMIT);
	expect(Math.min(...left)).toBe(0);
});

it("G3: once it is spent each gateway says so by itself: a flood does not reach Redis", async () => {
	for (const index of gateways.keys()) expect((await ask(index, "/nodes", keys[0])).status).toBe(429);
	const before = await commands();
	await Promise.all(Array.from({ length: 200 }, (_, n) => ask(n, "/nodes", keys[n % CLIENTS])));
	expect((await commands()) - before).toBeLessThan(20);
});

it("a request is counted once, wherever it is asked (Kong PR#11859), and under each policy by that one's own quota and window (PR#12003)", async () => {
	const key = keys[1] as string;
	const before = told(await ask(0, "/api-keys", first), "read")?.r ?? 0;
	for (let n = 1; n <= 8; n++) expect(told(await ask(n, "/api-keys", first), "read")?.r).toBe(before - n);
	const policies = parseList((await ask(0, "/nodes", key)).headers.get("ratelimit-policy") ?? "");
	expect(policies.map(([name, params]) => [name, params.get("q"), params.get("w")])).toEqual([
		["read", 60_000, 60],
		["client", 90_000, 60],
		["client-burst", 3_000, 1],
		["service", LIMIT, 86_400],
		["all", 1_200_000, 60]
	]);
});

it("who is not let in is counted by their address, however they call themselves (moleculer-web#343), and told of no capacity", async () => {
	const from = (n: number, header: Record<string, string>): Promise<Response> =>
		ask(n, "/api-keys", undefined, { headers: header });
	const same = [
		{ "x-forwarded-for": "203.0.113.9" },
		{ "x-forwarded-for": "1.1.1.1, 203.0.113.9:4711" },
		{ "x-forwarded-for": "8.8.8.8, 203.0.113.9, 127.0.0.1" },
		{ forwarded: 'for=1.1.1.1, for="203.0.113.9:80"' }
	];
	const statuses: number[] = [];
	for (let n = 0; n < 12; n++) {
		const answer = await from(n, same[n % same.length] as Record<string, string>);
		statuses.push(answer.status);
		expect([answer.headers.get("ratelimit"), answer.headers.get("ratelimit-policy")]).toEqual([null, null]);
		if (answer.status === 429) {
			expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
			expect(await answer.json()).toMatchObject({
				code: "QUOTA_EXCEEDED",
				detail: expect.not.stringMatching(/\b10\b/)
			});
		}
	}
	expect(statuses).toEqual([...Array(10).fill(401), 429, 429]);
	expect((await from(0, { "x-forwarded-for": "203.0.113.10" })).status).toBe(401);
});

it("a key that may sees the policies in force, and what is left to it", async () => {
	const answer = await ask(2, "/limits", keys[3]);
	expect(answer.status).toBe(429);
	const state = await gateways[1]?.call("gateway.limits", {}, { meta: { caller: { id: "somebody", scopes: [] } } });
	expect(state).toMatchObject({ client: "key:somebody", counted: "together", closed: ["write", "evaluation"] });
	expect(state?.policies).toEqual(
		expect.arrayContaining([
			expect.objectContaining({ policy: "service", service: "gateway", quota: LIMIT, window: 86_400, remaining: 0 }),
			expect.objectContaining({ policy: "service", service: null, quota: 600_000, remaining: null }),
			expect.objectContaining({ policy: "read", class: "read", quota: 60_000, remaining: 60_000 }),
			expect.objectContaining({ policy: "long", class: "long", quota: null, remaining: null })
		])
	);
});

it("G3: while Redis is away routes are open, or closed, as is set, visibly; what was spent stays so", async () => {
	const read = () => ask(1, "/api-keys", first);
	const write = () =>
		ask(1, "/api-keys", first, { method: "POST", body: JSON.stringify({ name: "x", scopes: ["nodes:read"] }) });
	expect((await read()).headers.get("limits-counted")).toBeNull();
	await redis.kill();
	await until(async () => (await read()).headers.get("limits-counted") === "away;open", "that Redis is missed");
	const refused = await write();
	expect([refused.status, refused.headers.get("limits-counted")]).toEqual([503, "away;closed"]);
	expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
	expect(await refused.json()).toMatchObject({
		code: "LIMITS_AWAY",
		type: "https://iana.org/assignments/http-problem-types#temporary-reduced-capacity"
	});
	expect((await ask(1, "/nodes", keys[0])).status).toBe(429);
	const figures = await (
		await fetch(`${textOf(gateways[1]?.getLocalService("gateway"), "address")}/metrics/cluster`)
	).text();
	expect(figures).toMatch(/banyan_limits_uncounted_total\S* [1-9]/);
	expect(figures).toMatch(/banyan_limits_refused_total\{\S*policy="away"\S* [1-9]/);
	await redis.again();
	await until(async () => (await read()).headers.get("limits-counted") === null, "that Redis is back");
	expect((await write()).status).toBe(201);
});

/** All that Redis was asked until now. */
async function commands(): Promise<number> {
	const { Redis } = await import("ioredis");
	const client = new Redis(redis.url, { maxRetriesPerRequest: 0 });
	const said = await client.info("stats");
	client.disconnect();
	return Number(/total_commands_processed:(\d+)/.exec(said)?.[1]);
}
