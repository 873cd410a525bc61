/**
 * What a gateway says of itself while servers are away: not ready where nothing could be answered, and for no shorter while
 * than an election takes; degraded where some of it could. Ready again by itself.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Broker } from "../../cluster";
import { startMarzban } from "../../demo/panels/marzban";
import { startMarzneshin } from "../../demo/panels/marzneshin";
import type { Panel } from "../../demo/panels/panel";
import { type ClusterNodes, startCluster } from "../support/cluster-nodes";
import { until } from "../support/until";

const GROUP = "access,events,idempotency,links,migration,subscriptions";
const STAGES = "extractor,transformer,validator,importer,verifier";

let cluster: ClusterNodes;
let url: string;
let key: string;
let stages: Broker;
let source: Panel;
let target: Panel;
let link: string;
beforeAll(async () => {
	const patience = { GATEWAY_READY_PATIENCE: "500", TRANSPORTER_TIMEOUT: "60000" };
	cluster = await startCluster({ ...patience, GATEWAY_SHARED_FOR: "0" }, 3);
	[source, target] = await Promise.all([startMarzneshin({ users: 3 }), startMarzban({})]);
	const keeps = await cluster.open({ id: "keeps-1", services: GROUP });
	stages = await cluster.open({ id: "stages-1", services: STAGES });
	const door = await cluster.open({ id: "door-1", services: "gateway", environment: { GATEWAY_PORT: "0" } });
	url = String(Reflect.get(door.getLocalService("gateway"), "address"));
	key = readFileSync(join(cluster.folder, "keeps-1", "api-key"), "utf8").trim();
	await until(async () => (await ask("/ready")).status === 200, "the gateway is ready");
	link = await planned(keeps);
});
afterAll(async () => {
	await cluster?.[Symbol.asyncDispose]();
	await Promise.all([source, target].map(panel => panel?.close()));
});

/** One customer is moved, and old links are answered; answers one of them. */
async function planned(keeps: Broker): Promise<string> {
	const login = { username: "admin", password: "admin123" };
	const sides = {
		source: { connector: "marzneshin", url: source.url, ...login },
		target: { connector: "marzban", url: target.url, ...login }
	};
	const document = JSON.stringify({ name: "panel", streams: ["users"], ...sides });
	const { name, hash } = await keeps.call("migration.plan", { document });
	await keeps.call("migration.start", { name, hash, limit: 1 });
	await until(async () => (await keeps.call("migration.status", { name })).paused, "one was moved, and it rests");
	const body = new URLSearchParams(login);
	const token = await (await fetch(`${source.url}/api/admins/token`, { method: "POST", body })).json();
	const authorization = `Bearer ${(token as { access_token: string }).access_token}`;
	const users = await (await fetch(`${source.url}/api/users`, { headers: { authorization } })).json();
	const [user] = (users as { items: { subscription_url: string }[] }).items;
	return new URL(String(user?.subscription_url), source.url).pathname;
}

interface Said {
	readonly status: number;
	readonly body: Record<string, unknown>;
}
interface Named {
	readonly name: string;
	readonly status: string;
	readonly why?: string;
	readonly message?: string;
}

async function ask(path: string): Promise<Said> {
	const answer = await fetch(url + path, { headers: { "x-api-key": key } });
	return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

const named = (list: unknown, name: string): Named | undefined => (list as Named[]).find(each => each.name === name);
const service = async (name: string) => named((await ask("/health/services")).body.services, name);
const check = async (name: string) => named((await ask("/health/detailed")).body.checks, name);
async function metric(name: string): Promise<number | undefined> {
	const text = await (await fetch(`${url}/metrics`)).text();
	const line = text.split("\n").find(each => each.startsWith(name));
	return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(" ")));
}

