/** The token of those who read metrics: told from others without telling how much of it was right. */

import { createHash, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";

export type TokenSource = { readonly token: string } | { readonly file: string };

/** A file is read anew each time, so that it may be replaced; while it cannot be read, nobody has the token. */
function tokenOf(source: TokenSource): string | undefined {
	if ("token" in source) return source.token;
	try {
		return readFileSync(source.file, "utf8").trim() || undefined;
	} catch {
		return undefined;
	}
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** Does the header `Authorization` show it? */
export function showsToken(source: TokenSource, authorization: string | undefined): boolean {
	const [, shown] = /^Bearer +(\S+) *$/i.exec(authorization ?? "") ?? [];
	const token = shown === undefined ? undefined : tokenOf(source);
	return token !== undefined && timingSafeEqual(digest(token), digest(String(shown)));
}
