/** What an operator may get wrong: one sentence that says what and what to do, the right exit code, nothing written. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openStage, type Stage } from "../support/banyan";
import { killOnce, until } from "../support/until";

const USERS = 230;
let stage: Stage;
beforeAll(async () => {
	stage = await openStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

const source = (changes: object): object => ({
	source: { connector: "marzneshin", url: stage.source.url, username: "admin", password: "admin123", ...changes }
});
const target = (changes: object): object => ({
	target: { connector: "marzban", url: stage.target.url, username: "admin", password: "admin123", ...changes }
});
const writes = (): string[] =>
	Object.keys(stage.target.requests).filter(call => /^(PUT|DELETE|PATCH)|^POST (?!.*token)/.test(call));

interface Case {
	readonly wrong: string;
	readonly changes: () => object;
	readonly code: number;
	readonly says: RegExp;
}

const CASES: readonly Case[] = [
	{
		wrong: "an address where nothing answers",
		changes: () => source({ url: "http://127.0.0.1:9" }),
		code: 2,
		says: /source: .*127\.0\.0\.1:9.*\./
	},
	{
		wrong: "an address that is none",
		changes: () => source({ url: "panel.example" }),
		code: 1,
		says: /url is not an address: write http/
	},
	{
		wrong: "a wrong password at the source",
		changes: () => source({ password: "x" }),
		code: 2,
		says: /source: .*password/i
	},
	{
		wrong: "a wrong password at the target",
		changes: () => target({ password: "x" }),
		code: 2,
		says: /target: .*password/i
	},
	{
		wrong: "an account that is not sudo",
		changes: () => source({ username: "reseller1", password: "reseller1-pass" }),
		code: 2,
		says: /not a sudo account.*connect with a sudo account/
	},
	{
		wrong: "a Marzban as the source",
		changes: () => source({ url: stage.target.url }),
		code: 2,
		says: /source: .*Marzban/
	},
	{
		wrong: "a Marzneshin as the target",
		changes: () => target({ url: stage.source.url }),
		code: 2,
		says: /target: .*Marzneshin/
	},
	{
		wrong: "a tag that the target lacks",
		changes: () => ({ rules: { inboundTags: { "VMess TCP": "VMess TPC" } } }),
		code: 2,
		says: /rules\.inboundTags names 'VMess TPC', which the target does not have: correct it/
	},
	{
		wrong: "a stream that does not exist",
		changes: () => ({ streams: ["users", "usres"] }),
		code: 2,
		says: /no stream 'usres'.*known are/
	},
	{
		wrong: "an option that does not exist",
		changes: () => ({ conflcit: "skip" }),
		code: 1,
		says: /:\d+:\d+ conflcit: There is no option/
	},
	{
		wrong: "an environment variable that is not set",
		changes: () => source({ password: "${NOT_SET}" }),
		code: 1,
		says: /NOT_SET \(for 'password'\) is not set: set it/
	}
];

describe("a run", () => {
	it.each(CASES)(
		"with $wrong ends with $code and a sentence, and writes nothing",
		async ({ changes, code, says, wrong }) => {
			const file = stage.define(changes(), `bad-${CASES.findIndex(each => each.wrong === wrong)}`);
			const ended = await stage.banyan(["migration", "run", file]).ended;
			expect(ended.stdout + ended.stderr).toMatch(says);
			expect(ended.code).toBe(code);
			expect(ended.stdout + ended.stderr).not.toMatch(/\n\s+at |admin123/);
			expect(writes()).toEqual([]);
		}
	);

	it("of a file that is not there says so", async () => {
		const ended = await stage.banyan(["migration", "run", "nowhere.yaml"]).ended;
		expect([ended.code, ended.stderr]).toEqual([
			1,
			expect.stringMatching(/'nowhere\.yaml' cannot be read \(ENOENT\): check/)
		]);
	});

	it("of a file that is no YAML says where", async () => {
		const file = join(stage.folder, "broken.yaml");
		writeFileSync(file, "name: x\nsource: [\n");
		const ended = await stage.banyan(["migration", "run", file]).ended;
		expect([ended.code, ended.stderr]).toEqual([1, expect.stringMatching(/^banyan: \S*broken\.yaml:\d+:\d+: /)]);
	});

	it("with an option the command does not know says so", async () => {
		const ended = await stage.banyan(["migration", "run", stage.definition, "--fast"]).ended;
		expect([ended.code, ended.stderr]).toEqual([1, expect.stringMatching(/unknown option '--fast'/)]);
	});

	it("with a wrong setting stops with a sentence", async () => {
		const ended = await stage.banyan(["migration", "run", stage.definition], { SERVICES: "extracter" }).ended;
		expect([ended.code, ended.stderr]).toEqual([
			1,
			expect.stringMatching(/^banyan: SERVICES='extracter' is not valid/)
		]);
	});

	it("of a name that does not exist says so", async () => {
		const ended = await stage.banyan(["migration", "status", "nobody"]).ended;
		expect([ended.code, ended.stderr]).toEqual([1, expect.stringMatching(/There is no migration 'nobody'/)]);
	});
});

const created = ({ target }: Stage): number => target.requests["POST /api/user"] ?? 0;

it("a data folder that another process holds is refused, by that process's number", async () => {
	await using busy = await openStage({ users: USERS });
	const first = busy.banyan(["migration", "run", busy.definition]);
	await until(() => created(busy) > 20);
	// It cannot come to its end meanwhile.
	busy.target.pause(600_000);
	const second = await busy.banyan(["migration", "run", busy.definition]).ended;
	expect([second.code, second.stderr]).toEqual([
		1,
		expect.stringMatching(
			new RegExp(`in use by process ${first.process.pid} .*: wait for that process, stop it, or set DATA_DIR`)
		)
	]);
	first.process.kill("SIGKILL");
	await first.ended;
	busy.target.pause(0);
});

it("a definition that changed under a run is refused, and the run goes on with the old one", async () => {
	await using stage = await openStage({ users: USERS, target: { createMs: 5 } });
	const first = stage.banyan(["migration", "run", stage.definition]);
	expect(await killOnce(first.process, () => created(stage) > 20)).toBe(true);
	await first.ended;
	const changed = stage.define({ conflict: "overwrite" });
	const refused = await stage.banyan(["migration", "run", changed]).ended;
	expect([refused.code, refused.stderr]).toEqual([
		2,
		expect.stringMatching(/not the one it was begun with, in conflict: restore it/)
	]);
	const restored = await stage.banyan(["migration", "run", stage.define()]).ended;
	expect(restored.stdout).toContain("239 of 239 accounted for · 0 differences");
});
