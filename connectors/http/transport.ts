/** One panel's connections: bounded request times, our own rate limit, and sockets that a crash left half closed. */

import { Client, type Dispatcher, Pool } from "undici";
import { ConnectorError } from "../connector";
import { fromFailure } from "./errors";
import type { Answer, Request } from "./message";
import { createRate, type Rate } from "./rate";

export interface TransportOptions {
	/** Without a trailing slash; may have a path. */
	readonly url: URL;
	readonly timeoutMs: number;
	readonly rateLimit: number;
	readonly connections: number;
}

export class Transport {
	readonly #options: TransportOptions;
	readonly #pool: Pool;
	readonly #rate: Rate;
	readonly #prefix: string;

	constructor(options: TransportOptions) {
		this.#options = options;
		this.#rate = createRate(options.rateLimit);
		this.#prefix = options.url.pathname.replace(/\/+$/, "");
		this.#pool = new Pool(options.url.origin, { ...this.#timeouts(), connections: options.connections });
	}

	/** Any answer, whatever its status; throws a ConnectorError when none came. */
	async send(request: Request): Promise<Answer> {
		await this.#rate.take();
		unlessStopped(request.signal);
		try {
			return await this.#on(this.#pool, request);
		} catch (error) {
			if (request.method === "POST" || !isStaleSocket(error)) throw this.#failure(error, request);
			unlessStopped(request.signal);
			return await this.#onFreshConnection(request);
		}
	}

	async close(): Promise<void> {
		await this.#pool.destroy();
	}

	async #onFreshConnection(request: Request): Promise<Answer> {
		const client = new Client(this.#options.url.origin, this.#timeouts());
		try {
			return await this.#on(client, request);
		} catch (error) {
			throw this.#failure(error, request);
		} finally {
			await client.destroy();
		}
	}

	async #on(dispatcher: Dispatcher, { method, path, headers, body }: Request): Promise<Answer> {
		const answer = await dispatcher.request({
			method,
			path: this.#prefix + path,
			headers: { accept: "application/json", ...headers },
			body: body ?? null,
			signal: AbortSignal.timeout(this.#options.timeoutMs)
		});
		return { status: answer.statusCode, headers: flat(answer.headers), text: await answer.body.text() };
	}

	#failure(error: unknown, request: Request): ConnectorError {
		if (error instanceof ConnectorError) return error;
		return fromFailure(error, request, this.#options.url.origin);
	}

	#timeouts() {
		const { timeoutMs } = this.#options;
		// HTTP/1.1 alone: what a broken connection means is known there.
		return {
			connect: { timeout: timeoutMs },
			headersTimeout: timeoutMs,
			bodyTimeout: timeoutMs,
			pipelining: 1,
			allowH2: false
		};
	}
}

function unlessStopped(signal: AbortSignal | undefined): void {
	if (signal?.aborted) throw new ConnectorError("stopped", "Stopped before the next request was sent.");
}

/** A panel that crashes on a request answers 500 and closes; the next request may still find the socket in the pool. */
function isStaleSocket(error: unknown): boolean {
	const { code, socket } = error as { code?: string; socket?: { bytesRead?: number } };
	if (code === "ECONNRESET" || code === "EPIPE") return true;
	return code === "UND_ERR_SOCKET" && (socket?.bytesRead ?? 0) > 0;
}

function flat(headers: Dispatcher.ResponseData["headers"]): Record<string, string | undefined> {
	const entries = Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]);
	return Object.fromEntries(entries) as Record<string, string | undefined>;
}
