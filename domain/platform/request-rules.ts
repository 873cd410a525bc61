/**
 * What a request must be before anything of it is read. Whatever two servers in a row could read differently is refused,
 * so that nothing can be smuggled past one of them (RFC 9112 §11.2; the list of anomalies of the HTTP Garden). Pure.
 */

export interface RequestHead {
	readonly method: string;
	/** The request target as it was sent. */
	readonly url: string;
	readonly httpVersion: string;
	/** Names and values in turn, as they were sent. */
	readonly rawHeaders: readonly string[];
}

/** Headers of which a request may have one. */
const SINGLE = [
	"host",
	"content-length",
	"transfer-encoding",
	"content-type",
	"authorization",
	"x-api-key",
	"idempotency-key",
	"expect",
	"forwarded",
	"upgrade"
] as const;
type Single = (typeof SINGLE)[number];
const PLACES: ReadonlyMap<string, Single> = new Map(SINGLE.map(name => [name, name]));
const WITHOUT_BODY: ReadonlySet<string> = new Set(["GET", "HEAD", "DELETE", "OPTIONS", "TRACE"]);

/** Why the request is refused, or undefined. */
export function refusal(head: RequestHead): string | undefined {
	const headers = headersOf(head.rawHeaders);
	for (const rule of RULES) {
		const reason = rule(head, headers);
		if (reason !== undefined) return reason;
	}
	return undefined;
}

/** Those of them that the request has, and the first that it has twice. */
type Headers = { readonly twice?: Single } & { readonly [name in Single]?: string };
type Rule = (head: RequestHead, headers: Headers) => string | undefined;

/** All others may stand as often as they like. */
function headersOf(raw: readonly string[]): Headers {
	const headers: { twice?: Single } & { [name in Single]?: string } = {};
	for (let index = 0; index + 1 < raw.length; index += 2) {
		const name = PLACES.get(raw[index]?.toLowerCase() ?? "");
		if (name === undefined) continue;
		if (headers[name] === undefined) headers[name] = raw[index + 1] ?? "";
		else headers.twice ??= name;
	}
	return headers;
}

const RULES: readonly Rule[] = [
	({ url }) => (url.startsWith("/") ? undefined : "The request target must be a path."),
	({ url }) => (url.includes("#") ? "The request target has a fragment." : undefined),
	({ url }) => pathFault(url.split("?", 1)[0] ?? ""),
	(_, { twice }) => twice && `The header '${twice}' stands twice.`,
	({ httpVersion }, { host }) =>
		httpVersion === "1.1" && host === undefined ? "HTTP/1.1 needs the header 'host'." : undefined,
	({ httpVersion }, { "transfer-encoding": coding, "content-length": length }) => {
		if (coding === undefined) return undefined;
		if (httpVersion !== "1.1") return "Transfer-Encoding needs HTTP/1.1.";
		if (length !== undefined) return "Content-Length and Transfer-Encoding exclude each other.";
		return coding === "chunked" ? undefined : "The only Transfer-Encoding here is 'chunked'.";
	},
	(_, { "content-length": length }) =>
		length === undefined || /^\d{1,15}$/.test(length) ? undefined : "Content-Length must be a number.",
	({ method }, { "transfer-encoding": coding, "content-length": length = "0", upgrade }) => {
		if (coding === undefined && Number(length) <= 0) return undefined;
		if (WITHOUT_BODY.has(method)) return `A ${method} request has no body here.`;
		return upgrade === undefined ? undefined : "A request for an upgrade has no body here.";
	},
	(_, { expect }) =>
		expect === undefined || expect.toLowerCase() === "100-continue" ? undefined : "Expect is not understood."
];

/** Of a path, percent-encoded. */
function pathFault(path: string): string | undefined {
	if (!/^[\x21-\x5b\x5d-\x7e]*$/.test(path)) return "The path has characters that must be percent-encoded.";
	if (/%(?:00|2f|5c)/i.test(path)) return "The path has an encoded slash, backslash or NUL.";
	if (!path.includes("%")) return segmentFault(path);
	let decoded: string;
	try {
		decoded = decodeURIComponent(path);
	} catch {
		return "The path has a percent sign that begins no valid escape.";
	}
	return segmentFault(decoded);
}

function segmentFault(path: string): string | undefined {
	if (/\/\.{1,2}(?:\/|$)/.test(path)) return "The path has dot segments.";
	return path.includes("//") ? "The path has an empty segment." : undefined;
}
