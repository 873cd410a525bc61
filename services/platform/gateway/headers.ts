/** The headers that every answer has, and those for pages of other origins (Fetch: exact ones alone). */

import type { IncomingMessage, ServerResponse } from "node:http";

const SECURITY: readonly (readonly [string, string])[] = [
	["X-Content-Type-Options", "nosniff"],
	// Keys and links are answered in many places; what may be kept says so itself.
	["Cache-Control", "no-store"],
	["Referrer-Policy", "no-referrer"],
	["Cross-Origin-Resource-Policy", "same-origin"],
	["Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"]
];

/** RFC 6797: for a year, under this name alone. Where a proxy has the certificate it is the proxy's to say. */
const TLS_ALONE = "max-age=31536000";

export const isTls = ({ socket }: Pick<IncomingMessage, "socket">): boolean => "encrypted" in socket;

/** Before anything else is known of a request. */
export function setHeaders(req: IncomingMessage, res: ServerResponse, correlationId: string): void {
	res.setHeader("X-Correlation-ID", correlationId);
	if (isTls(req)) res.setHeader("Strict-Transport-Security", TLS_ALONE);
	for (const [name, value] of SECURITY) res.setHeader(name, value);
}

const ALLOWED = "authorization, content-type, idempotency-key, last-event-id, x-api-key, x-correlation-id, x-device";
const EXPOSED =
	"age, cache-status, etag, idempotency-replayed, limits-counted, location, ratelimit, ratelimit-policy, retry-after, x-correlation-id";

/** True when the request was a preflight, which is answered here. */
export function crossOrigin(req: IncomingMessage, res: ServerResponse, origins: ReadonlySet<string>): boolean {
	const { origin } = req.headers;
	res.setHeader("Vary", "Origin");
	const isAllowed = origin !== undefined && origins.has(origin);
	if (isAllowed) {
		res.setHeader("Access-Control-Allow-Origin", origin);
		res.setHeader("Access-Control-Expose-Headers", EXPOSED);
		// Never with `*`: it is an exact one.
		res.setHeader("Access-Control-Allow-Credentials", "true");
		res.setHeader("Cross-Origin-Resource-Policy", "cross-origin");
	}
	if (req.method !== "OPTIONS" || req.headers["access-control-request-method"] === undefined) return false;
	if (isAllowed) {
		res.setHeader("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE");
		res.setHeader("Access-Control-Allow-Headers", ALLOWED);
		res.setHeader("Access-Control-Max-Age", "600");
	}
	res.writeHead(204).end();
	return true;
}
