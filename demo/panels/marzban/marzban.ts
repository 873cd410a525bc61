/** What every route of the sample Marzban stands on, and who may call it. */
import { randomBytes } from "node:crypto";
import { type Answer, forbidden, unauthorized } from "../answers";
import { bearer, claimsOf } from "../auth";
import type { Call } from "../call";
import type { Body } from "../json";
import type { Ground } from "../panel";
import type { Row } from "../store";
import { instant, stamp } from "../time";
import type { Core } from "./core";
import { ADMIN, type Naming, rowNamed } from "./names";

export interface Marzban extends Ground {
	readonly naming: Naming;
	readonly core: Core;
	readonly secret: string;
}

export interface AdminRow extends Row {
	id: number;
	username: string;
	hashed_password: string;
	is_sudo: number;
	password_reset_at: string | null;
	telegram_id: number | null;
	discord_webhook: string | null;
	users_usage: number;
}

/** Who calls; the sudo of the environment has no row. */
export interface Caller {
	readonly username: string;
	readonly sudo: boolean;
	readonly row: AdminRow | undefined;
}

type Answering = (call: Call, caller: Caller) => Answer | Promise<Answer>;
type Open = (call: Call) => Answer | Promise<Answer>;

export const adminNamed = (marzban: Marzban, username: string): AdminRow | undefined =>
	rowNamed<AdminRow>(marzban, ADMIN, username);

export const adminBody = (row: AdminRow): Body => ({
	username: row.username,
	is_sudo: row.is_sudo === 1,
	telegram_id: row.telegram_id,
	discord_webhook: row.discord_webhook,
	users_usage: row.users_usage
});

function callerOf(marzban: Marzban, call: Call): Caller {
	const claims = claimsOf(bearer(call), marzban.secret, marzban.now());
	if (!claims) throw unauthorized("Could not validate credentials");
	const row = adminNamed(marzban, claims.username);
	if (claims.username === marzban.sudo.username && claims.sudo) return { ...claims, row: undefined };
	if (!row || changedSince(row, claims.issued)) throw unauthorized("Could not validate credentials");
	return { username: row.username, sudo: row.is_sudo === 1, row };
}

const changedSince = (row: AdminRow, issued: number): boolean =>
	row.password_reset_at !== null && instant(row.password_reset_at) > issued * 1000;

export const asAdmin =
	(marzban: Marzban, answer: Answering): Open =>
	call =>
		answer(call, callerOf(marzban, call));

export const asSudo = (marzban: Marzban, answer: Answering): Open =>
	asAdmin(marzban, (call, caller) => {
		if (!caller.sudo) throw forbidden();
		return answer(call, caller);
	});

/** The secret of all tokens, made once and kept in the table `jwt`. */
export function secretOf({ store }: Ground): string {
	const known = store.one<{ secret_key: string }>("SELECT secret_key FROM jwt");
	if (known) return known.secret_key;
	const secret = randomBytes(32).toString("hex");
	store.insert("jwt", { secret_key: secret });
	return secret;
}

export const nowOf = ({ now }: Ground): string => stamp(now());
