/** What is asked for by an address, and done behind the answer: so nobody learns by the answer, or its time, whether it is known. Pure. */

import type { Letter } from "../../../contracts/platform/auth-forms";
import type { Template } from "../../../contracts/platform/mail";
import { blank, type StoredAccount, withLetter } from "./account";
import { LASTS_MS, type Proof, withProof } from "./proofs";

export const WANTS = ["register", "forgot", "resend", "email", "tell"] as const;

export interface Asked {
	readonly kind: "asked";
	readonly id: string;
	readonly want: (typeof WANTS)[number];
	/** The address, in its canonical form. */
	readonly to: string;
	readonly createdAt: string;
	/** Who wants another address. */
	readonly account?: string;
	/** Of a registration. */
	readonly password?: string;
	readonly name?: string | null;
	/** Which letter, where it is not the usual one of what is wanted. */
	readonly template?: Template;
	/** Fields of accounts alone, by which those are found. */
	readonly email?: undefined;
	readonly origin?: undefined;
	readonly came?: undefined;
	readonly cameAt?: undefined;
	readonly lastLoginAt?: undefined;
	readonly state?: undefined;
}

export interface LetterTo {
	readonly to: string;
	readonly template: Template;
	/** Of what it has to prove, if it proves something. */
	readonly proves?: Letter;
}

export interface Done {
	/** As it shall be kept; undefined: nothing changes. */
	readonly account?: StoredAccount;
	readonly letters: readonly LetterTo[];
}

/** Whatever a decision needs beside the account. */
export interface Facts {
	/** Of a new account. */
	readonly id: string;
	/** Of the letter's secret. */
	readonly digest: string;
	readonly now: number;
	/** Of another address that is wanted: somebody has it. */
	readonly isTaken: boolean;
}

const NOTHING: Done = { letters: [] };

type Decide = (asked: Asked, account: StoredAccount | undefined, facts: Facts) => Done;

const register: Decide = (asked, account, facts) => {
	if (account?.kind === "account") return told(account, { to: account.email, template: "already-registered" }, facts);
	const before = account ?? { ...blank(facts.id, asked.to, facts.now), kind: "pending" as const };
	const of = { password: asked.password ?? "", name: asked.name ?? null };
	return proving(before, { to: before.email, template: "verify-email", proves: "verify" }, facts, of);
};

/** Whoever had the account made for them asked for nothing: their letter has other words. */
const forgot: Decide = ({ template = "reset-password" }, account, facts) =>
	account?.state === "active" ? proving(account, { to: account.email, template, proves: "reset" }, facts) : NOTHING;

/** Of a registration what was asked for last: its letter is the one that did not come. */
const resend: Decide = (_asked, account, facts) => {
	if (!account || account.verified) return NOTHING;
	const last = account.proofs.findLast(({ kind, password }) => kind === "verify" && password !== undefined);
	if (account.kind === "pending" && !last) return NOTHING;
	const { password, name } = last ?? {};
	const of = password === undefined ? {} : { password, name: name ?? null };
	return proving(account, { to: account.email, template: "verify-email", proves: "verify" }, facts, of);
};

/** The owner of the address hears of it where somebody has it; the old one always does. */
const email: Decide = (asked, account, facts) => {
	if (account?.kind !== "account" || asked.to === account.email) return NOTHING;
	const old: LetterTo = { to: account.email, template: "email-asked" };
	if (facts.isTaken) return told(account, old, facts);
	const done = proving(account, { to: asked.to, template: "confirm-email", proves: "email" }, facts, {
		email: asked.to
	});
	return done.account ? { ...done, letters: [...done.letters, old] } : done;
};

const tell: Decide = ({ to, template }) => ({ letters: template === undefined ? [] : [{ to, template }] });

const DECIDED: Readonly<Record<Asked["want"], Decide>> = { register, forgot, resend, email, tell };

/** @param account whoever has the address; of another address that is wanted, whoever wants it */
export const decided: Decide = (asked, account, facts) => DECIDED[asked.want](asked, account, facts);

function told(account: StoredAccount, letter: LetterTo, { now }: Facts): Done {
	const letters = withLetter(account.letters, now);
	return letters ? { account: { ...account, letters }, letters: [letter] } : NOTHING;
}

function proving(
	account: StoredAccount,
	letter: LetterTo & { readonly proves: Letter },
	facts: Facts,
	of: Pick<Proof, "password" | "name" | "email"> = {}
): Done {
	const { account: next, letters } = told(account, letter, facts);
	if (!next) return NOTHING;
	const { digest, now } = facts;
	const proof: Proof = { kind: letter.proves, digest, until: now + LASTS_MS[letter.proves], ...of };
	return { account: { ...next, proofs: withProof(next.proofs, proof, now) }, letters };
}
