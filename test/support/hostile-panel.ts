/** A panel that means ill: before a sample panel, or alone. It answers chosen requests as no panel does. */

import { createServer, request, type ServerResponse } from "node:http";
import { type AddressInfo, Server as NetServer } from "node:net";
import { deflateSync, gzipSync } from "node:zlib";

export interface HostilePanel extends AsyncDisposable {
	readonly url: string;
	/** `GET /api/users?page=1`, in order. */
	readonly asked: string[];
	/** Bytes of bodies that were taken off its hands. */
	sent(): number;
	/** Answers under way. */
	open(): number;
}

/** Answers one request, in its own time. */
export type Misdeed = (response: ServerResponse, asked: URL) => void;
/** What is answered ill; undefined goes on to the panel behind. */
export type Choice = (method: string, asked: URL) => Misdeed | undefined;

const json = { "content-type": "application/json" };

/** As fast as it is taken, until somebody hangs up or it is enough. */
function pour(response: ServerResponse, head: string, piece: string, most = Number.POSITIVE_INFINITY, tail = ""): void {
	response.writeHead(200, json);
	response.write(head);
	let left = most;
	const more = (): void => {
		while (!response.destroyed && left > 0) {
			left -= piece.length;
			if (!response.write(piece)) return void response.once("drain", more);
		}
		if (!response.destroyed) response.end(tail);
	};
	more();
}

const says =
	(value: unknown, status = 200, headers: Record<string, string | string[]> = {}): Misdeed =>
	response =>
		void response
			.writeHead(status, { ...json, ...headers })
			.end(typeof value === "string" ? value : JSON.stringify(value));

/** Past the HTTP server: byte by byte. */
const raw =
	(text: string, ends = true): Misdeed =>
	response => {
		const { socket } = response;
		socket?.write(text, "latin1");
		if (ends) socket?.end();
	};

const BOMB: Buffer = gzipSync(Buffer.alloc(16 * 1_048_576, 0x20), { level: 1 });
const bomb = (layers: number): Buffer => (layers === 1 ? BOMB : deflateSync(BOMB));

/** Answers that no walk and no reader gets to the end of, or that are none. */
export const ENDLESS = {
	"an answer without end": response => pour(response, "[", `${"1,".repeat(32_768)}`),
	"a text without end": response => pour(response, '{"detail":"', "x".repeat(65_536)),
	"blanks without end": response => pour(response, "", " ".repeat(65_536)),
	"a byte a second": response => {
		response.writeHead(200, json);
		const timer = setInterval(() => response.write(" "), 1000);
		response.on("close", () => clearInterval(timer));
	},
	"no answer": () => undefined,
	"a head without end": response => {
		const { socket } = response;
		socket?.write("HTTP/1.1 200 OK\r\n");
		const more = (): void => {
			while (socket?.writable)
				if (!socket.write(`x-${"y".repeat(4000)}: z\r\n`)) return void socket.once("drain", more);
		};
		more();
	},
	"hints without end": response => {
		const { socket } = response;
		const more = (): void => {
			while (socket?.writable)
				if (!socket.write("HTTP/1.1 103 Early Hints\r\nx: y\r\n\r\n")) return void socket.once("drain", more);
		};
		more();
	}
} as const satisfies Record<string, Misdeed>;

export const LARGE = {
	"a text of 100 MB": response => pour(response, '{"detail":"', "x".repeat(65_536), 100_000_000, '"}'),
	"forty million values": response => pour(response, "[1", ",1".repeat(32_768), 80_000_000, "]"),
	"ten million values that are long": response =>
		pour(response, "[1", ",12345678901234567890".repeat(2048), 210_000_000, "]"),
	"a million levels": response => pour(response, "", "[".repeat(65_536), 1_000_000),
	"a million levels of tables": response => pour(response, "", '{"a":'.repeat(16_384), 5_000_000),
	"a head of 1 MB": says({}, 200, { "x-large": "y".repeat(1_000_000) })
} as const satisfies Record<string, Misdeed>;

