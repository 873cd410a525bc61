/** How a panel's answer reaches the client who asked with an old link. */

import { pipeline } from "node:stream/promises";
import type { WebRequest, WebResponse } from "../../../mixins/web.mixin";
import { callOf, header } from "./call";
import type { Held } from "./held";

/** Gives the answer on: status, headers, body. @param decode the body is base64 and wanted in the clear */
export async function give(held: Held, req: WebRequest, res: WebResponse, decode = false): Promise<void> {
	const { "content-length": length, ...headers } = endToEnd(held.headers);
	// The panel names the address that it was asked at, which is ours.
	if (headers[PAGE] !== undefined) headers[PAGE] = addressOf(req);
	res.removeHeader("Content-Security-Policy");
	const body = decode && held.status < 300 ? inTheClear(held, headers) : held.body;
	const known = held.rest || held.status === NOT_MODIFIED ? length?.toString() : String(body.length);
	// Last: Node reads a content-disposition behind it as UTF-8, and panels send customers' names in Latin-1.
	res.writeHead(held.status, { ...headers, ...(known !== undefined && { "content-length": known }) });
	if (req.method === "HEAD" || !held.rest) {
		held.rest?.destroy();
		return void res.end(req.method === "HEAD" ? undefined : body);
	}
	res.write(body);
	// The client that hangs up ends the panel's answer too, and the other way round.
	await pipeline(held.rest, res).catch(() => undefined);
}

const NOT_MODIFIED = 304;

/** Is it what `decode` can decode? */
export const isEncoded = ({ body }: Held): boolean => /^[\w+/\-\s]*[=\s]*$/.test(body.toString("latin1"));

function inTheClear({ body }: Held, headers: Record<string, string | string[]>): Buffer {
	headers["content-type"] = "text/plain; charset=utf-8";
	return Buffer.from(body.toString("latin1"), "base64");
}

/** Where clients find the subscription's own page. */
const PAGE = "profile-web-page-url";

/** The address as the client asked for it. */
const addressOf = (req: WebRequest): string =>
	`${callOf(req).scheme}://${header(req, "host") ?? ""}${req.originalUrl ?? req.url ?? "/"}`;

/** Without its question mark; empty where there is none. */
export const queryOf = ({ originalUrl, url }: Pick<WebRequest, "originalUrl" | "url">): string => {
	const target = originalUrl ?? url ?? "";
	const at = target.indexOf("?");
	return at < 0 ? "" : target.slice(at + 1);
};

/**
 * Of one connection, not of the answer (RFC 9110 §7.6.1); cookies and the panel's name are nobody's business, and what a
 * host says of itself is not ours to say.
 */
const LEFT_OUT: ReadonlySet<string> = new Set([
	"connection",
	"keep-alive",
	"proxy-authenticate",
	"proxy-authorization",
	"proxy-connection",
	"te",
	"trailer",
	"transfer-encoding",
	"upgrade",
	"set-cookie",
	"server",
	"date",
	"alt-svc",
	"strict-transport-security",
	"accept-ranges"
]);

function endToEnd(headers: Held["headers"]): Record<string, string | string[]> {
	const named = new Set(
		String(headers.connection ?? "")
			.toLowerCase()
			.split(",")
			.map(name => name.trim())
	);
	return Object.fromEntries(
		Object.entries(headers).flatMap(([name, value]) =>
			value === undefined || LEFT_OUT.has(name) || named.has(name) ? [] : [[name, value]]
		)
	);
}
