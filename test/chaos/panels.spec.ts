/** A target that fails, is slow or away, or holds some of the users already: nobody twice, nobody lost, all counted. */

import type { Status } from "../../contracts/migration/migration";
import { startMarzneshin } from "../../demo/panels/marzneshin";
import type { Panel } from "../../demo/panels/panel";
import { openStage, type Stage } from "../support/banyan";
import { type End, endOf, onStage } from "../support/crashes";
import { keepFirst } from "../support/few";
import { signIn } from "../support/panel-client";

const USERS = 230;
/** By `make faults` as long as a restart takes. */
const AWAY_MS = process.env.FAULTS === "all" ? 30_000 : 5_000;
let source: Panel;
let undisturbed: End;
const run = (stage: Stage, changes = {}) => stage.banyan(["migration", "run", stage.define(changes), "--json"]).ended;
const quick = (stage: Stage) => ({
	target: {
		connector: "marzban",
		url: stage.target.url,
		username: "admin",
		password: "${TARGET_PASSWORD}",
		retryBaseMs: 50,
		settleMs: 200
	}
});

beforeAll(async () => {
	source = await startMarzneshin({ createMs: 0, loginMs: 0 });
	keepFirst(source, USERS);
	undisturbed = await onStage(source, async stage => endOf(stage, (await run(stage)).code));
});
afterAll(() => source.close());

it("a target that fails one call in ten, some after doing it, ends as one that never failed", async () => {
	await onStage(source, async stage => {
		stage.target.setFaults({ rate: 0.1, afterCommit: 0.5, seed: 7 });
		let { code } = await run(stage, quick(stage));
		// What failed too often stays for a human; when the panel is well again, a repair moves it.
		stage.target.setFaults({ rate: 0 });
		if (code === 1) ({ code } = await run(stage, quick(stage)));
		({ code } = await stage.banyan(["migration", "repair", "panel", "--json"]).ended);
		expect(await endOf(stage, code)).toEqual(undisturbed);
	});
});

it("a panel that is away for a while is waited for", async () => {
	await onStage(source, async stage => {
		const running = run(stage, { target: { ...quick(stage).target, timeoutMs: 2_000 } });
		const watch = setInterval(() => {
			if ((stage.target.requests["POST /api/user"] ?? 0) < 120) return;
			clearInterval(watch);
			stage.target.pause(AWAY_MS);
		}, 5);
		const began = performance.now();
		const { code } = await running;
		expect(performance.now() - began).toBeGreaterThan(AWAY_MS);
		expect(await endOf(stage, code)).toEqual(undisturbed);
	});
});

it("a full disk stops the run with a sentence, and it goes on when there is room", async () => {
	await onStage(source, async stage => {
		// The kernel refuses the store's file more than 200 kB; nothing else of the process is that large.
		const { stdout, stderr, code } = await stage.limited(["migration", "run", stage.definition], 200);
		expect(code).toBe(1);
		expect(stdout + stderr).toMatch(/disk is full|cannot grow/);
		const again = await run(stage);
		expect(await endOf(stage, again.code)).toEqual(undisturbed);
	});
});

describe("a target that holds some of the users already", () => {
	const prepare = async (stage: Stage): Promise<void> => {
		const call = await signIn(stage.target, "/api/admin/token");
		for (const username of ["abc", "note_01", "note_02"])
			await call("POST", "/api/user", { username, proxies: { vless: {} }, inbounds: {}, note: "theirs" });
	};
	const noteOf = ({ target }: Stage): unknown =>
		(target.db.prepare("SELECT note FROM users WHERE username = 'note_01'").get() as { note: unknown }).note;
	const outcomes = (stdout: string) =>
		(JSON.parse(stdout) as Status).streams.find(({ stream }) => stream === "users")?.outcomes;

	it("skip leaves them, counted", async () => {
		await using stage = await openStage({ source });
		await prepare(stage);
		const { code, stdout } = await run(stage, { conflict: "skip" });
		expect([code, noteOf(stage), outcomes(stdout)?.skipped]).toEqual([4, "theirs", 3]);
	});

	it("overwrite writes over them, counted", async () => {
		await using stage = await openStage({ source });
		await prepare(stage);
		const { stdout } = await run(stage, { conflict: "overwrite" });
		expect([noteOf(stage), outcomes(stdout)?.updated]).toEqual(["plain note", 3]);
	});

	it("fail refuses before anything is written", async () => {
		await using stage = await openStage({ source });
		await prepare(stage);
		const { code, stdout } = await run(stage, { conflict: "fail" });
		expect([code, noteOf(stage)]).toEqual([2, "theirs"]);
		expect(stdout).toMatch(/3 users stand at the target under the same name/);
	});
});
