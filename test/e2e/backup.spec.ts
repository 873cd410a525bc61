/**
 * A backup is taken in the midst of a run, which goes on; then all is lost, and restored: what the run did since is known to
 * nobody but the target. Nobody is made twice, nobody is lost, and a rollback takes away all that was made, or names it.
 */

import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startMarzneshin } from "../../demo/panels/marzneshin";
import type { Panel } from "../../demo/panels/panel";
import { openStage, type Stage } from "../support/banyan";
import { keepFirst } from "../support/few";
import { openGate } from "../support/gate";
import { holdings } from "../support/holdings";

const USERS = 999;
const BATCH = 100;
/** Of whom a batch is a tenth, too. */
const FEW = 99;
let source: Panel;
let few: Panel;
beforeAll(async () => {
	[source, few] = await Promise.all([
		startMarzneshin({ createMs: 0, loginMs: 0 }),
		startMarzneshin({ createMs: 0, loginMs: 0 })
	]);
	keepFirst(source, USERS);
	keepFirst(few, FEW);
});
afterAll(() => Promise.all([source, few].map(panel => panel?.close())));

interface Kept extends AsyncDisposable {
	readonly stage: Stage;
	readonly definition: string;
	/** Each user that was created, as often as that happened. */
	readonly made: string[];
	readonly before: unknown[];
	banyan(
		args: readonly string[],
		environment?: Record<string, string>
	): Promise<{ code: number | null; stdout: string; stderr: string }>;
}

async function opened(from: Panel, batch: number): Promise<Kept> {
	const stage = await openStage({ source: from });
	const made: string[] = [];
	const gate = await openGate(stage.target, {
		answered: ({ method, path, body }, status) => {
			if (method === "POST" && path === "/api/user" && status === 200)
				made.push((JSON.parse(body) as { username: string }).username);
		}
	});
	const target = {
		connector: "marzban",
		url: gate.url,
		username: "admin",
		password: "${TARGET_PASSWORD}",
		retryBaseMs: 50
	};
	writeFileSync(join(stage.folder, "passphrase"), "correct horse battery staple\n");
	return {
		stage,
		made,
		before: holdings(stage.target),
		definition: stage.define({ target, batch: { records: batch } }),
		banyan: (args, environment) => stage.banyan(args, environment).ended,
		[Symbol.asyncDispose]: async () => {
			await gate.close();
			await stage[Symbol.asyncDispose]();
		}
	};
}

const SEALED = ["--passphrase-file", "passphrase"];
const users = (stage: Stage): number =>
	Number(stage.target.db.prepare("SELECT count(*) AS count FROM users").get()?.count);

/** Killed once so many batches more are counted; a batch of admins comes first. */
async function runUntil({ banyan, definition }: Kept, batches: number): Promise<void> {
	const { code, stderr } = await banyan(["migration", "run", definition], { FAILPOINT: `counted@${batches}=kill` });
	expect([code, stderr]).toEqual([null, expect.anything()]);
}

interface Moved {
	/** Users at the target when the backup was taken, and when all was lost. */
	readonly then: number;
	readonly lost: number;
}

/** At 300, to 600, lost, and back at 300. */
async function lostAndRestored(kept: Kept): Promise<Moved> {
	const { stage, banyan } = kept;
	await runUntil(kept, 4);
	const then = users(stage);
	const backup = await banyan(["backup", "banyan.backup", ...SEALED]);
	expect([backup.code, backup.stdout]).toEqual([0, expect.stringMatching(/definitions +1\n(.*\n)* {2}events +\d+/)]);
	await runUntil(kept, 3);
	rmSync(join(stage.folder, "data"), { recursive: true });
	const restored = await banyan(["restore", "banyan.backup", ...SEALED]);
	expect([restored.code, restored.stdout]).toEqual([
		0,
		expect.stringContaining("These rest until they are started: panel.")
	]);
	return { then, lost: users(stage) };
}

