/**
 * Refresh tokens and session tokens: `bnr_<session>.<generation>.<mac>`, `bns_<session>.<mac>`. Each follows from what it
 * names and a secret of ours, so that a forged one costs no read, and none is kept. Pure.
 */

import { timingSafeEqual } from "node:crypto";

/** The same of the same text, to be had by nobody without the secret: 43 characters of base64url. */
export type Mac = (text: string) => string;

export interface Refresh {
	readonly session: string;
	/** How often it was refreshed before: each token is of one generation. */
	readonly generation: number;
}

/** 128 random bits, and no generation that anybody lives to see. */
const REFRESH = /^bnr_([\w-]{22})\.(0|[1-9]\d{0,9})\.([\w-]{43})$/;
const SESSION = /^bns_([\w-]{22})\.([\w-]{43})$/;

const ofRefresh = ({ session, generation }: Refresh): string => `refresh token ${session}.${generation}`;
const ofSession = (session: string): string => `session token ${session}`;

export const refreshToken = (mac: Mac, of: Refresh): string =>
	`bnr_${of.session}.${of.generation}.${mac(ofRefresh(of))}`;

export const sessionToken = (mac: Mac, session: string): string => `bns_${session}.${mac(ofSession(session))}`;

/** Undefined where it is none of ours. */
export function readRefreshToken(mac: Mac, text: string): Refresh | undefined {
	const [, session = "", generation, proof = ""] = REFRESH.exec(text) ?? [];
	const of = { session, generation: Number(generation) };
	return generation !== undefined && isSame(proof, mac(ofRefresh(of))) ? of : undefined;
}

/** The session that it is of; undefined where it is none of ours. */
export function readSessionToken(mac: Mac, text: string): string | undefined {
	const [, session, proof = ""] = SESSION.exec(text) ?? [];
	return session !== undefined && isSame(proof, mac(ofSession(session))) ? session : undefined;
}

/** In the same time, wherever they differ. */
const isSame = (one: string, other: string): boolean =>
	one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
