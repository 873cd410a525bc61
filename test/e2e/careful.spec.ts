/** Try it, look, go on: the canary and the dry run. */

import type { ReportLine } from "../../contracts/migration/records";
import { openStage, type Stage } from "../support/banyan";

const USERS = 230;

const names = ({ target }: Stage): string[] =>
	(target.db.prepare("SELECT username FROM users ORDER BY username").all() as { username: string }[]).map(
		u => u.username
	);
const writes = ({ target }: Stage): string[] =>
	Object.keys(target.requests).filter(call => /^(PUT|DELETE|PATCH)|^POST (?!.*token)/.test(call));
const linesOf = (text: string): ReportLine[] =>
	text
		.trim()
		.split("\n")
		.map(line => JSON.parse(line) as ReportLine);

it("a canary goes first, is looked at, and the rest follows without it", async () => {
	await using stage = await openStage({ users: USERS });
	const canary = await stage.banyan(["migration", "run", stage.definition, "--only", "abc", "note_01"]).ended;
	expect([canary.code, canary.stdout]).toEqual([
		0,
		expect.stringContaining("These few are at the target as they should be;")
	]);
	expect(names(stage)).toEqual(["abc", "note_01"]);
	const more = await stage.banyan(["migration", "run", stage.definition, "--limit", "3"]).ended;
	expect(more.code).toBe(0);
	expect(names(stage)).toHaveLength(5);
	const rest = await stage.banyan(["migration", "run", stage.definition]).ended;
	expect(rest.stdout).toContain("239 of 239 accounted for · 0 differences");
	const report = linesOf((await stage.banyan(["migration", "report", "panel"]).ended).stdout);
	expect(new Set(report.map(({ stream, id }) => stream + id)).size).toBe(USERS + 9);
	expect(report).toHaveLength(USERS + 9);
});

it("a canary that the source does not have is named", async () => {
	await using stage = await openStage({ users: USERS });
	const { code, stderr } = await stage.banyan(["migration", "run", stage.definition, "--only", "nobody_here"]).ended;
	expect([code, stderr]).toEqual([
		1,
		expect.stringContaining("The source has no users named nobody_here: correct the names.")
	]);
	expect(names(stage)).toEqual([]);
	// Not even of the streams before.
	expect(writes(stage)).toEqual([]);
});

it("a few cannot go first where all were moved", async () => {
	await using stage = await openStage({ users: 3 });
	expect((await stage.banyan(["migration", "run", stage.definition]).ended).code).toBe(0);
	for (const few of [
		["--only", "abc"],
		["--limit", "1"]
	]) {
		const { code, stderr } = await stage.banyan(["migration", "run", stage.definition, ...few]).ended;
		expect([code, stderr]).toEqual([1, expect.stringContaining("all were moved already")]);
	}
});

it("a dry run makes no request that writes, and says what the run then does", async () => {
	await using stage = await openStage({ users: USERS });
	const dry = await stage.banyan(["migration", "dry-run", stage.definition, "--json"]).ended;
	expect([dry.code, dry.stderr]).toEqual([0, expect.stringContaining("Nothing has been written.")]);
	expect(writes(stage)).toEqual([]);
	await stage.banyan(["migration", "run", stage.definition]).ended;
	const report = linesOf((await stage.banyan(["migration", "report", "panel"]).ended).stdout);
	expect(linesOf(dry.stdout)).toEqual(report);
});
