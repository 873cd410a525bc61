/**
 * The whole cluster as processes of this machine, started once: its commands, what its supervisor does, and what those notice
 * who ask it while its processes die. How long that takes is for `make chaos`: a test knows conditions, no speeds.
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Status } from "../../contracts/migration/migration";
import { judging, openBooks } from "../../local/chaos/books";
import { FAULTS } from "../../local/chaos/faults";
import { Load } from "../../local/chaos/load";
import { type Stage as ClusterStage, openStage as openCluster } from "../../local/chaos/stage";
import { tried, untroubled } from "../../local/chaos/trial";
import { runningIn } from "../../local/marks";
import { placeAt } from "../../local/place";
import { isFree } from "../../local/ports";
import { CLUSTER } from "../../local/shape";
import { readState, type State } from "../../local/state";
import { SUPERVISOR } from "../../local/stop";
import { openStage } from "../support/banyan";
import { alertRules } from "../support/monitoring";
import { prometheusAt } from "../support/prometheus";
import { until } from "../support/until";

const MAIN = join(__dirname, "..", "..", "dist", "local", "main.js");
const folder = mkdtempSync(join(tmpdir(), "banyan-cluster-"));
let cluster: ClusterStage;

beforeAll(async () => {
	cluster = await openCluster(folder, CLUSTER);
});
afterAll(async () => {
	await cluster?.[Symbol.asyncDispose]();
	rmSync(folder, { recursive: true, force: true });
});

/** What somebody types, and sees. */
async function cli(command: string, variables: Record<string, string> = {}): Promise<{ code: number; said: string }> {
	const { PATH, HOME } = process.env;
	const child = spawn(process.execPath, [MAIN, command, folder], { env: { PATH, HOME, ...variables } });
	let said = "";
	for (const stream of [child.stdout, child.stderr]) stream.on("data", chunk => (said += String(chunk)));
	const [code] = (await once(child, "close")) as [number];
	return { code, said };
}

const stateNow = (): State => readState(placeAt(folder).state) as State;
const pidOf = (name: string): number | undefined => runningIn(folder).get(name)?.[0];
const kill = (name: string): void => void process.kill(pidOf(name) as number, "SIGKILL");

it("all sixteen are well, and what is secret is their owner's alone", async () => {
	const { code, said } = await cli("health");
	expect(said).toContain("All 16 processes are well.");
	expect(code).toBe(0);
	expect(statSync(folder).mode & 0o077).toBe(0);
	const { secrets, state } = placeAt(folder);
	const { certificate } = placeAt(folder);
	for (const file of [state, join(secrets, "cluster.key"), join(secrets, "nats-routes"), certificate("stages").key])
		expect(statSync(file).mode & 0o077).toBe(0);
	expect(readFileSync(state, "utf8")).not.toContain(readFileSync(join(secrets, "nats-routes"), "utf8").trim());
});

it("its Prometheus reaches every node, and has every alert; none fires", async () => {
	const prometheus = prometheusAt(`http://127.0.0.1:${stateNow().ports["prometheus.http"]}`);
	const nodes = stateNow().processes.flatMap(({ name }) =>
		/^(nats|redis|database|prometheus)/.test(name) ? [] : [name.replace("-", ".")]
	);
	await until(async () => {
		const targets = await prometheus.targets();
		return targets.size === nodes.length + 1 && nodes.every(name => targets.get(name) === "up");
	}, "every target is up");
	expect((await prometheus.loaded()).filter(name => name.startsWith("Banyan")).sort()).toEqual(
		alertRules()
			.map(({ alert }) => alert)
			.sort()
	);
	expect((await prometheus.alerts()).filter(({ state }) => state === "firing")).toEqual([]);
	const { said } = await cli("up");
	expect(said).toContain(`${prometheus.url}/alerts`);
});

it("started once more while it is up, it stays as it is, and tells addresses, key and what to try", async () => {
	const before = stateNow().processes.map(({ pid }) => pid);
	const { code, said } = await cli("up");
	expect(said).toContain("The cluster is up already.");
	for (const url of cluster.urls) expect(said).toContain(url);
	expect(said).toMatch(/API key +in \S+\/api-key/);
	expect(said).toContain("make cluster-down");
	expect(code).toBe(0);
	expect(stateNow().processes.map(({ pid }) => pid)).toEqual(before);
});

it("what dies is started again; until then its health says so, and ends with 1", async () => {
	const restarts = (name: string): number => stateNow().processes.find(each => each.name === name)?.restarts ?? 0;
	const before = restarts("stages-1");
	kill("stages-1");
	await until(() => restarts("stages-1") > before, "the supervisor has seen it");
	await until(async () => (await cli("health")).code === 0, "all are well again");
	expect((await cli("health")).said).toMatch(/stages-1 +node +well +\d+ +.* +1$/m);
});

