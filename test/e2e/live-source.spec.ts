/** A source that goes on changing is followed until each key was equal; what others changed at the target is left. */

import type { Status } from "../../contracts/migration/migration";
import type { Panel } from "../../demo/panels/panel";
import { openStage, type Stage } from "../support/banyan";
import { signIn } from "../support/panel-client";

const USERS = 40;
const statusOf = async (stage: Stage): Promise<Status> =>
	JSON.parse((await stage.banyan(["migration", "status", "panel", "--json"]).ended).stdout) as Status;
const users = ({ streams }: Status) => streams.find(({ stream }) => stream === "users") as Status["streams"][number];
const noteOf = ({ target }: Stage, name: string): unknown =>
	(target.db.prepare("SELECT note FROM users WHERE username = ?").get(name) as { note: unknown } | undefined)?.note;

/** Five changes a second, `most` of them, as resellers make them: notes and limits, now and then one user more and one fewer. */
function churn(source: Panel, most: number): { stop: () => Promise<number> } {
	let stopped = false;
	const work = (async () => {
		const call = await signIn(source, "/api/admins/token");
		const made: string[] = [];
		let changes = 0;
		while (!stopped && changes < most) {
			const name = `olga${["283503_vip", "591762x", "588766x", "88_vip"][changes % 4]}`;
			const body = { username: name, note: `edit ${changes}`, data_limit: 10_000_000_000 + changes };
			if (changes % 11 === 5) {
				const username = `churn_${changes}`;
				await call("POST", "/api/users", { username, expire_strategy: "never", service_ids: [1] });
				made.push(username);
			} else if (changes % 11 === 9) await call("DELETE", `/api/users/${made.pop()}`);
			else await call("PUT", `/api/users/${name}`, { ...body, expire_strategy: "never" });
			changes++;
			await new Promise(resolve => setTimeout(resolve, 200));
		}
		return changes;
	})();
	return {
		stop: () => {
			stopped = true;
			return work;
		}
	};
}

it("under five changes a second the catch-up ends equal, within its bound", async () => {
	await using stage = await openStage({ target: { createMs: 5 } });
	const churning = churn(stage.source, 60);
	const file = stage.define({ catchUp: { passes: 20, removals: 10 } });
	const running = stage.banyan(["migration", "run", file]);
	const { stdout } = await running.ended;
	const changes = await churning.stop();
	expect(changes).toBeGreaterThan(30);
	const status = await statusOf(stage);
	expect(users(status)).toMatchObject({ differences: 0, complete: true });
	expect(users(status).pass).toBeLessThanOrEqual(20);
	expect(status.verdict?.certificate).toMatch(/^[0-9a-f]{64}$/);
	expect(stdout).toContain("0 differences");
	const sum = Object.values(users(status).outcomes).reduce((all, count) => all + count, 0);
	expect(sum).toBe(users(status).read);
	const report = (await stage.banyan(["migration", "report", "panel"]).ended).stdout.trim().split("\n");
	expect(report).toHaveLength(users(status).read + 9);
});

it("one who left the source is taken away only after two listings did not name them (L3)", async () => {
	await using stage = await openStage({ users: USERS });
	const call = await signIn(stage.source, "/api/admins/token");
	await call("POST", "/api/users", { username: "leaver", expire_strategy: "never", service_ids: [1] });
	const first = stage.banyan(["migration", "run", stage.definition, "--limit", String(USERS + 1)]);
	expect((await first.ended).code).toBe(0);
	expect(noteOf(stage, "leaver")).toBeNull();
	await call("DELETE", "/api/users/leaver");
	await stage.banyan(["migration", "run", stage.definition]).ended;
	expect(noteOf(stage, "leaver")).toBeUndefined();
	const status = await statusOf(stage);
	expect(users(status)).toMatchObject({ pass: 2, complete: true, differences: 0 });
	expect(users(status).outcomes.removed).toBe(1);
});

