/** GET /api/users: filters, order and a window; without a limit, with 0 or a negative one it is everybody. */
import { Refusal } from "../answers";
import { queryRules } from "../rules";
import type { Cell } from "../store";
import { adminNamed, type Caller, type Marzban } from "./marzban";
import { mustBeSql } from "./names";
import { statuses, type UserRow } from "./records";

const orders = ["username", "used_traffic", "data_limit", "expire", "created_at"];

interface Filter {
	readonly sql: string;
	readonly cells: readonly Cell[];
}

function orderBy(sort: string | null): string {
	if (sort === null) return "";
	const terms = sort
		.replace(/^,+|,+$/g, "")
		.split(",")
		.map(option => {
			const name = option.replace(/^-/, "");
			if (!orders.includes(name)) throw new Refusal(400, `"${option}" is not a valid sort option`);
			return option.startsWith("-") ? `${name} DESC` : name;
		});
	return ` ORDER BY ${terms.join(", ")}`;
}

const amongst = (column: string, values: readonly string[]): Filter => ({
	sql: `${column} IN (SELECT value FROM json_each(?))`,
	cells: [JSON.stringify(values)]
});

const ownedBy = (marzban: Marzban, names: readonly string[]): Filter => ({
	sql: "admin_id IN (SELECT value FROM json_each(?))",
	cells: [JSON.stringify(names.flatMap(name => adminNamed(marzban, name)?.id ?? []))]
});

function filters(marzban: Marzban, query: URLSearchParams, status: string | undefined, caller: Caller): Filter[] {
	const search = query.get("search");
	const usernames = query.getAll("username");
	const owners = caller.sudo ? query.getAll("admin") : [caller.username];
	const like = search ? `%${search}%` : "";
	return [
		...(search ? [{ sql: "(username LIKE ? OR note LIKE ?)", cells: [like, like] }] : []),
		...(usernames.length > 0 ? [amongst("username", usernames)] : []),
		...(status ? [{ sql: "status = ?", cells: [status] }] : []),
		...(owners.length > 0 ? [ownedBy(marzban, owners)] : [])
	];
}

export function list(marzban: Marzban, query: URLSearchParams, caller: Caller): { rows: UserRow[]; total: number } {
	const rules = queryRules(query);
	const offset = Number(rules.whole("offset") ?? 0);
	const limit = Number(rules.whole("limit") ?? 0);
	const status = rules.choice("status", statuses);
	rules.done();
	const order = orderBy(query.get("sort"));
	const { store, naming } = marzban;
	mustBeSql(naming, offset, limit);
	const chosen = filters(marzban, query, status, caller);
	const where = chosen.length > 0 ? ` WHERE ${chosen.map(filter => filter.sql).join(" AND ")}` : "";
	const cells = chosen.flatMap(filter => filter.cells);
	const window = ` LIMIT ${limit > 0 ? limit : -1} OFFSET ${Math.max(0, offset)}`;
	return {
		total: store.count(`SELECT count(*) FROM users${where}`, ...cells),
		rows: store.all<UserRow>(`SELECT * FROM users${where}${order}${window}`, ...cells)
	};
}
