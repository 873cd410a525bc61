/** Accounts that somebody makes for others: their owners choose the password, by a letter. */

import type { Meta } from "../../../cluster";
import { failure } from "../../../cluster/errors";
import { SCOPES } from "../../../contracts/cluster";
import type { Account } from "../../../contracts/people";
import { blank, type StoredAccount, shown } from "../../../domain/platform/accounts/account";
import type { Accounts, With } from "./accounts";
import { askedFor, newId } from "./asking";
import { refuseGrant } from "./managing";
import { addressIn } from "./people";

interface Wanted {
	readonly email: string;
	readonly name?: string | null;
	readonly scopes: readonly string[];
}

/** @throws FORBIDDEN where whoever asks has not what they give · VALIDATION_ERROR · ACCOUNT_EXISTS */
export async function created(accounts: Accounts, meta: Meta, wanted: Wanted): Promise<Account> {
	refuseGrant(meta, [], wanted.scopes);
	const made = await make(accounts, wanted);
	if (made) return shown(made);
	throw failure("ACCOUNT_EXISTS", "There is an account of this address: GET /api/v1/auth/accounts?email=… shows it.");
}

/** Once: whoever starts at the same time makes no other, and one that is there stays as it is. */
export async function founded(accounts: Accounts, email: string): Promise<void> {
	if (email !== "" && !(await accounts.byEmail(addressIn(email))))
		await make(accounts, { email, scopes: Object.keys(SCOPES) });
}

/** Undefined where somebody has the address. Who only asked for an account and proved nothing has it not. */
async function make(accounts: Accounts, wanted: Wanted): Promise<StoredAccount | undefined> {
	const email = addressIn(wanted.email);
	const there = await accounts.byEmail(email);
	const of = { name: wanted.name ?? null, scopes: [...new Set(wanted.scopes)] };
	const id = there?.id ?? newId();
	const next: StoredAccount = { ...blank(id, email, Date.now()), ...of };
	const also: With = {
		events: [{ event: "auth.registered", payload: { account: id } }],
		tell: [askedFor({ want: "forgot", to: email, account: id, template: "invitation" })]
	};
	if (there) return accounts.change(id, now => (now.kind === "pending" ? next : undefined), also);
	return (await accounts.insert(next, also)) ? next : undefined;
}
