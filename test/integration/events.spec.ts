/** A migration whose events are on JetStream, and its definition in MongoDB: servers die under it, nodes come and go. */

import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { streamNameOf } from "../../adapters/eventstore/jetstream/stream";
import type { Broker } from "../../cluster";
import type { Status } from "../../contracts/migration/migration";
import { openNode } from "../../node";
import { type NatsCluster, startNatsCluster } from "../support/nats-cluster";
import { type DataServer, startMongo } from "../support/servers";
import { WITH_TASKS } from "../support/tasks/mapping";
import { contentsOf, openBook } from "../support/tasks/notebook";
import { startTaskList, type TaskList } from "../support/tasks/task-list";
import { until } from "../support/until";

const MANY = 300;
const NAMESPACE = "events";
const KEY = randomBytes(32).toString("base64");

let cluster: NatsCluster;
let mongo: DataServer;
let list: TaskList;
let folder: string;
let book: DatabaseSync;
const nodes: Broker[] = [];
beforeAll(async () => {
	[cluster, mongo, list] = await Promise.all([
		startNatsCluster(),
		startMongo(),
		startTaskList({
			lists: [{ id: 1, title: "home" }],
			tasks: Array.from({ length: MANY }, (_, at) => ({
				id: at + 1,
				title: `task ${at + 1}`,
				list: 1,
				done: false,
				due: null
			}))
		})
	]);
	folder = mkdtempSync(join(tmpdir(), "banyan-events-"));
	book = openBook(join(folder, "notebook.db"));
});
afterAll(async () => {
	await Promise.all(nodes.map(node => node.stop()));
	book?.close();
	await Promise.all([cluster, mongo, list].map(each => each?.[Symbol.asyncDispose]()));
	rmSync(folder, { recursive: true, force: true });
});

/** A node with a data folder that nobody had before. */
async function open(name: string): Promise<Broker> {
	const node = await openNode(
		{ resume: false, logLevel: "fatal", logFile: 2, systems: WITH_TASKS },
		{
			...{ STORE: "cluster", TRANSPORTER: cluster.url, MONGODB_URL: `${mongo.url}/${NAMESPACE}`, NAMESPACE },
			...{ NODE_ID: name, DATA_DIR: join(folder, name), PATIENCE_MS: "50", TRANSPORTER_TIMEOUT: "60000" },
			...{ CLUSTER_KEY: KEY, FILES_DIR: folder, CONNECT_ALLOW: "loopback" }
		}
	);
	nodes.push(node);
	return node;
}

const document = (): string => `name: tasks
source: { connector: task-list, url: "${list.url}" }
target: { connector: notebook, keptIn: "${join(folder, "notebook.db")}" }
batch: { records: 5 }`;

const copied = (): number => contentsOf(book)[1]?.length ?? 0;
const statusOf = (node: Broker): Promise<Status> => node.call("migration.status", { name: "tasks" });
const rests = (node: Broker): Promise<void> => until(async () => !(await statusOf(node)).running, "the run rests");

async function killLeader(): Promise<void> {
	const leader = await cluster.leaderOf(streamNameOf(NAMESPACE));
	expect(leader).toBeDefined();
	await leader?.kill();
	await leader?.start();
}

it("goes to its end over the death of the leader of its events, and back", async () => {
	const first = await open("first");
	const { name } = await first.call("migration.plan", { document: document() });
	await first.call("migration.start", { name });
	await until(() => copied() >= 20, "some tasks are copied");
	expect((await statusOf(first)).running).toBe(true);
	await killLeader();
	await rests(first);
	expect(await statusOf(first)).toMatchObject({ phase: "finished", failure: null, verdict: { differences: 0 } });
	const titles = (contentsOf(book)[1] ?? []).map(each => (each as { title: string }).title);
	expect(titles.toSorted()).toEqual(Array.from({ length: MANY }, (_, at) => `task ${at + 1}`).toSorted());
	const status = await statusOf(first);
	const { lines } = await first.call("migration.report", { name, stream: "tasks" });
	await first.stop();

	// Another node, which has nothing of its own, knows it all.
	const second = await open("second");
	expect(await statusOf(second)).toEqual(status);
	expect((await second.call("migration.report", { name, stream: "tasks" })).lines).toEqual(lines);
	await second.call("migration.rollback", { name });
	await until(() => copied() < MANY, "some tasks are taken back");
	await killLeader();
	await rests(second);
	expect(await statusOf(second)).toMatchObject({ phase: "rolled-back", failure: null });
	expect(contentsOf(book).flat()).toEqual([]);
	await second.stop();
});
