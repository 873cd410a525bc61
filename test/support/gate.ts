/** A gate in front of a sample panel: it logs each call and each answer, and lets a call fail before or after it took effect. */

import { once } from "node:events";
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type FaultKind, faces } from "../../demo/panels/faults";
import type { Panel } from "../../demo/panels/panel";

export interface Passing {
	readonly method: string;
	/** Without its query. */
	readonly path: string;
	readonly query: URLSearchParams;
	readonly body: string;
}

export interface Failing {
	readonly kind: FaultKind;
	readonly after: boolean;
}

/** Who stands at the gate. */
export interface Watch {
	/** Before a call reaches the panel. Answers how it fails, if it shall. */
	call?(passing: Passing): Promise<Failing | undefined> | Failing | undefined;
	/** What the panel answered, whether or not the caller comes to see it. */
	answered?(passing: Passing, status: number, body: string): void;
}

export interface Gate {
	readonly url: string;
	/** From now on nothing passes, and what waits is dropped. */
	shut(): void;
	close(): Promise<void>;
}

const BUSY = 429;

export async function openGate(panel: Panel, watch: Watch): Promise<Gate> {
	const agent = new Agent({ keepAlive: false });
	let isShut = false;
	const server = createServer((incoming, response) => void serve(incoming, response).catch(() => cut(response)));

	async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
		const passing = await read(incoming);
		const failing = passing.path.startsWith("/api/") ? await watch.call?.(passing) : undefined;
		if (isShut) return cut(response);
		if (failing && !failing.after) return show(response, failing);
		const { status, headers, body } = await forward(panel, agent, incoming, passing.body);
		watch.answered?.(passing, status, body);
		if (isShut) return cut(response);
		if (failing) return show(response, failing);
		response.writeHead(status, { "content-type": headers["content-type"] ?? "text/plain" });
		response.end(body);
	}

	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const shut = (): void => {
		if (isShut) return;
		isShut = true;
		server.close();
		server.closeAllConnections();
	};
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		shut,
		close: async () => {
			const closed = server.listening ? once(server, "close") : undefined;
			shut();
			await closed;
			agent.destroy();
		}
	};
}

async function read(incoming: IncomingMessage): Promise<Passing> {
	const chunks: Buffer[] = [];
	for await (const chunk of incoming) chunks.push(chunk as Buffer);
	const { pathname, searchParams } = new URL(incoming.url ?? "/", "http://gate");
	const body = Buffer.concat(chunks).toString("utf8");
	return { method: incoming.method ?? "GET", path: pathname, query: searchParams, body };
}

interface Answer {
	readonly status: number;
	readonly headers: IncomingMessage["headers"];
	readonly body: string;
}

function forward({ port }: Panel, agent: Agent, { method, url, headers }: IncomingMessage, body: string) {
	const { promise, resolve, reject } = Promise.withResolvers<Answer>();
	const { "transfer-encoding": _, ...rest } = headers;
	const sent = request(
		{
			agent,
			port,
			host: "127.0.0.1",
			method,
			path: url,
			headers: { ...rest, "content-length": Buffer.byteLength(body) }
		},
		response => {
			const chunks: Buffer[] = [];
			response.on("data", (chunk: Buffer) => chunks.push(chunk));
			response.on("error", reject);
			response.on("end", () => {
				const text = Buffer.concat(chunks).toString("utf8");
				resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
			});
		}
	);
	sent.on("error", reject);
	sent.end(body);
	return promise;
}

/** What the caller sees of a failure. */
function show(response: ServerResponse, { kind }: Failing): void {
	const face = faces[kind];
	if (!face) {
		cut(response);
		return;
	}
	// At once: a test has no second to wait.
	response.writeHead(face.status, {
		"content-type": face.type ?? "text/plain",
		...(face.status === BUSY && { "retry-after": "0" })
	});
	response.end(face.body);
}

function cut(response: ServerResponse): void {
	response.socket?.resetAndDestroy();
}
