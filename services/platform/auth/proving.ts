/** What a letter proves is used up by a change of the account that expects it: once, whoever comes at once with it (A7). */

import { Duplicate } from "../../../adapters/collection";
import type { Announced } from "../../../cluster";
import { failure } from "../../../cluster/errors";
import type { Letter, LetterLink } from "../../../contracts/platform/auth-forms";
import { type StoredAccount, withOwn } from "../../../domain/platform/accounts/account";
import { type Proof, proofIn, readToken } from "../../../domain/platform/accounts/proofs";
import { type Accounts, digestOf, type With } from "./accounts";
import { telling } from "./asking";

interface Found {
	readonly account: StoredAccount;
	readonly proof: Proof;
	readonly digest: string;
}

const over = () =>
	failure("PROOF_INVALID", "This link was used, is too old, or is none of ours: ask for another letter.");

/** @throws PROOF_INVALID */
export async function provenBy(accounts: Accounts, token: string, ...kinds: readonly Letter[]): Promise<Found> {
	const read = readToken(token);
	const account = read && (await accounts.get(read.account));
	const digest = digestOf(read?.secret ?? "");
	const proof = account && proofIn(account.proofs, kinds, digest, Date.now());
	if (!account || !proof) throw over();
	return { account, proof, digest };
}

/** @throws PROOF_INVALID where somebody else was quicker */
export async function use(
	accounts: Accounts,
	{ account, proof, digest }: Found,
	next: (account: StoredAccount) => StoredAccount,
	also: With
): Promise<StoredAccount> {
	try {
		const changed = await accounts.change(
			account.id,
			now => (proofIn(now.proofs, [proof.kind], digest, Date.now()) ? next(now) : undefined),
			also
		);
		if (changed) return changed;
	} catch (error) {
		if (!(error instanceof Duplicate)) throw error;
	}
	throw over();
}

/** What else is told with it. */
export const noted = (account: string, what: string): Announced => ({
	event: "auth.noted",
	payload: { account, what, at: new Date().toISOString() }
});
export const changedEvent = (account: string): Announced => ({ event: "auth.changed", payload: { account } });

/** Who was pending has an account from now on. */
const begun = ({ kind, id }: StoredAccount): Announced[] =>
	kind === "pending" ? [{ event: "auth.registered", payload: { account: id } }] : [];

/** A new password by a letter: whoever reads it has the address, too. @param password its hash */
export const withReset = (accounts: Accounts, found: Found, password: string): Promise<StoredAccount> =>
	use(
		accounts,
		found,
		account => ({ ...proved(account), password, passwordAt: Date.now(), own: withOwn(account.own, "password") }),
		{
			events: [...begun(found.account), noted(found.account.id, "password-reset"), changedEvent(found.account.id)],
			tell: [telling(found.account, "password-changed")]
		}
	);

/** Nothing that was asked for before counts any more. */
const proved = (account: StoredAccount): StoredAccount => ({ ...account, kind: "account", verified: true, proofs: [] });

/** By the letter to a new account, to one that was brought, or to another address. */
export const withAddress = (accounts: Accounts, found: Found): Promise<StoredAccount> =>
	found.proof.email === undefined ? verified(accounts, found) : moved(accounts, found, found.proof.email);

function verified(accounts: Accounts, found: Found): Promise<StoredAccount> {
	const { id } = found.account;
	const { password, name } = found.proof;
	const isNew = found.account.kind === "pending" && password !== undefined;
	const of = isNew ? ({ password, name: name ?? null, passwordAt: Date.now(), own: ["password"] } as const) : {};
	return use(accounts, found, account => ({ ...proved(account), ...of }), {
		events: [...begun(found.account), changedEvent(id)]
	});
}

const moved = (accounts: Accounts, found: Found, email: string): Promise<StoredAccount> =>
	use(accounts, found, account => ({ ...proved(account), email, own: withOwn(account.own, "email") }), {
		events: [noted(found.account.id, "email-changed"), changedEvent(found.account.id)],
		tell: [telling(found.account, "email-changed")]
	});

const FIELDS = { "reset-password": ["token", "password"], "verify-email": ["token"] } as const;
const KINDS = { "reset-password": ["reset"], "verify-email": ["verify", "email"] } as const;

/** What to do with a link: whoever only looks at it, as programs that scan mail do, uses nothing up (A7). */
export async function linkFor(accounts: Accounts, token: string, word: keyof typeof FIELDS): Promise<LetterLink> {
	const read = readToken(token);
	const account = read && (await accounts.get(read.account));
	const found = account && proofIn(account.proofs, KINDS[word], digestOf(read.secret), Date.now());
	return { valid: found !== undefined, method: "POST", path: `/api/v1/auth/${word}`, fields: [...FIELDS[word]] };
}
