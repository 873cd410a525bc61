/** A client of a server that is far: the REST routes of the contracts, by an API key. */

import { Agent, type Dispatcher } from "undici";
import type { Actions } from "../contracts/cluster";
import type { ResultOf } from "../contracts/contract";
import type { LogLine } from "../contracts/migration/migration";
import { VOCABULARY } from "../domain/migration/mappings";
import { messageOf } from "../domain/unknown";
import { version } from "../package.json";
import { type Action, answerOf, logLineOf } from "./answers";
import type { Client } from "./client";
import { eventsOf, type ServerEvent } from "./events";
import { elsewhere, failureOf, RemoteError, strange, tooLong, wayFailure } from "./failures";
import { Patience, rest, SHORTEST } from "./patience";
import { type Request, requestOf } from "./request";

export interface Server {
	/** As `serverAddress` answers it. */
	readonly address: string;
	readonly key: string;
	/** As PEM: authorities in place of the usual ones, a certificate and its key. */
	readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
}

const CONNECT_MS = 10_000;
/** A server says in a stream that it lives every 15 s. */
const STREAM_SILENT_MS = 45_000;
const ANSWER_MS = 120_000;
/** The longest that one answer may take to come, once it has begun: it may come in drops. */
const WHOLE_MS = 600_000;
/** The largest answer, in bytes: a page of a report has some hundred lines. */
const MOST_BYTES = 2 ** 25;

type Params = Readonly<Record<string, unknown>>;
type Headers = Dispatcher.ResponseData["headers"];
type Body = Dispatcher.ResponseData["body"];

/** Why it waits, and how long, in ms, until it asks again. */
export type Waits = (why: string, ms: number) => void;

/** @param connected told once the first connection stands, before anything is sent over it */
export const openRemote = (
	server: Server,
	waits: Waits = () => undefined,
	connected: () => void = () => undefined
): Client => new Remote(server, waits, connected);

class Remote implements Client {
	readonly server: string;
	private readonly origin: string;
	private readonly base: string;
	private readonly agent: Agent;
	readonly words = VOCABULARY;
	private readonly headers: Readonly<Record<string, string>>;
	/** A server that has answered once is worth waiting for. */
	private answered = false;

	constructor(
		{ address, key, tls = {} }: Server,
		private readonly waits: Waits,
		connected: () => void
	) {
		this.server = address;
		const { origin, pathname } = new URL(address);
		this.origin = origin;
		this.agent = new Agent({
			connect: { timeout: CONNECT_MS, ...tls },
			headersTimeout: ANSWER_MS,
			bodyTimeout: ANSWER_MS
		});
		this.agent.once("connect", connected);
		this.base = pathname.replace(/\/+$/, "");
		this.headers = { "x-api-key": key, "user-agent": `banyan/${version}`, accept: "application/json" };
	}

	async call<A extends Action>(action: A, params: Params): Promise<ResultOf<Actions[A]>> {
		const request = requestOf(action, params);
		const patience = new Patience();
		for (;;) {
			try {
				return await this.answer(action, request, params);
			} catch (error) {
				await rest(this.waiting(error, patience.waitAfter(error, request)));
			}
		}
	}

	async *follow(name: string, after: string | null, until: AbortSignal): AsyncGenerator<LogLine> {
		const request = requestOf("migration.log", { name });
		let last = after;
		for (let patience = new Patience(); !until.aborted; ) {
			try {
				for await (const { id, event, data } of this.stream(request, last, until)) {
					patience = new Patience();
					if (event !== "log") continue;
					const line = logLineOf(data, this.server);
					last = headerOf(id ?? line.id, this.server);
					yield line;
				}
				await rest(SHORTEST, until);
			} catch (error) {
				await rest(until.aborted ? 0 : this.waiting(error, patience.waitAfter(error, request)), until);
			}
		}
	}

	close(): Promise<void> {
		return this.agent.destroy();
	}

	private waiting(error: unknown, ms: number): number {
		this.waits(messageOf(error), ms);
		return ms;
	}

