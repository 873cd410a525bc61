import type { Panel } from "../../demo/panels/panel";

/** The first `users` of the recorded users: enough for three batches, quick to move. */
export function keepFirst({ db }: Panel, users: number): void {
	db.prepare(
		"DELETE FROM users WHERE id NOT IN (SELECT id FROM users WHERE username IS NOT NULL ORDER BY id LIMIT ?)"
	).run(users);
}
