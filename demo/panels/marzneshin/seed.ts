/**
 * Fills an empty sample with the recorded panel and with as many made-up users as asked for.
 * Passwords of the recorded admins: `admin` has the sudo password (admin123 unless told otherwise),
 * `disabled_admin` has `disabled-pass`, every other one `<name>-pass`.
 */
import { hashed } from "../auth";
import { generate } from "../generate";
import { type Body, isBody, writeJson } from "../json";
import type { Ground } from "../panel";
import type { Row, Store } from "../store";
import { stamp } from "../time";
import { cell, ids, recorded, recordedSettings } from "./recorded";

const columns = [
	"id",
	"key",
	"activated",
	"enabled",
	"used_traffic",
	"lifetime_used_traffic",
	"data_limit",
	"data_limit_reset_strategy",
	"expire_strategy",
	"usage_duration",
	"sub_last_user_agent",
	"note"
] as const;
const times = [
	"traffic_reset_at",
	"expire_date",
	"activation_deadline",
	"sub_updated_at",
	"sub_revoked_at",
	"created_at",
	"online_at"
] as const;

/** Shown form to stored form. */
const stored = (value: unknown): string | null => {
	if (typeof value !== "string") return null;
	const [time = "", fraction = ""] = value.replace("T", " ").split(".");
	return `${time}.${fraction.padEnd(6, "0")}`;
};

/** The shown name is lower-cased; the link keeps the true one. */
const trueName = (user: Body): string => {
	const [, name = ""] = /\/sub\/([^/]+)\/[^/]*$/.exec(`${user.subscription_url}`) ?? [];
	return name || `${user.username}`;
};

export function addUsers(store: Store, users: readonly Body[], owners: ReadonlyMap<string, number>): void {
	for (const user of users) {
		const row: Row = { username: trueName(user), admin_id: owners.get(`${user.owner_username}`) ?? null };
		for (const name of columns) row[name] = cell(user[name]);
		for (const name of times) row[name] = stored(user[name]);
		const id = store.insert("users", row);
		for (const service of ids(user.service_ids)) store.insert("users_services", { user_id: id, service_id: service });
	}
}

function passwordOf(name: string, sudo: Ground["sudo"]): string {
	if (name === sudo.username) return sudo.password;
	return name === "disabled_admin" ? "disabled-pass" : `${name}-pass`;
}

function addAdmins({ store, sudo, now }: Ground): Map<string, number> {
	const owners = new Map<string, number>();
	const known = recorded("admins");
	const extra = known.some(({ username }) => username === sudo.username)
		? []
		: [{ username: sudo.username, is_sudo: true }];
	for (const admin of [...known, ...extra] as Body[]) {
		const name = `${admin.username}`;
		const id = store.insert("admins", {
			username: name,
			hashed_password: hashed(passwordOf(name, sudo)),
			created_at: stamp(now()),
			is_sudo: cell(admin.is_sudo ?? false),
			enabled: cell(admin.enabled ?? true),
			all_services_access: cell(admin.all_services_access ?? false),
			modify_users_access: cell(admin.modify_users_access ?? true),
			subscription_url_prefix: cell(admin.subscription_url_prefix ?? "")
		});
		owners.set(name, id);
		for (const service of ids(admin.service_ids))
			store.insert("admins_services", { admin_id: id, service_id: service });
	}
	return owners;
}

function addServices(store: Store): void {
	for (const service of recorded("services")) {
		const id = cell(service.id);
		store.insert("services", { id, name: cell(service.name) });
		for (const inbound of ids(service.inbound_ids))
			store.insert("inbounds_services", { inbound_id: inbound, service_id: id });
	}
}

function addInbounds(store: Store): void {
	for (const { id, tag, protocol, config, node } of recorded("inbounds")) {
		const node_id = isBody(node) ? cell(node.id) : null;
		store.insert("inbounds", { id: cell(id), tag: cell(tag), protocol: cell(protocol), config: cell(config), node_id });
	}
	recorded("hosts").forEach((host, position) => {
		store.insert("hosts", { id: cell(host.id), position, body: writeJson(host) });
	});
	for (const node of recorded("nodes")) store.insert("nodes", { id: cell(node.id), body: writeJson(node) });
	store.insert("settings", { subscription: writeJson(recordedSettings()), telegram: null });
}

/** User 127 was deleted, softly, while the recording's panel lived: the row is still there. */
function addRemoved(store: Store, owner: number | null): void {
	const row = {
		id: 127,
		username: null,
		key: "00000000000000000000000000000127",
		removed: 1,
		activated: 0,
		admin_id: owner
	};
	store.insert("users", { ...row, created_at: "2026-11-11 00:02:07.000000" });
}

export function seed(ground: Ground, users: number, from: number): void {
	const { store } = ground;
	if (store.one("SELECT id FROM admins LIMIT 1")) return;
	store.atomically(() => {
		const owners = addAdmins(ground);
		addServices(store);
		addInbounds(store);
		addUsers(store, recorded("users"), owners);
		addRemoved(store, owners.get("admin") ?? null);
		addUsers(store, generate(users, from), owners);
	});
}
