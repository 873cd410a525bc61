/** Users as the database holds them and as the API shows them. */
import type { Body } from "../json";
import type { Row } from "../store";
import { shown } from "../time";
import { type Marzneshin, nowOf } from "./marzneshin";

export interface UserRow extends Row {
	id: number;
	username: string | null;
	key: string;
	activated: number;
	enabled: number;
	removed: number;
	used_traffic: number | bigint;
	lifetime_used_traffic: number | bigint;
	traffic_reset_at: string | null;
	data_limit: number | bigint | null;
	data_limit_reset_strategy: string;
	expire_strategy: string;
	expire_date: string | null;
	usage_duration: number | null;
	activation_deadline: string | null;
	admin_id: number | null;
	sub_updated_at: string | null;
	sub_last_user_agent: string | null;
	sub_revoked_at: string | null;
	created_at: string;
	note: string | null;
	online_at: string | null;
	edit_at: string | null;
}

export const namePattern = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]{3,32}$/u;

/** The computed fields in SQL; `?` is now. */
export const expiredSql = "(expire_strategy = 'fixed_date' AND expire_date < ?)";
export const reachedSql = "(data_limit IS NOT NULL AND used_traffic >= data_limit)";
export const activeSql = `(enabled AND NOT ${expiredSql} AND NOT ${reachedSql} AND NOT removed)`;

export interface State {
	readonly is_active: boolean;
	readonly expired: boolean;
	readonly data_limit_reached: boolean;
}

export function stateOf(row: UserRow, now: string): State {
	const expired = row.expire_strategy === "fixed_date" && (row.expire_date ?? "") < now;
	const data_limit_reached = row.data_limit !== null && row.used_traffic >= row.data_limit;
	const is_active = row.enabled === 1 && !expired && !data_limit_reached && row.removed !== 1;
	return { is_active, expired, data_limit_reached };
}

interface Owner extends Row {
	id: number;
	username: string;
	subscription_url_prefix: string;
}

/** Rows in the shape of the API. A row that breaks the shape's rules fails the whole answer. */
export function shownUsers(marzneshin: Marzneshin, rows: readonly UserRow[]): Body[] {
	const { store } = marzneshin;
	const all = store.all<{ user_id: number; service_id: number }>(
		"SELECT user_id, service_id FROM users_services WHERE user_id IN (SELECT value FROM json_each(?)) ORDER BY rowid",
		JSON.stringify(rows.map(row => row.id))
	);
	const services = Map.groupBy(all, row => row.user_id);
	const admins = store.all<Owner>("SELECT id, username, subscription_url_prefix FROM admins");
	const owners = new Map(admins.map(admin => [admin.id, admin]));
	const now = nowOf(marzneshin);
	return rows.map(row => {
		const owner = row.admin_id === null ? undefined : owners.get(row.admin_id);
		const service_ids = (services.get(row.id) ?? []).map(one => one.service_id);
		return bodyOf(row, { now, owner, service_ids, prefix: marzneshin.prefix() });
	});
}

interface Around {
	readonly now: string;
	readonly owner: Owner | undefined;
	readonly service_ids: number[];
	readonly prefix: string;
}

function bodyOf(row: UserRow, { now, owner, service_ids, prefix }: Around): Body {
	if (row.username === null || !namePattern.test(row.username)) throw new Error(`user ${row.id} cannot be shown`);
	const salt = (): string => Math.random().toString(16).slice(2, 18);
	const base = (owner?.subscription_url_prefix || prefix).replaceAll("*", salt);
	return {
		id: row.id,
		username: row.username.toLowerCase(),
		expire_strategy: row.expire_strategy,
		expire_date: shown(row.expire_date),
		usage_duration: row.usage_duration,
		activation_deadline: shown(row.activation_deadline),
		key: row.key,
		data_limit: row.data_limit,
		data_limit_reset_strategy: row.data_limit_reset_strategy,
		note: row.note,
		sub_updated_at: shown(row.sub_updated_at),
		sub_last_user_agent: row.sub_last_user_agent,
		online_at: shown(row.online_at),
		activated: row.activated === 1,
		...stateOf(row, now),
		enabled: row.enabled === 1,
		used_traffic: row.used_traffic,
		lifetime_used_traffic: row.lifetime_used_traffic,
		sub_revoked_at: shown(row.sub_revoked_at),
		created_at: shown(row.created_at),
		service_ids,
		subscription_url: `${base}/sub/${row.username}/${row.key}`,
		owner_username: owner?.username ?? null,
		traffic_reset_at: shown(row.traffic_reset_at)
	};
}

export function shownUser(marzneshin: Marzneshin, id: number): Body {
	const row = marzneshin.store.one<UserRow>("SELECT * FROM users WHERE id = ?", id);
	const [body] = row ? shownUsers(marzneshin, [row]) : [];
	if (!body) throw new Error(`no user ${id}`);
	return body;
}
