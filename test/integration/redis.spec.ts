/** Two gateways and one Redis: wrong keys and guessed links are one count, a good key asks Redis nothing, and without Redis all goes on. */

import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openStage, type Stage } from "../support/banyan";
import { type Front, openFront, says } from "../support/fronts";
import { type DataServer, startNats, startRedis } from "../support/servers";
import { type StartedNode, startNode } from "../support/started-node";
import { until } from "../support/until";

const [WRONG_KEYS, GUESSES] = [60, 30];
let nats: Awaited<ReturnType<typeof startNats>>;
let redis: DataServer;
let stage: Stage;
let front: Front;
let key: string;
/** Each answers old links, too; the second runs all the rest. */
let doors: [StartedNode, StartedNode];

const POLICIES = ["ALL", "SERVICES", "CLIENT", "READ", "WRITE", "LONG", "PUBLIC", "EVALUATION", "LINKS"];
const UNLIMITED = Object.fromEntries(POLICIES.map(policy => [`GATEWAY_LIMIT_${policy}`, "off"]));

beforeAll(async () => {
	[nats, redis, stage] = await Promise.all([
		startNats(),
		startRedis(["--requirepass", "geheim"]),
		openStage({ users: 5 })
	]);
	front = await openFront(stage.source.url);
	const shared = {
		TRANSPORTER: nats.url,
		CLUSTER_KEY: randomBytes(32).toString("base64"),
		NAMESPACE: "shared",
		REDIS_URL: redis.url.replace("://", "://:geheim@"),
		REDIS_TIMEOUT: "5000",
		// What limits of requests cost is told in limits.spec.
		...UNLIMITED,
		GATEWAY_PORT: "0",
		GATEWAY_WRONG_KEYS: String(WRONG_KEYS),
		LINK_GUESSES: String(GUESSES),
		GATEWAY_TRUSTED_PROXIES: "loopback",
		GATEWAY_SHARED_FOR: "0",
		SOURCE_PASSWORD: "admin123",
		TARGET_PASSWORD: "admin123"
	};
	const rest = "extractor,transformer,validator,importer,verifier,migration,links,access,idempotency";
	const data = join(stage.folder, "rest");
	const whole = await startNode({
		...shared,
		NODE_ID: "whole",
		SERVICES: `gateway,subscriptions,${rest}`,
		DATA_DIR: data
	});
	const place = { SERVICES: "gateway,subscriptions", DATA_DIR: join(stage.folder, "door") };
	doors = [await startNode({ ...shared, ...place, NODE_ID: "door" }), whole];
	key = readFileSync(join(data, "api-key"), "utf8").trim();
	for (const { url } of doors) await until(async () => (await fetch(`${url}/ready`)).status === 200);
	const document = readFileSync(stage.definition, "utf8").replaceAll(stage.source.url, front.origin);
	const headers = { "x-api-key": key, "content-type": "application/json" };
	const planned = await fetch(`${whole.url}/api/v1/migrations/plan`, {
		method: "POST",
		headers,
		body: JSON.stringify({ document })
	});
	expect(planned.status).toBe(200);
});
afterAll(async () => {
	for (const each of [...(doors ?? []), stage, redis, nats]) await each?.[Symbol.asyncDispose]();
	await front?.close();
});

/** At one gateway after the other. */
const ask = (path: string, client: string, index = 0, headers: Record<string, string> = {}): Promise<Response> =>
	fetch(`${doors[index % 2 === 0 ? 0 : 1].url}${path}`, { headers: { "x-forwarded-for": client, ...headers } });

/** So many at once; how many were answered with each status. */
async function burst(count: number, asking: (index: number) => Promise<Response>): Promise<Record<number, number>> {
	const statuses: Record<number, number> = {};
	for (const status of await Promise.all(
		Array.from({ length: count }, async (_, index) => (await asking(index)).status)
	))
		statuses[status] = (statuses[status] ?? 0) + 1;
	return statuses;
}
const wrongKey = (client: string) => (index: number) =>
	ask("/api/v1/migrations", client, index, { "x-api-key": `bny_${randomBytes(24).toString("hex")}` });
const LIST = "/api/v1/migrations";

it("a thousand wrong keys at once at both are as many as one gateway lets try", async () => {
	expect(await burst(1_000, wrongKey("192.0.2.1"))).toEqual({ 401: WRONG_KEYS, 429: 1_000 - WRONG_KEYS });
	// Whoever comes from elsewhere, or has a good key that was used before, is met as ever.
	expect(await burst(4, wrongKey("192.0.2.2"))).toEqual({ 401: 4 });
});

