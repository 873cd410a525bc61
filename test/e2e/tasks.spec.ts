/**
 * A migration between two systems of which the product knows nothing: a task list, read by HTTP, and a notebook, a SQLite
 * file. Connectors, mapping and words are a value that the node is given; the services are the product's.
 */

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type { Client } from "../../cli/client";
import { withClient } from "../../cli/command";
import { decide } from "../../cli/commands/decide";
import { dryRun } from "../../cli/commands/dry-run";
import { plan } from "../../cli/commands/plan";
import { report } from "../../cli/commands/report";
import { runMigration } from "../../cli/commands/run";
import { polled } from "../../cli/lines";
import type { Broker } from "../../cluster";
import { vocabularyOf } from "../../domain/migration/vocabulary";
import { openNode } from "../../node";
import { captured, type Ended, type Work } from "../support/in-process";
import { tasksToNotes, WITH_TASKS } from "../support/tasks/mapping";
import { contentsOf, openBook } from "../support/tasks/notebook";
import { startTaskList, type Task, type TaskList } from "../support/tasks/task-list";

const MANY = 40;
const LONG = "a title that is far longer than a line of the notebook";
const task = (id: number, changes: Partial<Task> = {}): Task => ({
	id,
	title: `task ${id}`,
	list: 1 + (id % 2),
	done: false,
	due: null,
	...changes
});

let list: TaskList;
let folder: string;
let book: DatabaseSync;
const environment = () => ({ ...process.env, DATA_DIR: join(folder, "data"), PATIENCE_MS: "5" });
const open = (): Promise<Broker> =>
	openNode({ own: true, resume: false, logLevel: "fatal", logFile: 2, systems: WITH_TASKS }, environment());

beforeEach(async () => {
	folder = mkdtempSync(join(tmpdir(), "banyan-tasks-"));
	book = openBook(join(folder, "notebook.db"));
	list = await startTaskList({
		lists: [
			{ id: 1, title: "home" },
			{ id: 2, title: "work" }
		],
		tasks: [
			...Array.from({ length: MANY }, (_, index) => task(index + 1)),
			task(41, { due: "2031-01-01" }),
			task(42, { title: LONG })
		]
	});
});
afterEach(async () => {
	book.close();
	await list[Symbol.asyncDispose]();
	rmSync(folder, { recursive: true, force: true });
});

/** @param more lines of the definition */
const definition = (more = ""): string => `name: tasks
source: { connector: task-list, url: "${list.url}" }
target: { connector: notebook, keptIn: "${join(folder, "notebook.db")}" }
batch: { records: 10 }
${more}`;

async function banyan(broker: Broker, work: Work): Promise<Ended> {
	const call: Client["call"] = (action, params) => broker.call(action, ...([params] as never)) as never;
	const client: Client = {
		server: null,
		words: vocabularyOf([tasksToNotes.spec]),
		call,
		follow: (name, after, until) => polled({ call }, name, after, until),
		close: async () => undefined
	};
	return captured(() =>
		withClient(
			async () => client,
			"write",
			each => work(each, {})
		)
	);
}

function written(more?: string): string {
	const file = join(folder, "tasks.yaml");
	writeFileSync(file, definition(more));
	return file;
}

const PANEL = /marz|panel|inbound|subscription|\busers?\b|\badmins?\b/i;

