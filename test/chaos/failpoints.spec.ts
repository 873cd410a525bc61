/**
 * I6: stopped at any step, by kill -9 or by a suspension longer than the lease, a run that is started again ends as one
 * that nobody disturbed. `FAULTS=all` (`make faults`) tries every place at several counts; else a few of each.
 */

import { setTimeout as sleep } from "node:timers/promises";
import type { Failpoint } from "../../adapters/failpoints";
import { startMarzneshin } from "../../demo/panels/marzneshin";
import type { Panel } from "../../demo/panels/panel";
import type { Stage } from "../support/banyan";
import { type End, endOf, onStage as onAnyStage, suspended } from "../support/crashes";
import { FORWARD, UNDO } from "../support/failpoints";
import { keepFirst } from "../support/few";

const ALL = process.env.FAULTS === "all";
/** In as many batches as more of them would make. */
const USERS = 60;
const BATCH = { batch: { records: 20 } };
/** Long enough for a busy machine to renew it in time. */
const LEASE_MS = 3_000;
const COUNTS = ALL ? [1, 2, 3] : [2];
/** A target is listed once a stream, and there are two. */
const reached = (name: Failpoint, count: number): boolean => name !== "surveyed" || count <= 2;
const cells = (names: readonly Failpoint[]): [Failpoint, number][] =>
	names.flatMap(name =>
		COUNTS.filter(count => reached(name, count)).map(count => [name, count] as [Failpoint, number])
	);

let source: Panel;
const onStage = <T>(on: Panel, work: (stage: Stage) => Promise<T>): Promise<T> => onAnyStage(on, work, BATCH);
let undisturbed: End;
const run = (stage: Stage, environment = {}) => stage.banyan(["migration", "run", stage.definition], environment);
const rollback = (stage: Stage, environment = {}) => stage.banyan(["migration", "rollback", "panel"], environment);

beforeAll(async () => {
	source = await startMarzneshin({ createMs: 0, loginMs: 0 });
	keepFirst(source, USERS);
	undisturbed = await onStage(source, async stage => endOf(stage, (await run(stage).ended).code));
});
afterAll(() => source.close());

it.each(cells(FORWARD))("killed at '%s', the %dth time it is passed", async (name, count) => {
	await onStage(source, async stage => {
		const killed = run(stage, { FAILPOINT: `${name}@${count}=kill` });
		await killed.ended;
		expect(killed.process.signalCode).toBe("SIGKILL");
		const { code } = await run(stage).ended;
		expect(await endOf(stage, code)).toEqual(undisturbed);
	});
});

it.each(cells(ALL ? FORWARD : ["prepared", "socket", "counted"]))(
	"suspended for longer than its lease at '%s', the %dth time",
	async (name, count) => {
		await onStage(source, async stage => {
			const stopped = run(stage, { FAILPOINT: `${name}@${count}=stop`, LEASE_MS: String(LEASE_MS) });
			await suspended(stopped.process);
			await sleep(LEASE_MS + 500);
			stopped.process.kill("SIGCONT");
			const first = await stopped.ended;
			// Either it went on by itself, or it stopped with a sentence and goes on when it is started.
			const { code } = first.code === undisturbed.code ? first : await run(stage).ended;
			expect(await endOf(stage, code)).toEqual(undisturbed);
		});
	}
);

it.each(cells(UNDO))("a rollback killed at '%s', the %dth time", async (name, count) => {
	await onStage(source, async stage => {
		const { holdings: before } = await endOf(stage, null);
		await run(stage).ended;
		const killed = rollback(stage, { FAILPOINT: `${name}@${count}=kill` });
		await killed.ended;
		expect(killed.process.signalCode).toBe("SIGKILL");
		const { code } = await rollback(stage).ended;
		expect(code).toBe(0);
		expect((await endOf(stage, code)).holdings).toEqual(before);
	});
});
