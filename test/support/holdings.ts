import type { Panel } from "../../demo/panels/panel";

/** What a sample Marzban holds for each user and admin, without what differs between any two creates: ids, times, tokens. */
export const holdings = ({ db }: Panel): unknown[] => [
	...db
		.prepare(
			`SELECT users.username, status, data_limit, expire, note, on_hold_expire_duration, on_hold_timeout, used_traffic,
				admins.username AS owner, data_limit_reset_strategy,
				(SELECT json_group_array(type || settings) FROM (SELECT * FROM proxies WHERE user_id = users.id ORDER BY type)) AS proxies,
				(SELECT json_group_array(tag) FROM (SELECT inbound_tag AS tag FROM exclude_inbounds_association JOIN proxies
					ON proxy_id = proxies.id WHERE user_id = users.id ORDER BY type, tag)) AS excluded
			FROM users LEFT JOIN admins ON admin_id = admins.id ORDER BY users.username`
		)
		.all(),
	...db.prepare("SELECT username, is_sudo, users_usage FROM admins ORDER BY username").all()
];

/** Every column of the tables that a migration writes, but for edit times. */
export const tables = ({ db }: Panel): unknown[] =>
	["admins", "users", "proxies", "exclude_inbounds_association", "user_usage_logs", "next_plans"].map(table =>
		db
			.prepare(`SELECT * FROM ${table}`)
			.all()
			.map(({ edit_at, ...row }) => row)
	);
