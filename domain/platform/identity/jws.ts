/**
 * Signed texts: compact JWS (RFC 7515) by Ed25519 (RFC 8037) and by nothing else. The header is compared to the letter, so
 * that a text cannot choose how it is judged. Whatever stands in one, reading it never throws. Pure.
 */

import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto";
import { fieldsOf, isFields } from "../../unknown";

/** What a text is of: one kind is never taken for another. */
export type Kind = "banyan-node" | "banyan-session" | "banyan-withdrawn";

const headerOf = (kind: Kind): string =>
	Buffer.from(JSON.stringify({ alg: "EdDSA", typ: `${kind}+jwt` })).toString("base64url");
const HEADERS: Readonly<Record<Kind, string>> = {
	"banyan-node": headerOf("banyan-node"),
	"banyan-session": headerOf("banyan-session"),
	"banyan-withdrawn": headerOf("banyan-withdrawn")
};
/** In characters: longer than any that is right. */
const MOST = 16 * 1024;

export function signedText(kind: Kind, claims: object, key: KeyObject): string {
	const body = `${HEADERS[kind]}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}`;
	return `${body}.${sign(null, Buffer.from(body), key).toString("base64url")}`;
}

export interface SignedText {
	readonly claims: Readonly<Record<string, unknown>>;
	isBy(key: KeyObject): boolean;
}

/** What stands in it, whoever signed it; undefined where it is none of that kind. */
export function readSigned(kind: Kind, text: string): SignedText | undefined {
	if (text.length > MOST) return undefined;
	const [header, payload = "", signature = "", ...more] = text.split(".");
	if (header !== HEADERS[kind] || more.length > 0) return undefined;
	const claims = jsonIn(payload);
	if (!isFields(claims)) return undefined;
	return { claims, isBy: key => isSignature(`${header}.${payload}`, signature, key) };
}

function jsonIn(payload: string): unknown {
	try {
		return JSON.parse(Buffer.from(payload, "base64url").toString());
	} catch {
		return undefined;
	}
}

/** Of bytes or a text. A signature is one text alone: no other spelling of its bytes is taken. */
export function isSignature(of: string | Buffer, signature: string, key: KeyObject): boolean {
	const bytes = Buffer.from(signature, "base64url");
	return bytes.toString("base64url") === signature && verify(null, Buffer.from(of), key, bytes);
}

/** A key pair, as a file holds it (RFC 8037). */
export interface PrivateJwk {
	readonly kty: "OKP";
	readonly crv: "Ed25519";
	readonly x: string;
	readonly d: string;
}

export const newKeys = (): PrivateJwk =>
	generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" }) as unknown as PrivateJwk;

type Curve = "Ed25519" | "X25519";

/** Undefined where it is none. */
export function publicKeyIn(x: unknown, crv: Curve = "Ed25519"): KeyObject | undefined {
	if (typeof x !== "string") return undefined;
	try {
		return createPublicKey({ key: { kty: "OKP", crv, x }, format: "jwk" });
	} catch {
		return undefined;
	}
}

/** Undefined where it is none, or where its halves do not belong together. */
export function privateKeyIn(jwk: unknown): KeyObject | undefined {
	const { x, d } = fieldsOf(jwk);
	if (typeof x !== "string" || typeof d !== "string") return undefined;
	try {
		const key = createPrivateKey({ key: { kty: "OKP", crv: "Ed25519", x, d }, format: "jwk" });
		return createPublicKey(key).export({ format: "jwk" }).x === x ? key : undefined;
	} catch {
		return undefined;
	}
}