describe("more gone at once than the definition allows", () => {
	const GONE = ["leaver_1", "leaver_2", "leaver_3"];
	let stage: Stage;
	beforeAll(async () => {
		stage = await openStage({ users: USERS });
		stage.define({ catchUp: { passes: 5, removals: 1 } });
		const call = await signIn(stage.source, "/api/admins/token");
		for (const username of GONE)
			await call("POST", "/api/users", { username, expire_strategy: "never", service_ids: [1] });
		await stage.banyan(["migration", "run", stage.definition, "--limit", String(USERS + GONE.length)]).ended;
		for (const username of GONE) await call("DELETE", `/api/users/${username}`);
	});
	afterAll(() => stage[Symbol.asyncDispose]());
	const banyan = (...args: string[]) => stage.banyan(["migration", ...args]).ended;

	it("wait, are counted and named, and the way to confirm them is said; no listing is made in vain", async () => {
		const { code, stdout } = await banyan("run", stage.definition);
		expect([code, noteOf(stage, "leaver_1")]).toEqual([4, null]);
		expect(stdout).toContain("banyan migration repair panel --removals 3");
		const status = await statusOf(stage);
		expect(users(status)).toMatchObject({
			differences: 3,
			complete: false,
			pass: 2,
			removals: { waiting: 3, left: 0, allowed: 1 }
		});
		expect(status.verdict).toMatchObject({ certificate: null, needHand: { records: 3, removals: 3 } });
		const diff = (await banyan("diff", "panel")).stdout;
		const report = (await banyan("report", "panel")).stdout;
		for (const name of GONE) {
			expect(diff).toMatch(new RegExp(`${name} gone: .*repair panel --removals`));
			expect(report).toMatch(new RegExp(`"name":"${name}".*--removals`));
		}
		expect((await banyan("plan", stage.definition)).stdout).toMatch(/at most 1 of a stream at once|3 that it read/);
	});

	it("are not taken away by a repair, nor where fewer are confirmed than wait", async () => {
		expect((await banyan("repair", "panel")).code).toBe(4);
		const few = await banyan("repair", "panel", "--removals", "2");
		expect([few.code, few.stderr]).toEqual([1, expect.stringMatching(/3 records wait .*\(3 users\), not 2/)]);
		expect((await banyan("repair", "panel", "--removals", "x")).stderr).toMatch(/--removals x: it is a number/);
		expect(GONE.map(name => noteOf(stage, name))).toEqual([null, null, null]);
	});

	it("are taken away once all are confirmed, and that one ends with a certificate", async () => {
		expect((await banyan("repair", "panel", "--removals", "3", "--json")).code).toBe(0);
		expect(GONE.map(name => noteOf(stage, name))).toEqual([undefined, undefined, undefined]);
		const status = await statusOf(stage);
		expect(status.verdict).toMatchObject({ certificate: expect.stringMatching(/^\w{64}$/), needHand: { records: 0 } });
		expect(users(status).outcomes.removed).toBe(3);
	});

	it("go without a word once the definition is rewritten", async () => {
		const call = await signIn(stage.source, "/api/admins/token");
		const again = ["leaver_4", "leaver_5"];
		for (const username of again)
			await call("POST", "/api/users", { username, expire_strategy: "never", service_ids: [1] });
		expect((await banyan("compare", "panel")).code).toBe(0);
		for (const username of again) await call("DELETE", `/api/users/${username}`);
		expect((await banyan("compare", "panel")).code).toBe(4);
		stage.define({ catchUp: { passes: 5, removals: 2 } });
		expect((await banyan("plan", stage.definition)).stdout).toContain("catchUp.removals");
		expect((await banyan("compare", "panel")).code).toBe(0);
		expect(again.map(name => noteOf(stage, name))).toEqual([undefined, undefined]);
	});
});

it("one who is deleted and made anew under the same name is moved anew; one held back who leaves is not waited for", async () => {
	await using stage = await openStage({ users: USERS });
	const call = await signIn(stage.source, "/api/admins/token");
	const make = (username: string) =>
		call("POST", "/api/users", { username, expire_strategy: "never", service_ids: [1], note: `${username} again` });
	await call("POST", "/api/users", { username: "comer", expire_strategy: "never", service_ids: [1] });
	stage.define({ rules: { refusedNames: "quarantine" } });
	await stage.banyan(["migration", "run", stage.definition]).ended;
	const held = users(await statusOf(stage)).outcomes.quarantined;
	await call("DELETE", "/api/users/comer");
	await make("comer");
	expect(noteOf(stage, "comer")).toBeNull();
	await stage.banyan(["migration", "compare", "panel"]).ended;
	expect(noteOf(stage, "comer")).toBe("comer again");
	// Held back for its name, under `refusedNames: quarantine`.
	stage.source.db.exec("UPDATE users SET username = NULL, removed = 1, activated = 0 WHERE id = 12");
	await stage.banyan(["migration", "compare", "panel"]).ended;
	const after = await statusOf(stage);
	expect(users(after)).toMatchObject({ differences: 0, complete: true });
	expect(users(after).outcomes.quarantined).toBe(held - 1);
});

it("what others changed at the target is a difference, until a repair is asked for", async () => {
	await using stage = await openStage({ users: USERS });
	await stage.banyan(["migration", "run", stage.definition, "--only", "note_01", "note_02"]).ended;
	const call = await signIn(stage.target, "/api/admin/token");
	await call("PUT", "/api/user/note_01", { note: "edited at the target" });
	await call("DELETE", "/api/user/note_02");
	const { stdout } = await stage.banyan(["migration", "run", stage.definition]).ended;
	expect(stdout).toContain("2 differences");
	expect(noteOf(stage, "note_01")).toBe("edited at the target");
	const diff = await stage.banyan(["migration", "diff", "panel"]).ended;
	expect(diff.code).toBe(4);
	expect(diff.stdout).toMatch(/note_01 different: note "edited at the target" ≠ "plain note"/);
	expect(diff.stdout).toMatch(/note_02 missing/);
	const repaired = await stage.banyan(["migration", "repair", "panel", "--reason", "ours is right"]).ended;
	expect(repaired.stdout).toContain("· 0 differences");
	expect(noteOf(stage, "note_01")).toBe("plain note");
	expect(noteOf(stage, "note_02")).toMatch(/یادداشت/);
});
