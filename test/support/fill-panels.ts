/** Puts any two panels where the sample panels look, and nothing is left of the ones before. */

import { ADMIN, areOne, type Naming, TEMPLATE } from "../../demo/panels/marzban/names";
import type { Panel } from "../../demo/panels/panel";
import { type AnyPanels, SPELLINGS } from "./any-panels";

export const HASH = `$2b$12$${"a".repeat(53)}`;

export interface Ends {
	readonly source: Panel;
	readonly target: Panel;
	readonly files: { readonly source: string; readonly target: string };
}

type Cell = string | number | null;

function insert(panel: Panel, table: string, row: Readonly<Record<string, unknown>>): number {
	const names = Object.keys(row);
	const sql = `INSERT INTO ${table} (${names.map(name => `"${name}"`).join()}) VALUES (${names.map(() => "?").join()})`;
	return Number(panel.db.prepare(sql).run(...(Object.values(row) as Cell[])).lastInsertRowid);
}

/** Both panels as the test says, and nothing left of the one before. */
export function fill({ source, target }: Ends, panels: AnyPanels): void {
	const { admins, there, users, squatters, templates, longHost, hosts, naming } = panels;
	for (const table of ["users", "users_services"]) source.db.exec(`DELETE FROM ${table}`);
	source.db.exec("DELETE FROM admins WHERE username <> 'admin'");
	for (const table of "users proxies exclude_inbounds_association user_usage_logs admins user_templates".split(" "))
		target.db.exec(`DELETE FROM ${table}`);
	for (const table of ["template_inbounds_association", "hosts"]) target.db.exec(`DELETE FROM ${table}`);
	const ids = admins.map(admin => insert(source, "admins", { ...admin, hashed_password: HASH }));
	const owners = [1, ...ids, null];
	for (const { row, owner, services } of users) {
		const taken = source.db.prepare("SELECT 1 FROM users WHERE username = ?").get(String(row.username));
		if (taken) continue;
		const user = insert(source, "users", { ...row, admin_id: owners[owner % owners.length] ?? null });
		for (const service of services) insert(source, "users_services", { user_id: user, service_id: service });
	}
	source.db.exec("DELETE FROM hosts WHERE id = 999");
	if (longHost) {
		const { body } = source.db.prepare("SELECT body FROM hosts WHERE id = 1").get() as { body: string };
		const host = JSON.stringify({ ...JSON.parse(body), id: 999, sni: "x".repeat(1001) });
		insert(source, "hosts", { id: 999, position: 999, body: host });
	}
	const theirs = oneEach(there, ADMIN, naming).map(admin =>
		insert(target, "admins", { ...admin, hashed_password: HASH })
	);
	for (const { name } of oneEach(
		templates.map(each => ({ name: each })),
		TEMPLATE,
		naming
	)) {
		const id = insert(target, "user_templates", { name });
		insert(target, "template_inbounds_association", { user_template_id: id, inbound_tag: "VMess TCP" });
	}
	for (const host of hosts) insert(target, "hosts", { ...host, is_disabled: 0 });
	squat(target, squatters, users, [...theirs, null]);
}

/** As many as the target's database takes: of those that are one name to it, the first. */
function oneEach<T extends object>(rows: readonly T[], { column }: { readonly column: string }, naming: Naming): T[] {
	const name = (row: T): string => String((row as Record<string, unknown>)[column]);
	const isOne = (one: T, other: T): boolean => naming === "mariadb" && areOne(name(one), name(other));
	return rows.filter((row, at) => !rows.slice(0, at).some(earlier => isOne(earlier, row)));
}

function squat(
	target: Panel,
	squatters: AnyPanels["squatters"],
	users: AnyPanels["users"],
	owners: readonly (number | null)[]
): void {
	for (const { user, note, owner, spelling } of squatters) {
		const name = SPELLINGS[spelling](String(users[user % users.length]?.row.username).toLowerCase());
		if (!/^\w{3,32}$/.test(name)) continue;
		if (target.db.prepare("SELECT 1 FROM users WHERE username = ?").get(name)) continue;
		const admin_id = owners[owner % owners.length] ?? null;
		const row = {
			username: name,
			status: "active",
			used_traffic: 7,
			note,
			admin_id,
			created_at: "2026-01-01 00:00:00.000000"
		};
		const id = insert(target, "users", row);
		const settings = JSON.stringify({ id: "11111111-1111-4111-8111-111111111111", flow: "" });
		insert(target, "proxies", { user_id: id, type: "VLESS", settings });
	}
}
