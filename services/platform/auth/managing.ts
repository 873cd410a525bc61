/** What those do with accounts who look after them. */

import { Conflict, InvalidCursor } from "../../../adapters/collection";
import type { Meta } from "../../../cluster";
import { failure } from "../../../cluster/errors";
import { SCOPES } from "../../../contracts/cluster";
import type { ParamsOf, ResultOf } from "../../../contracts/contract";
import type { JsonValue } from "../../../contracts/json";
import type { auth } from "../../../contracts/platform/auth";
import { isKeyOf } from "../../../contracts/table";
import { type StoredAccount, shown, withOwn } from "../../../domain/platform/accounts/account";
import { type Accounts, accountIn, type Calls, type Rows } from "./accounts";
import { addressIn, changedBy } from "./people";
import { noted } from "./proving";

type List = typeof auth.actions.list;

/** Not those that nobody proved to be theirs. @throws REQUEST_INVALID */
export async function listed({ rows }: Accounts, asked: ParamsOf<List>): Promise<ResultOf<List>> {
	const { email, state, limit, after } = asked;
	const filter = {
		kind: "account",
		...(email !== undefined && { email: addressIn(email) }),
		...(state !== undefined && { state })
	} as const;
	try {
		const page = await rows.find(filter, { sort: "createdAt", limit, ...(after !== undefined && { after }) });
		return { accounts: page.records.flatMap(row => accountIn(row) ?? []).map(shown), next: page.next };
	} catch (error) {
		if (!(error instanceof InvalidCursor)) throw error;
		throw failure("REQUEST_INVALID", "'after' is not what a page before gave as 'next'.");
	}
}

export const inState = (accounts: Accounts, id: string, state: StoredAccount["state"]): Promise<StoredAccount> =>
	changedBy(accounts, id, now => ({ ...now, state, own: withOwn(now.own, "state") }), noted(id, state));

/** Where it is killed before the sessions are ended it has told of it: they end all the same. False: nobody was there. */
export async function erased(
	accounts: Accounts,
	by: Calls,
	account: string,
	request: string,
	expected?: string
): Promise<boolean> {
	if (!(await accounts.get(account))) return false;
	const event = { event: "auth.erased", payload: { account, request } } as const;
	const isMine = await accounts.rows.remove(account, {
		events: [event],
		...(expected !== undefined && { expected })
	});
	await by.call("sessions.closeAll", { account, except: null });
	return isMine;
}

/** @throws FORBIDDEN · VALIDATION_ERROR */
export async function withScopes(
	accounts: Accounts,
	meta: Meta,
	{ id, scopes }: { readonly id: string; readonly scopes: readonly string[] }
): Promise<StoredAccount> {
	const wanted = [...new Set(scopes)];
	refuseGrant(meta, (await accounts.there(id)).scopes, wanted);
	return changedBy(accounts, id, now => ({ ...now, scopes: wanted }), noted(id, "scopes"));
}

/** @throws FORBIDDEN where whoever asks has not what they give or take; VALIDATION_ERROR where there is no such scope */
export function refuseGrant({ caller }: Meta, before: readonly string[], after: readonly string[]): void {
	const unknown = after.find(scope => !isKeyOf(SCOPES, scope));
	if (unknown !== undefined) throw failure("VALIDATION_ERROR", `There is no scope '${unknown}'.`);
	const changed = [
		...after.filter(scope => !before.includes(scope)),
		...before.filter(scope => !after.includes(scope))
	];
	const foreign = changed.find(scope => caller && !caller.scopes.includes(scope));
	if (foreign !== undefined)
		throw failure("FORBIDDEN", `Nobody gives or takes what they may not do themselves: '${foreign}' is not yours.`);
}

/** What is kept of them, as it is given to them. */
export const personalOf = (account: StoredAccount | undefined): JsonValue =>
	account ? { ...shown(account), scopes: [...account.scopes], origin: account.origin ?? null } : null;

/** Of whom nobody proved anything in time nothing is kept. @returns how many there were */
export async function swept({ rows }: Accounts): Promise<number> {
	let count = 0;
	for await (const { id } of rows.each({ kind: "pending" }, { sort: "createdAt" }))
		if (await sweptOne(rows, id)) count++;
	return count;
}

async function sweptOne(rows: Rows, id: string): Promise<boolean> {
	const found = await rows.read(id);
	const account = accountIn(found?.record);
	const isOver = account?.kind === "pending" && account.proofs.every(({ until }) => until < Date.now());
	if (!found || !isOver) return false;
	try {
		return await rows.remove(id, { expected: found.version });
	} catch (error) {
		if (!(error instanceof Conflict)) throw error;
		// Somebody registers anew at this moment: it is no more over.
		return false;
	}
}
