/**
 * Several nodes that run `migration` on one store: any of them is asked and told, one of them is at work, and when that one
 * is gone another goes on.
 */

import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type { Broker } from "../../cluster";
import type { Status } from "../../contracts/migration/migration";
import { startMarzban } from "../../demo/panels/marzban";
import { startMarzneshin } from "../../demo/panels/marzneshin";
import { type ClusterNodes, LEASE, startCluster } from "../support/cluster-nodes";
import { contentsOf, openBook } from "../support/tasks/notebook";
import { newPace, type Pace, slowTasks } from "../support/tasks/slow";
import { startTaskList, type Task, type TaskList } from "../support/tasks/task-list";
import { until } from "../support/until";

const SERVICES = "extractor,transformer,validator,importer,verifier,migration,links";
const MANY = 60;
const task = (id: number): Task => ({ id, title: `task ${id}`, list: 1, done: false, due: null });

let cluster: ClusterNodes;
let list: TaskList;
let pace: Pace;
let a: Broker;
let b: Broker;
let runs = 0;

beforeAll(async () => {
	cluster = await startCluster();
	list = await startTaskList({
		lists: [{ id: 1, title: "home" }],
		tasks: Array.from({ length: MANY }, (_, index) => task(index + 1))
	});
	pace = newPace();
	[a, b] = await Promise.all([node("a"), node("b")]);
});
afterAll(async () => {
	await list?.[Symbol.asyncDispose]();
	await cluster?.[Symbol.asyncDispose]();
});

const node = async (id: string): Promise<Broker> => {
	const opened = await cluster.open({ id, services: SERVICES, systems: slowTasks(pace, id) });
	// Nodes prefer themselves: whoever is asked here answers.
	return opened;
};

interface Moving extends Disposable {
	readonly name: string;
	readonly book: DatabaseSync;
	readonly document: string;
}

/** A migration of its own, planned at node a. */
async function planned(): Promise<Moving> {
	const name = `tasks-${++runs}`;
	const file = join(cluster.folder, `${name}.db`);
	const book = openBook(file);
	Object.assign(pace, { eachMs: 0, begun: 0 });
	pace.wrote.length = 0;
	const document = `name: ${name}
source: { connector: task-list, url: "${list.url}" }
target: { connector: notebook, keptIn: "${file}" }
batch: { records: 5 }`;
	await a.call("migration.plan", { document });
	return { name, book, document, [Symbol.dispose]: () => book.close() };
}

const statusAt = (at: Broker, name: string): Promise<Status> => at.call("migration.status", { name });
const rested = (at: Broker, name: string): Promise<void> => until(async () => !(await statusAt(at, name)).running);
const allMoved = ({ book }: Moving): void => {
	expect(contentsOf(book)[1]).toHaveLength(MANY);
	expect(new Set(pace.wrote.map(([, title]) => title)).size).toBe(pace.wrote.length);
};

it("what is planned on one is started on another, and any of them says where it stands", async () => {
	using it = await planned();
	pace.eachMs = 5;
	await b.call("migration.start", { name: it.name });
	const [there, here] = [await statusAt(b, it.name), await statusAt(a, it.name)];
	expect([there, here]).toEqual([
		expect.objectContaining({ running: true, node: "b" }),
		expect.objectContaining({ running: true, node: "b" })
	]);
	// Told twice, it is at work once.
	expect(await a.call("migration.start", { name: it.name })).toMatchObject({ running: true, node: "b" });
	await rested(a, it.name);
	allMoved(it);
	const told = async (at: Broker) => ({
		status: await statusAt(at, it.name),
		log: await at.call("migration.log", { name: it.name }),
		report: await at.call("migration.report", { name: it.name, stream: "tasks" }),
		diff: await at.call("migration.diff", { name: it.name, stream: "tasks" }),
		list: (await at.call("migration.list", {})).filter(({ name }) => name === it.name)
	});
	const said = await told(b);
	expect(await told(a)).toEqual(said);
	expect(said.status).toMatchObject({ phase: "finished", running: false, verdict: { differences: 0 } });
});

it("a word to one reaches the other that is at work: it pauses, goes on elsewhere, and is taken back", async () => {
	using it = await planned();
	pace.eachMs = 20;
	await a.call("migration.start", { name: it.name });
	await until(() => pace.begun > 8);
	await b.call("migration.pause", { name: it.name, reason: "to see" });
	await rested(a, it.name);
	const paused = pace.begun;
	expect(await statusAt(a, it.name)).toMatchObject({ phase: "copying", paused: true, running: false });
	expect(paused).toBeLessThan(MANY);
	await b.call("migration.start", { name: it.name });
	await until(() => pace.wrote.some(([by]) => by === "b"));
	expect(await statusAt(a, it.name)).toMatchObject({ running: true, node: "b" });
	await a.call("migration.rollback", { name: it.name, reason: "enough" });
	await until(async () => (await statusAt(b, it.name)).phase === "rolled-back");
	await rested(a, it.name);
	expect(contentsOf(it.book).flat()).toEqual([]);
});