export const CODED = {
	"a gzip bomb": response => void response.writeHead(200, { ...json, "content-encoding": "gzip" }).end(bomb(1)),
	"a bomb in a bomb": response =>
		void response.writeHead(200, { ...json, "content-encoding": "gzip, deflate" }).end(bomb(2)),
	"many codings": response =>
		void response.writeHead(200, { ...json, "content-encoding": Array(50).fill("gzip").join(", ") }).end("{}"),
	"an unknown coding": response => void response.writeHead(200, { ...json, "content-encoding": "br" }).end("{}")
} as const satisfies Record<string, Misdeed>;

export const BROKEN = {
	"a page of HTML": response => void response.writeHead(200, { "content-type": "text/html" }).end("<h1>Welcome</h1>"),
	nothing: response => void response.writeHead(204).end(),
	"half of JSON": says('{"items": [{"id": 1'),
	"another kind of JSON": says([null, 7, "text", { total: "NaN" }]),
	null: says("null"),
	"more than was said": raw("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}{}{}{}{}", false),
	"less than was said": raw("HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n{}"),
	"a length below nothing": raw("HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n{}"),
	"two lengths": raw("HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 7\r\n\r\n{}"),
	"chunks that are none": raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"),
	"a chunk of 2^64": raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}"),
	"no HTTP at all": raw("SSH-2.0-OpenSSH_9.6\r\n"),
	"half characters": says('{"items":[{"id":1,"username":"\\ud800","key":"\\udfff"}],"total":1}'),
	"a redirect elsewhere": says("", 302, { location: "http://127.0.0.1:1/elsewhere" }),
	"a redirect in a circle": (response, asked) =>
		void response.writeHead(307, { location: asked.pathname + asked.search }).end(),
	"a redirect of 10,000 letters": says("", 301, { location: `http://x.example/${"a".repeat(10_000)}` }),
	"words of a megabyte": says({ detail: "w".repeat(1_000_000) }, 422),
	"words by a thousand fields": says(
		{ detail: Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`f${at}`, { toString: 1 }])) },
		422
	),
	"come back in a billion seconds": says({ detail: "later" }, 429, { "retry-after": "1000000000" }),
	"come back in the year 275760": says({ detail: "later" }, 503, { "retry-after": "Sat, 13 Sep 275760 00:00:00 GMT" }),
	"names of every object": says(
		'{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"items":[],"total":0}'
	),
	"a cookie": says({}, 200, { "set-cookie": ["a=b; Domain=example.org", `c=${"d".repeat(4000)}`] })
} as const satisfies Record<string, Misdeed>;

/** @param behind the panel that answers what is not chosen */
export async function hostilePanel(choose: Choice, behind?: { readonly url: string }): Promise<HostilePanel> {
	const asked: string[] = [];
	let [sent, open] = [0, 0];
	const server = createServer((incoming, response) => {
		const url = new URL(incoming.url ?? "/", "http://panel");
		asked.push(`${incoming.method} ${incoming.url}`);
		open += 1;
		incoming.socket.setMaxListeners(0);
		const before = incoming.socket.bytesWritten;
		incoming.socket.on("error", () => undefined);
		response.on("error", () => undefined);
		let isOver = false;
		const over = (): void => {
			if (isOver) return;
			isOver = true;
			open -= 1;
			sent += incoming.socket.bytesWritten - before;
		};
		response.on("close", over);
		incoming.socket.on("close", over);
		const misdeed = choose(incoming.method ?? "GET", url);
		if (misdeed) {
			incoming.resume();
			misdeed(response, url);
		} else if (behind === undefined) response.writeHead(404, json).end('{"detail":"Not Found"}');
		else {
			const { method, headers } = incoming;
			const passed = request(behind.url + incoming.url, { method, headers }, answer => {
				response.writeHead(answer.statusCode ?? 502, answer.headers);
				answer.pipe(response);
			});
			passed.on("error", () => response.destroy());
			incoming.pipe(passed);
		}
	});
	await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}`,
		asked,
		sent: () => sent,
		open: () => open,
		[Symbol.asyncDispose]: async () => {
			server.closeAllConnections();
			await new Promise<void>(resolve => NetServer.prototype.close.call(server, () => resolve()));
		}
	};
}
