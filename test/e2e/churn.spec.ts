/** Of a source that makes, changes and deletes users during the copy, each is followed, or named with what it waits for. */

import { setTimeout as sleep } from "node:timers/promises";
import type { DifferenceLine, Status } from "../../contracts/migration/migration";
import type { Panel } from "../../demo/panels/panel";
import { openStage, type Stage } from "../support/banyan";
import { signIn } from "../support/panel-client";
import { until } from "../support/until";

/** Of 999. */
const DELETED = 150;

/** Deletes every fourth user while others come and change. */
async function churn(source: Panel): Promise<void> {
	const call = await signIn(source, "/api/admins/token");
	const names = (
		source.db
			.prepare("SELECT username FROM users WHERE id > 60 AND username NOT GLOB '*[^a-z0-9_]*' ORDER BY id")
			.all() as {
			username: string;
		}[]
	).map(({ username }) => username);
	const doomed = names.filter((_, index) => index % 4 === 0).slice(0, DELETED);
	const kept = names.filter(name => !doomed.includes(name));
	expect(doomed).toHaveLength(DELETED);
	for (const [index, name] of doomed.entries()) {
		await call("DELETE", `/api/users/${name}`);
		if (index % 3 === 0)
			await call("POST", "/api/users", { username: `fresh_${index}`, expire_strategy: "never", service_ids: [1] });
		const changed = kept[index % kept.length];
		await call("PUT", `/api/users/${changed}`, { username: changed, note: `edit ${index}`, expire_strategy: "never" });
		if (index % 10 === 0) await sleep(20);
	}
}

const banyan = (stage: Stage, ...args: string[]) => stage.banyan(["migration", ...args]).ended;
const statusOf = async (stage: Stage): Promise<Status> =>
	JSON.parse((await banyan(stage, "status", "panel", "--json")).stdout) as Status;
const atTarget = ({ target }: Stage): string[] =>
	(target.db.prepare("SELECT username FROM users ORDER BY username").all() as { username: string }[]).map(
		u => u.username
	);
const atSource = ({ source }: Stage): number =>
	Number((source.db.prepare("SELECT COUNT(*) AS n FROM users WHERE NOT removed").get() as { n: bigint }).n);

it("15 % deleted during the copy: what waits is named one by one, and a repair that confirms it ends with a certificate", async () => {
	await using stage = await openStage({ target: { createMs: 2 } });
	const running = stage.banyan(["migration", "run", stage.definition]);
	await until(() => (stage.target.requests["POST /api/user"] ?? 0) >= 600);
	await churn(stage.source);
	const ended = await running.ended;
	const status = await statusOf(stage);
	const { needHand, certificate } = status.verdict as NonNullable<Status["verdict"]>;
	const waiting = status.streams.reduce((sum, { removals }) => sum + removals.waiting, 0);
	expect([ended.code, certificate, needHand.removals]).toEqual([4, null, waiting]);
	expect(waiting).toBeGreaterThan(10);
	expect(ended.stdout).toContain(`repair panel --removals ${waiting}`);
	const lines = (await banyan(stage, "diff", "panel", "--json")).stdout.trim().split("\n");
	const named = lines.map(line => JSON.parse(line) as DifferenceLine);
	expect(named).toHaveLength(needHand.differences);
	for (const { kind, name, reason } of named)
		expect([kind, name, reason]).toEqual(["gone", expect.any(String), expect.stringMatching(/--removals|compare/)]);
	expect(named.filter(({ reason }) => /--removals/.test(reason ?? ""))).toHaveLength(waiting);
	expect(new Set(named.map(({ name }) => name)).size).toBe(named.length);
	const repaired = await banyan(stage, "repair", "panel", "--removals", String(waiting));
	const after = await statusOf(stage);
	expect([repaired.code, after.verdict?.certificate]).toEqual([0, expect.stringMatching(/^\w{64}$/)]);
	expect(atTarget(stage)).toHaveLength(atSource(stage));
	const sum = Object.values(after.streams[1]?.outcomes ?? {}).reduce((all, count) => all + count, 0);
	expect(sum).toBe(after.streams[1]?.read);
});

it("15 % deleted during the copy end with a certificate by itself where the definition allows as many", async () => {
	await using stage = await openStage({ target: { createMs: 2 } });
	stage.define({ catchUp: { passes: 10, removals: 200 } });
	const running = stage.banyan(["migration", "run", stage.definition]);
	await until(() => (stage.target.requests["POST /api/user"] ?? 0) >= 600);
	await churn(stage.source);
	const { code } = await running.ended;
	const { verdict } = await statusOf(stage);
	expect([code, verdict?.certificate]).toEqual([0, expect.stringMatching(/^\w{64}$/)]);
	expect(atTarget(stage)).toHaveLength(atSource(stage));
});
