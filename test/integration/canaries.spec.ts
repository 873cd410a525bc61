/**
 * Every secret that a cluster is given or comes to know, each of them one of a kind, and a whole move with all of them:
 * none is in a log line, a trace, a metric or a problem document, whoever asks wrongly with it.
 */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Broker } from "../../cluster";
import { textOf } from "../../domain/unknown";
import { openNode } from "../../node";
import { openStage, type Stage } from "../support/banyan";
import { type Collector, startCollector } from "../support/otlp";
import { ask as askPanel, logIn, object, objects } from "../support/panels";
import { type DataServer, type Nats, startNats, startRedis } from "../support/servers";
import { until } from "../support/until";

const GIVEN = {
	natsPassword: "canary-nats-password",
	redisPassword: "canary-redis-password",
	clusterKey: Buffer.from("canary key of the cluster, 32 b.").toString("base64"),
	otlpHeader: "canary-otlp-header",
	metricsToken: "canary-metrics-token",
	written: "canary-password-written-out",
	ofVariable: "canary-password-of-a-variable",
	gate: "canary-header-of-a-gate",
	proxy: "canary-password-of-a-proxy",
	passphrase: "canary-passphrase",
	database: "canary-password-of-a-database",
	wrongKey: "bny_canary-wrong-key-0000000000000000000000000",
	bearer: "canary-bearer-of-somebody-else",
	cookie: "canary-cookie-of-somebody-else"
} as const;
/** What came to be known on the way, by what it is. */
const known = new Map<string, string>(Object.entries(GIVEN));
/** What was said, by where. */
const said = new Map<string, string[]>();
const tell = (where: string, text: string): void => void said.set(where, [...(said.get(where) ?? []), text]);

let folder: string;
let stage: Stage;
let collector: Collector;
let nats: Nats;
let redis: DataServer;
/** A panel that says all that it was told, in each of its failures. */
let echo: Server;
const nodes: Broker[] = [];
let url: string;
let key: string;

async function node(id: string, services: string): Promise<Broker> {
	const dataDir = join(folder, id);
	mkdirSync(dataDir, { recursive: true, mode: 0o700 });
	const broker = await openNode(
		{ logFile: join(folder, `${id}.log`), logLevel: "debug" },
		{
			NODE_ID: id,
			SERVICES: services,
			DATA_DIR: dataDir,
			FILES_DIR: folder,
			NAMESPACE: "canaries",
			TRANSPORTER: nats.url.replace("//", `//banyan:${GIVEN.natsPassword}@`),
			CLUSTER_KEY: GIVEN.clusterKey,
			REDIS_URL: redis.url.replace("//", `//:${GIVEN.redisPassword}@`),
			METRICS_TOKEN: GIVEN.metricsToken,
			OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
			OTEL_EXPORTER_OTLP_HEADERS: `authorization=${GIVEN.otlpHeader}`,
			OTEL_BSP_SCHEDULE_DELAY: "20",
			OTEL_TRACES_SAMPLER_ARG: "1",
			GATEWAY_PORT: "0",
			PATIENCE_MS: "5",
			BANYAN_SECRET_PANEL: "admin123",
			BANYAN_SECRET_OTHER: GIVEN.ofVariable,
			BANYAN_SECRET_GATE: GIVEN.gate
		}
	);
	nodes.push(broker);
	return broker;
}

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "banyan-canaries-"));
	stage = await openStage({ users: 8 });
	collector = await startCollector();
	nats = await startNats(["--user", "banyan", "--pass", GIVEN.natsPassword]);
	redis = await startRedis(["--requirepass", GIVEN.redisPassword]);
	echo = createServer((req, res) => {
		const chunks: Buffer[] = [];
		req.on("data", (chunk: Buffer) => chunks.push(chunk));
		req.on("end", () => {
			const body = Buffer.concat(chunks).toString();
			const input = Object.fromEntries(new URLSearchParams(body));
			res.writeHead(req.url?.includes("token") ? 422 : 500, { "content-type": "application/json" });
			res.end(JSON.stringify({ detail: [{ msg: `not ${body}`, input, headers: req.headers }] }));
		});
	});
	await new Promise<void>(resolve => echo.listen(0, "127.0.0.1", resolve));
	await node("stages", "extractor,transformer,validator,importer,verifier");
	const gateway = await node("gateway", "migration,links,subscriptions,access,idempotency,events,gateway");
	url = String(textOf(gateway.getLocalService("gateway"), "address"));
	key = readFileSync(join(folder, "gateway", "api-key"), "utf8").trim();
	known.set("the first API key", key);
});
afterAll(async () => {
	for (const each of nodes) await each.stop();
	echo?.close();
	for (const each of [collector, stage, nats, redis]) await each?.[Symbol.asyncDispose]();
	rmSync(folder, { recursive: true, force: true });
});

