/** What stands in front of a sample panel: it passes on what it is asked, and answers for links as a test says. */

import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";

/** Answers itself; false: the panel shall. */
export type Says = (req: IncomingMessage, res: ServerResponse) => boolean;

export interface Front {
	/** Without the prefix. */
	readonly origin: string;
	/** Paths and queries of the links that it was asked for, as they came. */
	readonly asked: string[];
	/** The headers of the last one. */
	headers(): IncomingMessage["headers"];
	/** What it says to links from now on. */
	say(says: Says): void;
	/** The panel that stands behind it from now on. */
	lead(panel: string): void;
	close(): Promise<void>;
}

const PANEL: Says = () => false;

/** @param prefix the path under which alone it is met */
export async function openFront(before: string, prefix = ""): Promise<Front> {
	let panel = before;
	const asked: string[] = [];
	let says = PANEL;
	let last: IncomingMessage["headers"] = {};
	const server = createServer((req, res) => {
		const url = req.url ?? "/";
		if (!url.startsWith(`${prefix}/`)) {
			asked.push(url);
			if (!says(req, res)) res.writeHead(404, { "content-type": "text/html" }).end("<html>");
			return;
		}
		const path = url.slice(prefix.length);
		if (path.startsWith("/sub/")) {
			asked.push(url);
			last = req.headers;
			if (says(req, res)) return;
		}
		passOn(`${panel}${path}`, req, res);
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	return {
		origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		asked,
		headers: () => last,
		say: given => {
			says = given;
		},
		lead: to => {
			panel = to;
		},
		close: async () => {
			const closed = once(server, "close");
			server.close();
			server.closeAllConnections();
			await closed;
		}
	};
}

/** Gives a request on, with its headers. */
export function passOn(url: string, req: IncomingMessage, res: ServerResponse): void {
	const { connection: _, ...headers } = req.headers;
	const onward = request(url, { method: req.method as string, headers, agent: false }, answer => {
		res.writeHead(answer.statusCode as number, answer.headers);
		answer.pipe(res);
	});
	onward.once("error", () => res.destroy());
	req.pipe(onward);
}

const status =
	(code: number, headers: Record<string, string> = {}, body = "no"): Says =>
	(_, res) => {
		res.writeHead(code, { "content-type": "text/plain", ...headers }).end(body);
		return true;
	};

/** As the panels do: the answer, then the connection is closed without a word. */
const failing: Says = (_, res) => {
	res.writeHead(500, { "content-type": "text/plain" }).end("Internal Server Error", () => res.socket?.destroySoon());
	return true;
};

const half =
	(headers: Record<string, string>): Says =>
	(_, res) => {
		res.writeHead(200, { "content-type": "text/plain", ...headers });
		res.write("dmxlc3M6Ly9o");
		setTimeout(() => res.socket?.resetAndDestroy(), 20);
		return true;
	};

const JUDGED_STATUSES = [401, 403, 405, 407, 408, 421, 425, 429, 451, 500, 502, 503, 504, 508, 521] as const;

/** What says nothing about whether a link is good. */
export const UNKNOWN: Readonly<Record<string, Says>> = {
	...Object.fromEntries(JUDGED_STATUSES.map(code => [String(code), status(code)])),
	"a 404 that is only a redirect's": status(302, { location: "/not-found" }),
	"a page to log in at": status(302, { location: "https://login.example/?next=panel" }),
	"a permanent redirect elsewhere": status(301, { location: "https://elsewhere.example/sub/x" }),
	"a riddle for humans": status(
		200,
		{ "content-type": "text/html; charset=utf-8" },
		"<!doctype html><title>Just a moment"
	),
	"a riddle that says it is a text": status(200, {}, "\n<!DOCTYPE html><html><body>Just a moment"),
	"500 and the connection is closed": failing,
	"a reset": (_, res) => {
		res.socket?.resetAndDestroy();
		return true;
	},
	"a connection closed without a word": (_, res) => {
		res.socket?.end();
		return true;
	},
	"half of an answer": half({ "content-length": "4711" }),
	"half of an answer in chunks": half({}),
	"half of a compressed answer": (_, res) => {
		const whole = gzipSync("vless://…".repeat(100));
		res.writeHead(200, { "content-type": "text/plain", "content-encoding": "gzip" }).end(whole.subarray(0, 30));
		return true;
	},
	"what is no compressed answer": status(200, { "content-encoding": "br" }, "plain"),
	"a coding that nobody knows": status(200, { "content-encoding": "magic" }, "abc"),
	"nothing that is HTTP": (_, res) => {
		res.socket?.end("ICY 200 OK?\r\n\r\n");
		return true;
	},
	"no content": (_, res) => {
		res.writeHead(204).end();
		return true;
	},
	"not modified, which nobody asked": (_, res) => {
		res.writeHead(304).end();
		return true;
	}
};

export const COMPRESSED: Readonly<Record<string, (text: string) => Buffer>> = {
	identity: text => Buffer.from(text),
	gzip: text => gzipSync(text),
	"x-gzip": text => gzipSync(text),
	deflate: text => deflateSync(text),
	br: text => brotliCompressSync(text),
	zstd: text => zstdCompressSync(text),
	"gzip, br": text => brotliCompressSync(gzipSync(text))
};

export const says = { status, failing };
