/** A panel's answer as the customer gets it: its status, what of its headers may be given on, its body. */

import type { RawAnswer } from "../../../contracts/raw";
import { CACHING, passedOn, policyOf } from "../../../domain/migration/subscriptions/panel-headers";
import type { Asker } from "./asker";
import type { Held } from "./held";

interface How {
	/** The body is base64 and wanted in the clear. */
	readonly decode: boolean;
	/** A browser's: it takes a page. */
	readonly page: boolean;
}

export function answerOf(held: Held, asker: Asker, { decode, page }: How): RawAnswer {
	const length = held.headers["content-length"];
	const headers = passedOn(held.headers, { page, address: addressOf(asker) });
	const body = decode && held.status < 300 ? inTheClear(held, headers) : held.body;
	const known = held.rest || held.status === NOT_MODIFIED ? length?.toString() : String(body.length);
	return {
		status: STATUS[held.status] ?? held.status,
		headers: {
			"content-security-policy": policyOf(String(headers["content-type"])),
			"cache-control": CACHING,
			...headers,
			// Last: Node reads a content-disposition behind it as UTF-8, and panels send customers' names in Latin-1.
			...(known !== undefined && { "content-length": known })
		},
		body: bodyOf(held, body, asker)
	};
}

function bodyOf({ rest }: Held, body: Buffer, { method }: Asker): RawAnswer["body"] {
	if (rest && method !== "HEAD") {
		rest.unshift(body);
		return rest;
	}
	rest?.destroy();
	return body;
}

/** Who transformed the answer on its way is not told. */
const STATUS: Readonly<Record<number, number>> = { 203: 200 };
const NOT_MODIFIED = 304;

/** Is it what `decode` can decode? */
export function isEncoded({ body }: Held): boolean {
	const text = body.toString("latin1");
	const padding = text.indexOf("=");
	const [data, rest] = padding < 0 ? [text, ""] : [text.slice(0, padding), text.slice(padding)];
	return !/[^\w+/\-\s]/.test(data) && !/[^=\s]/.test(rest);
}

function inTheClear({ body }: Held, headers: Record<string, string>): Buffer {
	headers["content-type"] = "text/plain; charset=utf-8";
	return Buffer.from(body.toString("latin1"), "base64");
}

/** The address as the client asked for it. */
const addressOf = ({ scheme, host, target }: Asker): string => `${scheme}://${host}${target}`;
