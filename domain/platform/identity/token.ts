/**
 * What an authority of the cluster says of a node: under which names it may be there, for which services it may speak, with
 * which key it proves that (RFC 7800), and how long all that holds. Whoever has the text alone has nothing. Pure.
 */

import type { KeyObject } from "node:crypto";
import { fieldsOf } from "../../unknown";
import { publicKeyIn, readSigned, type SignedText, signedText } from "./jws";

/** How far two clocks may differ, in ms. */
export const LEEWAY_MS = 60_000;

export interface Grant {
	/** What it is called: of one node, or of a group. */
	readonly name: string;
	/** Names of nodes; one that ends with * stands for all that begin so. */
	readonly nodes: readonly string[];
	readonly services: readonly string[];
	readonly fromMs: number;
	readonly untilMs: number;
}

export interface Token extends Grant {
	readonly issuedMs: number;
	/** Of the authority. */
	readonly issuer: string;
	/** Of the node. */
	readonly key: KeyObject;
}

/** @param key of the node, public @param authority what the token is signed with */
export const tokenText = (
	grant: Grant,
	issuedMs: number,
	key: string,
	authority: { readonly id: string; readonly key: KeyObject }
): string =>
	signedText(
		"banyan-node",
		{
			iss: authority.id,
			sub: grant.name,
			nodes: grant.nodes,
			services: grant.services,
			cnf: { jwk: { kty: "OKP", crv: "Ed25519", x: key } },
			iat: issuedMs / 1000,
			nbf: grant.fromMs / 1000,
			exp: grant.untilMs / 1000
		},
		authority.key
	);

/** Whoever signed it: that is for an authority to say. Undefined where it is none. */
export function readToken(text: string): (SignedText & { readonly token: Token }) | undefined {
	const signed = readSigned("banyan-node", text);
	const token = signed && tokenOf(signed.claims);
	return token && { ...signed, token };
}

function tokenOf({ iss, sub, nodes, services, cnf, iat, nbf, exp }: SignedText["claims"]): Token | undefined {
	const { kty, crv, x } = fieldsOf(fieldsOf(cnf).jwk);
	const key = kty === "OKP" && crv === "Ed25519" ? publicKeyIn(x) : undefined;
	if (!key || typeof iss !== "string" || typeof sub !== "string") return undefined;
	if (!areTexts(nodes) || !areTexts(services) || !isMoment(iat) || !isMoment(nbf) || !isMoment(exp)) return undefined;
	return {
		name: sub,
		nodes,
		services,
		issuedMs: iat * 1000,
		fromMs: nbf * 1000,
		untilMs: exp * 1000,
		issuer: iss,
		key
	};
}

const areTexts = (value: unknown): value is string[] =>
	Array.isArray(value) && value.every(each => typeof each === "string");
export const isMoment = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

/** Does it hold for a node of that name? */
export const isFor = ({ nodes }: Pick<Grant, "nodes">, nodeID: string): boolean =>
	nodes.some(each => (each.endsWith("*") ? nodeID.startsWith(each.slice(0, -1)) : each === nodeID));

/** Why it does not hold now. */
export function outOfTime({ fromMs, untilMs }: Pick<Grant, "fromMs" | "untilMs">, nowMs: number) {
	if (nowMs > untilMs + LEEWAY_MS) return "expired" as const;
	return nowMs < fromMs - LEEWAY_MS ? ("premature" as const) : undefined;
}