it("L13: of decisions that compete one wins, and the other is told what happened", async () => {
	using it = await planned();
	await a.call("migration.start", { name: it.name });
	await until(async () => (await statusAt(a, it.name)).phase === "finished");
	const asked = await Promise.allSettled([
		a.call("migration.compare", { name: it.name, reason: "a" }),
		b.call("migration.repair", { name: it.name, reason: "b" })
	]);
	expect(asked.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
	const [refused] = asked.flatMap(each => (each.status === "rejected" ? [each.reason as Error] : []));
	expect(refused).toMatchObject({ type: "MIGRATION_NOT_READY", message: expect.stringMatching(/is comparing/) });
	await rested(b, it.name);
	const { lines } = await a.call("migration.log", { name: it.name });
	expect(lines.filter(({ event }) => event === "again")).toHaveLength(2);
});

it("a node that stops hands its run over: another one takes it up by itself", async () => {
	using it = await planned();
	const c = await node("c");
	pace.eachMs = 20;
	await c.call("migration.start", { name: it.name });
	await until(() => pace.begun > 8);
	await cluster.stop(c);
	await until(async () => (await statusAt(a, it.name)).phase === "finished");
	expect(new Set(pace.wrote.map(([by]) => by)).size).toBe(2);
	allMoved(it);
});

it("L6, L12: killed with -9 in the middle of a run, a node is followed by another one once its lease and its requests are over", async () => {
	using it = await planned();
	const c = await cluster.spawn("tasks/cluster-node.ts", {
		id: "c9",
		services: SERVICES,
		environment: { PACE_MS: "15" }
	});
	await until(
		async () => (await a.call("migration.start", { name: it.name }, { nodeID: "c9" }).catch(() => null)) !== null
	);
	await until(async () => (await statusAt(b, it.name)).node === "c9" && (contentsOf(it.book)[1]?.length ?? 0) > 10);
	c.kill("SIGKILL");
	const killed = performance.now();
	const there = contentsOf(it.book)[1]?.length ?? 0;
	expect(there).toBeLessThan(MANY);
	await until(() => pace.begun > 0);
	// Not sooner: what it had sent may still be under way.
	expect(performance.now() - killed).toBeGreaterThan(Number(LEASE.LEASE_BOUND_MS));
	await until(async () => (await statusAt(a, it.name)).phase === "finished");
	expect(contentsOf(it.book)[1]).toHaveLength(MANY);
	const { verdict, streams } = await statusAt(b, it.name);
	expect([verdict?.differences, streams.map(({ outcomes }) => outcomes.created)]).toEqual([0, [1, MANY]]);
	const { lines } = await b.call("migration.log", { name: it.name });
	expect(lines.filter(({ event }) => event === "taken")).toHaveLength(2);
});

it("what one node sealed another opens, and new passwords are told by any of them and are in no file", async () => {
	const [source, target] = await Promise.all([
		startMarzneshin({ createMs: 0, loginMs: 0 }),
		startMarzban({ createMs: 0, loginMs: 0 })
	]);
	try {
		const login = { username: "admin", password: "admin123" };
		const sides = {
			source: { connector: "marzneshin", url: source.url, ...login },
			target: { connector: "marzban", url: target.url, ...login }
		};
		const { hash, name } = await a.call("migration.plan", {
			document: JSON.stringify({ name: "sealed", streams: ["admins"], ...sides })
		});
		await b.call("migration.start", { name, hash });
		await until(async () => (await statusAt(a, name)).phase === "finished");
		const told = await Promise.all([a, b].map(at => at.call("migration.newSecrets", { name, stream: "admins" })));
		expect(told[0]).toEqual(told[1]);
		const made = told[0]?.lines.find(line => line.name === "reseller1");
		const body = new URLSearchParams({ username: "reseller1", password: String(made?.secrets.password) });
		expect((await fetch(`${target.url}/api/admin/token`, { method: "POST", body })).status).toBe(200);
		const files = readdirSync(cluster.folder, { recursive: true }).map(String);
		expect(files.filter(file => /passwords|secret\.key/.test(file))).toEqual([]);
		await a.call("migration.rollback", { name, reason: "" });
		await until(async () => (await statusAt(b, name)).phase === "rolled-back");
		expect((await b.call("migration.newSecrets", { name, stream: "admins" })).lines).toEqual([]);
	} finally {
		await Promise.all([source.close(), target.close()]);
	}
});

it("a dry run is found by any node, ended by its node, and missed with a sentence once that is gone", async () => {
	using it = await planned();
	const c = await node("c");
	const { name } = await c.call("migration.dryRun", { document: it.document });
	await until(async () => !(await statusAt(a, name)).running);
	const pages = await Promise.all([a, b].map(at => at.call("migration.report", { name, stream: "tasks" })));
	expect(pages.map(({ lines }) => lines.length)).toEqual([MANY, MANY]);
	// Again, asked of another: the one that has it begins it anew.
	expect(await a.call("migration.dryRun", { document: it.document })).toMatchObject({ name });
	expect(await a.call("migration.rehearses", { name })).toBeNull();
	await cluster.stop(c);
	await expect(statusAt(b, name)).rejects.toMatchObject({
		type: "MIGRATION_NOT_FOUND",
		message: expect.stringMatching(/kept by the node that began it.*begin it again/)
	});
});
