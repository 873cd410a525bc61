/** Is a database the one of the panel behind the API, of a kind we know, and may it be written? */

import type { Json } from "../../contracts/json";
import { ConnectorError } from "../connector";
import type { Findings } from "../http/identify";
import { isObject } from "../http/json";
import type { Session } from "../http/session";
import { glance } from "../http/shape";
import type { Database } from "../sql";
import { countUsers, listAdmins } from "./api";
import { isSameUser } from "./user-rows";

/** The head of the migrations of 0.8.4, and what we write of its tables. */
const HEAD = "2b231de97dc3";
const COLUMNS: Readonly<Record<string, readonly string[]>> = {
	users: [
		..."id username status used_traffic data_limit expire created_at admin_id note".split(" "),
		..."sub_revoked_at sub_updated_at sub_last_user_agent online_at edit_at".split(" "),
		..."on_hold_timeout on_hold_expire_duration last_status_change".split(" ")
	],
	user_usage_logs: ["id", "user_id", "used_traffic_at_reset", "reset_at"],
	admins: ["id", "username", "hashed_password", "created_at", "password_reset_at", "is_sudo", "users_usage"],
	admin_usage_logs: ["admin_id"],
	proxies: ["id", "user_id"],
	exclude_inbounds_association: ["proxy_id"],
	next_plans: ["user_id"],
	node_user_usages: ["user_id"],
	notification_reminders: ["user_id"]
};
const CHANGES = [
	"UPDATE alembic_version SET version_num = version_num",
	"UPDATE users SET used_traffic = used_traffic WHERE id = 0",
	"UPDATE admins SET users_usage = users_usage WHERE id = 0",
	"INSERT INTO user_usage_logs (user_id, used_traffic_at_reset) SELECT id, 0 FROM users WHERE id = 0",
	"INSERT INTO admins (username, users_usage) SELECT username, 0 FROM users WHERE id = 0",
	...Object.keys(COLUMNS)
		.filter(table => table !== "users")
		.map(table => `DELETE FROM ${table} WHERE ${COLUMNS[table]?.[0]} = 0`)
];
const NEWEST = 20;
const COUNTS = 3;

/** The facts of a database that carries; null when it may not. */
export async function checkDatabase(database: Database, session: Session, findings: Findings): Promise<Json | null> {
	try {
		if (!(await isOurs(database, session, findings))) return null;
		await database.change(
			CHANGES.map(sql => ({ sql })),
			"rehearsal"
		);
		findings.good("database-writable", "The database can be written.");
		return { kind: database.kind };
	} catch (error) {
		if (!(error instanceof ConnectorError)) throw error;
		findings.bad(`database-${error.code}`, error.message);
		return null;
	}
}

async function isOurs(database: Database, session: Session, findings: Findings): Promise<boolean> {
	const missing = await missingColumns(database);
	findings.good("database", `The database answers (${database.kind}).`);
	if (missing.length > 0) {
		const names = missing.slice(0, 5).join(", ");
		findings.bad("database-tables", `The database lacks ${names}: name the database of a Marzban 0.8.4.`);
		return false;
	}
	const [version] = await database.read("SELECT version_num FROM alembic_version");
	if (version?.version_num !== HEAD) {
		const found = version?.version_num ?? "none";
		findings.bad("database-version", `The database's version is ${found}, known is ${HEAD}: bring the panel to 0.8.4.`);
		return false;
	}
	findings.good("database-version", "The database is one of Marzban 0.8.4.");
	const stranger = await difference(database, session);
	if (stranger === null) {
		findings.good("database-same", "The database is this panel's.");
		return true;
	}
	findings.bad("database-foreign", `The database is not this panel's: ${stranger}; name the one that the panel uses.`);
	return false;
}

async function missingColumns(database: Database): Promise<string[]> {
	const missing: string[] = [];
	for (const [table, names] of Object.entries({ ...COLUMNS, alembic_version: ["version_num"] })) {
		const there = await database.columns(table);
		if (there.size === 0) missing.push(`the table ${table}`);
		else missing.push(...names.filter(name => !there.has(name)).map(name => `${table}.${name}`));
	}
	return missing;
}

/** What the API says and the database does not: admins, the number of users, the newest of them. */
async function difference(database: Database, session: Session): Promise<string | null> {
	const admins = await database.read("SELECT username, is_sudo FROM admins");
	const held = admins.map(({ username, is_sudo }) => `${username} ${is_sudo === "1"}`);
	const listed = (await listAdmins(session)).map(({ name, data }) => `${name} ${data.is_sudo === true}`);
	if (held.sort().join("\n") !== listed.sort().join("\n")) return "their admins differ";
	if (!(await countsAgree(database, session))) return "their numbers of users differ";
	const { users } = await session.object("/api/users", { limit: NEWEST, sort: "-created_at" });
	for (const user of Array.isArray(users) ? users.filter(isObject) : []) {
		const name = typeof user.username === "string" ? user.username : "";
		const rows = await database.read("SELECT username, created_at FROM users WHERE username = ?", [name]);
		const row = rows.find(({ username }) => username === name);
		if (!isSameUser({ created_at: typeof user.created_at === "string" ? user.created_at : null }, row))
			return `${glance(name)} of the API is not in it`;
	}
	return null;
}

/** Users may come and go while they are counted. */
async function countsAgree(database: Database, session: Session): Promise<boolean> {
	const held = async () => Number((await database.read("SELECT count(*) AS n FROM users"))[0]?.n);
	for (let tries = 0; tries < COUNTS; tries++) {
		const [before, listed, after] = [await held(), await countUsers(session), await held()];
		if (listed >= Math.min(before, after) && listed <= Math.max(before, after)) return true;
	}
	return false;
}
