/**
 * A real Prometheus over a small real cluster: it finds every node by what a gateway says, takes the rules, and answers each
 * query of each dashboard with figures; a node that is killed makes its alert fire, and one in its place ends it.
 */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Broker } from "../../cluster";
import { prometheusConfig, rulesFor } from "../../local/prometheus-config";
import { DASHBOARDS } from "../../monitoring/panels";
import { type ClusterNodes, startCluster } from "../support/cluster-nodes";
import { alertRules, MONITORING, metricsIn, recordRules, ruleFiles } from "../support/monitoring";
import { type Prometheus, startPrometheus } from "../support/prometheus";
import { type DataServer, startRedis } from "../support/servers";
import { WITH_TASKS } from "../support/tasks/mapping";
import { openBook } from "../support/tasks/notebook";
import { startTaskList, type Task, type TaskList } from "../support/tasks/task-list";
import { until } from "../support/until";

const KEEPS = "access,config,events,flags,idempotency,links,migration,routes,scheduler,subscriptions";
const STAGES = "extractor,transformer,validator,importer,verifier";
const KILLED = { id: "stages-2", services: STAGES, environment: { PACE_MS: "0" } };
const SPAWNED = "tasks/cluster-node.ts";

let cluster: ClusterNodes;
let redis: DataServer;
let list: TaskList;
let prometheus: Prometheus;
let keeps: Broker;
let door: Broker;
let killed: Awaited<ReturnType<ClusterNodes["spawn"]>>;
const over = new AbortController();

beforeAll(async () => {
	redis = await startRedis();
	cluster = await startCluster({
		GATEWAY_PORT: "0",
		GATEWAY_SHARED_FOR: "0",
		REDIS_URL: redis.url,
		LINK_GUESSES: "10000",
		EVENT_TRIES: "1",
		TRANSPORTER_TIMEOUT: "60000"
	});
	const asked = { services: `${KEEPS},${STAGES}`, systems: WITH_TASKS };
	keeps = await cluster.open({ id: "keeps-1", ...asked });
	door = await cluster.open({ id: "gateway-1", services: "gateway", environment: { BREAKER_CALLS: "1" } });
	killed = await cluster.spawn(SPAWNED, KILLED);
	prometheus = await startPrometheus(configured);
	void traffic();
	await brokenOpen();
	await laidAside();
	list = await startTaskList({ lists: [{ id: 1, title: "home" }], tasks: [task(1), task(2)] });
	await moved("clean");
	list.tasks.push(
		{ ...task(3), due: "2026-12-01" },
		{ ...task(4), title: "a line that is longer than any line of a notebook" }
	);
	await moved("odd");
});
afterAll(async () => {
	over.abort();
	for (const each of [prometheus, cluster, list, redis]) await each?.[Symbol.asyncDispose]();
});

const task = (id: number): Task => ({ id, title: `task ${id}`, list: 1, done: false, due: null });
const gateway = (): string => String(Reflect.get(door.getLocalService("gateway"), "address"));

/** Between two looks. */
const EVERY_S = 2;

/** What is shipped, with shorter times. */
function configured(own: number): string {
	const rules = join(cluster.folder, "rules");
	mkdirSync(rules);
	for (const file of ruleFiles())
		writeFileSync(join(rules, basename(file)), rulesFor(readFileSync(file, "utf8"), EVERY_S));
	const shipped = readFileSync(join(MONITORING, "prometheus.yml"), "utf8");
	return prometheusConfig(shipped, { gateways: [Number(new URL(gateway()).port)], own, rules, everyS: EVERY_S });
}

/** Whoever asks, until all is over. */
async function traffic(): Promise<void> {
	const key = readFileSync(join(cluster.folder, "keeps-1", "api-key"), "utf8").trim();
	const paths = ["/api/v1/migrations", "/api/v1/migrations/nobody", "/sub/nobody/0123456789abcdef"];
	while (!over.signal.aborted) {
		for (const path of paths)
			await fetch(gateway() + path, { headers: { "x-api-key": key } }).then(
				answer => answer.text(),
				() => undefined
			);
		await sleep(500);
	}
}

async function moved(name: string): Promise<void> {
	const file = join(cluster.folder, `${name}.db`);
	openBook(file).close();
	const document = `name: ${name}\nsource: { connector: task-list, url: "${list.url}" }\ntarget: { connector: notebook, keptIn: "${file}" }\n`;
	const { hash } = await keeps.call("migration.plan", { document });
	await keeps.call("migration.start", { name, hash });
	await until(async () => (await keeps.call("migration.status", { name })).phase === "finished", `${name} is finished`);
}

