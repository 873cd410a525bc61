/** How an answer of a sample differs from the recorded one: values where they can be known, else their kind. */
import { type Body, isBody, type Json, writeJson } from "../../demo/panels/json";

const kinds: Readonly<Record<string, RegExp>> = {
	id: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
	password: /^[\w-]{22}$/,
	key: /^[0-9a-f]{32}$/,
	created_at: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?$/,
	access_token: /^[\w-]+\.[\w-]+\.[\w-]+$/,
	subscription_url: /^http:\/\/127\.0\.0\.1:\d+\/sub\/[^/]+(\/[^/]+)?$/
};

/** Numbers of the machine the recording was made on. */
const machine = /^(mem_|cpu_|incoming_|outgoing_)/;

/** The recorder cut long lists: `"... 98 more"`. */
const isCut = (value: Json | undefined): boolean => typeof value === "string" && /^\.\.\.( \d+ more)?$/.test(value);

const kind = (value: Json | undefined): string => {
	if (value === null || Array.isArray(value)) return value === null ? "null" : "list";
	return typeof value === "bigint" ? "number" : typeof value;
};

const decoded = (text: string): string => Buffer.from(text, "base64").toString("utf8");

/** A link with its secrets blanked. */
function blanked(link: Json): string {
	const open = `${link}`
		.replace(/^(vmess:\/\/)(.*)$/, (_, scheme: string, body: string) => scheme + decoded(body))
		.replace(/^(ss:\/\/)([^@]*)@/, (_, scheme: string, body: string) => `${scheme}${decoded(body)}@`);
	return open
		.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "<uuid>")
		.replace(/^(ss:\/\/[^:]*:|trojan:\/\/)[^@]*@/, "$1<password>@");
}

class Comparison {
	readonly found: string[] = [];

	constructor(private readonly asked: string) {}

	compare(actual: Json | undefined, expected: Json, path: string): void {
		if (kind(actual) !== kind(expected)) this.tell(path, actual, expected);
		else if (Array.isArray(expected)) this.list(actual as Json[], expected, path);
		else if (isBody(expected)) this.body(actual as Body, expected, path);
		else this.value(actual as Json, expected, path);
	}

	private tell(path: string, actual: Json | undefined, expected: Json): void {
		this.found.push(
			`${path}: ${writeJson(actual ?? null).slice(0, 80)} instead of ${writeJson(expected).slice(0, 80)}`
		);
	}

	private list(actual: readonly Json[], expected: readonly Json[], path: string): void {
		const cut = isCut(expected.at(-1));
		const kept = cut ? expected.slice(0, -1) : expected;
		if (cut ? actual.length <= kept.length : actual.length !== kept.length)
			this.found.push(`${path}: ${actual.length} items instead of ${expected.length}`);
		if (/\.(inbound_ids|service_ids|user_ids)$/.test(path)) this.members(actual, kept, path);
		else for (const [index, value] of kept.entries()) this.compare(actual[index], value, `${path}[${index}]`);
	}

	/** Ids of services and inbounds come in no order. */
	private members(actual: readonly Json[], expected: readonly Json[], path: string): void {
		for (const value of expected) if (!actual.includes(value)) this.tell(path, actual, value);
	}

	private body(actual: Body, expected: Body, path: string): void {
		const [is, was] = [Object.keys(actual), Object.keys(expected)];
		if (is.join() !== was.join()) this.found.push(`${path}: ${is} instead of ${was}`);
		for (const [name, value] of Object.entries(expected)) this.compare(actual[name], value, `${path}.${name}`);
	}

	/** What the request had given comes back as given; what the panel made up only has its kind. */
	private value(actual: Json, expected: Json, path: string): void {
		const name = /\.(\w+)$/.exec(path)?.[1] ?? "";
		if (machine.test(name)) return;
		if (/\.links\[\d+\]$/.test(path)) {
			if (blanked(actual) !== blanked(expected)) this.tell(path, blanked(actual), blanked(expected));
			return;
		}
		if (actual === expected) return;
		const told = typeof expected !== "string" || this.asked.includes(expected) || path.startsWith("body.detail");
		if (told || !kinds[name]?.test(`${actual}`)) this.tell(path, actual, expected);
	}
}

/** @param asked what the request had said */
export function differences(actual: Json, expected: Json, asked: Json): string[] {
	const comparison = new Comparison(writeJson(asked));
	comparison.compare(actual, expected, "body");
	return comparison.found;
}
