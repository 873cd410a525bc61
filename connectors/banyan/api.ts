/** The accounts of a gateway as a key with accounts:import sees them. No answer holds a hash. */

import type { Json } from "../../contracts/json";
import { type Caps, USUAL } from "../caps";
import { ConnectorError, type Term } from "../connector";
import { fromAnswer } from "../http/errors";
import { isObject, parse, toJson } from "../http/json";
import type { Request } from "../http/message";
import type { Options } from "../http/options";
import { retry } from "../http/retry";
import { Transport } from "../http/transport";
import { type Caution, cautionsOf, type Way } from "../http/way";

const TRIES = 3;
const CONNECTIONS = 8;
const PATH = "/api/v1/auth/accounts";

export class Api {
	readonly #transport: Transport;
	readonly #options: ReturnType<Options["session"]> & { readonly way: Way };
	readonly #key: string;
	readonly #caps: Caps;

	constructor(options: Options, caps: Caps = USUAL) {
		this.#options = options.session();
		this.#key = options.string("apiKey");
		this.#caps = caps;
		this.#transport = new Transport({ ...this.#options, connections: CONNECTIONS, caps });
	}

	cautions(): Caution[] {
		return cautionsOf(this.#options.url, this.#options.way);
	}

	/** Of these ids, or a page of all. */
	look(asked: Json): Promise<Json> {
		return this.#post(`${PATH}/look`, asked, undefined);
	}

	/** However often it is sent it comes to the same. */
	adopt(given: Json, term: Term | undefined): Promise<Json> {
		return this.#post(PATH, given, term);
	}

	/** Takes back what was brought and nobody used since. */
	giveBack(given: Json, term: Term | undefined): Promise<Json> {
		return this.#post(`${PATH}/give-back`, given, term);
	}

	async close(): Promise<void> {
		await this.#transport.close();
	}

	async #post(path: string, body: Json, term: Term | undefined): Promise<Json> {
		const request: Request = {
			method: "POST",
			path,
			term,
			headers: { "content-type": "application/json", "x-api-key": this.#key },
			body: JSON.stringify(body)
		};
		return await retry({ tries: TRIES, baseMs: this.#options.retryBaseMs }, async () => {
			const answer = await this.#transport.send(request);
			if (answer.status < 200 || answer.status > 299) throw about(fromAnswer(answer, request));
			return this.#object(answer.text, path);
		});
	}

	#object(text: string, path: string): Json {
		try {
			const value = parse(text, this.#caps);
			if (isObject(value)) return toJson(value);
		} catch (error) {
			if (error instanceof ConnectorError) throw error;
		}
		throw new ConnectorError("unexpected-answer", `POST ${path} did not answer an object: is it a Banyan's address?`);
	}
}

const SAYS: Readonly<Record<number, readonly [code: string, message: string]>> = {
	401: ["login-refused", "Banyan refuses the API key: give one that is there, with the scope accounts:import."],
	403: ["forbidden", "The API key lacks the scope accounts:import: make one that has it."],
	404: ["wrong-system", "There is no Banyan with accounts at this address: look at option url, and at its version."],
	405: ["wrong-system", "There is no Banyan with accounts at this address: look at option url, and at its version."]
};

/** What its status means here, in one sentence. */
function about(error: ConnectorError): ConnectorError {
	const [code, message] = SAYS[error.details.status ?? 0] ?? [];
	return code === undefined || message === undefined ? error : new ConnectorError(code, message, error.details);
}
