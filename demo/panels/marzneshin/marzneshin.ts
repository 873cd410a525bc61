/** What every route of the sample Marzneshin stands on, and who may call it. */
import { randomBytes } from "node:crypto";
import { type Answer, forbidden, json, unauthorized } from "../answers";
import { bearer, claimsOf } from "../auth";
import type { Call } from "../call";
import type { Body } from "../json";
import type { Ground } from "../panel";
import type { Row } from "../store";
import { instant, stamp } from "../time";
import type { Credentials } from "./credentials";

export type Version = "v0.7.4" | "master";

export interface Marzneshin extends Ground {
	readonly version: Version;
	readonly secret: string;
	readonly credentials: Credentials;
}

export interface AdminRow extends Row {
	id: number;
	username: string;
	hashed_password: string;
	is_sudo: number;
	enabled: number;
	all_services_access: number;
	modify_users_access: number;
	subscription_url_prefix: string;
	password_reset_at: string | null;
}

export type Answering = (call: Call, admin: AdminRow) => Answer | Promise<Answer>;
type Open = (call: Call) => Answer | Promise<Answer>;

export const adminNamed = ({ store }: Ground, username: string): AdminRow | undefined =>
	store.one<AdminRow>("SELECT * FROM admins WHERE username = ?", username);

export function servicesOf({ store }: Ground, admin: AdminRow): number[] {
	const sql = "SELECT service_id FROM admins_services WHERE admin_id = ? ORDER BY rowid";
	return store.all<{ service_id: number }>(sql, admin.id).map(row => row.service_id);
}

export const adminBody = (marzneshin: Ground, row: AdminRow): Body => ({
	id: row.id,
	username: row.username,
	is_sudo: row.is_sudo === 1,
	enabled: row.enabled === 1,
	all_services_access: row.all_services_access === 1,
	modify_users_access: row.modify_users_access === 1,
	service_ids: servicesOf(marzneshin, row),
	subscription_url_prefix: row.subscription_url_prefix
});

/** A disabled admin may log in; their token opens nothing. */
function callerOf(marzneshin: Marzneshin, call: Call): AdminRow {
	const claims = claimsOf(bearer(call), marzneshin.secret, marzneshin.now());
	const row = claims && adminNamed(marzneshin, claims.username);
	const stale = row?.password_reset_at && claims && instant(row.password_reset_at) > claims.issued * 1000;
	if (!row || stale || (row.is_sudo !== 1 && row.enabled !== 1)) throw unauthorized("Could not validate credentials");
	return row;
}

export const asAdmin =
	(marzneshin: Marzneshin, answer: Answering): Open =>
	call =>
		answer(call, callerOf(marzneshin, call));

export const asSudo = (marzneshin: Marzneshin, answer: Answering): Open =>
	asAdmin(marzneshin, (call, admin) => {
		if (admin.is_sudo !== 1) throw forbidden("Access Denied");
		return answer(call, admin);
	});

/** May the caller change users at all? */
export function mayModify(admin: AdminRow): void {
	if (admin.is_sudo !== 1 && admin.modify_users_access !== 1) throw forbidden();
}

export const empty: Answer = json({});

export const nowOf = ({ now }: Ground): string => stamp(now());

export function secretOf({ store }: Ground): string {
	const known = store.one<{ secret_key: string }>("SELECT secret_key FROM jwt");
	if (known) return known.secret_key;
	const secret = randomBytes(32).toString("hex");
	store.insert("jwt", { secret_key: secret });
	return secret;
}
