/** Users as the database holds them, with all that hangs on them, read in a handful of statements. */
import { parseJson } from "../json";
import type { Cell, Row, Store } from "../store";
import { isProtocol, type Protocol, titles } from "./core";
import type { AdminRow, Marzban } from "./marzban";
import { isSettings, type Settings } from "./settings";

export const statuses = ["active", "disabled", "limited", "expired", "on_hold"] as const;
export type Status = (typeof statuses)[number];

export interface UserRow extends Row {
	id: number;
	username: string;
	status: Status;
	used_traffic: number | bigint;
	data_limit: number | bigint | null;
	expire: number | null;
	created_at: string;
	admin_id: number | null;
	data_limit_reset_strategy: string;
	note: string | null;
	sub_updated_at: string | null;
	sub_last_user_agent: string | null;
	sub_revoked_at: string | null;
	online_at: string | null;
	edit_at: string | null;
	on_hold_timeout: string | null;
	on_hold_expire_duration: number | null;
	auto_delete_in_days: number | null;
}

export interface PlanRow extends Row {
	user_id: number;
	data_limit: number | bigint;
	expire: number | null;
	add_remaining_traffic: number;
	fire_on_either: number;
}

export interface Proxy {
	readonly id: number;
	readonly protocol: Protocol;
	readonly settings: Settings;
	readonly excluded: ReadonlySet<string>;
}

export interface UserRecord {
	readonly row: UserRow;
	readonly proxies: readonly Proxy[];
	readonly resets: number | bigint;
	readonly plan: PlanRow | undefined;
	readonly owner: AdminRow | undefined;
}

interface ProxyRow extends Row {
	id: number;
	user_id: number;
	type: string;
	settings: string;
}

const within = (column: string): string => `${column} IN (SELECT value FROM json_each(?))`;

function grouped<T>(rows: readonly T[], key: (row: T) => Cell): Map<Cell, T[]> {
	const groups = new Map<Cell, T[]>();
	for (const row of rows) {
		const group = groups.get(key(row));
		if (group) group.push(row);
		else groups.set(key(row), [row]);
	}
	return groups;
}

const protocolNamed = (type: string): Protocol => {
	const found = Object.entries(titles).find(([, title]) => title === type)?.[0];
	if (!isProtocol(found)) throw new Error(`no protocol ${type}`);
	return found;
};

function proxiesOf(store: Store, ids: string): Map<Cell, (Proxy & { owner: number })[]> {
	const rows = store.all<ProxyRow>(`SELECT * FROM proxies WHERE ${within("user_id")} ORDER BY id`, ids);
	const excluded = grouped(
		store.all<{ proxy_id: number; inbound_tag: string }>(
			`SELECT proxy_id, inbound_tag FROM exclude_inbounds_association WHERE ${within("proxy_id")}`,
			JSON.stringify(rows.map(row => row.id))
		),
		row => row.proxy_id
	);
	const proxies = rows.map(row => {
		const settings = parseJson(row.settings);
		if (!isSettings(settings)) throw new Error(`proxy ${row.id} has no settings`);
		const tags = new Set(excluded.get(row.id)?.map(one => one.inbound_tag));
		return { id: row.id, owner: row.user_id, protocol: protocolNamed(row.type), settings, excluded: tags };
	});
	return grouped(proxies, proxy => proxy.owner);
}

export function records({ store }: Marzban, rows: readonly UserRow[]): UserRecord[] {
	const ids = JSON.stringify(rows.map(row => row.id));
	const proxies = proxiesOf(store, ids);
	const plans = grouped(
		store.all<PlanRow>(`SELECT * FROM next_plans WHERE ${within("user_id")}`, ids),
		row => row.user_id
	);
	const resets = grouped(
		store.all<{ user_id: number; amount: number | bigint }>(
			`SELECT user_id, sum(used_traffic_at_reset) AS amount FROM user_usage_logs WHERE ${within("user_id")} GROUP BY user_id`,
			ids
		),
		row => row.user_id
	);
	const admins = grouped(store.all<AdminRow>("SELECT * FROM admins"), row => row.id);
	return rows.map(row => ({
		row,
		proxies: proxies.get(row.id) ?? [],
		resets: resets.get(row.id)?.[0]?.amount ?? 0,
		plan: plans.get(row.id)?.[0],
		owner: row.admin_id === null ? undefined : admins.get(row.admin_id)?.[0]
	}));
}

export function userNamed(marzban: Marzban, username: string): UserRecord | undefined {
	const row = marzban.store.one<UserRow>("SELECT * FROM users WHERE username = ?", username);
	return row && records(marzban, [row])[0];
}

export function userOf(marzban: Marzban, id: number): UserRecord {
	const row = marzban.store.one<UserRow>("SELECT * FROM users WHERE id = ?", id);
	const [record] = row ? records(marzban, [row]) : [];
	if (!record) throw new Error(`no user ${id}`);
	return record;
}