it("its supervisor killed, all go on; the next one takes them over as they are", async () => {
	const before = stateNow().processes.map(({ pid }) => pid);
	kill(SUPERVISOR);
	await until(() => pidOf(SUPERVISOR) === undefined);
	const alone = await cli("health");
	expect(alone.said).toContain("Its supervisor is gone: what dies stays down.");
	expect(alone.code).toBe(1);
	expect((await cli("up")).code).toBe(0);
	expect(stateNow().processes.map(({ pid }) => pid)).toEqual(before);
	kill("redis");
	await until(async () => (await cli("health")).code === 0, "what it took over it starts again, too");
});

it("another shape is taken as it runs: what is new comes, what is too much goes, the rest stays", async () => {
	const gateway = pidOf("gateway-1");
	expect((await cli("up", { CLUSTER_NODES: "stages=3" })).said).toContain("All 17 processes are well.");
	expect(pidOf("stages-3")).toBeDefined();
	expect((await cli("up", { CLUSTER_NODES: "stages=2" })).said).toContain("All 16 processes are well.");
	expect(pidOf("stages-3")).toBeUndefined();
	expect(pidOf("gateway-1")).toBe(gateway);
	const wrong = await cli("up", { CLUSTER_NODES: "stage=3" });
	expect(wrong.said).toContain("CLUSTER_NODES='stage=3' is not valid: it must be numbers of 1 to 16 for stages,");
	expect(wrong.code).toBe(1);
});

it("a migration goes across it to its end, with the gateway, a migration node and the NATS leader killed on its way", async () => {
	await using stage = await openStage({ users: 230, target: { createMs: 15 } });
	const password = { password: "admin123" };
	const definition = stage.define({
		source: { connector: "marzneshin", url: stage.source.url, username: "admin", ...password, retryBaseMs: 50 },
		target: { connector: "marzban", url: stage.target.url, username: "admin", ...password, retryBaseMs: 50 }
	});
	const access = { BANYAN_URL: String(cluster.urls[0]), BANYAN_API_KEY: cluster.key };
	const run = stage.banyan(["migration", "run", definition], access);
	const status = async (): Promise<Status | undefined> => {
		const path = "/api/v1/migrations/panel";
		const { answer } = await cluster.client.ask({ method: "GET", path, again: true });
		return answer?.status === 200 ? (answer.body as Status) : undefined;
	};
	const read = async (): Promise<number> =>
		(await status())?.streams.find(({ stream }) => stream === "users")?.read ?? 0;
	const steps: readonly (readonly [least: number, strike: () => Promise<void>])[] = [
		[20, () => cluster.hands.signal("migration-1", "SIGKILL")],
		[60, () => cluster.hands.signal("gateway-1", "SIGKILL")],
		[100, async () => cluster.hands.signal(await cluster.hands.leader(), "SIGKILL")],
		[140, () => cluster.hands.signal("migration-2", "SIGKILL")]
	];
	for (const [least, strike] of steps) {
		await until(async () => (await read()) >= least || run.process.exitCode !== null, `${least} users were read`);
		await strike();
	}
	let ended = await run.ended;
	// While both migration nodes are dead nobody is at work on it, which the command says; it is given once more (1).
	for (let tries = 0; ended.code === 1 && tries < 5; tries++)
		ended = await stage.banyan(["migration", "run", definition], access).ended;
	expect(ended.stdout).toMatch(/(\d+) of \1 accounted for · 0 differences/);
	expect(ended.code).toBe(0);
});

describe("under load", () => {
	const short = FAULTS.filter(each => each.short);
	let load: Load;
	let judge: ReturnType<typeof judging>;
	beforeAll(async () => {
		await until(() => cluster.well());
		const books = openBooks(cluster.migration);
		load = new Load(cluster.client, books, 20);
		judge = judging(cluster.client, books);
		await untroubled(load);
	});

	it.each(short)(
		"$name: nothing asked twice fails, nothing acknowledged is lost, nothing is done twice",
		async fault => {
			const { hands, well } = cluster;
			const row = await tried(fault, { load, hands, lastsMs: 5_000, well, judge });
			expect({ ...row, why: row.why }).toMatchObject({ failed: 0, lost: 0, twice: 0 });
			expect(row.requests).toBeGreaterThan(50);
		}
	);
});

it("stopped, nothing of it is left: no process, no port", async () => {
	const { ports } = stateNow();
	await cluster[Symbol.asyncDispose]();
	expect([...runningIn(folder)]).toEqual([]);
	for (const port of Object.values(ports)) expect(await isFree(port)).toBe(true);
	const { code, said } = await cli("health");
	expect(said).toContain("No cluster runs here: `make cluster` starts one.");
	expect(code).toBe(1);
	expect((await cli("down", { CLUSTER_CLEAN: "1" })).code).toBe(0);
	expect(existsSync(folder)).toBe(false);
});
