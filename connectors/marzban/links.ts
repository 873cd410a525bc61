/**
 * The subscription link of a user. A panel that was restored or installed anew signs with another secret, and the link of
 * the create opens nothing any more: it may be renewed. But whom somebody revoked there since stays revoked: a new link
 * would undo it. Pure.
 */

import type { Json } from "../../contracts/json";
import type { Links } from "../connector";

export const links: Links = { of: linkOf, mayRenew };

function linkOf({ subscription_url: link, sub_revoked_at: revokedAt = null }: Json): ReturnType<Links["of"]> {
	if (typeof link !== "string" || link === "") return undefined;
	return { link, revokedAt: revokedAt === null ? null : String(revokedAt) };
}

/** @param revokedAt when the user was last revoked, in UTC */
function mayRenew(known: string | undefined, revokedAt: string | null): boolean {
	if (revokedAt === null) return true;
	const issued = known === undefined ? undefined : issuedAt(known);
	return issued !== undefined && Date.parse(inUtc(revokedAt)) <= issued * 1000;
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
