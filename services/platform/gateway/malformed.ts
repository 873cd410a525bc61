/**
 * What Node's parser could not read. The refusal is the last thing said on its connection, and stands where its answer is
 * expected: after those of requests that came before it, or as that of the request whose body broke off.
 */

import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { failure } from "../../../cluster/errors";
import { problemOf } from "../../../domain/platform/problem";

const FAULT = "The request is not HTTP as RFC 9112 has it.";

/** Limits that a request may break, by the code of the parser's error. */
const LIMITS: Readonly<Record<string, readonly [status: number, words: string, detail: string]>> = {
	HPE_HEADER_OVERFLOW: [431, "Request Header Fields Too Large", "The address and the headers are larger than 32 KiB."],
	ERR_HTTP_REQUEST_TIMEOUT: [408, "Request Timeout", "The request did not come to its end in time."]
};

/** Kept on the connection itself: its last request, for answers are given in their order. */
const LAST = Symbol("last");
type Watched = Socket & { [LAST]?: ServerResponse<IncomingMessage> };

export class Malformed {
	private readonly refused = new WeakSet<Socket>();

	constructor(private readonly refuse: (req: IncomingMessage, res: ServerResponse, error: unknown) => void) {}

	/** A request that was read, at least its head. */
	watch(req: IncomingMessage, res: ServerResponse): void {
		(req.socket as Watched)[LAST] = res;
	}

	/** For `clientError`. The parser says it anew with every further piece. */
	readonly hear = (error: NodeJS.ErrnoException, socket: Socket): void => {
		if (error.code === "ECONNRESET" || !socket.writable) {
			socket.destroy();
		} else if (!this.refused.has(socket)) {
			this.refused.add(socket);
			this.say(error, socket);
		}
	};

	private say(error: NodeJS.ErrnoException, socket: Socket): void {
		const last = (socket as Watched)[LAST];
		if (!last || last.closed) sayRaw(error, socket);
		else if (last.req.complete) last.once("close", () => sayRaw(error, socket));
		// It was answered before its body came: that answer was the last one.
		else if (last.headersSent) last.once("close", () => socket.destroySoon());
		else this.refuse(last.req, last.setHeader("Connection", "close"), failure("REQUEST_INVALID", FAULT));
	}
}

function sayRaw(error: NodeJS.ErrnoException, socket: Socket): void {
	if (!socket.writable) {
		socket.destroy();
		return;
	}
	const [status, words, detail] = LIMITS[error.code ?? ""] ?? [400, "Bad Request", FAULT];
	const problem = problemOf(failure("REQUEST_INVALID", detail), randomUUID());
	const body = JSON.stringify({ ...problem, status });
	const head = [
		`HTTP/1.1 ${status} ${words}`,
		"Content-Type: application/problem+json; charset=utf-8",
		`Content-Length: ${Buffer.byteLength(body)}`,
		"Cache-Control: no-store",
		"X-Content-Type-Options: nosniff",
		`X-Correlation-ID: ${problem.correlationId}`,
		"Connection: close"
	];
	socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}
