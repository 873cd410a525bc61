/** What an answer, or the lack of one, means to a migration. */

import { ConnectorError } from "../connector";
import { isObject, parse, type Wire } from "./json";
import type { Answer, Request } from "./message";
import { retryAfter } from "./retry";
import { hidden } from "./secrets";

/** Failures before a byte of the request was sent. */
const NEVER_SENT = new Set([
	"ECONNREFUSED",
	"ENOTFOUND",
	"EAI_AGAIN",
	"EHOSTUNREACH",
	"ENETUNREACH",
	"UND_ERR_CONNECT_TIMEOUT",
	"DEPTH_ZERO_SELF_SIGNED_CERT",
	"SELF_SIGNED_CERT_IN_CHAIN",
	"UNABLE_TO_VERIFY_LEAF_SIGNATURE",
	"CERT_HAS_EXPIRED",
	"ERR_TLS_CERT_ALTNAME_INVALID",
	"ERR_SSL_WRONG_VERSION_NUMBER",
	"EPROTO"
]);
const TLS = /CERT|SIGNATURE|SSL|EPROTO/;

const CODES: Readonly<Record<number, string>> = {
	400: "refused",
	401: "login-refused",
	403: "forbidden",
	404: "not-found",
	408: "throttled",
	409: "conflict",
	413: "refused",
	422: "refused",
	429: "throttled"
};
const RETRYABLE = new Set([408, 429, 500, 502, 503, 504]);

const codeOf = (error: unknown): string => {
	const code = (error as { code?: unknown } | null)?.code;
	return typeof code === "string" ? code : "";
};

const unreachable = (message: string, details: ConnectorError["details"] = {}) =>
	new ConnectorError("unreachable", message, details);

/** What TLS says when there is no agreement, with what to do; the rest is about the panel's certificate. */
const TLS_SAYS: readonly (readonly [RegExp, (origin: string) => string])[] = [
	[
		/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/,
		origin => `${origin} does not speak TLS: write http:// if that is what it speaks.`
	],
	[/ALERT/, origin => `${origin} refuses the client certificate, or wants one: name it in certFile and keyFile.`],
	[
		/SELF_SIGNED|UNABLE_TO|CERT_SIGNATURE|CERT_CHAIN|CERT_UNTRUSTED/,
		origin =>
			`The certificate of ${origin} is of no authority that is trusted here: name its authority's file in caFile.`
	],
	[/ALTNAME/, origin => `The certificate of ${origin} is for another name: give the address it is for.`],
	[/EXPIRED/, origin => `The certificate of ${origin} has expired: have it renewed.`],
	[/NOT_YET_VALID/, origin => `The certificate of ${origin} is not valid yet: look at the clocks of both machines.`]
];

function fromTls(code: string, origin: string): ConnectorError {
	const said = TLS_SAYS.find(([pattern]) => pattern.test(code))?.[1](origin);
	return unreachable(
		said ? said.replace(/: /, ` (${code}): `) : `There is no agreement with ${origin} on TLS (${code}).`
	);
}

const STRANGER_TO_THE_PROXY = "The proxy does not know us (407): give its user name and password in 'proxy'.";

/** undici wraps what befell it on the way to a proxy. */
function fromProxy(error: unknown, proxy: string, origin: string): ConnectorError | undefined {
	const { message = "", cause } = error as Error;
	const status = /^Proxy response \((\d+)\)/.exec(message)?.[1];
	if (status === "407") return unreachable(STRANGER_TO_THE_PROXY);
	if (status !== undefined)
		return unreachable(
			`The proxy ${proxy} makes no way to ${origin} (${status}): look at its rules, and whether the panel runs.`,
			{
				retryable: Number(status) >= 500
			}
		);
	const code = codeOf(error) || codeOf(cause);
	if (code === "UND_ERR_PRX_TLS" || TLS.test(code)) return undefined;
	if (NEVER_SENT.has(code) || /PRX/.test(code))
		return unreachable(
			`The proxy ${proxy} cannot be reached (${codeOf(cause) || code}): check 'proxy', and that it runs.`,
			{
				retryable: true
			}
		);
	return undefined;
}

/** What is known of the way on which a request failed. */
interface Failed {
	readonly origin: string;
	/** The address of the one between, if any. */
	readonly proxy?: string | undefined;
	/** Something has answered on this way before. */
	readonly answered: boolean;
}

/** No answer came: was the request sent, and does it help to try again? */
export function fromFailure(error: unknown, request: Request, way: Failed): ConnectorError {
	const { origin, proxy } = way;
	const code = codeOf(error);
	const atProxy = proxy === undefined ? undefined : fromProxy(error, proxy, origin);
	if (atProxy) return atProxy;
	if (TLS.test(code)) return fromTls(code, origin);
	if (NEVER_SENT.has(code)) {
		return unreachable(`${origin} cannot be reached (${code}): check the address, and that the panel runs.`, {
			retryable: true
		});
	}
	const told = place(request);
	const late = (error as Error).name === "TimeoutError" || /TIMEOUT/.test(code);
	// A server without our certificate may say so only by hanging up on the first request.
	const mute = !late && !way.answered && origin.startsWith("https:");
	const hint = mute ? " Where it wants a client certificate, name one that it knows in certFile and keyFile." : "";
	const message = late
		? `${told} had no answer in time.`
		: `${told}: the connection broke before the answer came.${hint}`;
	return unreachable(message, { retryable: true, ambiguous: request.method !== "GET" });
}

/** An answer that is not a success. */
export function fromAnswer(answer: Answer, request: Request): ConnectorError {
	const { status } = answer;
	if (status === 407) return unreachable(STRANGER_TO_THE_PROXY);
	const fields = Object.fromEntries(
		Object.entries(wordsOf(answer)).map(([field, text]) => [field, hidden(text, request.body)])
	);
	const words = Object.entries(fields).map(([field, text]) => (field === "detail" ? text : `${field}: ${text}`));
	const code = CODES[status] ?? (status >= 500 ? "broken" : "unexpected-answer");
	const moved = status >= 300 && status < 400 ? ` It redirects to ${answer.headers.location ?? "elsewhere"}.` : "";
	const message = `${place(request)} answered ${status}${words.length > 0 ? ` (${words.join("; ")})` : ""}.${moved}`;
	const wait = retryAfter(answer.headers["retry-after"]);
	return new ConnectorError(code, message, {
		status,
		retryable: RETRYABLE.has(status) || status > 504,
		ambiguous: status >= 500 && request.method !== "GET",
		fields,
		...(wait === undefined ? {} : { retryAfterMs: wait })
	});
}

/** Never with the query, and never the key in a subscription's path. */
function place({ method, path }: Request): string {
	return `${method} ${path.replace(/\?.*$/, "").replace(/\/sub\/.*$/, "/sub/…")}`;
}

/** `{"detail": "…"}` or `{"detail": {"field": "…"}}`; plain text of a server's crash says nothing more. */
function wordsOf(answer: Answer): Record<string, string> {
	const body = tryParse(answer.text);
	if (!isObject(body)) return {};
	const detail = body.detail;
	if (typeof detail === "string") return { detail };
	if (!isObject(detail)) return {};
	return Object.fromEntries(Object.entries(detail).map(([field, text]) => [field, String(text)]));
}

function tryParse(text: string): Wire | undefined {
	try {
		return parse(text);
	} catch {
		return undefined;
	}
}
