/** What whoever brings accounts sees of them, and takes back. */

import { Conflict } from "../../../adapters/collection";
import type { ParamsOf, ResultOf } from "../../../contracts/contract";
import type { BroughtAccount, movingActions } from "../../../contracts/platform/auth-moving";
import type { Own, StoredAccount } from "../../../domain/platform/accounts/account";
import { cameBy } from "../../../domain/platform/accounts/adoption";
import { behindCursor } from "../../../mixins/behind";
import { type Accounts, accountIn, type Calls } from "./accounts";
import { fromOf, type Origin, originOf } from "./adopting";
import { erased } from "./managing";

type Look = typeof movingActions.look;
type GiveBack = typeof movingActions.giveBack;
type Arrived = typeof movingActions.arrived;

/** All that begins so, and nothing else: no text has a character behind this one. */
const LAST = "\u{10ffff}";
function from(origin: Origin) {
	const begin = `${fromOf(origin).slice(0, -1)},`;
	return { origin: { $gte: begin, $lt: begin + LAST } };
}

/** @throws REQUEST_INVALID */
export async function lookedAt({ rows }: Accounts, asked: ParamsOf<Look>): Promise<ResultOf<Look>> {
	const { ids, limit, after } = asked;
	const filter = ids ? { origin: { $in: ids.map(id => originOf(asked, id)) } } : from(asked);
	const most = ids ? Math.max(1, ids.length) : limit;
	const options = { limit: most, sort: "origin", ...(after !== undefined && { after }) } as const;
	const page = await behindCursor(rows.find(filter, options));
	const accounts = page.records.flatMap(row => accountIn(row) ?? []).map(told);
	return { accounts, next: page.next, total: ids ? accounts.length : await rows.count(filter) };
}

/** What was changed here is told as it was brought: it is nobody's mistake. */
function told(account: StoredAccount): BroughtAccount {
	const { id, email, name, verified, state, createdAt, own, said } = account;
	const now = { email, name, verified, state, createdAt };
	const brought = said ?? now;
	const shown = <F extends Own & keyof typeof now>(field: F, given: (typeof now)[F]): (typeof now)[F] =>
		own.includes(field) ? given : now[field];
	return {
		id: idIn(account),
		account: id,
		email: shown("email", brought.email),
		name: shown("name", brought.name ?? null),
		// A letter that was read since proves no more than that.
		verified: verified && (brought.verified ?? false),
		state: shown("state", brought.state ?? "active"),
		createdAt: brought.createdAt === undefined ? null : createdAt,
		password: hasPassword(account) ? (said?.digest ?? null) : null,
		changed: [...own],
		used: isUsed(account)
	};
}

const hasPassword = ({ password, own }: StoredAccount): boolean => password !== null || own.includes("password");

const idIn = ({ origin = "[]" }: StoredAccount): string => String((JSON.parse(origin) as unknown[])[2]);

const isUsed = ({ lastLoginAt, own, scopes }: StoredAccount): boolean =>
	lastLoginAt !== null || own.length > 0 || scopes.length > 0;

/** Somebody who comes in between stays. @param request the erasure that it is */
export async function givenBack(
	accounts: Accounts,
	by: Calls,
	{ id, ...origin }: ParamsOf<GiveBack>,
	request: string
): Promise<ResultOf<GiveBack>> {
	const found = await accounts.byOrigin(originOf(origin, id));
	const there = found && (await accounts.read(found.id));
	if (!there) return { outcome: "absent", account: null };
	const { record, version } = there;
	const account = record.id;
	if (isUsed(record)) return { outcome: "used", account };
	try {
		await erased(accounts, by, account, request, version);
		return { outcome: "removed", account };
	} catch (error) {
		if (!(error instanceof Conflict)) throw error;
		return { outcome: "used", account };
	}
}

export async function arrivals(
	{ rows }: Accounts,
	{ since, ...origin }: ParamsOf<Arrived>
): Promise<ResultOf<Arrived>> {
	const [lazily, inBulk] = [cameBy("lazy", fromOf(origin)), cameBy("bulk", fromOf(origin))];
	const recent = { $gte: since };
	const [lazy, bulk, lately, ...active] = await Promise.all([
		rows.count({ came: lazily }),
		rows.count({ came: inBulk }),
		rows.count({ came: lazily, cameAt: recent }),
		rows.count({ came: lazily, lastLoginAt: recent }),
		rows.count({ came: inBulk, lastLoginAt: recent })
	]);
	return { lazy, bulk, lately, active: active.reduce((sum, count) => sum + count, 0) };
}
