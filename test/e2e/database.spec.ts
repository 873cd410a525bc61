/** With the target's database beside its API: used traffic, limited users, times and sudo rights cross too, and go back. */

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Status } from "../../contracts/migration/migration";
import { openStage, type Stage } from "../support/banyan";
import { tables } from "../support/holdings";

const withDatabase = async (work: (stage: Stage) => Promise<void>, users?: number): Promise<void> => {
	await using stage = await openStage({ database: true, ...(users !== undefined && { users }) });
	await work(stage);
};
const run = (stage: Stage) => stage.banyan(["migration", "run", stage.definition, "--json"]).ended;
const row = ({ target }: Stage, username: string) =>
	target.db
		.prepare(
			`SELECT status, used_traffic, data_limit, created_at, (SELECT sum(used_traffic_at_reset) FROM user_usage_logs WHERE user_id = users.id) AS earlier
			FROM users WHERE username = ?`
		)
		.get(username);

it("what the API cannot carry is there, exact, and equal", async () => {
	await withDatabase(async stage => {
		const { stdout } = await run(stage);
		const status = JSON.parse(stdout) as Status;
		expect(status.verdict).toMatchObject({ accountedFor: 1008, total: 1008, differences: 0 });
		expect(row(stage, "limited_over")).toMatchObject({
			status: "limited",
			used_traffic: 7516192891n,
			data_limit: 5368709120n
		});
		expect(row(stage, "used_2p53p1")).toMatchObject({ used_traffic: 9007199254740993n });
		expect(row(stage, "past_created")).toMatchObject({ created_at: expect.stringMatching(/^2020-01-01 00:00:00/) });
		expect(row(stage, "limited_over")).toMatchObject({ earlier: 75161927680n - 7516192891n });
		const users = status.streams.find(({ stream }) => stream === "users");
		for (const code of ["quota_gain", "limit_is_remainder", "lifetime_dropped", "used_traffic_dropped"])
			expect(users?.losses[code]).toBeUndefined();
	});
});

it("the database is copied before the first write, and a rollback leaves every column as it was", async () => {
	await withDatabase(async stage => {
		const before = tables(stage.target);
		const { stdout } = await run(stage);
		const { backup } = JSON.parse(stdout) as Status;
		expect(backup).toContain(join(stage.folder, "data", "backups"));
		expect(existsSync(backup as string)).toBe(true);
		const copies = readdirSync(join(stage.folder, "data", "backups")).filter(name => name.endsWith(".sqlite3"));
		expect(copies).toHaveLength(1);
		expect((await stage.banyan(["migration", "rollback", "panel"]).ended).code).toBe(0);
		expect(tables(stage.target)).toEqual(before);
	}, 230);
});
