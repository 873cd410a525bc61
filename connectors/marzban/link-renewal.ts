/**
 * May a moved customer's link at the target be replaced by the one that the target gives now? A target that was restored
 * or installed anew signs with another secret, and the link of the create opens nothing any more. But whom somebody
 * revoked there since stays revoked: a new link would undo it. Pure.
 */

import type { JsonValue } from "../../contracts/json";

/**
 * @param kept the link as it is known, if any
 * @param revokedAt when the target says the customer was last revoked, in UTC
 */
export function mayRenew(kept: string | undefined, revokedAt: JsonValue | undefined): boolean {
	if (revokedAt === null || revokedAt === undefined) return true;
	const issued = kept === undefined ? undefined : issuedAt(kept);
	return issued !== undefined && Date.parse(inUtc(String(revokedAt))) <= issued * 1000;
}

/** How many characters of a token seal it. */
const SEAL = 10;

/** The second in a token `<name>,<second>` of Marzban's; undefined where it is none. */
function issuedAt(link: string): number | undefined {
	const token = /([\w-]+)\/*(?:\?.*)?$/.exec(link)?.[1] ?? "";
	const second = /,(\d+)$/.exec(Buffer.from(token.slice(0, -SEAL), "base64url").toString("utf8"))?.[1];
	return second === undefined ? undefined : Number(second);
}

const inUtc = (time: string): string => (/(?:Z|[+-]\d\d:?\d\d)$/.test(time) ? time : `${time}Z`);
