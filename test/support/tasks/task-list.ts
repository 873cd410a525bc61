/** A task list that serves its lists and tasks as JSON, and the source that reads it. */

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
	type Check,
	ConnectorError,
	type Cursor,
	type OpenSource,
	type Option,
	type Page,
	type Source,
	type Spec
} from "../../../connectors/connector";
import type { Json } from "../../../contracts/json";
import type { SourceRecord } from "../../../contracts/migration/records";
import { digest } from "../../../domain/canonical";

export interface Task {
	id: number;
	title: string;
	list: number;
	done: boolean;
	due: string | null;
}

export interface TaskList extends AsyncDisposable {
	readonly url: string;
	readonly lists: { id: number; title: string }[];
	readonly tasks: Task[];
}

export async function startTaskList(given: Pick<TaskList, "lists" | "tasks">): Promise<TaskList> {
	const server = createServer(({ url = "" }, response) => {
		const { pathname, searchParams } = new URL(url, "http://tasks");
		const all = { "/lists": given.lists, "/tasks": given.tasks }[pathname];
		const after = Number(searchParams.get("after") ?? 0);
		const rows = all?.filter(({ id }) => id > after).slice(0, Number(searchParams.get("limit") ?? 1));
		response.writeHead(rows ? 200 : 404, { "content-type": "application/json" });
		response.end(JSON.stringify({ rows: rows ?? [], total: all?.length ?? 0 }));
	}).listen(0, "127.0.0.1");
	await once(server, "listening");
	return {
		...given,
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		[Symbol.asyncDispose]: async () => {
			server.closeAllConnections();
			server.close();
			await once(server, "close");
		}
	};
}

const url: Option = { type: "string", required: true, fixed: true, description: "The address of the task list." };

export const taskListSpec: Spec = {
	connector: "task-list",
	role: "source",
	title: "Task list",
	options: { url },
	streams: ["lists", "tasks"],
	capabilities: { cas: false, uniqueNaturalKey: true, keysetPaging: true, longestExecution: 1 }
};

interface Answer {
	readonly rows: readonly ({ readonly id: number; readonly title: string } & Json)[];
	readonly total: number;
}

export const openTaskList: OpenSource = ({ url: base }) => {
	const ask = async (stream: string, after: string, limit: number): Promise<Answer> => {
		const response = await fetch(`${base}/${stream}?after=${after}&limit=${limit}`).catch(away);
		return (await response.json()) as Answer;
	};
	const read = async (stream: string, cursor: Cursor | null, limit: number): Promise<Page<SourceRecord>> => {
		const { rows, total } = await ask(stream, cursor ?? "0", limit);
		const records = rows.map(({ id, ...data }) => ({ id: String(id), name: data.title, data }));
		return { records, total, next: rows.length < limit ? null : (records.at(-1)?.id ?? null) };
	};
	const count = async (stream: string): Promise<number> => (await ask(stream, "0", 1)).total;
	const source: Source = {
		spec: taskListSpec,
		check: async (): Promise<Check> => {
			const { rows } = await ask("lists", "0", 1000);
			const lists = Object.fromEntries(rows.map(({ id, title }) => [id, title]));
			return { ok: true, system: "task-list", version: null, account: null, findings: [], facts: { lists } };
		},
		discover: () => Promise.all(taskListSpec.streams.map(async stream => ({ stream, count: await count(stream) }))),
		count,
		read,
		find: async (stream, name) => (await read(stream, null, 1000)).records.find(record => record.name === name),
		fingerprint: (_stream, data) => digest(data),
		close: async () => undefined
	};
	return source;
};

function away(): never {
	throw new ConnectorError("unreachable", "The task list does not answer: start it.", { retryable: true });
}
