/** What an answer, or the lack of one, means to a migration. */

import { own } from "../../domain/own";
import { codeOf, propertyOf, textOf } from "../../domain/unknown";
import { beyond } from "../beyond";
import type { Caps } from "../caps";
import { ConnectorError } from "../connector";
import { isObject, parse, stringify, type Wire } from "./json";
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
	const cause = propertyOf(error, "cause");
	const status = /^Proxy response \((\d+)\)/.exec(textOf(error, "message") ?? "")?.[1];
	if (status === "407") return unreachable(STRANGER_TO_THE_PROXY);
	if (status !== undefined)
		return unreachable(
			`The proxy ${proxy} makes no way to ${origin} (${status}): look at its rules, and whether the panel runs.`,
			{
				retryable: Number(status) >= 500
			}
		);
	const code = codeOf(error) || codeOf(cause) || "";
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

/** It was cut off for being more than is taken: asked again, it would be the same. */
const TOO_LARGE: Readonly<Record<string, readonly ["panelAnswerBytes" | "panelHeaderBytes", string]>> = {
	UND_ERR_RES_EXCEEDED_MAX_SIZE: ["panelAnswerBytes", "answered more than it may"],
	UND_ERR_HEADERS_OVERFLOW: ["panelHeaderBytes", "answered with a head larger than it may be"]
};

function tooLarge(code: string, request: Request, caps: Caps): ConnectorError | undefined {
	const meant = own(TOO_LARGE, code);
	if (meant === undefined) return undefined;
	const [name, what] = meant;
	const { message } = beyond(`${place(request)} ${what}`, name, caps);
	return new ConnectorError("unexpected-answer", message, { ambiguous: request.method !== "GET" });
}

/** Nobody asked for it, and what it would come to cannot be seen before it is there. */
export function encoded(coding: string, request: Request): ConnectorError {
	const message = `${place(request)} answered in a coding that nobody asked for (${short(coding, 40)}): let what stands before the panel answer without compression.`;
	return new ConnectorError("unexpected-answer", message, { ambiguous: request.method !== "GET" });
}

/** No answer came: was the request sent, and does it help to try again? */
export function fromFailure(error: unknown, request: Request, way: Failed, caps: Caps): ConnectorError {
	const { origin, proxy } = way;
	const code = codeOf(error) ?? "";
	const refused = tooLarge(code, request, caps);
	if (refused) return refused;
	const atProxy = proxy === undefined ? undefined : fromProxy(error, proxy, origin);
	if (atProxy) return atProxy;
	if (TLS.test(code)) return fromTls(code, origin);
	if (NEVER_SENT.has(code)) {
		return unreachable(`${origin} cannot be reached (${code}): check the address, and that the panel runs.`, {
			retryable: true
		});
	}
	const told = place(request);
	const late = textOf(error, "name") === "TimeoutError" || /TIMEOUT/.test(code);
	// A server without our certificate may say so only by hanging up on the first request.
	const mute = !late && !way.answered && origin.startsWith("https:");
	const hint = mute ? " Where it wants a client certificate, name one that it knows in certFile and keyFile." : "";
	const message = late
		? `${told} had no answer in time.`
		: /^HPE_/.test(code)
			? `${told}: what came was no answer of HTTP (${code}).`
			: `${told}: the connection broke before the answer came.${hint}`;
	return unreachable(message, { retryable: true, ambiguous: request.method !== "GET" });
}

/** An answer that is not a success. */
export function fromAnswer(answer: Answer, request: Request): ConnectorError {
	const { status } = answer;
	if (status === 407) return unreachable(STRANGER_TO_THE_PROXY);
	const fields = Object.fromEntries(
		// Hidden first: half of a secret is one too.
		Object.entries(wordsOf(answer)).map(([field, text]) => [short(field, 60), short(hidden(text, request.body))])
	);
	const words = Object.entries(fields).map(([field, text]) => (field === "detail" ? text : `${field}: ${text}`));
	const code = CODES[status] ?? (status >= 500 ? "broken" : "unexpected-answer");
	const moved = status >= 300 && status < 400 ? ` It redirects to ${whereTo(answer.headers.location)}.` : "";
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
	const told = Object.entries(detail).slice(0, MOST_FIELDS);
	return Object.fromEntries(told.map(([field, text]) => [field, said(text)]));
}

/** What a panel says of a refusal goes into reports and logs: as much of it as a person reads. */
const MOST_FIELDS = 10;
const MOST_LETTERS = 500;
const short = (text: string, most = MOST_LETTERS): string => (text.length > most ? `${text.slice(0, most)}…` : text);
const said = (value: Wire): string => (typeof value === "object" && value !== null ? stringify(value) : String(value));

/** Without its query: it may hold what gives access. */
export const whereTo = (location: string | undefined): string =>
	short((location ?? "elsewhere").replace(/[?#].*$/s, ""), 200);

function tryParse(text: string): Wire | undefined {
	try {
		return parse(text);
	} catch {
		return undefined;
	}
}
