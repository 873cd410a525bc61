/** Settings and numbers of the panel. */
import { type Answer, json } from "../answers";
import { type Call, objectOf } from "../call";
import type { Route } from "../http";
import { type Body, isBody, parseJson, writeJson } from "../json";
import { stamp } from "../time";
import { type AdminRow, asAdmin, asSudo, type Marzneshin, nowOf } from "./marzneshin";
import { activeSql, expiredSql, reachedSql } from "./users";

type Settings = "subscription" | "telegram";

export function settings({ store }: Marzneshin, name: Settings): Body | null {
	const row = store.one(`SELECT ${name} FROM settings`);
	const value = parseJson(`${row?.[name] ?? "null"}`);
	return isBody(value) ? value : null;
}

function changed(marzneshin: Marzneshin, call: Call, name: Settings): Answer {
	const body = objectOf(call);
	marzneshin.store.run(`UPDATE settings SET ${name} = ?`, writeJson(body));
	return json(body);
}

/** The categories overlap: who is on hold may be disabled as well. */
function users(marzneshin: Marzneshin, admin: AdminRow): Answer {
	const mine = admin.is_sudo === 1 ? "NOT removed" : `NOT removed AND admin_id = ${admin.id}`;
	const now = nowOf(marzneshin);
	const count = (sql: string, ...cells: string[]): number =>
		marzneshin.store.count(`SELECT count(*) FROM users WHERE ${mine} AND ${sql}`, ...cells);
	return json({
		total: count("1"),
		active: count(activeSql, now),
		on_hold: count("expire_strategy = 'start_on_first_use'"),
		expired: count(expiredSql, now),
		limited: count(reachedSql),
		online: count("online_at > ?", stamp(new Date(marzneshin.now().getTime() - 30_000)))
	});
}

export function systemRoutes(marzneshin: Marzneshin): Route[] {
	const admins = (): Answer => json({ total: marzneshin.store.count("SELECT count(*) FROM admins") });
	const nodes = (): Answer =>
		json({ total: marzneshin.store.count("SELECT count(*) FROM nodes"), healthy: 0, unhealthy: 0 });
	const names: readonly Settings[] = ["subscription", "telegram"];
	return [
		...names.flatMap((name): Route[] => {
			const path = `/api/system/settings/${name}`;
			return [
				{ method: "GET", path, answer: asSudo(marzneshin, () => json(settings(marzneshin, name))) },
				{ method: "PUT", path, json: true, answer: asSudo(marzneshin, call => changed(marzneshin, call, name)) }
			];
		}),
		{ method: "GET", path: "/api/system/stats/admins", answer: asSudo(marzneshin, admins) },
		{ method: "GET", path: "/api/system/stats/nodes", answer: asSudo(marzneshin, nodes) },
		{
			method: "GET",
			path: "/api/system/stats/traffic",
			answer: asAdmin(marzneshin, () => json({ step: 3600, total: 0, usages: [] }))
		},
		{
			method: "GET",
			path: "/api/system/stats/users",
			answer: asAdmin(marzneshin, (_, admin) => users(marzneshin, admin))
		}
	];
}
