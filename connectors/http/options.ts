/** What every panel's connection says, checked against its spec before anything is sent. */

import type { Connection } from "../../contracts/migration/records";
import { readPanelAddress } from "../../domain/migration/panel-address";
import { ConnectorError, type Option, type Spec } from "../connector";

export const COMMON_OPTIONS = {
	url: {
		type: "string",
		required: true,
		fixed: true,
		description: "Address of the panel: http or https, a path prefix allowed."
	},
	username: { type: "string", required: true, description: "A sudo account of the panel." },
	password: { type: "string", required: true, secret: true, description: "Its password." },
	rateLimit: { type: "number", default: 0, description: "Requests per second at most; 0 for no limit of ours." },
	timeoutMs: { type: "number", default: 30_000, description: "How long a request may take." },
	retryBaseMs: {
		type: "number",
		default: 1000,
		description: "The first wait before a read is tried again; doubles, up to ten times this."
	}
} as const satisfies Record<string, Option>;

const problem = (name: string, what: string) => new ConnectorError("refused", `Option ${name} ${what}.`);

/** An option as the connection or else the spec gives it. */
export class Options {
	readonly #spec: Spec;
	readonly #connection: Connection;

	constructor(spec: Spec, connection: Connection) {
		this.#spec = spec;
		this.#connection = connection;
		for (const [name, option] of Object.entries(spec.options)) this.#check(name, option);
	}

	string(name: string): string {
		return String(this.#value(name));
	}

	number(name: string): number {
		return Number(this.#value(name));
	}

	private url(): URL {
		const read = readPanelAddress(this.string("url"));
		if (!read.ok) throw problem("url", read.problem);
		return read.url;
	}

	/** The part of a session's options that every connection gives. */
	session() {
		return {
			url: this.url(),
			username: this.string("username"),
			password: this.string("password"),
			rateLimit: this.number("rateLimit"),
			timeoutMs: this.number("timeoutMs"),
			retryBaseMs: this.number("retryBaseMs")
		};
	}

	#value(name: string): string | number | boolean | undefined {
		return this.#connection[name] ?? this.#spec.options[name]?.default;
	}

	#check(name: string, option: Option): void {
		const value = this.#value(name);
		if (value === undefined || value === "") {
			if (option.required) throw problem(name, "is missing");
			return;
		}
		if (option.type === "number" && !(Number.isFinite(Number(value)) && Number(value) >= 0)) {
			throw problem(name, "must be a number, 0 or more");
		}
		if (option.type === "enum" && !option.values?.includes(String(value))) {
			throw problem(name, `must be one of ${option.values?.join(", ")}`);
		}
	}
}