	private async answer<A extends Action>(action: A, request: Request, params: Params): Promise<ResultOf<Actions[A]>> {
		const long = request.long ? { headersTimeout: 0, bodyTimeout: 0 } : {};
		return this.onTheWay(async () => {
			const { statusCode, headers, body } = await this.send(request, long);
			const type = String(headers["content-type"] ?? "");
			if (statusCode >= 300) throw await this.refusal(statusCode, headers, body);
			if (!/^application\/json\b/i.test(type)) throw drained(body, strange(statusCode, type, this.server));
			const text = await this.textOf(body);
			return answerOf(action, params, text, this.server);
		});
	}

	private async *stream(request: Request, last: string | null, until: AbortSignal): AsyncGenerator<ServerEvent> {
		const headers = { accept: "text/event-stream", ...(last !== null && { "last-event-id": last }) };
		const options = { signal: until, bodyTimeout: STREAM_SILENT_MS };
		const answer = await this.onTheWay(() => this.send({ ...request, headers }, options));
		const { statusCode, headers: said, body } = answer;
		const type = String(said["content-type"] ?? "");
		if (statusCode >= 300) throw await this.onTheWay(() => this.refusal(statusCode, said, body));
		if (!/^text\/event-stream\b/i.test(type)) throw drained(body, strange(statusCode, type, this.server));
		const events = eventsOf(body);
		try {
			for (;;) {
				const { done, value } = await this.onTheWay(() => events.next());
				if (done) return;
				yield value;
			}
		} finally {
			await events.return(undefined);
		}
	}

	private async send(
		{ method, path, headers, body }: Request,
		options: Partial<Dispatcher.RequestOptions>
	): Promise<Dispatcher.ResponseData> {
		const answer = await this.agent.request({
			origin: this.origin,
			path: `${this.base}${path}`,
			method,
			headers: { ...this.headers, ...headers },
			...(body !== undefined && { body }),
			...options
		});
		this.answered = true;
		return answer;
	}

	/** An address that an answer leads to gets no key of ours. */
	private async refusal(status: number, headers: Headers, body: Body): Promise<RemoteError> {
		if (status < 400) return drained(body, elsewhere(status, String(headers.location ?? ""), this.server));
		const said = { status, type: String(headers["content-type"] ?? ""), afterMs: afterMsOf(headers["retry-after"]) };
		return failureOf(said, await this.textOf(body), this.server);
	}

	/** However it comes, an answer has an end. */
	private async textOf(body: Body): Promise<string> {
		const late = setTimeout(() => body.destroy(tooLong(this.server)), WHOLE_MS);
		const chunks: Buffer[] = [];
		const parts: AsyncIterable<Buffer> = body;
		let bytes = 0;
		try {
			for await (const chunk of parts) {
				bytes += chunk.length;
				if (bytes > MOST_BYTES) throw tooLong(this.server);
				chunks.push(chunk);
			}
		} finally {
			clearTimeout(late);
		}
		return Buffer.concat(chunks).toString("utf8");
	}

	/** What breaks on the way becomes a sentence. */
	private async onTheWay<T>(act: () => Promise<T>): Promise<T> {
		try {
			return await act();
		} catch (error) {
			if (error instanceof RemoteError) throw error;
			throw wayFailure(error, this.server, this.answered);
		}
	}
}

/** In ms; a proxy may say a date, or nothing. */
const afterMsOf = (said: Headers[string]): number | undefined =>
	typeof said === "string" && /^\d{1,6}$/.test(said) ? Number(said) * 1000 : undefined;

/** What a server says goes back to it in a header only where it can stand in one. */
function headerOf(id: string, address: string): string {
	if (id.length > 256 || !/^[\x20-\x7e]+$/.test(id)) throw strange(200, "an event id that is none", address);
	return id;
}

/** Nothing more of it is read. */
function drained(body: Body, error: RemoteError): RemoteError {
	// What breaks while it is given up is nobody's concern.
	body.on("error", () => undefined).destroy();
	return error;
}
