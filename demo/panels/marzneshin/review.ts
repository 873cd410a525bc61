/** The review job: the nodes hear of users who ended, and holds begin. */
import { instant, stamp } from "../time";
import { type Marzneshin, nowOf } from "./marzneshin";
import { activeSql, type UserRow } from "./users";

export function review(marzneshin: Marzneshin): void {
	const { store } = marzneshin;
	const now = nowOf(marzneshin);
	store.run(`UPDATE users SET activated = 0 WHERE activated AND NOT removed AND NOT ${activeSql}`, now);
	const held = `SELECT * FROM users WHERE expire_strategy = 'start_on_first_use' AND ${activeSql}`;
	for (const row of store.all<UserRow>(held, now)) if (begins(row, now)) begin(marzneshin, row);
}

/** Seen online since last touched, or past the deadline. */
function begins(row: UserRow, now: string): boolean {
	const base = row.edit_at ?? row.created_at;
	if (row.online_at && instant(base) <= instant(row.online_at)) return true;
	return row.activation_deadline !== null && row.activation_deadline <= now;
}

/** The duration stays written beside the date it led to. */
function begin({ store, now }: Marzneshin, row: UserRow): void {
	const end = new Date(now().getTime() + Number(row.usage_duration ?? 0) * 1000);
	store.update("users", row.id, { expire_date: stamp(end), expire_strategy: "fixed_date" });
}