it("all there: ready, and every part of it is up", async () => {
	expect(await ask("/ready")).toEqual({ status: 200, body: { ready: true, missing: [] } });
	expect(await service("access")).toEqual({ name: "access", status: "up", nodes: ["keeps-1"] });
	expect(await check("database")).toMatchObject({ status: "up" });
	expect(await linkStatus()).toBe(200);
	expect((await fetch(`${url}/sub/nobody/0123456789abcdef`)).status).toBe(404);
	await until(async () => (await metric('banyan_need_up{need="database"')) === 1, "the database is measured");
	await until(async () => (await metric("banyan_gateway_ready")) === 1, "readiness is measured");
});

const linkStatus = async (): Promise<number> => (await fetch(url + link)).status;

const LOSSES: readonly (readonly [string, lose: () => unknown, give: () => unknown])[] = [
	["killed", () => cluster.mongo.kill(), () => cluster.mongo.again()],
	["frozen", () => cluster.mongo.freeze(), () => cluster.mongo.thaw()]
];

/** One kind of loss says enough; FAULTS=all tries them all. */
it.each(process.env.FAULTS === "all" ? LOSSES : LOSSES.slice(0, 1))(
	"the database %s: services say so at once, the gateway once it has lasted, and none of it when it is back",
	async (_, lose, give) => {
		await lose();
		await until(async () => (await service("access"))?.status === "down", "access is down");
		for (const name of ["links", "migration", "idempotency"])
			expect(await service(name)).toMatchObject({
				status: "down",
				nodes: ["keeps-1"],
				why: expect.stringMatching(/^The database is out of reach of keeps-1 since \d{4}-.+Z\.$/)
			});
		expect(await service("transformer")).toMatchObject({ status: "up" });
		expect(await check("database")).toEqual({ name: "database", status: "down", message: "Out of reach of keeps-1." });
		expect((await ask("/health/access")).status).toBe(503);
		await until(async () => (await ask("/ready")).status === 503, "the gateway is not ready");
		expect((await ask("/ready")).body).toEqual({
			ready: false,
			missing: [],
			why: expect.stringMatching(/^Nothing can be answered: The database is out of reach of keeps-1 since /)
		});
		await until(async () => (await metric("banyan_gateway_ready")) === 0, "that is measured");
		expect(await metric('banyan_need_up{need="database"')).toBe(0);
		expect(await linkStatus()).toBe(503);
		await give();
		await until(async () => (await ask("/ready")).status === 200, "the gateway is ready again");
		await until(async () => (await service("access"))?.status === "up", "access is up again");
		await until(async () => (await ask("/api/v1/migrations")).status === 200, "it answers");
	}
);

it("two of three NATS servers away: ready, for what needs no event is answered; degraded, and said", async () => {
	const { servers } = cluster.nats;
	const [, second, third] = servers;
	await Promise.all([second?.kill(), third?.kill()]);
	await until(async () => (await service("migration"))?.status === "degraded", "migration is degraded");
	expect(await service("migration")).toMatchObject({
		why: expect.stringMatching(/^The event store is out of reach of keeps-1 since /)
	});
	expect(await service("access")).toMatchObject({ status: "up" });
	expect(await ask("/ready")).toMatchObject({ status: 200, body: { ready: true } });
	await until(async () => (await check("event store"))?.status === "down", "the event store is said to be away");
	expect(await metric('banyan_need_up{need="events"')).toBe(0);
	expect((await ask("/api/v1/api-keys")).status).toBe(200);
	expect(await linkStatus()).toBe(200);
	expect((await fetch(`${url}/sub/nobody/0123456789abcdef`)).status).toBe(503);
	await Promise.all([second?.start(), third?.start()]);
	await until(async () => (await service("migration"))?.status === "up", "migration is up again");
	await until(async () => (await ask("/api/v1/migrations")).status === 200, "it answers");
});

it("a service that no node runs makes it unready at once, by its name", async () => {
	await cluster.stop(stages);
	await until(async () => (await ask("/ready")).status === 503, "the gateway is not ready");
	expect((await ask("/ready")).body).toMatchObject({ ready: false, missing: expect.arrayContaining(["importer"]) });
});
