/** `banyan jobs`, and the actions that it asks for, against a node in this process. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "../../../cli/client";
import { type Flags, withClient } from "../../../cli/command";
import { jobHistory, listJobs, pauseJob, resumeJob, runJob, showJob } from "../../../cli/commands/jobs";
import { clientOn } from "../../../cli/joined";
import type { Broker } from "../../../cluster";
import { JOBS } from "../../../contracts/cluster";
import { openNode } from "../../../node";
import { captured, type Ended } from "../../support/in-process";
import { until } from "../../support/until";

const JOB = "guesses.sweep";
let folder: string;
let broker: Broker;
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "banyan-jobs-"));
	broker = await openNode(
		{ services: ["guesses", "scheduler"], logLevel: "fatal", own: true },
		{ DATA_DIR: folder, NODE_ID: "here" }
	);
});
afterAll(async () => {
	await broker.stop();
	rmSync(folder, { recursive: true, force: true });
});

const banyan = (work: (client: Client, flags: Flags) => Promise<number>, flags: Flags = {}): Promise<Ended> => {
	const client: Client = { ...clientOn(broker), server: null, close: async () => undefined };
	return captured(() =>
		withClient(
			async () => client,
			"jobs",
			opened => work(opened, flags)
		)
	);
};
const refusal = (work: Promise<unknown>): Promise<unknown> =>
	work.then(
		() => undefined,
		error => error.type
	);

it("lists every job that a contract has, and which of them nobody does here", async () => {
	const { code, stdout } = await banyan(listJobs);
	expect(code).toBe(0);
	for (const name of JOBS.keys()) expect(stdout).toContain(name);
	expect(stdout).toMatch(/^guesses\.sweep +(waiting|running) +\* \* \* \* \* +UTC +2/m);
	expect(stdout).toMatch(/^users\.sweep +away /m);
	const all = JSON.parse((await banyan(listJobs, { json: true })).stdout);
	expect(all.map(({ name }: { name: string }) => name)).toEqual([...JOBS.keys()]);
});

it("has one done now, and says what came of it; the history has it, with its node and who asked", async () => {
	const { code, stdout } = await banyan((client, flags) => runJob(client, JOB, flags));
	expect([code, stdout]).toEqual([0, expect.stringMatching(/^guesses\.sweep@\S+Z: done \(0\)\n$/)]);
	const { runs } = await broker.call("scheduler.history", { name: JOB });
	expect(runs.filter(({ askedBy }) => askedBy === "operator")).toMatchObject([
		{ state: "done", node: "here", tries: 1 }
	]);
	expect((await banyan((client, flags) => jobHistory(client, JOB, flags))).stdout).toMatch(
		/ operator +here .*done \(0\)/
	);
	expect((await banyan((client, flags) => showJob(client, JOB, flags))).stdout).toMatch(/^last +\S+.* done \(0\)$/m);
});

it("keeps whoever asked from outside by their key, and pages go on behind one another", async () => {
	const caller = { id: "k-7f3a", scopes: ["jobs:write"] };
	const run = await broker.call("scheduler.run", { name: JOB }, { meta: { caller } });
	expect(run).toMatchObject({ askedBy: "k-7f3a", state: "running", to: null });
	const first = await broker.call("scheduler.history", { name: JOB, limit: 1 });
	const second = await broker.call("scheduler.history", { name: JOB, limit: 1, after: String(first.next) });
	expect(second.runs[0]?.id).not.toBe(first.runs[0]?.id);
	expect(await refusal(broker.call("scheduler.history", { name: JOB, after: "made up" }))).toBe("REQUEST_INVALID");
});

it("pauses one with a reason, which is not begun until it goes on; paused once more it is as the first said", async () => {
	const { stdout } = await banyan((client, flags) => pauseJob(client, JOB, { ...flags, reason: "A move." }));
	expect(stdout).toMatch(/^state +(paused|running) since .*, by the operator: A move\.$/m);
	expect(stdout).not.toMatch(/^next/m);
	const again = await broker.call("scheduler.pause", { name: JOB, reason: "Another." });
	expect(again.pause?.reason).toBe("A move.");
	await until(async () => (await broker.call("scheduler.show", { name: JOB })).state === "paused");
	// Whoever asks for it now means it.
	expect((await banyan((client, flags) => runJob(client, JOB, flags))).code).toBe(0);
	const resumed = await banyan((client, flags) => resumeJob(client, JOB, flags));
	expect(resumed.stdout).toMatch(/^state +(waiting|running)$/m);
	expect(resumed.stdout.match(/^(next| {4}) +2/gm)).toHaveLength(10);
});

it.each<[string, () => Promise<unknown>, string]>([
	["a job that there is not", () => broker.call("scheduler.show", { name: "nobody.sweep" }), "JOB_NOT_FOUND"],
	["its history", () => broker.call("scheduler.history", { name: "__proto__" }), "JOB_NOT_FOUND"],
	["its pause", () => broker.call("scheduler.pause", { name: "constructor", reason: "x" }), "JOB_NOT_FOUND"],
	["one whose service is away", () => broker.call("scheduler.run", { name: "users.sweep" }), "UNAVAILABLE"],
	["a pause without a reason", () => broker.call("scheduler.pause", { name: JOB, reason: "" }), "VALIDATION_ERROR"]
])("%s is refused in its own words", async (_, work, type) => {
	expect(await refusal(work())).toBe(type);
});

it.each(["0", "-1", "1000", "many", ""])("a limit of '%s' is refused", async limit => {
	const { code, text } = await banyan((client, flags) => jobHistory(client, JOB, { ...flags, limit }));
	expect(code).toBe(1);
	expect(text).toContain(`--limit is a number of 1 to 999, not '${limit}'.`);
});