/** One call that comes too late opens the breaker of this node. */
async function brokenOpen(): Promise<void> {
	const isOpen = (): boolean =>
		(door.metrics.getMetric("moleculer.circuit-breaker.opened.active")?.snapshot() ?? []).length > 0;
	const late = (): Promise<unknown> => door.call("events.waiting", {}, { timeout: 1 }).catch(() => undefined);
	await until(async () => {
		await late();
		return isOpen();
	}, "the breaker is open");
}

/** A durable event that its service cannot deal with. */
async function laidAside(): Promise<void> {
	const service = keeps.getLocalService("idempotency") as unknown as { requests: { write: unknown } };
	const { write } = service.requests;
	service.requests.write = () => Promise.reject(new Error("no room"));
	const { id } = await keeps.call("access.create", { name: "one of many", scopes: ["keys:manage"] });
	await keeps.call("access.revoke", { id });
	await until(async () => (await keeps.call("events.waiting")) === 1, "it is laid aside");
	service.requests.write = write;
}

/** Whoever asks without a pause takes the time of those that are asked. */
async function seen(holds: () => Promise<boolean>, what: string | (() => string)): Promise<void> {
	try {
		await until(async () => (await holds()) || (await sleep(500, false)));
	} catch (error) {
		throw new Error(`It did not come about: ${typeof what === "string" ? what : what()}`, { cause: error });
	}
}

const NODES = ["gateway-1", "keeps-1", "stages-2"];

it("finds every node by what a gateway says, and takes the rules", async () => {
	await seen(async () => {
		const targets = await prometheus.targets();
		return NODES.every(name => targets.get(name) === "up");
	}, "every target is up");
	const names = [...alertRules().map(({ alert }) => alert), ...recordRules().map(({ record }) => record)];
	expect([...(await prometheus.loaded())].sort()).toEqual(names.sort());
	await seen(async () => (await prometheus.query("service:requests:rate5m")).length > 0, "rules are evaluated");
});

const figures = async (expr: string): Promise<number[]> =>
	(await prometheus.query(expr)).map(({ value: [, value] }) => Number(value)).filter(Number.isFinite);

it("every query of every dashboard is answered with figures", async () => {
	const open = new Map(
		DASHBOARDS.flatMap(({ name, rows }) =>
			rows.flatMap(({ panels }) =>
				panels.flatMap(({ title, queries }) => queries.map(({ expr }) => [expr, `${name}: ${title}: ${expr}`] as const))
			)
		)
	);
	const filled = (expr: string): string => expr.replace(/\$__rate_interval/g, "15s").replace(/\$\w+/g, ".*");
	// Some of it is told while records are written, and for a while behind it: all are asked at once.
	await seen(
		async () => {
			for (const expr of [...open.keys()]) if ((await figures(filled(expr))).length > 0) open.delete(expr);
			return open.size === 0;
		},
		() => `figures for ${[...open.values()].join("\n")}`
	);
});

/** Nodes of this cluster have no certificates, and no strangers: integration/tls.spec.ts and security-bus.spec.ts see both. */
const ELSEWHERE = ["banyan_tls_certificate_not_after_seconds", "banyan_packets_refused_total"];

it("every metric that an alert or a recorded series asks for is there", async () => {
	const names = new Set([...alertRules(), ...recordRules()].flatMap(({ expr }) => metricsIn(expr)));
	expect(ELSEWHERE.map(name => names.delete(name))).toEqual([true, true]);
	for (const name of names)
		await seen(async () => (await prometheus.query(`last_over_time(${name}[5m])`)).length > 0, `${name} is there`);
});

it("a node that is killed makes its alert fire, in its words; started again, the alert ends", async () => {
	killed.kill("SIGKILL");
	await seen(async () => (await prometheus.firing("BanyanNodeDown")).length > 0, "the alert fires");
	const [alert] = await prometheus.firing("BanyanNodeDown");
	expect(alert).toMatchObject({
		labels: { node: "stages-2", group: "stages", severity: "warning" },
		annotations: { summary: "Node stages-2 is down", runbook_url: "docs/runbooks/alerts.md#banyannodedown" }
	});
	await cluster.spawn(SPAWNED, KILLED);
	await seen(async () => (await prometheus.firing("BanyanNodeDown")).length === 0, "the alert ends");
	expect((await prometheus.targets()).get("stages-2")).toBe("up");
});

it("a node that leaves in order is no alert", async () => {
	const extra = await cluster.open({ id: "stages-3", services: "transformer" });
	await seen(async () => (await prometheus.targets()).get("stages-3") === "up", "it is found");
	await cluster.stop(extra);
	await seen(async () => !(await prometheus.targets()).has("stages-3"), "it is listed no more");
	expect((await prometheus.firing("BanyanNodeDown")).map(({ labels }) => labels.node)).toEqual([]);
});
