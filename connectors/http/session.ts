/** A panel's API as one account sees it: logs in by form, renews its token, repeats reads and never writes. */

import { reach } from "../../adapters/failpoints";
import { beyondCaller } from "../caller";
import { type Caps, USUAL } from "../caps";
import { ConnectorError, type Term } from "../connector";
import { fromAnswer } from "./errors";
import { isObject, parse, stringify, type Wire, type WireObject } from "./json";
import type { Answer, Request } from "./message";
import { type RetryPolicy, retry } from "./retry";
import { Transport, type TransportOptions } from "./transport";
import { type Caution, cautionsOf, DIRECT } from "./way";

export interface SessionOptions extends TransportOptions {
	/** The panel's own name, for messages. */
	readonly system: string;
	readonly tokenPath: string;
	readonly username: string;
	readonly password: string;
	readonly retryBaseMs: number;
}

export type Query = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export type Patience = "usual" | "once";

/** A panel may report each refused login to its owner's phone: a refused password is not tried again at once. */
const REFUSAL_HOLDS = 60_000;
const TRIES = 3;
/** As much as a header takes (RFC 6750 §2.1), and nothing that ends one. */
const TOKEN = /^[\x21-\x7e]{1,8192}$/;

export class Session {
	readonly #options: SessionOptions;
	readonly #transport: Transport;
	readonly #policy: RetryPolicy;
	#token: Promise<string> | undefined;
	#refused: { readonly error: ConnectorError; readonly until: number } | undefined;
	#closed = false;

	/** How much is taken of an answer. */
	readonly caps: Caps;

	constructor(options: SessionOptions) {
		this.caps = options.caps ?? USUAL;
		this.#options = options;
		this.#transport = new Transport(options);
		this.#policy = { tries: TRIES, baseMs: options.retryBaseMs };
	}

	/** What is not safe about the way to the panel. */
	cautions(): Caution[] {
		return cautionsOf(this.#options.url, this.#options.way ?? DIRECT);
	}

	/** Repeated on 408, 429, 5xx and lost connections; `once`: a 500 is believed at once. */
	async get(path: string, query: Query = {}, patience: Patience = "usual"): Promise<Wire> {
		const request: Request = { method: "GET", path: path + search(query) };
		return await retry(this.#policy, async () => {
			try {
				return this.#json(await this.#authorised(request), request);
			} catch (error) {
				throw patience === "once" ? believed(error) : error;
			}
		});
	}

	async object(path: string, query: Query = {}, patience: Patience = "usual"): Promise<WireObject> {
		const value = await this.get(path, query, patience);
		if (isObject(value)) return value;
		throw new ConnectorError("unexpected-answer", `GET ${path} did not answer an object.`);
	}

	/** Sent once: whoever writes must look before repeating (L7). */
	async write(method: "POST" | "PUT" | "DELETE", path: string, body?: Wire, term?: Term): Promise<Wire> {
		const json = body === undefined ? {} : { body: stringify(body), headers: { "content-type": "application/json" } };
		const request: Request = { method, path, term, ...json };
		reach("socket");
		const answer = await this.#authorised(request);
		reach("answer");
		return this.#json(answer, request);
	}

