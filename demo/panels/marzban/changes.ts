/** What happens to a user in the database: made, changed, reset, revoked, removed. */

import type { Whole } from "../rules";
import type { Cell, Row } from "../store";
import { seconds, stamp } from "../time";
import type { Change, Creation, NextPlan } from "./bodies";
import { titles } from "./core";
import { type Marzban, nowOf } from "./marzban";
import { mustFit } from "./names";
import { type Status, type UserRecord, userOf } from "./records";
import { type Proxies, renew, type Settings } from "./settings";

const orNull = (value: number | bigint | undefined): Cell => value || null;

function addProxy({ store }: Marzban, user: number, protocol: keyof typeof titles, settings: Settings): number {
	return store.insert("proxies", { user_id: user, type: titles[protocol], settings: JSON.stringify(settings) });
}

function exclude({ store, core }: Marzban, proxy: number, protocol: string, wanted: readonly string[]): void {
	store.run("DELETE FROM exclude_inbounds_association WHERE proxy_id = ?", proxy);
	for (const tag of core.tags(protocol).filter(tag => !wanted.includes(tag)))
		store.insert("exclude_inbounds_association", { proxy_id: proxy, inbound_tag: tag });
}

function plan({ store }: Marzban, user: number, next: NextPlan | undefined): void {
	store.run("DELETE FROM next_plans WHERE user_id = ?", user);
	if (!next) return;
	const { data_limit, expire, add_remaining_traffic, fire_on_either } = next;
	const flags = { add_remaining_traffic: Number(add_remaining_traffic), fire_on_either: Number(fire_on_either) };
	store.insert("next_plans", { user_id: user, data_limit, expire, ...flags });
}

/** Without `inbounds` the user has none of any protocol. */
export function create(marzban: Marzban, creation: Creation, owner: number | null): UserRecord {
	const now = nowOf(marzban);
	const numbers = [creation.expire, creation.auto_delete_in_days, creation.next_plan?.expire];
	mustFit(marzban.naming, { name: creation.username, width: 34, numbers });
	const id = marzban.store.atomically(() => {
		const user = marzban.store.insert("users", {
			username: creation.username,
			status: creation.status ?? "active",
			used_traffic: 0,
			data_limit: orNull(creation.data_limit),
			expire: orNull(creation.expire),
			created_at: now,
			admin_id: owner,
			data_limit_reset_strategy: creation.data_limit_reset_strategy ?? "no_reset",
			note: creation.note ?? null,
			on_hold_timeout: creation.on_hold_timeout ?? null,
			on_hold_expire_duration: creation.on_hold_expire_duration ?? null,
			auto_delete_in_days: creation.auto_delete_in_days ?? null,
			last_status_change: now
		});
		for (const [protocol, settings] of creation.proxies ?? []) {
			const proxy = addProxy(marzban, user, protocol, settings);
			exclude(marzban, proxy, protocol, creation.inbounds?.get(protocol) ?? []);
		}
		plan(marzban, user, creation.next_plan);
		return user;
	});
	return userOf(marzban, id);
}

/** The named proxies stay or come, all others go. */
function replaceProxies(marzban: Marzban, record: UserRecord, proxies: Proxies): void {
	for (const [protocol, settings] of proxies) {
		const known = record.proxies.find(proxy => proxy.protocol === protocol);
		if (known) marzban.store.update("proxies", known.id, { settings: JSON.stringify(settings) });
		else addProxy(marzban, record.row.id, protocol, settings);
	}
	for (const proxy of record.proxies.filter(one => !proxies.has(one.protocol))) dropProxy(marzban, proxy.id);
}

function dropProxy({ store }: Marzban, id: number): void {
	store.run("DELETE FROM exclude_inbounds_association WHERE proxy_id = ?", id);
	store.run("DELETE FROM proxies WHERE id = ?", id);
}

/** A limit moves everybody on but the expired and the disabled. */
function statusByLimit({ row }: UserRecord, status: Status, limit: Whole | undefined): Status {
	if (limit === undefined || status === "expired" || status === "disabled") return status;
	if (limit && row.used_traffic >= limit) return "limited";
	return status === "on_hold" ? status : "active";
}

/** An expiry moves only the active and the expired on. */
function statusByExpire({ now }: Marzban, status: Status, expire: Whole | undefined): Status {
	if (expire === undefined || (status !== "active" && status !== "expired")) return status;
	return !expire || expire > now().getTime() / 1000 ? "active" : "expired";
}

function statusAfter(marzban: Marzban, record: UserRecord, change: Change): Status {
	const limited = statusByLimit(record, change.status ?? record.row.status, change.data_limit);
	return statusByExpire(marzban, limited, change.expire);
}

