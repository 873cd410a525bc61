/**
 * What Node's parser could not read, and connections that are too many. The refusal is the last thing said on its connection,
 * and stands where its answer is expected: after those of requests that came before it, or as that of the request whose body
 * broke off.
 */

import { randomUUID } from "node:crypto";
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { failure } from "../../../cluster/errors";
import type { ErrorCode } from "../../../contracts/cluster";
import { problemOf } from "../../../domain/platform/problem";
import { LINGER_MS } from "./connections";
import { ownRetryAfter } from "./errors";

const FAULT = failure("REQUEST_INVALID", "The request is not HTTP as RFC 9112 has it.");

/** Limits that a request may break, by the code of the parser's error. */
const LIMITS: Readonly<Record<string, Error>> = {
	HPE_HEADER_OVERFLOW: failure("HEADERS_TOO_LARGE", "The address and the headers are larger than 32 KiB."),
	ERR_HTTP_REQUEST_TIMEOUT: failure("REQUEST_TIMED_OUT", "The request did not come to its end in time.")
};

/** Kept on the connection itself: its last request, for answers are given in their order. */
const LAST = Symbol("last");
type Watched = Socket & { [LAST]?: ServerResponse<IncomingMessage> };

/** There is nobody to answer: they are gone, or no TLS came to stand. */
const isUnheard = ({ code = "" }: NodeJS.ErrnoException): boolean =>
	/^(ECONNRESET|EPROTO|ERR_SSL_|ERR_TLS_)/.test(code);

export class Malformed {
	private readonly refused = new WeakSet<Socket>();

	constructor(
		private readonly refuse: (req: IncomingMessage, res: ServerResponse, error: unknown) => void,
		private readonly counted: (code: ErrorCode) => void
	) {}

	/** A request that was read, at least its head. */
	watch(req: IncomingMessage, res: ServerResponse): void {
		(req.socket as Watched)[LAST] = res;
	}

	/** For `clientError`. The parser says it anew with every further piece. */
	readonly hear = (error: NodeJS.ErrnoException, socket: Socket): void => {
		if (isUnheard(error) || !socket.writable) {
			socket.destroy();
		} else if (!this.refused.has(socket)) {
			this.refused.add(socket);
			this.say(LIMITS[error.code ?? ""] ?? FAULT, socket);
		}
	};

	/** The same before anything could be said on it. */
	readonly dropConnection = (socket: Socket, error: Error): void => {
		this.counted(problemOf(error, "").code);
		socket.destroy();
	};

	/** A connection of which nothing is to be read. */
	readonly refuseConnection = (socket: Socket, error: Error): void => {
		this.refused.add(socket);
		this.sayRaw(error, socket);
		socket.destroySoon();
	};

	private say(error: Error, socket: Socket): void {
		const last = (socket as Watched)[LAST];
		if (!last || last.closed) this.sayRaw(error, socket);
		else if (last.req.complete) last.once("close", () => this.sayRaw(error, socket));
		// It was answered before its body came: that answer was the last one.
		else if (last.headersSent) last.once("close", () => socket.destroySoon());
		else this.refuse(last.req, last.setHeader("Connection", "close"), error);
	}

	private sayRaw(error: Error, socket: Socket): void {
		if (!socket.writable) {
			socket.destroy();
			return;
		}
		const problem = problemOf(error, randomUUID());
		const retryAfter = ownRetryAfter(error);
		this.counted(problem.code);
		const body = JSON.stringify(problem);
		const head = [
			`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
			"Content-Type: application/problem+json; charset=utf-8",
			`Content-Length: ${Buffer.byteLength(body)}`,
			"Cache-Control: no-store",
			"X-Content-Type-Options: nosniff",
			`X-Correlation-ID: ${problem.correlationId}`,
			...(retryAfter === undefined ? [] : [`Retry-After: ${retryAfter}`]),
			"Connection: close"
		];
		socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
		// Whoever does not end their side is not waited for.
		const timer = setTimeout(() => socket.destroy(), LINGER_MS);
		socket.once("close", () => clearTimeout(timer));
	}
}
