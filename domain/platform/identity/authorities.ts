/**
 * Whose word counts: the keys of the cluster's authorities (a JWK Set, RFC 7517), several while one follows another, and what
 * they withdrew. A withdrawal is signed, so that any node may tell the others of it. Pure.
 */

import { createHash, type KeyObject } from "node:crypto";
import { fieldsOf, isFields, textOf } from "../../unknown";
import { publicKeyIn, readSigned, signedText } from "./jws";
import { isMoment, outOfTime, readToken, type Token } from "./token";

/** Why a token does not count. */
export type Mistrust = "untrusted" | "withdrawn" | "expired" | "premature";

/** Of a public key: what tokens name their authority by (RFC 7638). */
export const keyID = (x: string): string =>
	createHash("sha256").update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest("base64url").slice(0, 16);

/** What an authority withdrew: of a name, all that was issued until then. */
export interface Withdrawal {
	readonly text: string;
	readonly issuer: string;
	readonly name: string;
	readonly untilMs: number;
}

export const withdrawalText = (
	name: string,
	untilMs: number,
	authority: { readonly id: string; readonly key: KeyObject }
): string => signedText("banyan-withdrawn", { iss: authority.id, sub: name, until: untilMs / 1000 }, authority.key);

/** What a file for all nodes says. */
export interface AuthorityFile {
	readonly keys: readonly string[];
	readonly withdrawn: readonly string[];
}

/** Undefined where it is none, or has no key. */
export function readAuthorities(text: string): AuthorityFile | undefined {
	const said = jsonIn(text);
	const { keys, withdrawn = [] } = fieldsOf(said);
	if (!isFields(said) || !Array.isArray(keys) || !Array.isArray(withdrawn)) return undefined;
	const xs = keys.map(jwk =>
		textOf(jwk, "crv") === "Ed25519" && publicKeyIn(textOf(jwk, "x")) ? textOf(jwk, "x") : undefined
	);
	const areWhole = xs.length > 0 && !xs.includes(undefined) && withdrawn.every(each => typeof each === "string");
	return areWhole ? { keys: xs as string[], withdrawn } : undefined;
}

export const authoritiesText = ({ keys, withdrawn }: AuthorityFile): string =>
	`${JSON.stringify({ keys: keys.map(x => ({ kty: "OKP", crv: "Ed25519", x, kid: keyID(x) })), withdrawn }, null, "\t")}\n`;

function jsonIn(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** More names are not withdrawn at once: a token that has expired need not be. */
export const MOST_WITHDRAWN = 256;

export class Authorities {
	private keys = new Map<string, KeyObject>();
	private readonly withdrawn = new Map<string, Withdrawal>();
	private texts: readonly string[] = [];

	/** Takes what a file says; what was withdrawn stays so. */
	take({ keys, withdrawn }: AuthorityFile): void {
		this.keys = new Map(keys.map(x => [keyID(x), publicKeyIn(x) as KeyObject]));
		for (const [name, { issuer }] of this.withdrawn) if (!this.keys.has(issuer)) this.withdrawn.delete(name);
		this.gather();
		for (const text of withdrawn) this.hear(text);
	}

	/** A withdrawal, whoever brings it. @returns whether it is news */
	hear(text: string): boolean {
		if (this.told.includes(text)) return false;
		const said = withdrawalIn(text);
		const key = said && this.keys.get(said.issuer);
		if (!said || !key || (this.withdrawn.get(said.name)?.untilMs ?? 0) >= said.untilMs) return false;
		if (!this.withdrawn.has(said.name) && this.withdrawn.size >= MOST_WITHDRAWN) return false;
		if (!readSigned("banyan-withdrawn", text)?.isBy(key)) return false;
		this.withdrawn.set(said.name, said);
		this.gather();
		return true;
	}

	/** All that is withdrawn, to be told. */
	get told(): readonly string[] {
		return this.texts;
	}

	private gather(): void {
		this.texts = [...this.withdrawn.values()].map(({ text }) => text);
	}

	/** What is signed by one of them, and holds now. */
	judge(text: string, nowMs: number): Token | Mistrust {
		const read = readToken(text);
		const key = read && this.keys.get(read.token.issuer);
		if (!read || !key || !read.isBy(key)) return "untrusted";
		return this.mistrust(read.token, nowMs) ?? read.token;
	}

	/** Why one that was right before is not now. */
	mistrust(
		token: Pick<Token, "name" | "issuer" | "issuedMs" | "fromMs" | "untilMs">,
		nowMs: number
	): Mistrust | undefined {
		if (!this.keys.has(token.issuer)) return "untrusted";
		if (token.issuedMs <= (this.withdrawn.get(token.name)?.untilMs ?? 0)) return "withdrawn";
		return outOfTime(token, nowMs);
	}
}

function withdrawalIn(text: string): Withdrawal | undefined {
	const { iss, sub, until } = readSigned("banyan-withdrawn", text)?.claims ?? {};
	if (typeof iss !== "string" || typeof sub !== "string" || !isMoment(until)) return undefined;
	return { text, issuer: iss, name: sub, untilMs: until * 1000 };
}
