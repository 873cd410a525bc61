/**
 * A process introduces itself: its node's token, and, signed with the key that the token names, under which name it is there
 * and which key it agrees on others with. What another process heard of that is of no use to it. Pure.
 *
 *     token ~ session
 */

import type { KeyObject } from "node:crypto";
import type { Authorities, Mistrust } from "./authorities";
import { publicKeyIn, readSigned, signedText } from "./jws";
import { isFor, isMoment, type Token } from "./token";

/** What it says of itself. */
export interface Session {
	readonly id: string;
	readonly namespace: string;
	readonly nodeID: string;
	/** Of X25519 (RFC 7748), public, in base64url. */
	readonly exchange: string;
	readonly beganMs: number;
}

export interface Introduced {
	readonly token: Token;
	readonly session: Session;
	readonly exchange: KeyObject;
}

export const introduction = (
	token: string,
	{ id, namespace, nodeID, exchange, beganMs }: Session,
	key: KeyObject
): string =>
	`${token}~${signedText("banyan-session", { sid: id, ns: namespace, node: nodeID, x: exchange, iat: beganMs / 1000 }, key)}`;

/** Why an introduction is not believed: `forged` is one that its token's owner did not sign. */
export type Disbelief = Mistrust | "forged" | "misplaced";

/** @param place whose it has to be: the process that sent it, in this namespace */
export function believed(
	text: string,
	place: Pick<Session, "id" | "namespace">,
	authorities: Authorities,
	nowMs: number
): Introduced | Disbelief {
	const [first = "", second = ""] = text.split("~");
	const token = authorities.judge(first, nowMs);
	if (typeof token === "string") return token;
	const signed = readSigned("banyan-session", second);
	const session = signed && sessionOf(signed.claims);
	const exchange = session && publicKeyIn(session.exchange, "X25519");
	if (!session || !exchange || !signed.isBy(token.key)) return "forged";
	if (session.id !== place.id || session.namespace !== place.namespace) return "forged";
	return isFor(token, session.nodeID) ? { token, session, exchange } : "misplaced";
}

function sessionOf({ sid, ns, node, x, iat }: Readonly<Record<string, unknown>>): Session | undefined {
	if (typeof sid !== "string" || typeof ns !== "string" || typeof node !== "string" || typeof x !== "string")
		return undefined;
	return isMoment(iat) ? { id: sid, namespace: ns, nodeID: node, exchange: x, beganMs: iat * 1000 } : undefined;
}
