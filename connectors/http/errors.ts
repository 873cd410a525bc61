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

/** No answer came: was the request sent, and does it help to try again? */
export function fromFailure(error: unknown, request: Request, origin: string): ConnectorError {
	const code = codeOf(error);
	const told = place(request);
	if (TLS.test(code)) {
		if (code === "ERR_SSL_WRONG_VERSION_NUMBER")
			return new ConnectorError(
				"unreachable",
				`${origin} does not speak TLS: write http:// if that is what it speaks.`
			);
		const message = `The certificate of ${origin} is not accepted (${code}): give the address its certificate is for.`;
		return new ConnectorError("unreachable", message);
	}
	if (NEVER_SENT.has(code)) {
		return new ConnectorError(
			"unreachable",
			`${origin} cannot be reached (${code}): check the address, and that the panel runs.`,
			{ retryable: true }
		);
	}
	const late = (error as Error).name === "TimeoutError" || /TIMEOUT/.test(code);
	const message = late ? `${told} had no answer in time.` : `${told}: the connection broke before the answer came.`;
	return new ConnectorError("unreachable", message, { retryable: true, ambiguous: request.method !== "GET" });
}

/** An answer that is not a success. */
export function fromAnswer(answer: Answer, request: Request): ConnectorError {
	const { status } = answer;
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