it("is planned, rehearsed, run, compared, repaired, reported and taken back, in its own words", async () => {
	const broker = await open();
	try {
		const told: Ended[] = [];
		const banyanSays = async (work: Work): Promise<Ended> => {
			told.push(await banyan(broker, work));
			return told.at(-1) as Ended;
		};
		const file = written();
		const planned = await banyanSays(client => plan(client, file, {}));
		expect(planned.code).toBe(0);
		expect(planned.text).toMatch(/lists +2 +0 +2/);
		expect(planned.text).toContain("walked in the order of their dependence: lists, tasks");
		expect(planned.text).toContain(
			"1 task has a title longer than a line of the notebook. See docs/losses.md#title_long"
		);

		expect((await banyanSays(client => dryRun(client, file, {}))).code).toBe(0);
		expect(contentsOf(book).flat()).toEqual([]);

		const run = await banyanSays(client => runMigration(client, file, {}));
		expect(run.text).toContain("1 task had a deadline, and a notebook knows none.");
		expect(run.code).toBe(4);
		const [lists = [], tasks = []] = contentsOf(book);
		expect(lists).toEqual([{ title: "home" }, { title: "work" }]);
		expect(tasks).toHaveLength(MANY + 1);
		expect(tasks).toContainEqual({ title: "task 2", book: "home", done: 0 });

		// Nothing here has links, a database to copy or secrets to hand out.
		const status = await broker.call("migration.status", { name: "tasks" });
		expect([status.phase, status.backup, status.verdict?.differences]).toEqual(["finished", null, 0]);
		expect(await broker.call("migration.links", { name: "tasks" })).toEqual({ lines: [], next: null });

		(list.tasks[0] as Task).done = true;
		book.exec("UPDATE tasks SET done = 1 WHERE title = 'task 2'");
		await banyanSays(client => decide(client, "compare", "tasks", { yes: true }));
		const { lines } = await broker.call("migration.diff", { name: "tasks", stream: "tasks" });
		expect(lines).toMatchObject([
			{ name: "task 2", kind: "different", fields: [{ field: "done", expected: 0, actual: 1 }] }
		]);
		expect(contentsOf(book)[1]).toContainEqual({ title: "task 1", book: "work", done: 1 });
		await banyanSays(client => decide(client, "repair", "tasks", { yes: true }));
		expect(contentsOf(book)[1]).toContainEqual({ title: "task 2", book: "home", done: 0 });

		const page = await banyanSays(client => report(client, "tasks", { format: "html" }));
		expect(page.text).toContain("Notebook");
		const customers = await banyan(broker, client => report(client, "tasks", { customers: true }));
		expect([customers.code, customers.text]).toEqual([1, expect.stringContaining("there is nobody to tell")]);

		await banyanSays(client => decide(client, "rollback", "tasks", { yes: true }));
		expect(contentsOf(book).flat()).toEqual([]);
		for (const { text } of told) expect(text.replaceAll(folder, "")).not.toMatch(PANEL);
	} finally {
		await broker.stop();
	}
});

it("has rules of its own, and no others", async () => {
	(list.tasks[0] as Task).done = true;
	const broker = await open();
	try {
		const left = await banyan(broker, client => plan(client, written("rules: { done: leave }"), {}));
		expect(left.text).toContain("1 task is done, and `rules.done: leave` leaves it.");
		const wrong = await banyan(broker, client => plan(client, written("rules: { done: leaf }"), {}));
		expect(wrong.text).toMatch(/tasks\.yaml:5:16 rules\.done: 'rules\.done' is one of move, leave, not 'leaf'\./);
		const others = await banyan(broker, client => plan(client, written("rules: { limitedUsers: disable }"), {}));
		expect(others.text).toContain("There is no option 'limitedUsers' here. Known are: done.");
		const loss = await banyan(broker, client => plan(client, written("accept: [renamed]"), {}));
		expect(loss.text).toContain("There is no loss 'renamed'. Known are: deadline_dropped, made_by_unknown.");
		const apart = definition().replace(
			"connector: notebook, keptIn",
			"connector: marzban, url: http://h, username: u, password: p, x"
		);
		await expect(broker.call("migration.plan", { document: apart.replace(/, x: [^}]*/, " ") })).rejects.toThrow(
			"There is no mapping between these two systems. Known are: marzneshin to marzban, csv to banyan, task-list to notebook."
		);
	} finally {
		await broker.stop();
	}
});

/** Until it ends, by itself or by its failpoint. */
const life = (failpoint: string): Promise<string | null> =>
	new Promise(resolve => {
		const child = execFile(
			process.execPath,
			["--import", "tsx", join(__dirname, "../support/tasks/node.ts"), definition()],
			{ cwd: join(__dirname, "../.."), env: { ...environment(), FAILPOINT: failpoint } }
		);
		child.once("exit", (_code, signal) => resolve(signal));
	});

it("goes on where it was killed", async () => {
	expect(await life("applied@2=kill")).toBe("SIGKILL");
	const some = contentsOf(book)[1]?.length;
	expect(await life("written@2=kill")).toBe("SIGKILL");
	const broker = await open();
	try {
		const { code } = await banyan(broker, client => runMigration(client, written(), {}));
		expect([some, code]).toEqual([10, 4]);
		expect(contentsOf(book)[1]).toHaveLength(MANY + 1);
		const { verdict, streams } = await broker.call("migration.status", { name: "tasks" });
		expect([verdict?.accountedFor, verdict?.differences]).toEqual([MANY + 4, 0]);
		expect(streams.map(({ outcomes }) => outcomes.created)).toEqual([2, MANY + 1]);
	} finally {
		await broker.stop();
	}
});
