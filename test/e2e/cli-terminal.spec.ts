/** The command in a terminal: lines are whole whatever comes between them, and what cannot be taken back is asked first. */

import { join } from "node:path";
import type { Status } from "../../contracts/migration/migration";
import { openStage, type Stage } from "../support/banyan";
import { sit } from "../support/pty";

/** What steers a terminal begins with it. */
const ESC = "\u001b";
const BANYAN = join(__dirname, "..", "..", "dist", "cli", "banyan.js");

const seat = (stage: Stage, args: readonly string[], environment = {}, columns = 80) =>
	sit(
		[process.execPath, BANYAN, "migration", ...args],
		{ DATA_DIR: join(stage.folder, "data"), SOURCE_PASSWORD: "admin123", TARGET_PASSWORD: "admin123", ...environment },
		stage.folder,
		columns
	);
const statusOf = async (stage: Stage): Promise<Status> =>
	JSON.parse((await stage.banyan(["migration", "status", "panel", "--json"]).ended).stdout) as Status;

const USERS = 400;
let stage: Stage;
beforeAll(async () => {
	stage = await openStage({ users: USERS, target: { createMs: 12 } });
});
afterAll(() => stage[Symbol.asyncDispose]());

/** Of the drawn lines none is left, and of what was said none is cut or has another one's words in it. */
function whole(lines: readonly string[], said: readonly RegExp[]): void {
	expect(lines.filter(line => /[█░]|[›✓] \w/.test(line))).toEqual([]);
	const text = lines.join("\n").replace(/\n {2}(?=\S)/g, " ");
	for (const each of said) expect(text).toMatch(each);
	for (const line of lines) expect([...line].length).toBeLessThanOrEqual(80);
}

it("a run is drawn, stopped by Ctrl-C between whole lines, and says what goes on", async () => {
	const run = seat(stage, ["run", stage.definition]);
	await run.sees(/users +copying/);
	run.type("\u0003");
	const { lines, code } = await run.ended;
	expect(code).toBe(130);
	whole(lines, [
		/^panel: begins; .*\.$/m,
		/^Stopping after the batch at hand; nothing is lost, and `banyan migration run \S+` goes on\. Once more/m,
		/^Not at work: \d+ of \d+ records read, \d+ at the target\. Nothing is lost\.$/m
	]);
	expect(lines.join("\n")).toMatch(/^To go on:\s+banyan migration run \S+$/m);
	expect(lines.join("\n")).not.toContain("^C");
}, 120_000);

it.each([
	["NO_COLOR", { NO_COLOR: "1" }, new RegExp(`${ESC}\\[\\d+A`), new RegExp(`${ESC}\\[[\\d;]*m`)],
	["TERM=dumb", { TERM: "dumb" }, /panel: users: /, new RegExp(ESC)]
])(
	"%s is kept to",
	async (_, environment, there, absent) => {
		const run = seat(stage, ["run", stage.definition, "--limit", "20"], environment);
		await run.ended;
		expect(run.raw()).toMatch(there);
		expect(run.raw()).not.toMatch(absent);
	},
	120_000
);

it("what it ends with is the outcome, how many need a hand, and the next command", async () => {
	const { lines, code } = await seat(stage, ["run", stage.define({ accept: [] })]).ended;
	expect([code, code === 4 ? [] : lines.slice(-30)]).toEqual([4, []]);
	const last = lines.filter(line => line !== "").slice(-3);
	expect(last).toEqual([
		expect.stringMatching(/^\d+ records need your hand\.$/),
		"Who they are, and what to do:",
		"banyan migration report panel --format html --out panel.html"
	]);
	whole(lines, [/^Done in [^:]+: 409 of 409 accounted for · 0 differences · certificate [0-9a-f]{64}\.$/m]);
}, 120_000);

it("a rollback says what it does to how many, and is made for a yes alone; another one says when it was", async () => {
	const before = Object.keys(stage.target.requests).filter(call => call.startsWith("DELETE")).length;
	for (const keys of ["n\n", "\n", "\u0004", "\u0003"]) {
		const asked = seat(stage, ["rollback", "panel"]);
		await asked.sees(/Roll back\? \[y\/N\] /);
		expect(asked.raw().replace(/\s+/g, " ")).toMatch(/takes away \d{3,4} records that it made/);
		asked.type(keys);
		expect([keys, (await asked.ended).code]).toEqual([keys, keys === "\u0003" ? 130 : 2]);
	}
	expect((await statusOf(stage)).phase).toBe("finished");
	expect(Object.keys(stage.target.requests).filter(call => call.startsWith("DELETE"))).toHaveLength(before);

	const agreed = seat(stage, ["rollback", "panel"]);
	await agreed.sees(/Roll back\?/);
	agreed.type("y\n");
	const { lines, code } = await agreed.ended;
	expect(code).toBe(0);
	whole(lines, [
		/^Rolled back: \d+ records put back as before, 0 left as they are\.$/m,
		/^Nothing needs your hand\.$/m
	]);
	const again = await seat(stage, ["rollback", "panel"]).ended;
	expect([again.code, again.lines.join(" ")]).toEqual([
		0,
		expect.stringMatching(/'panel' was rolled back before, \d{4}-\d\d-\d\d \d\d:\d\d UTC: nothing was done now\./)
	]);
}, 240_000);

it("--yes asks nothing", async () => {
	await using other = await openStage({ users: 1 });
	await other.banyan(["migration", "run", other.definition, "--limit", "1"]).ended;
	const { code, lines } = await seat(other, ["cancel", "panel", "--yes"]).ended;
	expect([code, lines.join("\n")]).toEqual([0, expect.stringContaining("Cancelled for good")]);
}, 120_000);