it("a good key gives back what it took, and costs Redis nothing from then on", async () => {
	const good = (index: number) => ask(LIST, "192.0.2.3", index, { "x-api-key": key });
	expect(await burst(4, good)).toEqual({ 200: 4 });
	const before = await commands();
	expect(await burst(200, good)).toEqual({ 200: 200 });
	// What asks is the probe of a node that was away, and this very question.
	expect((await commands()) - before).toBeLessThan(20);
	expect(await burst(WRONG_KEYS + 10, wrongKey("192.0.2.3"))).toEqual({ 401: WRONG_KEYS, 429: 10 });
	// Behind the same address.
	expect(await burst(4, good)).toEqual({ 200: 4 });
});

it("guessed links at both are as many as one answers", async () => {
	front.say(says.status(404, {}, '{"detail":"Not Found"}'));
	const asked = front.asked.length;
	const guess = (index: number) => ask(`/sub/anna/${randomBytes(16).toString("hex")}`, "198.51.100.1", index);
	let all: Record<number, number> = {};
	// Too many at once are told to come again, and do.
	for (let round = 0; round < 40 && !(all[429] && !all[503]); round++) all = await burst(60, guess);
	expect(all).toMatchObject({ 429: expect.any(Number) });
	expect(all[404]).toBeUndefined();
	expect(front.asked.length - asked).toBe(GUESSES);
});

it("while Redis is away each goes on by itself, health says so, and then it counts for all again", async () => {
	await redis.kill();
	const told = await burst(300, wrongKey("192.0.2.4"));
	expect(told[401]).toBeGreaterThanOrEqual(WRONG_KEYS);
	expect(told[401]).toBeLessThanOrEqual(2 * WRONG_KEYS);
	expect((told[401] ?? 0) + (told[429] ?? 0)).toBe(300);
	expect(await health()).toMatchObject({
		status: "degraded",
		message: expect.stringMatching(/^Since 2.*Redis is away/)
	});
	expect(await (await ask("/metrics", "192.0.2.9")).text()).toMatch(/banyan_redis_up\S* 0/);
	await redis.again();
	await until(async () => (await health()).status === "up");
	for (const { log } of doors) await until(() => log().split("Redis answers").length > 2);
	expect(await burst(300, wrongKey("192.0.2.5"))).toEqual({ 401: WRONG_KEYS, 429: 300 - WRONG_KEYS });
	expect(doors.map(({ log }) => log()).join("")).not.toContain("geheim");
});

it("what happens to a migration is told live at both, by events and not by asking again", async () => {
	front.say(() => false);
	await start({ limit: 1 });
	const rests = async (): Promise<boolean> => {
		const said = await ask("/api/v1/migrations/panel", "192.0.2.3", 1, { "x-api-key": key });
		return ((await said.json()) as { running: boolean }).running === false;
	};
	await until(rests);
	const logs = await Promise.all([0, 1].map(index => follow(index)));
	await start({});
	for (const log of logs) {
		await until(() => log.said().includes('"phase":"finished"'), "the end of the run at each gateway");
		// The sign of life comes where nothing woke it.
		expect(log.said()).not.toContain(": alive");
		log.end();
	}
	const [one, other] = logs.map(({ said }) => said().match(/^id: .*$/gm));
	expect(one).toEqual(other);
	// What all may ask again is not older than what was told.
	for (const index of [0, 1]) {
		await until(async () => {
			const list = await ask(LIST, "192.0.2.3", index, { "x-api-key": key });
			return ((await list.json()) as { phase: string }[])[0]?.phase === "finished";
		});
	}
});

async function start(body: object): Promise<void> {
	const { status } = await fetch(`${doors[0].url}/api/v1/migrations/panel/start`, {
		method: "POST",
		headers: { "x-api-key": key, "content-type": "application/json" },
		body: JSON.stringify(body)
	});
	expect(status).toBe(202);
}

/** The live log at a gateway, once it has begun. */
async function follow(index: number): Promise<{ said(): string; end(): void }> {
	const stop = new AbortController();
	const answer = await fetch(`${doors[index === 0 ? 0 : 1].url}/api/v1/migrations/panel/logs`, {
		headers: { accept: "text/event-stream", "x-api-key": key },
		signal: stop.signal
	});
	expect(answer.status).toBe(200);
	let said = "";
	const reading = async (): Promise<void> => {
		for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>)
			said += Buffer.from(chunk).toString();
	};
	reading().catch(() => undefined);
	await until(() => said.includes("retry: "));
	return { said: () => said, end: () => stop.abort() };
}

async function health(): Promise<{ status: string; message: string }> {
	const { checks } = (await (await ask("/health/detailed", "192.0.2.9")).json()) as {
		checks: { name: string; status: string; message: string }[];
	};
	return checks.find(({ name }) => name === "redis") ?? { status: "none", message: "" };
}

/** That Redis has processed. */
async function commands(): Promise<number> {
	const { Redis } = await import("ioredis");
	const client = new Redis(redis.port, "127.0.0.1", { password: "geheim" });
	const stats = await client.info("stats");
	client.disconnect();
	return Number(/total_commands_processed:(\d+)/.exec(stats)?.[1]);
}