function columns(marzban: Marzban, record: UserRecord, change: Change): Row {
	const { data_limit, expire, note, data_limit_reset_strategy, on_hold_timeout, on_hold_expire_duration } = change;
	return {
		status: statusAfter(marzban, record, change),
		...(data_limit === undefined ? {} : { data_limit: orNull(data_limit) }),
		...(expire === undefined ? {} : { expire: orNull(expire) }),
		...(note === undefined ? {} : { note: note || null }),
		...(data_limit_reset_strategy === undefined ? {} : { data_limit_reset_strategy }),
		...(on_hold_timeout === undefined ? {} : { on_hold_timeout }),
		...(on_hold_expire_duration === undefined ? {} : { on_hold_expire_duration }),
		edit_at: nowOf(marzban)
	};
}

/** A plan that is not sent again is gone. */
export function modify(marzban: Marzban, record: UserRecord, change: Change): UserRecord {
	const { id, username } = record.row;
	mustFit(marzban.naming, { name: username, width: 34, numbers: [change.expire, change.next_plan?.expire] });
	marzban.store.atomically(() => {
		if (change.proxies?.size) replaceProxies(marzban, record, change.proxies);
		for (const proxy of userOf(marzban, id).proxies) {
			const wanted = change.inbounds?.get(proxy.protocol);
			if (wanted) exclude(marzban, proxy.id, proxy.protocol, wanted);
		}
		marzban.store.update("users", id, columns(marzban, record, change));
		plan(marzban, id, change.next_plan);
	});
	return userOf(marzban, id);
}

const belongings = ["user_usage_logs", "next_plans", "node_user_usages", "notification_reminders"];

export function remove(marzban: Marzban, record: UserRecord): void {
	const { id } = record.row;
	marzban.store.atomically(() => {
		for (const proxy of record.proxies) dropProxy(marzban, proxy.id);
		for (const table of belongings) marzban.store.run(`DELETE FROM ${table} WHERE user_id = ?`, id);
		marzban.store.run("DELETE FROM users WHERE id = ?", id);
	});
}

function logUse({ store, now }: Marzban, { row }: UserRecord): void {
	const reset_at = stamp(now());
	store.insert("user_usage_logs", { user_id: row.id, used_traffic_at_reset: row.used_traffic, reset_at });
}

/** Only an expired user stays what they were; a disabled one wakes up (so does the panel's). */
export function resetUse(marzban: Marzban, record: UserRecord): UserRecord {
	const { id, status } = record.row;
	marzban.store.atomically(() => {
		logUse(marzban, record);
		marzban.store.update("users", id, { used_traffic: 0, status: status === "expired" ? status : "active" });
		plan(marzban, id, undefined);
	});
	return userOf(marzban, id);
}

/** Moves a user on to their next plan; false when they have none. */
export function nextPlan(marzban: Marzban, record: UserRecord): boolean {
	const next = record.plan;
	if (!next) return false;
	const { id, data_limit, used_traffic } = record.row;
	const rest = next.add_remaining_traffic ? 0n : BigInt(data_limit ?? Number.NaN) - BigInt(used_traffic);
	marzban.store.atomically(() => {
		logUse(marzban, record);
		const limit = BigInt(next.data_limit) + rest;
		marzban.store.update("users", id, { status: "active", data_limit: limit, expire: next.expire, used_traffic: 0 });
		plan(marzban, id, undefined);
	});
	return true;
}

export function revoke(marzban: Marzban, record: UserRecord): UserRecord {
	const { row, plan: next } = record;
	marzban.store.update("users", row.id, { sub_revoked_at: nowOf(marzban) });
	return modify(marzban, record, {
		proxies: new Map(record.proxies.map(({ protocol, settings }) => [protocol, renew(protocol, settings)])),
		inbounds: undefined,
		status: undefined,
		data_limit: row.data_limit ?? undefined,
		expire: row.expire ?? undefined,
		note: undefined,
		data_limit_reset_strategy: undefined,
		on_hold_timeout: undefined,
		on_hold_expire_duration: undefined,
		auto_delete_in_days: undefined,
		next_plan: next && {
			data_limit: next.data_limit,
			expire: next.expire,
			add_remaining_traffic: next.add_remaining_traffic === 1,
			fire_on_either: next.fire_on_either === 1
		}
	});
}

/** Starts the clock of a user who was on hold. */
export function startExpire(marzban: Marzban, { row }: UserRecord): void {
	const expire = seconds(marzban.now()) + Number(row.on_hold_expire_duration ?? 0);
	const started = { status: "active", expire, on_hold_expire_duration: null, on_hold_timeout: null };
	marzban.store.update("users", row.id, { ...started, last_status_change: nowOf(marzban) });
}
