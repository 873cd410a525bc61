/** The panels behind old links: what is sent to them for a client, and how their answer reaches him. */

import { pipeline } from "node:stream/promises";
import { Agent, type Dispatcher } from "undici";
import { failure } from "../../../cluster/errors";
import type { WebRequest, WebResponse } from "../../../mixins/web.mixin";
import { callOf, header } from "./call";

const PANEL_TIMEOUT_MS = 15_000;
/** The largest body that is decoded here, in bytes. */
const MOST_DECODED = 4 * 2 ** 20;
/** Our name in `Via` (RFC 9110 §7.6.3): a request that has it already went in a circle. */
const VIA = "banyan";

export type Answer = Dispatcher.ResponseData;

export const wentInACircle = (req: WebRequest): boolean => header(req, "via")?.toLowerCase().includes(VIA) ?? false;

export class Upstream {
	private readonly agent = new Agent({
		connections: 64,
		connect: { timeout: 3_000 },
		headersTimeout: PANEL_TIMEOUT_MS,
		bodyTimeout: PANEL_TIMEOUT_MS
	});

	/** The panel's answer, its body not yet read. */
	ask(address: string, req: WebRequest): Promise<Answer> {
		const { origin, pathname, search } = new URL(address);
		return this.agent.request({ origin, path: `${pathname}${search}`, method: "GET", headers: forwarded(req) });
	}

	close(): Promise<void> {
		return this.agent.destroy();
	}
}

/** Gives the panel's answer on: status, headers, body as they come. @param decode the body is base64 and wanted in the clear */
export async function pass(answer: Answer, req: WebRequest, res: WebResponse, decode = false): Promise<void> {
	const headers = endToEnd(answer.headers);
	// The panel names the address that it was asked at, which is ours.
	if (headers[PAGE] !== undefined) headers[PAGE] = addressOf(req);
	res.removeHeader("Content-Security-Policy");
	if (decode) {
		const text = Buffer.from(await smallBody(answer), "base64");
		res.writeHead(answer.statusCode, {
			...headers,
			"content-type": "text/plain; charset=utf-8",
			"content-length": text.length
		});
		return void res.end(req.method === "HEAD" ? undefined : text);
	}
	res.writeHead(answer.statusCode, headers);
	if (req.method === "HEAD") {
		await answer.body.dump();
		return void res.end();
	}
	// The client that hangs up ends the panel's answer too, and the other way round.
	await pipeline(answer.body, res).catch(() => undefined);
}

/** Where clients find the subscription's own page. */
const PAGE = "profile-web-page-url";

/** The address as the client asked for it. */
const addressOf = (req: WebRequest): string =>
	`${callOf(req).scheme}://${header(req, "host") ?? ""}${req.originalUrl ?? req.url ?? "/"}`;

/** With its question mark; empty where there is none. */
export const queryOf = ({ originalUrl, url }: Pick<WebRequest, "originalUrl" | "url">): string => {
	const target = originalUrl ?? url ?? "";
	const at = target.indexOf("?");
	return at < 0 ? "" : target.slice(at);
};

/** What the panel needs to choose a format and to answer "not modified". */
const PASSED = ["user-agent", "accept", "accept-language", "if-none-match", "if-modified-since"] as const;

function forwarded(req: WebRequest): Record<string, string> {
	const headers: Record<string, string> = { via: `1.1 ${VIA}`, "x-forwarded-for": callOf(req).client };
	for (const name of PASSED) {
		const value = header(req, name);
		if (value !== undefined) headers[name] = value;
	}
	return headers;
}

/** Of one connection, not of the answer (RFC 9110 §7.6.1); cookies and the panel's name are nobody's business. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
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
	"date"
]);

function endToEnd(headers: Answer["headers"]): Record<string, string | string[]> {
	const named = new Set(
		String(headers.connection ?? "")
			.toLowerCase()
			.split(",")
			.map(name => name.trim())
	);
	return Object.fromEntries(
		Object.entries(headers).flatMap(([name, value]) =>
			value === undefined || HOP_BY_HOP.has(name) || named.has(name) ? [] : [[name, value]]
		)
	);
}

async function smallBody({ body }: Answer): Promise<string> {
	let text = "";
	for await (const chunk of body) {
		text += (chunk as Buffer).toString("latin1");
		if (text.length > MOST_DECODED) throw failure("UNAVAILABLE", "The panel's answer is too large.");
	}
	return text;
}
