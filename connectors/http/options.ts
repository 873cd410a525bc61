/** What every panel's connection says, checked against its spec before anything is sent. */

import type { OptionValue } from "../../contracts/migration/records";
import { readAddress } from "../../domain/migration/address";
import { LINK_HOSTS } from "../../domain/migration/link-addresses";
import { optionProblem } from "../../domain/migration/option";
import { ConnectorError, type Option, type Spec } from "../connector";
import { readCertificates } from "./certificates";
import { readHeaders } from "./headers";
import { reachOf } from "./reach";
import type { Way } from "./way";

/** How a panel is reached; the same at each end. */
export const WAY_OPTIONS = {
	headers: {
		type: "table",
		secret: true,
		description: "Headers that go with every request, by name: for an access proxy before the panel."
	},
	caFile: {
		type: "string",
		default: "",
		description: "A PEM file of the authorities to trust, in place of the usual ones."
	},
	certFile: { type: "string", default: "", description: "A PEM file of the client certificate to show." },
	keyFile: { type: "string", default: "", description: "A PEM file of its private key." },
	passphrase: { type: "string", secret: true, default: "", description: "Opens an encrypted keyFile." },
	insecure: {
		type: "boolean",
		default: false,
		description: "Believes any certificate: whoever is on the way can read and change all of it, the password too."
	},
	proxy: {
		type: "string",
		secret: true,
		default: "",
		description: "An HTTP proxy to go through: http://user:password@host:port, or https://."
	}
} as const satisfies Record<string, Option>;

/** Where a target's links may be asked, beside its own address. */
export const LINK_OPTIONS = {
	[LINK_HOSTS]: {
		type: "string",
		default: "",
		description:
			"Hosts beside the panel's own at which its subscription links may be asked, host or host:port, separated by commas."
	}
} as const satisfies Record<string, Option>;

export const COMMON_OPTIONS = {
	url: {
		type: "string",
		required: true,
		fixed: true,
		description: "Address of the panel: http or https, a path prefix allowed."
	},
	username: { type: "string", required: true, description: "A sudo account of the panel." },
	password: { type: "string", required: true, secret: true, description: "Its password." },
	...WAY_OPTIONS,
	rateLimit: {
		type: "number",
		range: { min: 0.1, max: 10_000, orZero: true },
		default: 0,
		description: "Requests per second at most; 0 for no limit of ours."
	},
	timeoutMs: {
		type: "number",
		range: { min: 100, max: 600_000, integer: true },
		default: 30_000,
		description: "How long a request may take."
	},
	retryBaseMs: {
		type: "number",
		range: { min: 1, max: 60_000, integer: true },
		default: 1000,
		description: "The first wait before a read is tried again; doubles, up to ten times this."
	}
} as const satisfies Record<string, Option>;

const problem = (name: string, what: string) => new ConnectorError("refused", `Option ${name} ${what}.`);

/** An option as the connection or else the spec gives it. */
export class Options {
	readonly #options: Readonly<Record<string, Option>>;
	readonly #connection: Readonly<Record<string, OptionValue>>;

	constructor({ options }: Pick<Spec, "options">, connection: Readonly<Record<string, OptionValue>>) {
		this.#options = options;
		this.#connection = connection;
		for (const [name, option] of Object.entries(options)) this.#check(name, option);
	}

	string(name: string): string {
		return String(this.#value(name) ?? "");
	}

	number(name: string): number {
		return Number(this.#value(name));
	}

	boolean(name: string): boolean {
		return this.string(name).trim() === "true";
	}

	private url(): URL {
		const read = readAddress(this.string("url"));
		if (!read.ok) throw problem("url", read.problem);
		return read.url;
	}

	/** The part of a session's options that every connection gives. */
	session() {
		return {
			url: this.url(),
			username: this.string("username"),
			password: this.string("password"),
			way: wayOf(this.#connection),
			rateLimit: this.number("rateLimit"),
			timeoutMs: this.number("timeoutMs"),
			retryBaseMs: this.number("retryBaseMs")
		};
	}

	/** Null where there is none. */
	proxy(): URL | null {
		if (this.string("proxy") === "") return null;
		const proxy = this.#address("proxy");
		if (proxy.pathname !== "/" || proxy.search !== "" || proxy.hash !== "")
			throw problem("proxy", "must end with the port; a / ? # or % in its password is written %2F %3F %23 %25");
		if (!isDecodable(proxy.username + proxy.password))
			throw problem("proxy", "has a % in its user name or password that stands for nothing: write it %25");
		return proxy;
	}

	#address(name: string): URL {
		const text = this.string(name).trim();
		if (!URL.canParse(text)) throw problem(name, "is not an address: write http:// or https://, then the host");
		const url = new URL(text);
		if (url.protocol !== "http:" && url.protocol !== "https:")
			throw problem(name, "must begin with http:// or https://");
		return url;
	}

	table(name: string): Readonly<Record<string, string>> {
		const value = this.#value(name) ?? {};
		if (typeof value !== "object") throw problem(name, "is a table of names and texts");
		return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, String(text)]));
	}

	#value(name: string): OptionValue | undefined {
		const given = this.#connection[name];
		return given === undefined || given === "" ? this.#options[name]?.default : given;
	}

	#check(name: string, option: Option): void {
		const value = this.#value(name);
		if (value === undefined) {
			if (option.required) throw problem(name, "is missing");
			return;
		}
		const wrong = optionProblem(option, value, "filled");
		if (wrong !== undefined) throw new ConnectorError("refused", `Option ${name} ${wrong}`);
	}
}

function isDecodable(text: string): boolean {
	try {
		return decodeURIComponent(text) !== undefined;
	} catch {
		return false;
	}
}

/**
 * The way to a panel, of its connection alone: for `openWay`. Reads the files that the options name.
 * @param connection its `${NAME}` filled in
 * @throws ConnectorError `refused` where an option, or a file, is not what it should be
 */
export function wayOf(connection: Readonly<Record<string, OptionValue>>): Way {
	const options = new Options({ options: WAY_OPTIONS }, connection);
	const files = {
		caFile: options.string("caFile"),
		certFile: options.string("certFile"),
		keyFile: options.string("keyFile"),
		passphrase: options.string("passphrase")
	};
	return {
		headers: readHeaders(options.table("headers")),
		certificates: readCertificates(files),
		insecure: options.boolean("insecure"),
		proxy: options.proxy(),
		reach: reachOf(connection)
	};
}
