/** What an anxious operator does afterwards: looks again, moves again from elsewhere, reads half of an answer. */

import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import type { Status } from "../../contracts/migration/migration";
import { openStage, type Stage } from "../support/banyan";

const USERS = 230;
let stage: Stage;
beforeAll(async () => {
	stage = await openStage({ users: USERS });
	await stage.banyan(["migration", "run", stage.definition]).ended;
});
afterAll(() => stage[Symbol.asyncDispose]());

const says = async (...args: string[]) => stage.banyan(["migration", ...args]).ended;
const atTarget = async (method: string, path: string, body?: object): Promise<number> => {
	const form = new URLSearchParams({ username: "admin", password: "admin123" });
	const login = await fetch(`${stage.target.url}/api/admin/token`, { method: "POST", body: form });
	const { access_token } = (await login.json()) as { access_token: string };
	const headers = { authorization: `Bearer ${access_token}`, "content-type": "application/json" };
	return (await fetch(stage.target.url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) }))
		.status;
};

it("compare finds what others changed at the target and leaves it; repair writes it, and its log says so", async () => {
	expect(await atTarget("PUT", "/api/user/note_01", { note: "by hand" })).toBe(200);
	expect((await says("diff", "panel")).stdout).toBe("");
	const compared = await says("compare", "panel", "--json");
	const { streams, phase } = JSON.parse(compared.stdout) as Status;
	expect([phase, streams.find(({ stream }) => stream === "users")?.differences]).toEqual(["finished", 1]);
	expect((await says("diff", "panel")).stdout).toMatch(/^users \d+ note_01 different: note "by hand"/);
	expect((await says("repair", "panel")).code).toBe(0);
	expect((await says("logs", "panel")).stdout).toMatch(/outside the copy: 1 \(note_01\) written/);
	expect((await says("diff", "panel")).stderr).toMatch(/^0 differences when both sides were last compared/);
});

it("who stood at the target already, all equal, has their old link led there too", async () => {
	const elsewhere = { DATA_DIR: join(stage.folder, "elsewhere") };
	const again = (args: string[]) => stage.banyan(["migration", ...args], elsewhere).ended;
	const { stdout } = await again(["run", stage.definition, "--json"]);
	const { streams } = JSON.parse(stdout) as Status;
	const unchanged = streams.find(({ stream }) => stream === "users")?.outcomes.unchanged as number;
	expect(unchanged).toBeGreaterThan(USERS - 20);
	const links = await again(["links", "panel", "--format", "csv"]);
	expect(links.stdout.trim().split("\n").length - 1).toBeGreaterThanOrEqual(unchanged);
});

it("keeps what customers have in there for its owner alone", () => {
	for (const file of ["events.db", "links.db", "definitions.db", "banyan.log", "secret.key"])
		expect([file, statSync(join(stage.folder, "data", file)).mode & 0o077]).toEqual([file, 0]);
});

it("a reader who has had enough ends it without a word", () => {
	const banyan = join(__dirname, "..", "..", "dist", "cli", "banyan.js");
	const env = { PATH: process.env.PATH, DATA_DIR: join(stage.folder, "data") } as NodeJS.ProcessEnv;
	for (const words of ["report panel", "logs panel", "status panel"]) {
		const line = `"${process.execPath}" "${banyan}" migration ${words} | head -1`;
		expect(spawnSync("sh", ["-c", line], { env, encoding: "utf8" }).stderr).toBe("");
	}
});

it("says where it looked when there is nothing", async () => {
	const { code, stderr } = await stage.banyan(["migration", "status"], { DATA_DIR: join(stage.folder, "nothing") })
		.ended;
	expect([code, stderr]).toEqual([1, expect.stringContaining(`There is no migration in ${stage.folder}/nothing`)]);
});
