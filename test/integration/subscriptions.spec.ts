/** Old links at a gateway whose subscriptions are on another node: the same answers, of any size. */

import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openStage, type Stage } from "../support/banyan";
import { type Front, openFront } from "../support/fronts";
import { startNats } from "../support/servers";
import { type StartedNode, startNode } from "../support/started-node";
import { until } from "../support/until";

let nats: Awaited<ReturnType<typeof startNats>>;
let stage: Stage;
let front: Front;
let rest: StartedNode;
let door: StartedNode;

beforeAll(async () => {
	nats = await startNats();
	stage = await openStage({ users: 5 });
	front = await openFront(stage.source.url);
	const shared = {
		TRANSPORTER: nats.url,
		CLUSTER_KEY: randomBytes(32).toString("base64"),
		NAMESPACE: "links",
		SOURCE_PASSWORD: "admin123",
		TARGET_PASSWORD: "admin123"
	};
	const services = "extractor,transformer,validator,importer,verifier,migration,links,subscriptions,access,idempotency";
	const data = join(stage.folder, "rest");
	rest = await startNode({ ...shared, NODE_ID: "rest", SERVICES: services, DATA_DIR: data });
	const place = { SERVICES: "gateway", GATEWAY_PORT: "0", DATA_DIR: join(stage.folder, "door") };
	door = await startNode({ ...shared, ...place, NODE_ID: "door" });
	const key = readFileSync(join(data, "api-key"), "utf8").trim();
	await until(async () => (await fetch(`${door.url}/ready`)).status === 200);
	const document = readFileSync(stage.definition, "utf8").replaceAll(stage.source.url, front.origin);
	const planned = await fetch(`${door.url}/api/v1/migrations/plan`, {
		method: "POST",
		headers: { "x-api-key": key, "content-type": "application/json" },
		body: JSON.stringify({ document })
	});
	expect(planned.status).toBe(200);
});
afterAll(async () => {
	for (const each of [door, rest, stage, nats]) await each?.[Symbol.asyncDispose]();
	await front?.close();
});

/** What the panel behind it says from now on. */
const panelSays = (body: Buffer | string, headers: Record<string, string> = {}): void =>
	front.say((_, res) => {
		res.writeHead(200, { "content-type": "text/plain; charset=utf-8", ...headers }).end(body);
		return true;
	});
const LINK = "/sub/anna/0123456789abcdef0123456789abcdef";
const ask = (init: RequestInit = {}, query = ""): Promise<Response> => fetch(`${door.url}${LINK}${query}`, init);

it("are answered as the panel answers, byte for byte, with what of its headers goes on", async () => {
	const bytes = randomBytes(300_000);
	panelSays(bytes, { "profile-title": "Anna", "subscription-userinfo": "upload=0; total=5", "x-powered-by": "panel" });
	const answer = await ask({ headers: { "user-agent": "v2rayNG/1.8" } });
	expect(answer.status).toBe(200);
	expect(Buffer.compare(Buffer.from(await answer.arrayBuffer()), bytes)).toBe(0);
	expect(answer.headers.get("content-length")).toBe("300000");
	expect(answer.headers.get("profile-title")).toBe("Anna");
	expect(answer.headers.get("x-powered-by")).toBeNull();
	expect(answer.headers.get("content-security-policy")).toMatch(/^sandbox/);
	expect(front.headers()["user-agent"]).toBe("v2rayNG/1.8");
	const head = await ask({ method: "HEAD" });
	expect([head.status, await head.text()]).toEqual([200, ""]);
});

it("hand on nobody's credentials, and the address that was asked", async () => {
	panelSays("vless://one");
	await (await ask({ headers: { authorization: "Bearer bny_x", "x-api-key": "bny_x", cookie: "a=b" } }, "?a=1")).text();
	expect(front.asked.at(-1)).toBe(`${LINK}?a=1`);
	expect(JSON.stringify(front.headers())).not.toContain("bny_x");
	expect(front.headers().cookie).toBeUndefined();
});

it("tell a wrong link and a wrong method", async () => {
	front.say((_, res) => {
		res.writeHead(404, { "content-type": "application/json" }).end('{"detail":"Not Found"}');
		return true;
	});
	expect((await ask()).status).toBe(404);
	const posted = await ask({ method: "POST" });
	expect([posted.status, posted.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
});

it.each([700_000, 5_000_000])("an answer of %d bytes comes as it is", async size => {
	const bytes = randomBytes(size);
	panelSays(bytes);
	const large = await ask();
	expect(large.status).toBe(200);
	expect(Buffer.compare(Buffer.from(await large.arrayBuffer()), bytes)).toBe(0);
});

it("an answer that breaks off at the panel is never told as whole", async () => {
	front.say((_, res) => {
		res.writeHead(200, { "content-type": "text/plain; charset=utf-8" });
		res.write(randomBytes(3_000_000), () => res.socket?.resetAndDestroy());
		return true;
	});
	await expect(
		ask().then(answer => (answer.status === 200 ? answer.arrayBuffer() : Promise.reject()))
	).rejects.not.toBe(1);
});