interface Answer {
	readonly status: number;
	readonly json: unknown;
}
/** Whatever it asks, a problem is among what was said. */
async function ask(
	method: string,
	path: string,
	body?: unknown,
	headers: Record<string, string> = {}
): Promise<Answer> {
	const answer = await fetch(url + path, {
		method,
		headers: { "x-api-key": key, ...(body !== undefined && { "content-type": "application/json" }), ...headers },
		...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) })
	});
	const text = await answer.text();
	if (answer.headers.get("content-type")?.startsWith("application/problem+json")) tell("problem documents", text);
	if (path.startsWith("/metrics")) tell("metrics", text);
	return { status: answer.status, json: text.startsWith("{") || text.startsWith("[") ? JSON.parse(text) : undefined };
}

const echoes = (): string => `http://127.0.0.1:${(echo.address() as AddressInfo).port}`;
const definitions = (): readonly Record<string, unknown>[] => {
	const { source, target } = JSON.parse(readFileSync(stage.definition, "utf8")) as Record<string, object>;
	const panel = "${BANYAN_SECRET_PANEL}";
	const sides = { source: { ...source, password: panel }, target: { ...target, password: panel } };
	const loud = { connector: "marzneshin", url: echoes(), username: "admin", retryBaseMs: 10 };
	return [
		{ name: "loud", ...sides, source: { ...loud, password: GIVEN.written, headers: { "X-Gate": GIVEN.gate } } },
		{
			name: "named",
			source: { ...loud, password: "${BANYAN_SECRET_OTHER}", headers: { "X-Gate": "${BANYAN_SECRET_GATE}" } },
			target: { ...sides.target, url: echoes(), password: GIVEN.written }
		},
		{
			name: "proxied",
			source: { ...sides.source, proxy: `http://gate:${GIVEN.proxy}@127.0.0.1:9` },
			target: { ...sides.target, passphrase: GIVEN.passphrase, certFile: "/nowhere.pem", keyFile: "/nowhere.key" }
		},
		{
			name: "stored",
			source: { ...sides.source, database: `mysql://root:${GIVEN.database}@127.0.0.1:9/marzneshin` },
			target: { ...sides.target, database: `mysql://root:${GIVEN.database}@127.0.0.1:9/marzban` }
		},
		{ name: "wrong", ...sides, source: { ...sides.source, password: { nested: GIVEN.written } }, extra: GIVEN.gate }
	];
};

/** Of every customer, at both panels: what their app is given. */
async function learnCustomers(): Promise<string[]> {
	const links: string[] = [];
	const source = await logIn(stage.source);
	const users = object((await askPanel(stage.source, "/api/users?size=50", { token: source })).body).items;
	for (const user of objects(users)) {
		const { username, key: secret, subscription_url: link } = user;
		known.set(`the key of ${username} at the source`, String(secret));
		links.push(String(link).replace(/^https?:\/\/[^/]+/, ""));
	}
	known.set("a token of the source", source);
	return links;
}
async function learnMoved(): Promise<void> {
	const token = await logIn(stage.target);
	known.set("a token of the target", token);
	const users = object((await askPanel(stage.target, "/api/users", { token })).body).users;
	for (const { username, subscription_url: link, proxies } of objects(users)) {
		known.set(`the link of ${username} at the target`, String(link).split("/").at(-1) ?? "");
		for (const proxy of Object.values(object(proxies)))
			for (const [what, secret] of Object.entries(object(proxy)))
				if (/^(id|password)$/.test(what)) known.set(`the ${what} of ${username} at the target`, String(secret));
	}
}

