/** I6: killed with -9 at any moment and started again, a run ends as one that nobody disturbed. */

import { startMarzneshin } from "../../demo/panels/marzneshin";
import type { Panel } from "../../demo/panels/panel";
import { openStage, type Stage } from "../support/banyan";

const KILLS = 10;

let source: Panel;
beforeAll(async () => {
	source = await startMarzneshin({ createMs: 0, loginMs: 0 });
});
afterAll(() => source.close());

const run = (stage: Stage) => stage.banyan(["migration", "run", stage.definition]);
const report = async (stage: Stage): Promise<string> =>
	(await stage.banyan(["migration", "report", "panel"]).ended).stdout;

/** What the target holds, without what differs between any two creates. */
const holdings = ({ target }: Stage): unknown[] =>
	target.db
		.prepare(
			`SELECT users.username, status, data_limit, expire, note, on_hold_expire_duration, on_hold_timeout,
				admins.username AS owner, data_limit_reset_strategy,
				(SELECT json_group_array(type || settings) FROM (SELECT * FROM proxies WHERE user_id = users.id ORDER BY type)) AS proxies,
				(SELECT json_group_array(tag) FROM (SELECT inbound_tag AS tag FROM exclude_inbounds_association JOIN proxies
					ON proxy_id = proxies.id WHERE user_id = users.id ORDER BY type, tag)) AS excluded
			FROM users LEFT JOIN admins ON admin_id = admins.id ORDER BY users.username`
		)
		.all();

it(`I6: a run killed ${KILLS} times ends as an undisturbed one`, async () => {
	await using calm = await openStage({ source, target: { createMs: 2 } });
	const undisturbed = await run(calm).ended;
	await using stage = await openStage({ source, target: { createMs: 2 } });
	let kills = 0;
	let ended = { code: null as number | null, stdout: "" };
	for (;;) {
		const command = run(stage);
		// From before the first batch to well into the comparison; later ones let more get done.
		const patience = 500 + Math.random() * 600;
		const timer = kills < KILLS ? setTimeout(() => command.process.kill("SIGKILL"), patience) : undefined;
		ended = await command.ended;
		clearTimeout(timer);
		if (ended.code !== null) break;
		kills++;
	}
	expect(kills).toBe(KILLS);
	expect(ended.code).toBe(undisturbed.code);
	expect(await report(stage)).toBe(await report(calm));
	expect(holdings(stage)).toEqual(holdings(calm));
}, 180_000);
