/**
 * Access tokens: JWTs as RFC 9068 has them, by Ed25519 and by nothing else. What a token says of how it is to be judged (RFC
 * 8725 §3.1) is compared, never followed. Whatever stands in one, reading it never throws. Pure.
 */

import { type KeyObject, sign } from "node:crypto";
import { fieldsOf, isFields } from "../../unknown";
import { isSignature } from "../identity/jws";

/** How far the clocks of two nodes may differ, in s. */
export const LEEWAY_S = 10;
/** In characters: longer than any that is right. */
const MOST = 16 * 1024;

export interface Claims {
	readonly iss: string;
	readonly aud: string;
	readonly sub: string;
	/** Of the first party: RFC 9068 asks for one. */
	readonly client_id: string;
	readonly sid: string;
	readonly jti: string;
	/** In s since 1970, as the other two. */
	readonly iat: number;
	readonly nbf: number;
	readonly exp: number;
	/** Scopes, with a space between two (RFC 8693 §4.2). */
	readonly scope: string;
}

export interface Expected {
	readonly issuer: string;
	readonly audience: string;
	/** In s since 1970. */
	readonly now: number;
	/** Undefined: none of ours, or not any more. */
	readonly keyOf: (kid: string) => KeyObject | undefined;
}

const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString("base64url");
const headerOf = (kid: string): string => encoded({ alg: "EdDSA", typ: "at+jwt", kid });

export function signedToken(claims: object, { kid, key }: { readonly kid: string; readonly key: KeyObject }): string {
	const body = `${headerOf(kid)}.${encoded(claims)}`;
	return `${body}.${sign(null, Buffer.from(body), key).toString("base64url")}`;
}

/** The key that it says it was signed with; undefined where it is no access token. */
export function kidIn(text: string): string | undefined {
	if (text.length > MOST) return undefined;
	const { kid } = fieldsOf(jsonIn(text.split(".", 1)[0]));
	// To the letter: another algorithm, another type, a key of its own, or an extension is not looked into.
	return typeof kid === "string" && text.startsWith(`${headerOf(kid)}.`) ? kid : undefined;
}

/** What it says, where it is ours and holds now. */
export function readAccessToken(text: string, expected: Expected): Claims | undefined {
	const kid = kidIn(text);
	const key = kid === undefined ? undefined : expected.keyOf(kid);
	const [header, payload = "", signature = "", ...more] = text.split(".");
	if (!key || more.length > 0 || !isSignature(`${header}.${payload}`, signature, key)) return undefined;
	const claims = claimsIn(jsonIn(payload));
	return claims && holds(claims, expected) ? claims : undefined;
}

const TEXTS = ["iss", "aud", "sub", "client_id", "sid", "jti", "scope"] as const;
const MOMENTS = ["iat", "nbf", "exp"] as const;

function claimsIn(said: unknown): Claims | undefined {
	if (!isFields(said)) return undefined;
	const isWhole =
		TEXTS.every(name => typeof said[name] === "string") && MOMENTS.every(name => Number.isSafeInteger(said[name]));
	return isWhole ? (said as unknown as Claims) : undefined;
}

/** Also asked of one that was read before. */
export const holds = (
	{ iss, aud, iat, nbf, exp }: Claims,
	{ issuer, audience, now }: Omit<Expected, "keyOf">
): boolean => iss === issuer && aud === audience && Math.max(iat, nbf) <= now + LEEWAY_S && now < exp + LEEWAY_S;

function jsonIn(part = ""): unknown {
	try {
		return JSON.parse(Buffer.from(part, "base64url").toString());
	} catch {
		return undefined;
	}
}
