/** The routes of admins, the login among them. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, forbidden, json, notFound, Refusal, unauthorized } from "../answers";
import { credentials, hashed, issue, opens } from "../auth";
import { type Call, objectOf } from "../call";
import type { Route } from "../http";
import type { Body } from "../json";
import { Rules } from "../rules";
import { breaksARule, type Row } from "../store";
import { type AdminRow, adminBody, adminNamed, asAdmin, asSudo, empty, type Marzneshin, nowOf } from "./marzneshin";
import { paged } from "./pages";
import { ids } from "./recorded";
import { type ServiceRow, shownServices } from "./services";
import { ofAdmin } from "./user-lists";
import { activeSql } from "./users";

/** Disabled or not, everybody with the right password gets a token. */
async function login(marzneshin: Marzneshin, call: Call): Promise<Answer> {
	const { username, password } = await credentials(call);
	await sleep(marzneshin.loginMs);
	const row = adminNamed(marzneshin, username);
	if (!row || !opens(password, row.hashed_password)) throw unauthorized("Incorrect username or password");
	const is_sudo = row.is_sudo === 1;
	const access_token = issue(username, is_sudo, marzneshin.secret, marzneshin.now());
	return json({ access_token, is_sudo, token_type: "bearer" });
}

/** With the traffic of all users the admin ever had, removed ones too. */
function counted(marzneshin: Marzneshin, row: AdminRow): Body {
	const sql = "SELECT coalesce(sum(lifetime_used_traffic), 0) AS sum FROM users WHERE admin_id = ?";
	return { ...adminBody(marzneshin, row), users_data_usage: marzneshin.store.one(sql, row.id)?.sum ?? 0 };
}

function named(marzneshin: Marzneshin, call: Call): AdminRow {
	const row = adminNamed(marzneshin, call.params.username ?? "");
	if (!row) throw notFound("Admin not found");
	return row;
}

const flags = ["is_sudo", "enabled", "all_services_access", "modify_users_access"] as const;

function said(rules: Rules): Row {
	const row: Row = {};
	for (const name of flags) {
		const flag = rules.flag(name);
		if (flag !== undefined) row[name] = Number(flag);
	}
	const prefix = rules.text("subscription_url_prefix");
	return prefix === undefined ? row : { ...row, subscription_url_prefix: prefix };
}

function bind({ store }: Marzneshin, admin: number, services: readonly number[]): void {
	store.run("DELETE FROM admins_services WHERE admin_id = ?", admin);
	for (const service of services) store.insert("admins_services", { admin_id: admin, service_id: service });
}

function added(marzneshin: Marzneshin, call: Call): Answer {
	const rules = new Rules(objectOf(call));
	for (const name of ["username", "password", "is_sudo"]) rules.need(name);
	const username = rules.text("username", { nullable: false }) ?? "";
	const hashed_password = hashed(rules.text("password", { nullable: false }) ?? "");
	const row = { username, hashed_password, ...said(rules), created_at: nowOf(marzneshin) };
	rules.done();
	try {
		bind(marzneshin, marzneshin.store.insert("admins", row), ids(rules.body.service_ids));
	} catch (error) {
		if (breaksARule(error)) throw new Refusal(409, "Admin already exists");
		throw error;
	}
	const made = adminNamed(marzneshin, username);
	return json(made ? adminBody(marzneshin, made) : null);
}

function modified(marzneshin: Marzneshin, call: Call, admin: AdminRow): Answer {
	const row = named(marzneshin, call);
	const rules = new Rules(objectOf(call));
	const password = rules.text("password");
	const change = said(rules);
	rules.done();
	if (row.username !== admin.username && row.is_sudo === 1)
		throw forbidden("You're not allowed to edit another sudoers account. Use marzneshin-cli instead.");
	const secret =
		password === undefined ? {} : { hashed_password: hashed(password), password_reset_at: nowOf(marzneshin) };
	marzneshin.store.update("admins", row.id, { ...change, ...secret });
	if (Array.isArray(rules.body.service_ids)) bind(marzneshin, row.id, ids(rules.body.service_ids));
	return json(counted(marzneshin, named(marzneshin, call)));
}