	/** Without a token: for telling one system from another, which both refuse. */
	async probe(path: string): Promise<Answer> {
		const request: Request = { method: "GET", path };
		return await retry(this.#policy, async () => {
			const answer = await this.#transport.send(request);
			if (answer.status >= 500) throw fromAnswer(answer, request);
			return answer;
		});
	}

	/** A text that needs no token; undefined when the panel has none to give. */
	async text(path: string): Promise<string | undefined> {
		const answer = await retry(this.#policy, () => this.#transport.send({ method: "GET", path }));
		return answer.status === 200 ? answer.text : undefined;
	}

	/** Logs in now, or throws. */
	async login(): Promise<void> {
		await this.#currentToken();
	}

	async close(): Promise<void> {
		this.#closed = true;
		await this.#transport.close();
	}

	async #authorised(request: Request): Promise<Answer> {
		const used = this.#currentToken();
		const answer = await this.#with(await used, request);
		if (answer.status !== 401) return ok(answer, request);
		// Whoever of the waiting calls comes first renews; the others find the new token.
		if (this.#token === used) this.#token = undefined;
		const again = await this.#with(await this.#currentToken(), request);
		if (again.status !== 401) return ok(again, request);
		const { system, username } = this.#options;
		const message = `${system} lets ${username} log in but refuses every call: the account is disabled; enable it or name another.`;
		throw new ConnectorError("login-refused", message, { status: 401 });
	}

	#with(token: string, request: Request): Promise<Answer> {
		return this.#transport.send({ ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } });
	}

	#currentToken(): Promise<string> {
		if (this.#closed) return Promise.reject(new ConnectorError("stopped", "The connection is closed."));
		if (this.#refused !== undefined && this.#refused.until > Date.now()) return Promise.reject(this.#refused.error);
		if (this.#token === undefined) {
			// Others wait for it too.
			const token = beyondCaller(() => retry(this.#policy, () => this.#askToken()));
			token.catch(() => {
				if (this.#token === token) this.#token = undefined;
			});
			this.#token = token;
		}
		return this.#token;
	}

	async #askToken(): Promise<string> {
		const { username, password, system, tokenPath } = this.#options;
		const body = new URLSearchParams({ username, password, grant_type: "password" }).toString();
		const headers = { "content-type": "application/x-www-form-urlencoded" };
		// A login changes nothing: a lost one may be repeated.
		const request: Request = { method: "POST", path: tokenPath, headers, body };
		const answer = await this.#transport.send(request);
		if (answer.status === 401) throw this.#refusal();
		if (answer.status === 404 || answer.status === 405) {
			throw new ConnectorError(
				"wrong-system",
				`There is no ${system} at this address: ${tokenPath} is unknown there.`,
				{
					status: answer.status
				}
			);
		}
		const granted = this.#json(ok(answer, request), request);
		const token = isObject(granted) ? granted.access_token : undefined;
		if (typeof token !== "string")
			throw new ConnectorError("unexpected-answer", `${system} answered a login without a token.`);
		if (!TOKEN.test(token))
			throw new ConnectorError(
				"unexpected-answer",
				`${system} answered a login with a token that no header can carry.`
			);
		return token;
	}

	#refusal(): ConnectorError {
		const { system, username } = this.#options;
		const message = `${system} refuses the user name or the password of ${username}: correct them.`;
		const error = new ConnectorError("login-refused", message, { status: 401 });
		this.#refused = { error, until: Date.now() + REFUSAL_HOLDS };
		return error;
	}

	#about({ code, message }: ConnectorError, method: string, path: string): ConnectorError {
		const where = `${method} ${path.replace(/\?.*$/, "")}: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
		return new ConnectorError(code, where, { ambiguous: method !== "GET" });
	}

	#json(answer: Answer, { method, path }: Request): Wire {
		try {
			return parse(answer.text, this.caps);
		} catch (error) {
			if (error instanceof ConnectorError) throw this.#about(error, method, path);
			const message = `${method} ${path.replace(/\?.*$/, "")} answered something that is not JSON: is the address ${this.#options.system}'s?`;
			throw new ConnectorError("unexpected-answer", message, { status: answer.status, ambiguous: method !== "GET" });
		}
	}
}

function believed(error: unknown): unknown {
	if (!(error instanceof ConnectorError) || error.details.status !== 500) return error;
	return new ConnectorError(error.code, error.message, { ...error.details, retryable: false });
}

function ok(answer: Answer, request: Request): Answer {
	if (answer.status >= 200 && answer.status < 300) return answer;
	throw fromAnswer(answer, request);
}

function search(query: Query): string {
	const pairs = Object.entries(query).flatMap(([name, value]) =>
		(Array.isArray(value) ? value : [value]).map((one): [string, string] => [name, String(one)])
	);
	return pairs.length === 0 ? "" : `?${new URLSearchParams(pairs)}`;
}

/** A name as one segment of a path. @throws ConnectorError `refused` for one that no address can hold */
export function segment(name: string): string {
	if (name.isWellFormed()) return encodeURIComponent(name);
	throw new ConnectorError("refused", "A name has half a character in it, which no address can hold.");
}
