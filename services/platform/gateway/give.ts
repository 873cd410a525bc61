/** How a panel's answer reaches the client who asked with an old link. */

import { pipeline } from "node:stream/promises";
import { CACHING, passedOn, policyOf } from "../../../domain/platform/panel-headers";
import type { WebRequest, WebResponse } from "../../../mixins/web.mixin";
import { callOf } from "./call";
import type { Held } from "./held";

interface How {
	/** The body is base64 and wanted in the clear. */
	readonly decode: boolean;
	/** A browser's: it takes a page. */
	readonly page: boolean;
}

/** Gives the answer on: its status, what of its headers may be given on, its body. */
export async function give(held: Held, req: WebRequest, res: WebResponse, { decode, page }: How): Promise<void> {
	const length = held.headers["content-length"];
	const headers = passedOn(held.headers, { page, address: addressOf(req) });
	const body = decode && held.status < 300 ? inTheClear(held, headers) : held.body;
	const known = held.rest || held.status === NOT_MODIFIED ? length?.toString() : String(body.length);
	res.setHeader("Content-Security-Policy", policyOf(headers["content-type"] as string));
	res.setHeader("Cache-Control", CACHING);
	// Last: Node reads a content-disposition behind it as UTF-8, and panels send customers' names in Latin-1.
	res.writeHead(STATUS[held.status] ?? held.status, {
		...headers,
		...(known !== undefined && { "content-length": known })
	});
	if (req.method === "HEAD" || !held.rest) {
		held.rest?.destroy();
		return void res.end(req.method === "HEAD" ? undefined : body);
	}
	res.write(body);
	// The client that hangs up ends the panel's answer too, and the other way round.
	await pipeline(held.rest, res).catch(() => undefined);
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
const addressOf = (req: WebRequest): string => {
	const { scheme, host } = callOf(req);
	return `${scheme}://${host}${req.originalUrl ?? req.url ?? "/"}`;
};

/** Without its question mark; empty where there is none. */
export const queryOf = ({ originalUrl, url }: Pick<WebRequest, "originalUrl" | "url">): string => {
	const target = originalUrl ?? url ?? "";
	const at = target.indexOf("?");
	return at < 0 ? "" : target.slice(at + 1);
};
