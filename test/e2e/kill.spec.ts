/** I6: killed with -9 at any moment and started again, a run ends as one that nobody disturbed. */

import { startMarzneshin } from "../../demo/panels/marzneshin";
import type { Panel } from "../../demo/panels/panel";
import { openStage, type Stage } from "../support/banyan";
import { keepFirst } from "../support/few";
import { holdings } from "../support/holdings";
import { killOnce } from "../support/until";

const KILLS = 10;
/** All lives but the last two end after so many more requests at the target, at most. */
const MOST_REQUESTS = 60;
const USERS = 500;
const PAGES_OF_A_LISTING = 5;

const sum = (requests: Readonly<Record<string, number>>): number =>
	Object.values(requests).reduce((all, count) => all + count, 0);

/** When a life ends: at any moment from before the first batch to well into the comparison. */
function moment({ source, target }: Stage, life: number): () => boolean {
	const pages = (): number => source.requests["GET /api/users"] ?? 0;
	const [asked, listed] = [sum(target.requests), pages()];
	const requests = Math.floor(Math.random() * MOST_REQUESTS);
	if (life < KILLS - 2) return () => sum(target.requests) - asked >= requests;
	// The copy was not half done: what comes after a whole listing belongs to the comparison, which the last life goes on with.
	const most = life === KILLS - 2 ? PAGES_OF_A_LISTING : 1;
	return () => pages() - listed > most;
}

let source: Panel;
beforeAll(async () => {
	source = await startMarzneshin({ createMs: 0, loginMs: 0 });
	keepFirst(source, USERS);
});
afterAll(() => source.close());

const run = (stage: Stage) => stage.banyan(["migration", "run", stage.definition]);
const report = async (stage: Stage): Promise<string> =>
	(await stage.banyan(["migration", "report", "panel"]).ended).stdout;

it(`I6: a run killed ${KILLS} times ends as an undisturbed one`, async () => {
	await using calm = await openStage({ source, target: { createMs: 2 } });
	const undisturbed = await run(calm).ended;
	await using stage = await openStage({ source, target: { createMs: 2 } });
	for (let life = 0; life < KILLS; life++) {
		const command = run(stage);
		expect(await killOnce(command.process, moment(stage, life))).toBe(true);
		await command.ended;
	}
	expect((await run(stage).ended).code).toBe(undisturbed.code);
	expect(await report(stage)).toBe(await report(calm));
	expect(holdings(stage.target)).toEqual(holdings(calm.target));
});
