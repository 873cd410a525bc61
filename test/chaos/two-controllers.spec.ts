/**
 * Nodes that fight for one migration on one store: whatever they are told and whenever, one at a time writes, exactly one of
 * competing decisions is recorded, and what stands at the target in the end is what the last of them says.
 * `FIGHT_RUNS` sets how many are tried.
 */

import { join } from "node:path";
import fc from "fast-check";
import type { Broker } from "../../cluster";
import type { Status } from "../../contracts/migration/migration";
import { type ClusterNodes, startCluster } from "../support/cluster-nodes";
import { contentsOf, openBook } from "../support/tasks/notebook";
import { newPace, type Pace, slowTasks } from "../support/tasks/slow";
import { startTaskList, type TaskList } from "../support/tasks/task-list";
import { until } from "../support/until";

const RUNS = Number(process.env.FIGHT_RUNS ?? 6);
const SERVICES = "extractor,transformer,validator,importer,verifier,migration,links";
const MANY = 24;

let cluster: ClusterNodes;
let list: TaskList;
let pace: Pace;
let nodes: Broker[];
let fights = 0;

beforeAll(async () => {
	cluster = await startCluster();
	list = await startTaskList({
		lists: [{ id: 1, title: "home" }],
		tasks: Array.from({ length: MANY }, (_, index) => ({
			...{ id: index + 1, title: `task ${index + 1}`, list: 1, done: false, due: null }
		}))
	});
	pace = newPace();
	nodes = await Promise.all(["a", "b"].map(open));
});
afterAll(async () => {
	await list?.[Symbol.asyncDispose]();
	await cluster?.[Symbol.asyncDispose]();
});

const open = (id: string): Promise<Broker> => cluster.open({ id, services: SERVICES, systems: slowTasks(pace, id) });

/** What is told to a node, a while after what was told before. */
interface Told {
	readonly node: 0 | 1;
	readonly word: "start" | "pause" | "halt" | "compare" | "repair" | "rollback" | "replace";
	readonly afterMs: number;
}
const told: fc.Arbitrary<Told> = fc.record({
	node: fc.constantFrom(0, 1) as fc.Arbitrary<0 | 1>,
	word: fc.oneof(
		{ weight: 4, arbitrary: fc.constant("start") },
		{ weight: 3, arbitrary: fc.constantFrom("pause", "halt") },
		{ weight: 2, arbitrary: fc.constantFrom("compare", "repair") },
		{ weight: 1, arbitrary: fc.constantFrom("rollback", "replace") }
	) as fc.Arbitrary<Told["word"]>,
	afterMs: fc.constantFrom(0, 0, 5, 30, 80)
});

/** Refusals that say what happened instead. */
const REFUSALS: ReadonlySet<string> = new Set(["MIGRATION_NOT_READY"]);

async function say(name: string, { node, word }: Told): Promise<void> {
	const at = nodes[node] as Broker;
	if (word === "replace") return replace(node);
	const params = word === "start" || word === "halt" ? { name } : { name, reason: word };
	try {
		await (at as unknown as { call(action: string, params: object): Promise<Status> }).call(
			`migration.${word}`,
			params
		);
	} catch (error) {
		if (!REFUSALS.has(String((error as { type?: string }).type))) throw error;
	}
}

/** A node stops, and another one comes in its place. */
async function replace(index: number): Promise<void> {
	const gone = nodes[index] as Broker;
	nodes[index] = await open(`n${++fights}`);
	await cluster.stop(gone);
}

const statusAt = (at: number, name: string): Promise<Status> =>
	(nodes[at] as Broker).call("migration.status", { name });

it(
	"L6, L13: one at a time writes, and the end is what was decided",
	async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(told, { minLength: 3, maxLength: 9 }), async script => {
				const name = `fight-${++fights}`;
				const book = openBook(join(cluster.folder, `${name}.db`));
				Object.assign(pace, { eachMs: 8, begun: 0 });
				pace.wrote.length = 0;
				const document = `name: ${name}
source: { connector: task-list, url: "${list.url}" }
target: { connector: notebook, keptIn: "${join(cluster.folder, `${name}.db`)}" }
batch: { records: 4 }`;
				await nodes[0]?.call("migration.plan", { document });
				await nodes[1]?.call("migration.start", { name });
				const words: Promise<void>[] = [];
				for (const each of script) {
					await new Promise(resolve => setTimeout(resolve, each.afterMs));
					// What a node has taken it does before it stops.
					if (each.word === "replace") await Promise.all(words);
					words.push(say(name, each));
				}
				await Promise.all(words);
				// Whoever was told last rests or ends; then it goes on to its end by one word more.
				const isBack = (await statusAt(0, name)).phase.startsWith("roll");
				await say(name, { node: 0, word: "start", afterMs: 0 });
				const end = isBack ? "rolled-back" : "finished";
				await until(
					async () => {
						const { phase, running } = await statusAt(1, name);
						return phase === end && !running;
					},
					`${JSON.stringify(script)} ends ${end}`
				);
				await check(name, book, isBack);
				book.close();
			}),
			{ numRuns: RUNS, endOnFailure: true }
		);
	},
	RUNS * 60_000
);

async function check(name: string, book: ReturnType<typeof openBook>, isBack: boolean): Promise<void> {
	const statuses = await Promise.all([statusAt(0, name), statusAt(1, name)]);
	expect(statuses[0]).toEqual(statuses[1]);
	const [, notes] = contentsOf(book);
	expect(notes).toHaveLength(isBack ? 0 : MANY);
	const [{ streams, failure, verdict }] = statuses as [Status, Status];
	expect(failure).toBeNull();
	if (isBack) return;
	expect([verdict?.differences, streams.map(({ read }) => read)]).toEqual([0, [1, MANY]]);
	// Nobody was sent twice: each batch is of one node, and whoever goes on looks first.
	const titles = pace.wrote.map(([, title]) => title);
	expect(titles.length - new Set(titles).size).toBeLessThanOrEqual(4 * countOf(await logOf(name), "taken"));
}

const countOf = (events: readonly string[], type: string): number => events.filter(event => event === type).length;
async function logOf(name: string): Promise<string[]> {
	const { lines } = await (nodes[0] as Broker).call("migration.log", { name, limit: 1000 });
	return lines.map(({ event }) => event);
}
