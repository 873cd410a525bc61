/** GET /api/users and the other lists of users. */
import { type Answer, forbidden, notFound } from "../answers";
import type { Call } from "../call";
import { queryRules, type Rules } from "../rules";
import type { Cell } from "../store";
import { type AdminRow, adminNamed, type Marzneshin, nowOf } from "./marzneshin";
import { cutOf, paged } from "./pages";
import { activeSql, expiredSql, reachedSql, shownUsers, type UserRow } from "./users";

const orders = ["username", "used_traffic", "data_limit", "expire_date", "created_at"] as const;

interface Filter {
	readonly sql: string;
	readonly cells: readonly Cell[];
}

/** One name is looked for inside of names, several are meant exactly. */
function byName(names: readonly string[]): Filter[] {
	const [name] = names;
	if (name === undefined) return [];
	if (names.length === 1) return [{ sql: "lower(username) LIKE lower(?)", cells: [`%${name}%`] }];
	return [{ sql: "username IN (SELECT value FROM json_each(?))", cells: [JSON.stringify(names)] }];
}

function byState(rules: Rules, now: string): Filter[] {
	const sides: Readonly<Record<string, Filter>> = {
		is_active: { sql: activeSql, cells: [now] },
		activated: { sql: "activated", cells: [] },
		expired: { sql: expiredSql, cells: [now] },
		data_limit_reached: { sql: reachedSql, cells: [] },
		enabled: { sql: "enabled", cells: [] }
	};
	return Object.entries(sides).flatMap(([name, { sql, cells }]) => {
		const wanted = rules.flag(name);
		return wanted === undefined ? [] : [{ sql: wanted ? sql : `NOT ${sql}`, cells }];
	});
}

function byOwner(marzneshin: Marzneshin, query: URLSearchParams, admin: AdminRow): Filter[] {
	const name = query.get("owner_username");
	if (name === null) return [];
	if (admin.is_sudo !== 1) throw forbidden("You're not allowed.");
	const owner = adminNamed(marzneshin, name);
	if (!owner) throw notFound("owner_username not found.");
	return [{ sql: "admin_id = ?", cells: [owner.id] }];
}

/** Without `order_by` there is no order at all. */
export function listed(marzneshin: Marzneshin, call: Call, admin: AdminRow): Answer {
	const { query } = call;
	const rules = queryRules(query);
	const order = rules.choice("order_by", orders);
	const descending = rules.flag("descending") ?? false;
	const states = byState(rules, nowOf(marzneshin));
	rules.done();
	cutOf(query);
	const filters = [
		{ sql: "NOT removed", cells: [] },
		...byName(query.getAll("username")),
		...states,
		...byOwner(marzneshin, query, admin),
		...(admin.is_sudo === 1 ? [] : [{ sql: "admin_id = ?", cells: [admin.id] }])
	];
	const orderBy = order ? ` ORDER BY ${order}${descending ? " DESC" : ""}` : "";
	return paged<UserRow>(marzneshin.store, call, {
		from: `FROM users WHERE ${filters.map(filter => filter.sql).join(" AND ")}${orderBy}`,
		cells: filters.flatMap(filter => filter.cells),
		show: rows => shownUsers(marzneshin, rows)
	});
}

/** v0.7.4 forgets to leave the removed out, and fails on the page that has one. */
export function ofAdmin(marzneshin: Marzneshin, call: Call, admin: AdminRow): Answer {
	const kept = marzneshin.version === "master" ? " AND NOT removed" : "";
	return paged<UserRow>(marzneshin.store, call, {
		from: `FROM users WHERE admin_id = ?${kept}`,
		cells: [admin.id],
		show: rows => shownUsers(marzneshin, rows),
		linked: false
	});
}

export function ofService(marzneshin: Marzneshin, call: Call, service: number): Answer {
	return paged<UserRow>(marzneshin.store, call, {
		from: "FROM users WHERE id IN (SELECT user_id FROM users_services WHERE service_id = ?) AND NOT removed ORDER BY id",
		cells: [service],
		show: rows => shownUsers(marzneshin, rows)
	});
}
