/** A small HTTP server whose every answer the test decides: for what the sample panels do not do on demand. */

import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

export interface Asked {
	readonly method: string;
	readonly path: string;
	readonly query: URLSearchParams;
	readonly headers: IncomingMessage["headers"];
	readonly text: string;
	/** Whether its connection served a request before. */
	readonly reused: boolean;
	/** `GET /api/users` */
	readonly what: string;
}
export interface Reply {
	readonly status?: number;
	readonly json?: unknown;
	readonly text?: string;
	readonly headers?: Readonly<Record<string, string>>;
	/** Hangs up after the answer, without having said so, as uvicorn does after a crash. */
	readonly hangUp?: boolean;
	/** No answer: the connection is cut. */
	readonly cut?: boolean;
}
export interface Served {
	readonly url: string;
	readonly asked: Asked[];
	/** How many connections were opened. */
	readonly connections: () => number;
	close(): Promise<void>;
}

export async function serve(answer: (asked: Asked) => Reply | Promise<Reply>): Promise<Served> {
	const asked: Asked[] = [];
	const sockets = new WeakSet<object>();
	let connections = 0;
	const server = createServer((request, response) => {
		void (async () => {
			const one = { ...(await read(request)), reused: sockets.has(request.socket) };
			sockets.add(request.socket);
			asked.push(one);
			const reply = await answer(one);
			if (reply.cut) {
				request.socket.resetAndDestroy();
				return;
			}
			const body = reply.text ?? JSON.stringify(reply.json ?? null);
			response.writeHead(reply.status ?? 200, { "content-length": Buffer.byteLength(body), ...reply.headers });
			response.end(body, () => reply.hangUp && request.socket.destroySoon());
		})();
	});
	server.on("connection", () => {
		connections += 1;
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}`,
		asked,
		connections: () => connections,
		close: async () => {
			server.closeAllConnections();
			await new Promise(resolve => server.close(resolve));
		}
	};
}

async function read(request: IncomingMessage): Promise<Omit<Asked, "reused">> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	const url = new URL(request.url ?? "/", "http://local");
	const method = request.method ?? "GET";
	return {
		method,
		path: url.pathname,
		query: url.searchParams,
		headers: request.headers,
		text: Buffer.concat(chunks).toString(),
		what: `${method} ${url.pathname}`
	};
}
