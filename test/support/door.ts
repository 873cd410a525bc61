/** A whole server with its gateway, as `make start` runs it, and a caller of it. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type StartedNode, startNode } from "./started-node";

/** Whatever a server says: a test looks at what it expects. */
// biome-ignore lint/suspicious/noExplicitAny: its shape is what is tested
export type Said = any;

export interface Answer {
	readonly status: number;
	readonly headers: Headers;
	readonly text: string;
	/** The body as JSON. */
	readonly json: Said;
}
export interface Asked {
	readonly method?: string;
	readonly body?: unknown;
	readonly headers?: Record<string, string>;
	/** Null: none. @default the first one */
	readonly key?: string | null;
}

export interface Door extends AsyncDisposable {
	readonly url: string;
	readonly key: string;
	readonly node: StartedNode;
	ask(path: string, asked?: Asked): Promise<Answer>;
	/** Starts it anew on the same folder, and maybe another port. */
	again(): Promise<Door>;
}

/** @param folder where its data goes */
export async function openDoor(folder: string, environment: Record<string, string> = {}): Promise<Door> {
	const data = join(folder, "server");
	const node = await startNode({
		DATA_DIR: data,
		GATEWAY_PORT: "0",
		LOG_LEVEL: "info",
		FILES_DIR: folder,
		...environment
	});
	const key = readFileSync(join(data, "api-key"), "utf8").trim();
	return {
		url: node.url,
		key,
		node,
		ask: (path, asked = {}) => ask(node.url + path, { key, ...asked }),
		again: () => openDoor(folder, environment),
		[Symbol.asyncDispose]: () => node[Symbol.asyncDispose]()
	};
}

async function ask(url: string, { method = "GET", body, headers = {}, key }: Asked): Promise<Answer> {
	const answer = await fetch(url, {
		method,
		redirect: "manual",
		headers: {
			...(body !== undefined && { "content-type": "application/json" }),
			...(key != null && { "x-api-key": key }),
			...headers
		},
		...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) })
	});
	const text = await answer.text();
	return {
		status: answer.status,
		headers: answer.headers,
		text,
		get json() {
			return JSON.parse(text);
		}
	};
}

export interface ServerEvent {
	readonly id?: string;
	readonly event: string;
	readonly data: Said;
}

/** Server-sent events as they come; ends with the stream, or when `signal` aborts. */
export async function* eventsOf(
	door: Door,
	path: string,
	{ signal, lastEventId }: { signal?: AbortSignal; lastEventId?: string } = {}
): AsyncGenerator<ServerEvent> {
	const answer = await fetch(door.url + path, {
		headers: {
			accept: "text/event-stream",
			"x-api-key": door.key,
			...(lastEventId !== undefined && { "last-event-id": lastEventId })
		},
		...(signal && { signal })
	});
	if (answer.headers.get("content-type") !== "text/event-stream; charset=utf-8") throw new Error(await answer.text());
	let rest = "";
	for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
		rest += Buffer.from(chunk).toString("utf8");
		const blocks = rest.split("\n\n");
		rest = blocks.pop() as string;
		for (const block of blocks) {
			const fields = Object.fromEntries(block.split("\n").map(line => line.split(/: (.*)/s).slice(0, 2)));
			if (fields.data !== undefined)
				yield { ...(fields.id !== undefined && { id: fields.id }), event: fields.event, data: JSON.parse(fields.data) };
		}
	}
}

/** Plans a definition, moves so many of its users, or all, and waits until it rests. */
export async function moveSome(door: Door, definition: { readonly name: string }, limit?: number): Promise<void> {
	await plan(door, definition);
	const { name } = definition;
	const begun = await door.ask(`/api/v1/migrations/${name}/start`, {
		method: "POST",
		body: limit === undefined ? {} : { limit }
	});
	if (begun.status !== 202) throw new Error(begun.text);
	const end = performance.now() + 120_000;
	for (;;) {
		const said = (await door.ask(`/api/v1/migrations/${name}`)).json;
		const { read } = said.streams.find(({ stream }: Said) => stream === "users");
		if (!said.running && (limit === undefined ? said.phase === "finished" : read >= limit || said.failure)) return;
		if (performance.now() > end) throw new Error(`'${name}' does not come to rest: ${JSON.stringify(said)}`);
		await new Promise(resolve => setTimeout(resolve, 50));
	}
}

export async function plan(door: Door, definition: object): Promise<void> {
	const headers = { "content-type": "application/yaml" };
	const body = JSON.stringify(definition);
	const { status, json, text } = await door.ask("/api/v1/migrations/plan", { method: "POST", body, headers });
	if (status !== 200 || !json.ok) throw new Error(text);
}