it("resumed, it makes nobody twice and loses nobody; rolled back, it takes all away that it made", async () => {
	await using kept = await opened(source, BATCH);
	const { stage, banyan, definition, made, before } = kept;
	const { then, lost } = await lostAndRestored(kept);
	expect([then, lost].map(each => Math.floor(each / BATCH))).toEqual([3, 6]);
	const status = JSON.parse((await banyan(["migration", "status", "panel", "--json"])).stdout);
	expect(status).toMatchObject({ phase: "copying", paused: true, running: false });
	expect(status.cautions).toEqual([expect.stringMatching(/^Put back from a backup of /)]);
	const { code, stdout } = await banyan(["migration", "run", definition]);
	expect([code, stdout]).toEqual([0, expect.anything()]);
	expect(new Set(made).size).toBe(made.length);
	const { verdict, streams } = JSON.parse((await banyan(["migration", "status", "panel", "--json"])).stdout);
	expect(verdict).toMatchObject({ accountedFor: verdict.total, differences: 0 });
	expect(streams.at(-1).outcomes).toMatchObject({ created: made.length, unchanged: 0, skipped: 0 });
	expect((await banyan(["migration", "rollback", "panel", "--yes"])).code).toBe(0);
	expect(holdings(stage.target)).toEqual(before);
});

it("rolled back at once, it takes away also what it made since the backup, which it never heard of", async () => {
	await using kept = await opened(few, FEW / 9);
	await lostAndRestored(kept);
	expect((await kept.banyan(["migration", "rollback", "panel", "--yes"])).code).toBe(0);
	expect(holdings(kept.stage.target)).toEqual(kept.before);
});

it("what stood there before the run just as ours would be is left, with all of whom that may be true, each named", async () => {
	await using kept = await opened(few, FEW / 9);
	const { stage, banyan, definition } = kept;
	expect((await banyan(["migration", "run", definition])).code).toBe(0);
	rmSync(join(stage.folder, "data"), { recursive: true });
	const { db } = stage.target;
	// The first of them stand there as ours would be: nobody knows any more why.
	db.exec("DELETE FROM users WHERE id NOT IN (SELECT id FROM users ORDER BY id LIMIT 50)");
	const before = users(stage);
	const { lost } = await lostAndRestored(kept);
	expect((await banyan(["migration", "run", definition])).code).toBe(0);
	expect(users(stage)).toBeGreaterThan(lost);
	const rolled = await banyan(["migration", "rollback", "panel", "--yes"]);
	expect(rolled.code).toBe(4);
	const { stdout } = await banyan(["migration", "diff", "panel", "--json"]);
	const named: { reason: string }[] = stdout
		.trim()
		.split("\n")
		.map(line => JSON.parse(line));
	expect(named.length).toBeGreaterThan(lost - before);
	for (const { reason } of named)
		expect(reason).toMatch(/put back from a backup of .* does not know whether the run made/);
	expect(users(stage)).toBeGreaterThanOrEqual(before);
	expect(users(stage)).toBe(lost);
});

it("a disk that is full leaves of a restore nothing that a node would start on", async () => {
	await using kept = await opened(few, FEW / 9);
	const { stage, banyan } = kept;
	await runUntil(kept, 2);
	expect((await banyan(["backup", "banyan.backup", ...SEALED])).code).toBe(0);
	rmSync(join(stage.folder, "data"), { recursive: true });
	const short = await stage.limited(["restore", "banyan.backup", ...SEALED], 8);
	expect([short.code, short.stderr]).toEqual([1, expect.stringMatching(/cannot grow/)]);
	const refused = await banyan(["keys", "list"]);
	expect([refused.code, refused.stderr]).toEqual([
		1,
		expect.stringMatching(/a restore into it is under way, or was cut off/)
	]);
	const again = await banyan(["restore", "banyan.backup", ...SEALED]);
	expect(again).toMatchObject({ code: 0 });
	expect((await banyan(["migration", "status", "panel"])).stdout).toMatch(/copying, paused/);
});
