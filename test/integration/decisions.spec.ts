/** An operator's word under an Idempotency-Key: once, also where the node that takes it dies within it. */

import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Broker } from "../../cluster";
import type { Status } from "../../contracts/migration/migration";
import { textOf } from "../../domain/unknown";
import { type ClusterNodes, startCluster } from "../support/cluster-nodes";
import { openBook } from "../support/tasks/notebook";
import { newPace, slowTasks } from "../support/tasks/slow";
import { startTaskList, type TaskList } from "../support/tasks/task-list";
import { until } from "../support/until";

const STAGES = "extractor,transformer,validator,importer,verifier,migration,links";
const HELD_MS = 60_000;

let cluster: ClusterNodes;
let list: TaskList;
let door: Broker;
let key: string;

beforeAll(async () => {
	cluster = await startCluster({ GATEWAY_PORT: "0" });
	list = await startTaskList({
		lists: [{ id: 1, title: "home" }],
		tasks: Array.from({ length: 12 }, (_, id) => ({ id: id + 1, title: `task ${id}`, list: 1, done: false, due: null }))
	});
	// It waits for as long for a service that is gone.
	const environment = { CALL_PATIENCE: String(HELD_MS), BREAKER_CALLS: "100000" };
	door = await cluster.open({ id: "door", services: "gateway,access,idempotency", environment });
	const file = join(cluster.folder, "door", "api-key");
	await until(() => existsSync(file));
	key = readFileSync(file, "utf8").trim();
});
afterAll(async () => {
	await list?.[Symbol.asyncDispose]();
	await cluster?.[Symbol.asyncDispose]();
});

interface Answer {
	readonly status: number;
	readonly replayed: boolean;
	readonly body: Status;
}

/** The same request each time. */
async function told(name: string, word: string): Promise<Answer> {
	const url = `${textOf(door.getLocalService("gateway"), "address")}/api/v1/migrations/${name}/${word}`;
	const answer = await fetch(url, {
		method: "POST",
		headers: { "x-api-key": key, "content-type": "application/json", "idempotency-key": `${word}-${name}` },
		body: JSON.stringify({ reason: "to see" })
	});
	const replayed = answer.headers.get("idempotency-replayed") === "true";
	return { status: answer.status, replayed, body: (await answer.json()) as Status };
}

const runs = (): boolean => {
	const nodes = door.registry.getNodeList({ onlyAvailable: true, withServices: true });
	return nodes.some(({ services }) => services.some(({ name }) => name === "migration"));
};

/** It dies in the moment in which the word is recorded, and before it is answered. */
async function dying(id: string): Promise<ChildProcess> {
	const child = await cluster.spawn("tasks/cluster-node.ts", {
		id,
		services: STAGES,
		environment: { FAILPOINT: "decided@1=kill", PACE_MS: "30" }
	});
	await until(runs, "that the door knows of it");
	return child;
}

const wordsIn = async (name: string, type: string): Promise<number> =>
	(await door.call("migration.log", { name })).lines.filter(({ event }) => event === type).length;

/** `FAULTS=all` tries the others, too: they are taken in the same way. */
const ALL = process.env.FAULTS === "all";

type Case = [word: string, event: string, before: "running" | "finished"];
const OTHERS: readonly Case[] = [["cancel", "cancelled", "running"]];

it.each<Case>([["pause", "paused", "running"], ["compare", "again", "finished"], ...(ALL ? OTHERS : [])])(
	"%s is carried out by the next node, and once",
	async (word, event, before) => {
		const name = `tasks-${word}`;
		const file = join(cluster.folder, `${name}.db`);
		using _book = openBook(file);
		const child = await dying(`dies-${word}`);
		await door.call("migration.plan", {
			document: `name: ${name}
source: { connector: task-list, url: "${list.url}" }
target: { connector: notebook, keptIn: "${file}" }
batch: { records: 2 }`
		});
		await door.call("migration.start", { name });
		const isSo = async (): Promise<boolean> => {
			const { phase, running } = await door.call("migration.status", { name });
			return before === "running" ? running : phase === "finished" && !running;
		};
		await until(isSo, `that '${name}' is ${before}`);
		const id = `stays-${word}`;
		const next = once(child, "exit").then(() =>
			cluster.open({ id, services: STAGES, systems: slowTasks(newPace(), id) })
		);
		const [answer, stays] = await Promise.all([told(name, word), next]);
		expect(answer).toMatchObject({ status: word === "compare" ? 202 : 200, replayed: false });
		expect(await told(name, word)).toMatchObject({ status: answer.status, replayed: true, body: answer.body });
		const streams = answer.body.streams.length;
		expect(await wordsIn(name, event)).toBe(event === "again" ? streams : 1);
		// Under another key it is another word, as ever.
		if (word === "cancel") await expect(door.call("migration.cancel", { name })).rejects.toMatchObject({ code: 409 });
		await cluster.stop(stays);
	}
);
