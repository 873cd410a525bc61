/** What a request says of who sent it: an API key, a token of somebody's session, or the cookie that carries one. */

import { failure } from "../../../cluster/errors";
import { cookieIn } from "../../../domain/platform/cookies";
import type { WebRequest } from "../../../mixins/web.mixin";
import { header } from "./call";

export interface Credential {
	readonly kind: "key" | "session";
	readonly text: string;
	/** A browser sent it, whichever page had it ask. */
	readonly isCookie: boolean;
}

/** The name of the cookie of a session. */
export const SESSION = "session";

/** A header wins over a cookie, and the two are never mixed. @throws REQUEST_INVALID where the cookie stands twice */
export function credentialOf(req: Pick<WebRequest, "headers">): Credential | undefined {
	const key = header(req, "x-api-key");
	const said = header(req, "authorization");
	if (key === undefined && said === undefined) return ofCookie(req);
	const text = key ?? /^Bearer +(\S+)$/i.exec(said ?? "")?.[1];
	if (text === undefined || text === "") return undefined;
	return { kind: key === undefined && isOfSession(text) ? "session" : "key", text, isCookie: false };
}

/** The token of a session, or a JWT (RFC 7519), which begins with `{"` in Base64. */
const isOfSession = (text: string): boolean => text.startsWith("bns_") || text.startsWith("eyJ");

function ofCookie(req: Pick<WebRequest, "headers">): Credential | undefined {
	const text = ownCookie(req, SESSION);
	return text === undefined ? undefined : { kind: "session", text, isCookie: true };
}

/** @throws REQUEST_INVALID */
export function ownCookie(req: Pick<WebRequest, "headers">, name: string): string | undefined {
	const value = cookieIn(req.headers.cookie, name);
	if (value !== null) return value;
	throw failure(
		"REQUEST_INVALID",
		`The cookie '${name}' of this server stands twice, or has a value that is none of ours: remove it, and sign in again.`
	);
}
