/**
 * What letters prove: whoever has one reads what goes to the address. Kept hashed in the account itself, so that a change of
 * the account uses it up, once (A7). Pure.
 */

import type { Letter } from "../../../contracts/platform/auth-forms";

export interface Proof {
	readonly kind: Letter;
	/** Of the token's second half. */
	readonly digest: string;
	/** In ms since 1970. */
	readonly until: number;
	/** The address that it proves, where it is another one. */
	readonly email?: string;
	/** What was asked for with it (ASVS 6.6.2: bound to what caused it): nobody else's registration becomes theirs. */
	readonly password?: string;
	readonly name?: string | null;
}

/** How long letters count, in ms: a link of 256 random bits; ASVS 6.5.5 has ten minutes for codes that can be typed. */
export const LASTS_MS: Readonly<Record<Letter, number>> = {
	verify: 24 * 3_600_000,
	reset: 3_600_000,
	email: 3_600_000
};
/** Of one kind at once: the latest count. */
const MOST = 5;

/** `<account>.<secret>`: the account says where to look, the secret that the letter was read. */
export const tokenOf = (account: string, secret: string): string => `${account}.${secret}`;

export function readToken(token: string): { readonly account: string; readonly secret: string } | undefined {
	const [, account, secret] = /^([a-z0-9]{1,40})\.([\w-]{43})$/.exec(token) ?? [];
	return account !== undefined && secret !== undefined ? { account, secret } : undefined;
}

/** With one more, without those that are over. */
export function withProof(proofs: readonly Proof[], proof: Proof, now: number): Proof[] {
	const others = proofs.filter(({ until, digest }) => until > now && digest !== proof.digest);
	const same = others.filter(({ kind }) => kind === proof.kind).slice(-(MOST - 1));
	return [...others.filter(({ kind }) => kind !== proof.kind), ...same, proof];
}

/** Undefined: used, over, or never there. */
export const proofIn = (
	proofs: readonly Proof[],
	kinds: readonly Letter[],
	digest: string,
	now: number
): Proof | undefined =>
	proofs.find(proof => proof.digest === digest && proof.until > now && kinds.includes(proof.kind));
