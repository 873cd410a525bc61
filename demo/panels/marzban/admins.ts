/** The routes of admins, the login among them. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, forbidden, json, notFound, Refusal, unauthorized } from "../answers";
import { credentials, hashed, issue, opens } from "../auth";
import { type Call, objectOf } from "../call";
import type { Route } from "../http";
import { queryRules, Rules } from "../rules";
import { breaksARule } from "../store";
import { type AdminRow, adminBody, adminNamed, asAdmin, asSudo, type Marzban, nowOf } from "./marzban";
import { ADMIN, mustBeSql, mustFit } from "./names";

/** The environment's sudo is asked first and costs little; a row's hash is slow. */
async function login(marzban: Marzban, call: Call): Promise<Answer> {
	const { username, password } = await credentials(call);
	const environment = username === marzban.sudo.username && password === marzban.sudo.password;
	if (!environment) await sleep(marzban.loginMs);
	const row = adminNamed(marzban, username);
	if (!environment && !(row && opens(password, row.hashed_password)))
		throw unauthorized("Incorrect username or password");
	const sudo = environment || row?.is_sudo === 1;
	return json({ access_token: issue(username, sudo, marzban.secret, marzban.now()), token_type: "bearer" });
}

function webhook(rules: Rules): string | null {
	const value = rules.text("discord_webhook");
	if (value && !value.startsWith("https://discord.com"))
		rules.fail("discord_webhook", "Value error, Discord webhook must start with 'https://discord.com'");
	return value || null;
}

function mustBeFree(marzban: Marzban, username: string): void {
	mustFit(marzban.naming, { ...ADMIN, name: username });
	if (adminNamed(marzban, username)) throw new Refusal(409, "Admin already exists");
}

/** No rule about the name: empty, long or Unicode ones are all fine. */
function added(marzban: Marzban, call: Call): Answer {
	const rules = new Rules(objectOf(call));
	const username = rules.need("username") ? rules.text("username", { nullable: false }) : undefined;
	const password = rules.need("password") ? rules.text("password", { nullable: false }) : undefined;
	const sudo = rules.need("is_sudo") ? rules.flag("is_sudo", { nullable: false }) : undefined;
	const telegram = rules.whole("telegram_id");
	const discord = webhook(rules);
	rules.done();
	mustBeFree(marzban, username ?? "");
	try {
		marzban.store.insert("admins", {
			username: username ?? "",
			hashed_password: hashed(password ?? ""),
			created_at: nowOf(marzban),
			is_sudo: Number(sudo),
			telegram_id: telegram || null,
			discord_webhook: discord
		});
	} catch (error) {
		if (breaksARule(error)) throw new Refusal(409, "Admin already exists");
		throw error;
	}
	return json(adminBody(named(marzban, username ?? "")));
}

function named(marzban: Marzban, username: string): AdminRow {
	const row = adminNamed(marzban, username);
	if (!row) throw notFound("Admin not found");
	return row;
}

/** Sudo is given, never taken. */
function modified(marzban: Marzban, call: Call, caller: string): Answer {
	const row = named(marzban, call.params.username ?? "");
	const rules = new Rules(objectOf(call));
	const sudo = rules.need("is_sudo") ? rules.flag("is_sudo", { nullable: false }) : undefined;
	const password = rules.text("password");
	const telegram = rules.whole("telegram_id");
	const discord = webhook(rules);
	rules.done();
	if (row.username !== caller && row.is_sudo === 1)
		throw forbidden("You're not allowed to edit another sudoer's account. Use marzban-cli instead.");
	marzban.store.update("admins", row.id, {
		...(sudo ? { is_sudo: 1 } : {}),
		...(password ? { hashed_password: hashed(password), password_reset_at: nowOf(marzban) } : {}),
		...(telegram ? { telegram_id: telegram } : {}),
		...(discord ? { discord_webhook: discord } : {})
	});
	return json(adminBody(named(marzban, row.username)));
}

