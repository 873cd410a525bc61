/** One panel's connections: bounded request times, our own rate limit, and sockets that a crash left half closed. */

import type { Dispatcher } from "undici";
import { withoutEnd } from "../../domain/trim";
import { codeOf, propertyOf } from "../../domain/unknown";
import { patience, unlessGone } from "../caller";
import { type Caps, USUAL } from "../caps";
import { ConnectorError, type Term } from "../connector";
import { encoded, fromAnswer, fromFailure } from "./errors";
import type { Answer, Request } from "./message";
import { createRate, type Rate } from "./rate";
import { DIRECT, type OpenWay, openWay, type Way } from "./way";

export interface TransportOptions {
	/** Without a trailing slash; may have a path. */
	readonly url: URL;
	readonly timeoutMs: number;
	readonly rateLimit: number;
	readonly connections: number;
	/** @default straight there */
	readonly way?: Way;
	/** @default as the table has them */
	readonly caps?: Caps;
}

const PROXY_REFUSES = 407;

export class Transport {
	readonly #options: TransportOptions;
	readonly #pool: OpenWay;
	readonly #rate: Rate;
	readonly #prefix: string;
	#answered = false;

	constructor(options: TransportOptions) {
		this.#options = options;
		this.#rate = createRate(options.rateLimit);
		this.#prefix = withoutEnd(options.url.pathname, "/");
		this.#pool = this.#open(options.connections);
	}

	/** Any answer, whatever its status; throws a ConnectorError when none came. */
	async send(request: Request): Promise<Answer> {
		await this.#rate.take();
		unlessStopped(request.term);
		unlessGone();
		try {
			return await this.#on(this.#pool, request);
		} catch (error) {
			if (request.method === "POST" || !isStaleSocket(error)) throw this.#failure(error, request);
			unlessStopped(request.term);
			return await this.#onFreshConnection(request);
		}
	}

	async close(): Promise<void> {
		await this.#pool.close();
	}

	async #onFreshConnection(request: Request): Promise<Answer> {
		const fresh = this.#open(1);
		try {
			return await this.#on(fresh, request);
		} catch (error) {
			throw this.#failure(error, request);
		} finally {
			await fresh.close();
		}
	}

	async #on(way: OpenWay, { method, path, headers, body }: Request): Promise<Answer> {
		const answer = await way.request({
			origin: this.#options.url.origin,
			method,
			path: this.#prefix + path,
			headers: { accept: "application/json", "accept-encoding": "identity", ...headers },
			body: body ?? null,
			// Of the whole answer: one that comes a byte a second ends as well.
			signal: patience(this.#options.timeoutMs)
		});
		const { statusCode: status, headers: told, body: content } = answer;
		const flattened = flat(told);
		const coding = flattened["content-encoding"] ?? "identity";
		if (!/^(identity)?$/i.test(coding.trim())) {
			// Of whatever comes of cutting it off, nobody wants to hear.
			content.on("error", () => undefined).destroy();
			throw encoded(coding, { method, path });
		}
		const whole: Answer = { status, headers: flattened, text: await content.text() };
		this.#answered = true;
		// That is the proxy's word, never the panel's.
		if (status === PROXY_REFUSES) throw fromAnswer(whole, { method, path });
		return whole;
	}

	#failure(error: unknown, request: Request): ConnectorError {
		if (error instanceof ConnectorError) return error;
		unlessGone();
		const { url, way, caps = USUAL } = this.#options;
		const failed = { origin: url.origin, proxy: way?.proxy?.origin, answered: this.#answered };
		return fromFailure(error, request, failed, caps);
	}

	#open(connections: number): OpenWay {
		const { way = DIRECT, timeoutMs, caps = USUAL } = this.#options;
		const most = { mostBytes: caps.panelAnswerBytes, mostHeaderBytes: caps.panelHeaderBytes };
		return openWay(way, { timeoutMs, connectMs: timeoutMs, connections, ...most });
	}
}

function unlessStopped(term: Term | undefined): void {
	if (term?.over) throw new ConnectorError("stopped", "Stopped before the next request was sent.");
}

/** A panel that crashes on a request answers 500 and closes; the next request may still find the socket in the pool. */
function isStaleSocket(error: unknown): boolean {
	const code = codeOf(error);
	if (code === "ECONNRESET" || code === "EPIPE") return true;
	return code === "UND_ERR_SOCKET" && Number(propertyOf(propertyOf(error, "socket"), "bytesRead") ?? 0) > 0;
}

function flat(headers: Dispatcher.ResponseData["headers"]): Record<string, string | undefined> {
	const entries = Object.entries(headers).map(
		([name, value]) => [name, Array.isArray(value) ? value[0] : value] as const
	);
	return Object.fromEntries(entries);
}
