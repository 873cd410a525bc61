/** Two processes on a real nats-server, the stages split between them, run the same migration as one process does. */

import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Status } from "../../contracts/migration/migration";
import { openStage, type Stage } from "../support/banyan";
import { startNats } from "../support/servers";
import { startNode } from "../support/started-node";

/** What both nodes are given. */
const sharedBy = (url: string) => ({
	TRANSPORTER: url,
	CLUSTER_KEY: randomBytes(32).toString("base64"),
	NAMESPACE: "spec",
	SECRET_NAMES: "SOURCE_PASSWORD,TARGET_PASSWORD",
	SOURCE_PASSWORD: "admin123",
	TARGET_PASSWORD: "admin123"
});
const USERS = 230;

it("two nodes with the stages split between them run a migration to the same end", async () => {
	await using nats = await startNats();
	await using alone = await openStage({ users: USERS });
	const expected = await alone.banyan(["migration", "run", alone.definition]).ended;

	await using stage = await openStage({ source: alone.source });
	const shared = sharedBy(nats.url);
	await using _stages = await startNode({
		...shared,
		NODE_ID: "stages",
		SERVICES: "extractor,transformer,validator,importer,verifier"
	});
	const here = { ...shared, NODE_ID: "control", SERVICES: "migration,links" };
	const ended = await stage.banyan(["migration", "run", stage.definition], here).ended;
	expect(ended.code).toBe(expected.code);
	const report = async (of: typeof stage) => (await of.banyan(["migration", "report", "panel"]).ended).stdout;
	expect(await report(stage)).toBe(await report(alone));
});

it("a run outlives its stages: killed with -9 and started again, they are found and used", async () => {
	await using nats = await startNats();
	await using stage = await openStage({ users: 500, target: { createMs: 8 } });
	const shared = sharedBy(nats.url);
	const stages = { ...shared, SERVICES: "extractor,transformer,validator,importer,verifier", HEARTBEAT_INTERVAL: "1" };
	const first = await startNode({ ...stages, NODE_ID: "first" });
	const here = {
		...shared,
		NODE_ID: "control",
		SERVICES: "migration,links",
		REQUEST_TIMEOUT: "3000",
		LEASE_MS: "6000",
		HEARTBEAT_INTERVAL: "1",
		HEARTBEAT_TIMEOUT: "2"
	};
	const run = stage.banyan(["migration", "run", stage.definition], here);
	// In the middle of the copy, however long the plan took.
	while ((await usersRead(stage)) < 100) await sleep(200);
	await first.kill();
	await using _second = await startNode({ ...stages, NODE_ID: "second" });
	const ended = await run.ended;
	expect(ended.stdout).toContain("509 of 509 accounted for · 0 differences");
	expect(ended.code).toBe(0);
});

async function usersRead(stage: Stage): Promise<number> {
	const { code, stdout } = await stage.banyan(["migration", "status", "panel", "--json"]).ended;
	const streams = code === 0 ? (JSON.parse(stdout) as Status).streams : [];
	return streams.find(({ stream }) => stream === "users")?.read ?? 0;
}
