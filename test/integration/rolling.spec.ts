/**
 * Two gateways and two nodes behind them, under load, on a real NATS: each is stopped and started again in turn, and nothing
 * is lost, not even what nobody may do twice; one is killed, or frozen, and what may be done twice is done.
 */

import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { COUNTING } from "../support/counting-node";
import { type Done, type Load, startLoad } from "../support/load";
import { freePort, type Nats, startNats } from "../support/servers";
import { type StartedNode, startNode } from "../support/started-node";
import { until } from "../support/until";

const PER_SECOND = 60;

let folder: string;
let nats: Nats;
let natsPort: number;
let nodes: Map<string, StartedNode>;
const urls: string[] = [];
const ports: Record<string, string> = {};
const shared = { CLUSTER_KEY: randomBytes(32).toString("base64"), NAMESPACE: "spec", LOG_LEVEL: "info" };

const start = async (name: string): Promise<StartedNode> => {
	const common = {
		...shared,
		TRANSPORTER: `nats://127.0.0.1:${natsPort}`,
		NODE_ID: name,
		DATA_DIR: join(folder, name)
	};
	const node = name.startsWith("gateway")
		? await startNode({ ...common, SERVICES: "gateway", GATEWAY_PORT: String(ports[name]) })
		: await startNode({ ...common, COUNT_FILE: join(folder, "done") }, COUNTING);
	nodes.set(name, node);
	return node;
};
const NAMES = ["counter-1", "counter-2", "gateway-1", "gateway-2"] as const;

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "banyan-rolling-"));
	natsPort = await freePort();
	nats = await startNats(["--port", String(natsPort)]);
	nodes = new Map();
	writeFileSync(join(folder, "done"), "");
	for (const name of NAMES) if (name.startsWith("gateway")) ports[name] = String(await freePort());
	await Promise.all(NAMES.slice(0, 2).map(start));
	for (const gateway of await Promise.all(NAMES.slice(2).map(start))) urls.push(gateway.url);
});
afterAll(async () => {
	await Promise.all([...nodes.values()].map(node => node.kill()));
	await nats.kill();
	rmSync(folder, { recursive: true, force: true });
});

const answered = (load: Load, more: number): Promise<void> => {
	const from = load.done.length;
	return until(() => load.done.length >= from + more, `${more} more answers`);
};
const failed = (done: readonly Done[]): Done[] => done.filter(({ status }) => status < 200 || status >= 300);
const worst = (done: readonly Done[]): number => Math.max(...done.map(({ ms }) => ms));
/** How often each was done. */
const counts = (): Map<string, number> => {
	const all = new Map<string, number>();
	for (const id of readFileSync(join(folder, "done"), "utf8").split("\n").filter(Boolean))
		all.set(id, (all.get(id) ?? 0) + 1);
	return all;
};

/** At least so many, on connections that stay: `make drain` asks for 10,000. */
const LEAST = Number(process.env.DRAIN_REQUESTS ?? 0);

it("G7: a rolling restart of every node loses no request of any kind, on connections that stay", async () => {
	writeFileSync(join(folder, "done"), "");
	const load = startLoad(urls, LEAST > 0 ? PER_SECOND * 4 : PER_SECOND);
	await answered(load, PER_SECOND);
	const codes: (number | null)[] = [];
	do {
		for (const name of NAMES) {
			codes.push(await (nodes.get(name) as StartedNode).stop());
			await answered(load, PER_SECOND / 4);
			await start(name);
			await answered(load, PER_SECOND / 2);
		}
	} while (load.done.length < LEAST);
	const done = await load.stop();
	expect(codes.filter(code => code !== 0)).toEqual([]);
	expect(failed(done)).toEqual([]);
	const effects = counts();
	const asked = done.filter(({ idempotent }) => !idempotent).map(({ id }) => id);
	expect(asked.filter(id => effects.get(id) !== 1)).toEqual([]);
	process.stdout.write(`rolling: ${done.length} requests, slowest ${worst(done).toFixed(0)} ms\n`);
});

it("NATS dies and is there again after a while: no request fails that may be done twice", async () => {
	const load = startLoad(urls, PER_SECOND);
	await answered(load, PER_SECOND);
	await nats.kill();
	// Some are on their way by now, and lost.
	const under = load.begun;
	await until(() => load.begun > under + PER_SECOND / 2);
	nats = await startNats(["--port", String(natsPort)]);
	await answered(load, PER_SECOND * 2);
	const reads = (await load.stop()).filter(({ idempotent }) => idempotent);
	expect(failed(reads)).toEqual([]);
	process.stdout.write(`NATS: ${reads.length} reads, slowest ${worst(reads).toFixed(0)} ms\n`);
});

it.each([
	["frozen", "SIGSTOP"],
	["killed", "SIGKILL"]
] as const)("a node behind the gateways is %s: no request fails that may be done twice", async (_, signal) => {
	const load = startLoad(urls, PER_SECOND);
	await answered(load, PER_SECOND);
	process.kill((nodes.get("counter-1") as StartedNode).pid, signal);
	await answered(load, PER_SECOND * 3);
	// All of them, while that node is still as it is.
	const done = await load.stop();
	if (signal === "SIGSTOP") process.kill((nodes.get("counter-1") as StartedNode).pid, "SIGCONT");
	const reads = done.filter(({ idempotent }) => idempotent);
	expect(failed(reads)).toEqual([]);
	process.stdout.write(`${signal}: ${reads.length} reads, slowest ${worst(reads).toFixed(0)} ms\n`);
});