/** What is asked wrongly, with a secret in it. */
async function askWrongly(): Promise<void> {
	for (const definition of definitions()) {
		const { name } = definition;
		const document = JSON.stringify(definition);
		await ask("POST", "/api/v1/migrations/plan", { document });
		await ask("POST", "/api/v1/migrations/dry-run", { document });
		await ask("POST", `/api/v1/migrations/${name}/start`, {});
		await ask("GET", `/api/v1/extract/test-connection?name=${name}`);
		await ask("GET", `/api/v1/import/test-connection?name=${name}`);
	}
	await ask("POST", "/api/v1/migrations/plan", `{"document": "${GIVEN.written}`);
	await ask("POST", "/api/v1/migrations/plan", { document: `password: ${GIVEN.written}\n\t- :` });
	await ask("GET", "/api/v1/api-keys", undefined, { "x-api-key": GIVEN.wrongKey });
	await ask("GET", "/api/v1/api-keys", undefined, { "x-api-key": "", authorization: `Bearer ${GIVEN.bearer}` });
	await ask("GET", `/api/v1/migrations?token=${GIVEN.bearer}`, undefined, { cookie: `session=${GIVEN.cookie}` });
	const other = await ask("POST", "/api/v1/api-keys", { name: "another", scopes: ["migration:read"] });
	known.set("another API key", textOf(other.json, "key") ?? textOf(other.json, "text") ?? "");
	await ask("POST", "/api/v1/api-keys", { name: key, scopes: [GIVEN.written] });
}

async function move(links: readonly string[]): Promise<void> {
	const document = JSON.stringify({ ...definitions()[0], name: "panel", source: panelSide() });
	expect(await ask("POST", "/api/v1/migrations/plan", { document })).toMatchObject({ status: 200 });
	for (const link of links) await ask("GET", link);
	expect(await ask("POST", "/api/v1/migrations/panel/start", {})).toMatchObject({ status: 202 });
	await until(
		async () => textOf((await ask("GET", "/api/v1/migrations/panel")).json, "phase") === "finished",
		"the move is over"
	);
	await learnMoved();
	for (const link of links) {
		await ask("GET", link);
		await ask("GET", `${link}0`);
		await ask("POST", link, {});
	}
	await ask("POST", "/api/v1/migrations/panel/rollback", {});
	for (const path of ["/metrics", "/metrics/cluster"])
		await ask("GET", path, undefined, { authorization: `Bearer ${GIVEN.metricsToken}` });
	await ask("GET", "/metrics", undefined, { "x-api-key": "", authorization: `Bearer ${GIVEN.metricsToken}x` });
}

/** The first of these that holds it, and what stands before it there. */
function around(texts: readonly string[], secret: string): string {
	const text = texts.find(each => each.includes(secret));
	const at = text?.indexOf(secret) ?? 0;
	return text?.slice(Math.max(0, at - 150), at) ?? "";
}

it("is in no log line, trace, metric or problem document of a whole move", async () => {
	const links = await learnCustomers();
	await askWrongly();
	await move(links);
	for (const each of nodes.splice(0)) await each.stop();
	tell("traces", collector.text());
	for (const file of readdirSync(folder).filter(each => each.endsWith(".log")))
		tell("logs", readFileSync(join(folder, file), "utf8"));

	// There is something to look at, of each kind.
	const sizes = ["logs", "traces", "metrics", "problem documents"].map(where => [
		where,
		(said.get(where) ?? []).join("").length > 1_000
	]);
	expect(sizes).toEqual([
		["logs", true],
		["traces", true],
		["metrics", true],
		["problem documents", true]
	]);
	expect(collector.faults).toEqual([]);
	// What is in it would be found.
	expect(said.get("traces")?.join("")).toContain("canaries");
	expect(known.size).toBeGreaterThan(30);
	for (const [what, secret] of known) {
		expect([what, secret.length > 7]).toEqual([what, true]);
		for (const [where, texts] of said) expect([what, where, around(texts, secret)]).toEqual([what, where, ""]);
	}
	for (const line of (said.get("logs") ?? []).join("\n").split("\n").filter(Boolean))
		expect(JSON.parse(line)).toMatchObject({ level: expect.any(String), time: expect.any(String) });
});

const panelSide = (): object => {
	const { source } = JSON.parse(readFileSync(stage.definition, "utf8")) as { source: object };
	return { ...source, password: "${BANYAN_SECRET_PANEL}" };
};
