/** What people do with their own accounts, and others with theirs. */

import type { Announced } from "../../../cluster";
import { failure } from "../../../cluster/errors";
import { type StoredAccount, withOwn } from "../../../domain/platform/accounts/account";
import { passwordFault } from "../../../domain/platform/accounts/password";
import { canonicalEmail } from "../../../domain/text/email";
import type { Accounts } from "./accounts";
import { telling } from "./asking";
import { changedEvent, noted } from "./proving";

/** @throws VALIDATION_ERROR */
export function addressIn(text: string): string {
	const email = canonicalEmail(text);
	if (email !== undefined) return email;
	throw failure("VALIDATION_ERROR", "'email' is no address of e-mail, as ada@example.com.");
}

/** @throws REGISTRATION_CLOSED */
export function refuseClosed({ registration }: { readonly registration: boolean }): void {
	if (registration) return;
	throw failure("REGISTRATION_CLOSED", "Nobody registers here by themselves: ask whoever runs this server.");
}

type IsCommon = (password: string) => boolean;

/** @throws PASSWORD_WEAK */
export function refuseWeak(password: string, owner: Pick<StoredAccount, "email" | "name">, isCommon: IsCommon): void {
	const fault = passwordFault(password, owner, isCommon);
	if (fault !== undefined) throw failure("PASSWORD_WEAK", fault);
}

/** One that somebody set by themselves; whoever has the address hears of it. @throws ACCOUNT_NOT_FOUND */
export async function setPassword(accounts: Accounts, account: StoredAccount, password: string): Promise<void> {
	const changed = await accounts.change(
		account.id,
		now =>
			now.passwordAt === account.passwordAt
				? { ...now, password, passwordAt: Date.now(), proofs: [], own: withOwn(now.own, "password") }
				: undefined,
		{
			events: [noted(account.id, "password-changed"), changedEvent(account.id)],
			tell: [telling(account, "password-changed")]
		}
	);
	if (!changed)
		throw failure("PASSWORD_WRONG", "The password was changed meanwhile: try again with the one that counts now.");
}

/** @throws ACCOUNT_NOT_FOUND */
export async function changedBy(
	accounts: Accounts,
	id: string,
	next: (account: StoredAccount) => StoredAccount,
	...events: readonly Announced[]
): Promise<StoredAccount> {
	await accounts.there(id);
	const changed = await accounts.change(id, next, { events: [...events, changedEvent(id)] });
	return changed ?? accounts.there(id);
}
