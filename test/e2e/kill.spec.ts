/** I6: killed with -9 at any moment and started again, a run ends as one that nobody disturbed. */

import { startMarzneshin } from "../../demo/panels/marzneshin";
import type { Panel } from "../../demo/panels/panel";
import { openStage, type Stage } from "../support/banyan";
import { holdings } from "../support/holdings";

const KILLS = 10;

let source: Panel;
beforeAll(async () => {
	source = await startMarzneshin({ createMs: 0, loginMs: 0 });
});
afterAll(() => source.close());

const run = (stage: Stage) => stage.banyan(["migration", "run", stage.definition]);
const report = async (stage: Stage): Promise<string> =>
	(await stage.banyan(["migration", "report", "panel"]).ended).stdout;

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
	expect(holdings(stage.target)).toEqual(holdings(calm.target));
}, 180_000);