function removed({ store }: Marzban, row: AdminRow): Answer {
	if (row.is_sudo === 1) throw forbidden("You're not allowed to delete sudo accounts. Use marzban-cli instead.");
	store.run("UPDATE users SET admin_id = NULL WHERE admin_id = ?", row.id);
	store.run("DELETE FROM admins WHERE id = ?", row.id);
	return json({ detail: "Admin removed successfully" });
}

function listed({ store, naming }: Marzban, { query }: Call): Answer {
	const rules = queryRules(query);
	const offset = Number(rules.whole("offset") ?? 0);
	const limit = Number(rules.whole("limit") ?? 0);
	rules.done();
	mustBeSql(naming, offset, limit);
	const window = `LIMIT ${limit > 0 ? limit : -1} OFFSET ${Math.max(0, offset)}`;
	const like = `%${query.get("username") ?? ""}%`;
	return json(store.all<AdminRow>(`SELECT * FROM admins WHERE username LIKE ? ${window}`, like).map(adminBody));
}

function disabled(marzban: Marzban, { id }: AdminRow): Answer {
	const sql = "UPDATE users SET status = 'disabled', last_status_change = ? WHERE admin_id = ?";
	marzban.store.run(`${sql} AND status IN ('active', 'on_hold')`, nowOf(marzban), id);
	return json({ detail: "Users successfully disabled" });
}

/** Those who never began go back on hold, the others wake up. */
function activated(marzban: Marzban, { id }: AdminRow): Answer {
	const held = "expire IS NULL AND on_hold_expire_duration IS NOT NULL AND online_at IS NULL";
	const sql = `UPDATE users SET status = CASE WHEN ${held} THEN 'on_hold' ELSE 'active' END, last_status_change = ?`;
	marzban.store.run(`${sql} WHERE admin_id = ? AND status = 'disabled'`, nowOf(marzban), id);
	return json({ detail: "Users successfully activated" });
}

function usageReset(marzban: Marzban, { id, username, users_usage }: AdminRow): Answer {
	if (users_usage !== 0) {
		const log = { admin_id: id, used_traffic_at_reset: users_usage, reset_at: nowOf(marzban) };
		marzban.store.insert("admin_usage_logs", log);
		marzban.store.update("admins", id, { users_usage: 0 });
	}
	return json(adminBody(named(marzban, username)));
}

export function adminRoutes(marzban: Marzban): Route[] {
	const one = (answer: (marzban: Marzban, row: AdminRow) => Answer): Route["answer"] =>
		asSudo(marzban, call => answer(marzban, named(marzban, call.params.username ?? "")));
	const self = asAdmin(marzban, (_, { username, sudo, row }) => {
		const bare = { username, is_sudo: sudo, telegram_id: null, discord_webhook: null, users_usage: null };
		return json(row ? adminBody(row) : bare);
	});
	const admin = "/api/admin/:username";
	return [
		{ method: "POST", path: "/api/admin/token", answer: call => login(marzban, call) },
		{ method: "GET", path: "/api/admin", answer: self },
		{ method: "POST", path: "/api/admin", json: true, cost: 1, answer: asSudo(marzban, call => added(marzban, call)) },
		{
			method: "PUT",
			path: admin,
			json: true,
			cost: 1,
			answer: asSudo(marzban, (call, { username }) => modified(marzban, call, username))
		},
		{ method: "DELETE", path: admin, cost: 1, answer: one(removed) },
		{ method: "GET", path: "/api/admins", answer: asSudo(marzban, call => listed(marzban, call)) },
		{ method: "POST", path: `${admin}/users/disable`, cost: 1, answer: one(disabled) },
		{ method: "POST", path: `${admin}/users/activate`, cost: 1, answer: one(activated) },
		{ method: "POST", path: "/api/admin/usage/reset/:username", cost: 1, answer: one(usageReset) },
		{ method: "GET", path: "/api/admin/usage/:username", answer: one((_, row) => json(row.users_usage)) }
	];
}
