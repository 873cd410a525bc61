/** An account as it is kept, and what follows from that. Pure. */

import type { Account, Factor } from "../../../contracts/people";
import type { Proof } from "./proofs";

/** What was changed here: an import leaves it as it is. */
export type Own = "email" | "name" | "password" | "state";

/** Of an account of another system. What was not said is not there. */
export interface Said {
	readonly email: string;
	readonly name?: string | null;
	readonly verified?: boolean;
	readonly state?: "active" | "disabled";
	readonly createdAt?: string;
	/** Of its hash, under a key of theirs. */
	readonly digest?: string;
}

export interface StoredAccount {
	/** `pending`: somebody asked for it, and nobody proved yet that the address is theirs. */
	readonly kind: "account" | "pending";
	readonly id: string;
	/** In its canonical form. */
	readonly email: string;
	readonly verified: boolean;
	readonly name: string | null;
	readonly scopes: readonly string[];
	readonly state: "active" | "disabled";
	readonly createdAt: string;
	readonly lastLoginAt: string | null;
	/** Its hash; null: they sign in otherwise, or not yet. */
	readonly password: string | null;
	/** When it was set by a person, in ms since 1970: sessions that were begun with one before are over. A re-hash sets none. */
	readonly passwordAt: number;
	readonly proofs: readonly Proof[];
	/** When letters went to its owner, in ms since 1970; those of the last hour. */
	readonly letters: readonly number[];
	/** Where it was brought from: migration, source, and id there, as one text. */
	readonly origin?: string;
	/** Of the hash that was brought, under a key of ours: says whether the next one is another. */
	readonly brought?: string;
	/** What whoever brought it in bulk said last: by it they compare. */
	readonly said?: Said;
	/** How it came and where from, as one text; and when. */
	readonly came?: string;
	readonly cameAt?: string;
	readonly own: readonly Own[];
}

/** As others see it. */
export const shown = ({
	id,
	email,
	verified,
	name,
	scopes,
	state,
	createdAt,
	lastLoginAt
}: StoredAccount): Account => ({
	id,
	email,
	verified,
	name,
	scopes: [...scopes],
	state,
	createdAt,
	lastLoginAt
});

/** Kept as changed here. */
export const withOwn = (own: readonly Own[], ...changed: readonly Own[]): Own[] => [...new Set([...own, ...changed])];

/** Two factors, or one that is two. */
export const isEnough = (factors: readonly Factor[]): boolean =>
	factors.includes("passkey") || new Set(factors.map(kindOf)).size > 1;

/** Two things that one knows are one factor; whoever logs in elsewhere proved what they proved there. */
const kindOf = (factor: Factor): string => KINDS[factor];
const KINDS: Readonly<Record<Factor, string>> = {
	password: "known",
	legacy: "known",
	oidc: "known",
	totp: "had",
	recovery: "had",
	passkey: "had"
};

/** Letters that one owner gets within an hour: whoever asks for more in their name fills no mailbox. */
const MOST_LETTERS = 5;
const LETTERS_MS = 3_600_000;

/** With one letter more; undefined where there were enough. */
export function withLetter(letters: readonly number[], now: number): number[] | undefined {
	const recent = letters.filter(at => at > now - LETTERS_MS);
	return recent.length < MOST_LETTERS ? [...recent, now] : undefined;
}

/** A new one, of which nothing is proved. */
export const blank = (id: string, email: string, now: number): StoredAccount => ({
	kind: "account",
	id,
	email,
	verified: false,
	name: null,
	scopes: [],
	state: "active",
	createdAt: new Date(now).toISOString(),
	lastLoginAt: null,
	password: null,
	passwordAt: now,
	proofs: [],
	letters: [],
	own: []
});