function removed({ store }: Marzneshin, row: AdminRow): Answer {
	if (row.is_sudo === 1) throw forbidden("You're not allowed to delete sudoers accounts. Use marzneshin-cli instead.");
	store.run("UPDATE users SET admin_id = NULL WHERE admin_id = ?", row.id);
	store.run("DELETE FROM admins WHERE id = ?", row.id);
	return empty;
}

function switched(marzneshin: Marzneshin, row: AdminRow, admin: AdminRow, on: boolean): Answer {
	if (row.is_sudo === 1 && row.id !== admin.id) throw forbidden("You're not allowed.");
	const { store } = marzneshin;
	store.run("UPDATE users SET enabled = ? WHERE admin_id = ? AND NOT removed", Number(on), row.id);
	store.run(`UPDATE users SET activated = ${activeSql} WHERE admin_id = ? AND NOT removed`, nowOf(marzneshin), row.id);
	return json(counted(marzneshin, row));
}

function servicesOfAdmin(marzneshin: Marzneshin, call: Call, row: AdminRow): Answer {
	const all = row.is_sudo === 1 || row.all_services_access === 1;
	return paged<ServiceRow>(marzneshin.store, call, {
		from: "FROM services WHERE ? OR id IN (SELECT service_id FROM admins_services WHERE admin_id = ?)",
		cells: [Number(all), row.id],
		show: rows => shownServices(marzneshin, rows),
		linked: false
	});
}

function listed(marzneshin: Marzneshin, call: Call): Answer {
	return paged<AdminRow>(marzneshin.store, call, {
		from: "FROM admins WHERE username LIKE ?",
		cells: [`%${call.query.get("username") ?? ""}%`],
		show: rows => rows.map(row => counted(marzneshin, row)),
		linked: false
	});
}

export function adminRoutes(marzneshin: Marzneshin): Route[] {
	const sudo = (answer: (call: Call, row: AdminRow, caller: AdminRow) => Answer): Route["answer"] =>
		asSudo(marzneshin, (call, caller) => answer(call, named(marzneshin, call), caller));
	const admin = "/api/admins/:username";
	return [
		{ method: "GET", path: "/api/admins", answer: asSudo(marzneshin, call => listed(marzneshin, call)) },
		{
			method: "POST",
			path: "/api/admins",
			json: true,
			cost: 1,
			answer: asSudo(marzneshin, call => added(marzneshin, call))
		},
		{
			method: "GET",
			path: "/api/admins/current",
			answer: asAdmin(marzneshin, (_, row) => json(adminBody(marzneshin, row)))
		},
		{ method: "POST", path: "/api/admins/token", answer: call => login(marzneshin, call) },
		{ method: "GET", path: admin, answer: sudo((_, row) => json(counted(marzneshin, row))) },
		{
			method: "PUT",
			path: admin,
			json: true,
			cost: 1,
			answer: asSudo(marzneshin, (call, caller) => modified(marzneshin, call, caller))
		},
		{ method: "GET", path: `${admin}/services`, answer: sudo((call, row) => servicesOfAdmin(marzneshin, call, row)) },
		{ method: "GET", path: `${admin}/users`, answer: sudo((call, row) => ofAdmin(marzneshin, call, row)) },
		{
			method: "POST",
			path: `${admin}/disable_users`,
			answer: sudo((_, row, caller) => switched(marzneshin, row, caller, false))
		},
		{
			method: "POST",
			path: `${admin}/enable_users`,
			answer: sudo((_, row, caller) => switched(marzneshin, row, caller, true))
		},
		{ method: "DELETE", path: admin, answer: sudo((_, row) => removed(marzneshin, row)) }
	];
}
