/** What a token says of itself. Nothing of it is checked here: it saves asking, and admits nobody. Pure. */

import { propertyOf } from "../unknown";

/** The session that it says it is of, which its next token will say, too. */
export function rootOf(token: string): string {
	if (!token.startsWith("eyJ")) return token.slice(0, token.lastIndexOf("."));
	const session = claimOf(token, "sid");
	return typeof session === "string" ? session : token;
}

/** Does it say that it is over? What it says is asked of nobody, however many send what they had. */
export function saysOver(token: string, now: number): boolean {
	const end = token.startsWith("eyJ") ? claimOf(token, "exp") : undefined;
	return typeof end === "number" && end * 1000 <= now;
}

function claimOf(token: string, claim: string): unknown {
	try {
		return propertyOf(JSON.parse(Buffer.from(token.split(".", 2)[1] ?? "", "base64url").toString()), claim);
	} catch {
		return undefined;
	}
}
