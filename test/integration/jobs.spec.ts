/** Whoever runs a job is killed: before it is done, or before that is recorded. On both stores it is taken up, and nothing is done twice at once. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Broker } from "../../cluster";
import type { JobRun } from "../../contracts/platform/scheduler";
import { openNode } from "../../node";
import { type ClusterNodes, startCluster } from "../support/cluster-nodes";
import { until } from "../support/until";

const JOB = "guesses.sweep";
const ofNow = async (node: Broker): Promise<readonly JobRun[]> => {
	const { runs } = await node.call("scheduler.history", { name: JOB });
	return runs.filter(({ askedBy }) => askedBy !== null);
};

describe.each(["taken", "worked"])("killed at '%s'", at => {
	it("in SQLite: the process that comes next takes it up at once", async () => {
		const folder = mkdtempSync(join(tmpdir(), "banyan-jobs-"));
		const settings = { SERVICES: "guesses,scheduler", DATA_DIR: folder };
		const child = spawn(process.execPath, ["--import", "tsx", join(__dirname, "../support/job-node.ts")], {
			cwd: join(__dirname, "../.."),
			env: { ...process.env, ...settings, NODE_ID: "killed", JOB, FAILPOINT: `${at}@1=kill` },
			stdio: ["ignore", "inherit", "inherit"]
		});
		expect((await once(child, "exit"))[1]).toBe("SIGKILL");
		const node = await openNode({ logLevel: "fatal", logFile: 2 }, { ...settings, NODE_ID: "next" });
		await until(async () => (await ofNow(node))[0]?.state === "done");
		expect(await ofNow(node)).toMatchObject([{ state: "done", node: "next", tries: 2, askedBy: "operator" }]);
		await node.stop();
		rmSync(folder, { recursive: true, force: true });
	});
});

describe("in MongoDB", () => {
	let cluster: ClusterNodes;
	let asker: Broker;
	beforeAll(async () => {
		cluster = await startCluster({ JOB_LEASE: "2" });
		asker = await cluster.open({ id: "asker", services: "guesses,scheduler" });
	});
	afterAll(() => cluster?.[Symbol.asyncDispose]());

	it.each(["taken", "worked"])(
		"killed at '%s': another node takes it up once its lease is over",
		async at => {
			const id = `killed-${at}`;
			const child = await cluster.spawn("tasks/cluster-node.ts", {
				id,
				services: "scheduler",
				environment: { FAILPOINT: `${at}@1=kill` }
			});
			const exit = once(child, "exit");
			await until(() =>
				asker.registry
					.getNodeList({ onlyAvailable: true, withServices: true })
					.some(each => each.id === id && each.services.some(({ name }) => name === "scheduler"))
			);
			// It dies before it answers, at a run of its own time, or at this one.
			await asker.call("scheduler.run", { name: JOB }, { nodeID: id, timeout: 10_000 }).catch(() => undefined);
			expect((await exit)[1]).toBe("SIGKILL");
			const all = async (): Promise<readonly JobRun[]> => (await asker.call("scheduler.history", { name: JOB })).runs;
			await until(async () => (await all()).some(({ tries, state }) => tries === 2 && state === "done"));
			expect((await all()).find(({ tries }) => tries === 2)).toMatchObject({
				state: "done",
				node: "asker",
				error: null
			});
		},
		60_000
	);

	it("of two nodes that look at the same time one takes it, and both show the same history", async () => {
		const other = await cluster.open({ id: "other", services: "guesses,scheduler" });
		const asked = await Promise.allSettled(
			[asker, other, asker, other].map(node => node.call("scheduler.run", { name: JOB }, { nodeID: node.nodeID }))
		);
		const refused = asked.flatMap(each => (each.status === "rejected" ? [each.reason] : []));
		expect(refused.every(({ type }) => type === "JOB_RUNNING")).toBe(true);
		await until(async () => (await ofNow(other)).every(({ state }) => state === "done"));
		expect(await ofNow(other)).toEqual(await ofNow(asker));
		await cluster.stop(other);
	});
});
