/** Each node's own metrics, as a real Prometheus reads them: found by HTTP and by a file, up, down, and gone. */

import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServiceBroker } from "moleculer";
import type { Broker } from "../../cluster";
import { openNode, SERVICES } from "../../node";
import { type Prometheus, startPrometheus } from "../support/prometheus";
import { type Nats, startNats } from "../support/servers";
import { type StartedNode, startNode } from "../support/started-node";
import { until } from "../support/until";

let folder: string;
let nats: Nats;
let one: Broker;
let two: StartedNode;
let prometheus: Prometheus;
const targetsFile = (): string => join(folder, "targets.json");

const key = randomBytes(32).toString("base64");
const environmentOf = (id: string): Record<string, string> => ({
	TRANSPORTER: nats.url,
	NODE_ID: id,
	NAMESPACE: "metrics",
	CLUSTER_KEY: key,
	DATA_DIR: join(folder, id),
	HEARTBEAT_TIMEOUT: "2",
	SERVICES: id.startsWith("rules") ? "validator" : "transformer"
});
const PROGRAM = { cwd: process.cwd(), program: ["--import", "tsx", "start.ts"] };
const portOf = ({ metadata }: Broker): number => (metadata as { metrics: { port: number } }).metrics.port;
const addressOf = (node: Broker): string => `http://127.0.0.1:${portOf(node)}`;

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "banyan-metrics-"));
	nats = await startNats();
	const quiet = { logLevel: "fatal", logFile: 2 };
	one = await openNode(quiet, { ...environmentOf("rules-1"), METRICS_TARGETS_FILE: targetsFile() });
	two = await startNode(environmentOf("stages-1"), PROGRAM);
	prometheus = await startPrometheus(
		() => `
global: { scrape_interval: 3s, scrape_timeout: 3s }
scrape_configs:
  - job_name: http
    http_sd_configs: [{ url: "${addressOf(one)}/metrics/targets", refresh_interval: 3s }]
  - job_name: file
    file_sd_configs: [{ files: ["${targetsFile()}"], refresh_interval: 3s }]
`
	);
});
afterAll(async () => {
	await prometheus?.[Symbol.asyncDispose]();
	await two?.[Symbol.asyncDispose]();
	await one?.stop();
	await nats?.kill();
	rmSync(folder, { recursive: true, force: true });
});

/** Until a query is answered by as many series as that, each with these labels. */
const answered = async (query: string, ...labels: readonly object[]): Promise<void> => {
	let last: readonly object[] = [];
	await until(async () => {
		last = (await prometheus.query(query)).map(({ metric }) => metric);
		return last.length === labels.length;
	}, `${labels.length} series of ${query}`);
	expect(last).toEqual(expect.arrayContaining(labels.map(each => expect.objectContaining(each))));
};
const both = (each: object): object[] => ["http", "file"].map(job => ({ job, ...each }));

it("are found by HTTP and in a file, with their node and its group", async () => {
	const nodes = [
		{ node: "rules-1", group: "rules" },
		{ node: "stages-1", group: "stages" }
	];
	await answered("up == 1", ...nodes.flatMap(both));
	await answered("banyan_nats_connected == 1", ...nodes.flatMap(both));
	await answered("banyan_build_info", ...nodes.flatMap(both));
	await answered('process_resident_memory_bytes{job="http"} > 1e7', ...nodes);
	const listed = JSON.parse(readFileSync(targetsFile(), "utf8"));
	expect(await (await fetch(`${addressOf(one)}/metrics/targets`)).json()).toEqual(listed);
	expect(listed.map(({ labels }: { labels: object }) => labels)).toEqual([
		expect.objectContaining({ __meta_banyan_services: ",validator," }),
		expect.objectContaining({ __meta_banyan_services: ",transformer," })
	]);
});

it("tell a call at both of its ends", async () => {
	const call = () => (one as unknown as ServiceBroker).call("transformer.batch", {}).catch(() => undefined);
	await until(async () => {
		await call();
		const [sample] = await prometheus.query(
			'sum(moleculer_request_total{job="http", action=~"transformer.*", type="local"})'
		);
		return Number(sample?.value[1] ?? 0) > 0;
	});
	await answered(
		'moleculer_request_time_seconds_count{job="http", action=~"transformer.*"}',
		{ node: "rules-1", type: "remote" },
		{ node: "stages-1", type: "local" }
	);
});

it("are at a gateway's port for them as at every node's, and what it says of all nodes beside", async () => {
	const token = "those-who-watch-show-this";
	const more = { SERVICES: "", METRICS_PORT: "0", GATEWAY_PORT: "0", METRICS_TOKEN: token };
	const door = await openNode(
		{ logLevel: "fatal", logFile: 2, services: SERVICES },
		{ ...environmentOf("door-1"), ...more }
	);
	const said = async (url: string, headers: Record<string, string> = {}) => {
		const answer = await fetch(url, { headers });
		return { status: answer.status, type: answer.headers.get("content-type"), text: await answer.text() };
	};
	const shown = { authorization: `Bearer ${token}` };
	const gateway = String(Reflect.get(door.getLocalService("gateway"), "address"));
	try {
		await until(
			async () => (await said(`${addressOf(one)}/metrics/targets`)).text.includes(`:${portOf(door)}"`),
			"it is listed"
		);
		const own = await said(`${addressOf(door)}/metrics`, { ...shown, accept: "application/openmetrics-text" });
		expect([own.status, own.type]).toEqual([200, "application/openmetrics-text; version=1.0.0; charset=utf-8"]);
		expect(own.text).toContain('banyan_node_info{node_id="door-1",group="door",namespace="metrics"} 1\n');
		expect(own.text).not.toContain("rules-1");
		const all = await said(`${addressOf(door)}/metrics/cluster`, shown);
		for (const node of ["door-1", "rules-1", "stages-1"]) expect(all.text).toContain(`banyan_up{node="${node}"} 1\n`);
		for (const path of ["/metrics", "/metrics/cluster", "/metrics/targets", "/health/detailed"]) {
			expect([path, (await said(`${addressOf(door)}${path}`)).status]).toEqual([path, 401]);
			expect([path, (await said(`${gateway}${path}`, shown)).status]).toEqual([path, 404]);
		}
		// It is no API key, and no wrong one either, however often it is shown.
		for (let times = 0; times < 40; times++)
			expect((await said(`${addressOf(door)}/health/detailed`, shown)).status).toBe(200);
	} finally {
		await door.stop();
	}
});

it("of a node that leaves are gone, of one that was lost are seen to be down", async () => {
	const three = await openNode({ logLevel: "fatal", logFile: 2 }, environmentOf("rules-2"));
	await answered('up{node="rules-2"} == 1', ...both({ group: "rules" }));
	await three.stop();
	await answered('up{node="rules-2"}');
	await two.kill();
	await answered('up{node="stages-1"} == 0', ...both({}));
	// The registry knows by now, and that it is a target still.
	await until(() => !one.registry.nodes.get("stages-1")?.available);
	await answered('up{node="stages-1"} == 0', ...both({}));
});
