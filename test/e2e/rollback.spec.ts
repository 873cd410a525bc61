/** L1, L2, I8, I21: a rollback puts the target back as it was, and leaves what others changed. */

import type { Status } from "../../contracts/migration/migration";
import { openStage, type Stage } from "../support/banyan";
import { holdings } from "../support/holdings";
import { killOnce } from "../support/until";

const USERS = 230;

const run = (stage: Stage, ...flags: string[]) => stage.banyan(["migration", "run", stage.definition, ...flags]).ended;
const rollback = (stage: Stage) => stage.banyan(["migration", "rollback", "panel", "--reason", "a test"]).ended;

const removed = ({ target }: Stage): number => target.requests["DELETE /api/user/:username"] ?? 0;

/** The panel's own API, as another person would use it. */
async function api(stage: Stage, method: string, path: string, body?: object): Promise<unknown> {
	const form = new URLSearchParams({ username: "admin", password: "admin123" });
	const login = await fetch(`${stage.target.url}/api/admin/token`, { method: "POST", body: form });
	const { access_token } = (await login.json()) as { access_token: string };
	const headers = { authorization: `Bearer ${access_token}`, "content-type": "application/json" };
	const answer = await fetch(`${stage.target.url}${path}`, {
		method,
		headers,
		...(body && { body: JSON.stringify(body) })
	});
	return answer.json();
}

it("an untouched target is equal in every field that its database holds", async () => {
	await using stage = await openStage({ users: USERS });
	await api(stage, "POST", "/api/admin", { username: "theirs", password: "x", is_sudo: false });
	await api(stage, "POST", "/api/user", {
		username: "abc",
		proxies: { vless: {} },
		inbounds: {},
		note: "stood here before us"
	});
	await api(stage, "PUT", "/api/user/abc/set-owner?admin_username=theirs");
	const before = holdings(stage.target);
	expect((await run(stage)).code).toBe(4);
	expect(holdings(stage.target).length).toBeGreaterThan(USERS - 20);
	const { code, stdout } = await rollback(stage);
	expect(stdout).toContain("panel: rolled-back");
	expect(code).toBe(0);
	expect(holdings(stage.target)).toEqual(before);
	const report = await stage.banyan(["migration", "report", "panel", "--format", "json"]).ended;
	expect(JSON.parse(report.stdout)).toMatchObject({ phase: "rolled-back", verdict: null });
	const links = await stage.banyan(["migration", "links", "panel", "--format", "csv"]).ended;
	expect([links.code, links.stdout]).toEqual([0, "user name,old path,new address\r\n"]);
	expect(links.stderr).toMatch(/^0 old links\.\nIt was rolled back: the source answers/);
	// Once more says the same, and a run cannot begin anew under that name.
	expect((await rollback(stage)).code).toBe(0);
	expect(await run(stage)).toMatchObject({ code: 1, stderr: expect.stringContaining("give a new one another name") });
});

it("what was overwritten is restored, and what others changed since is left and listed", async () => {
	await using stage = await openStage({ users: USERS });
	await api(stage, "POST", "/api/user", {
		username: "abc",
		proxies: { vless: {} },
		inbounds: {},
		note: "stood here before us"
	});
	const before = holdings(stage.target);
	stage.define({ conflict: "overwrite" });
	expect((await run(stage)).code).toBe(0);
	expect(holdings(stage.target)).not.toContainEqual(before[0]);
	await api(stage, "PUT", "/api/user/note_01", { note: "edited by a reseller" });
	const { code } = await rollback(stage);
	expect(code).toBe(4);
	const left = holdings(stage.target) as { username: string; note: string | null }[];
	expect(left.map(({ username }) => username)).toEqual(["abc", "note_01"]);
	expect(left[0]).toEqual(before[0]);
	expect(left[1]).toMatchObject({ note: "edited by a reseller" });
	const { stdout } = await stage.banyan(["migration", "diff", "panel", "--json"]).ended;
	const [line, ...others] = stdout
		.trim()
		.split("\n")
		.map(text => JSON.parse(text) as object);
	expect([line, others]).toEqual([expect.objectContaining({ name: "note_01", kind: "changed-since" }), []]);
});

it("killed three times, it still ends with the target as it was (I6)", async () => {
	await using stage = await openStage({ users: USERS, target: { createMs: 3 } });
	const before = holdings(stage.target);
	await run(stage);
	for (let kills = 0; kills < 3; kills++) {
		const command = stage.banyan(["migration", "rollback", "panel"]);
		const [before, more] = [removed(stage), Math.floor(Math.random() * 60)];
		expect(await killOnce(command.process, () => removed(stage) - before >= more)).toBe(true);
		await command.ended;
	}
	expect((await rollback(stage)).code).toBe(0);
	expect(holdings(stage.target)).toEqual(before);
});

it("a run that was stopped in the middle can be rolled back", async () => {
	await using stage = await openStage({ users: USERS, target: { createMs: 15 } });
	const before = holdings(stage.target);
	const command = stage.banyan(["migration", "run", stage.definition]);
	expect(await killOnce(command.process, () => (stage.target.requests["POST /api/user"] ?? 0) >= 80)).toBe(true);
	await command.ended;
	const { code, stdout } = await stage.banyan(["migration", "cancel", "panel", "--json"]).ended;
	expect([code, (JSON.parse(stdout) as Status).phase]).toEqual([0, "cancelled"]);
	expect((await rollback(stage)).code).toBe(0);
	expect(holdings(stage.target)).toEqual(before);
});
