/** A row that the source's own API cannot show: told, never a reason to stop, and never taken for a user who is gone. */

import { readFileSync } from "node:fs";
import type { Status } from "../../contracts/migration/migration";
import type { ReportLine } from "../../contracts/migration/records";
import { openStage, type Stage } from "../support/banyan";

let stage: Stage;
beforeEach(async () => {
	stage = await openStage();
	const { source: given } = JSON.parse(readFileSync(stage.definition, "utf8")) as { source: object };
	stage.define({ source: { ...given, retryBaseMs: 1 } });
});
afterEach(() => stage[Symbol.asyncDispose]());

const banyan = async (...args: string[]): Promise<{ code: number | null; status: Status }> => {
	const { code, stdout } = await stage.banyan(["migration", ...args, "--json"]).ended;
	return { code, status: JSON.parse(stdout) as Status };
};
const run = () => banyan("run", stage.definition);
const users = ({ streams }: Status) => streams.find(({ stream }) => stream === "users");
const rename = (from: string, to: string) =>
	stage.source.db.prepare("UPDATE users SET username = ? WHERE username = ?").run(to, from);
const there = (name: string) =>
	stage.target.db.prepare("SELECT 1 FROM users WHERE username = ?").get(name) !== undefined;
const lines = async (): Promise<ReportLine[]> => {
	const { stdout } = await stage.banyan(["migration", "report", "panel"]).ended;
	return stdout
		.trim()
		.split("\n")
		.map(line => JSON.parse(line) as ReportLine);
};

it("all others move and are proven, it is told with what to do; mended, a repair moves it", async () => {
	rename("note_01", "note-01");
	const first = await run();
	expect(first.code).toBe(4);
	expect(first.status.verdict).toMatchObject({ accountedFor: 1008, total: 1008, differences: 0 });
	expect(first.status.verdict?.certificate).not.toBeNull();
	expect(users(first.status)?.quarantine.source_unreadable?.count).toBe(1);
	const told = (await lines()).filter(({ id }) => id === "unreadable:1");
	expect(told).toMatchObject([
		{
			outcome: "quarantined",
			name: expect.stringMatching(/^row \d+ by name$/),
			reason: expect.stringMatching(/SELECT id, username FROM users .* OFFSET \d+\)/)
		}
	]);

	rename("note-01", "note_01");
	const mended = await banyan("repair", "panel", "--reason", "mended");
	expect(users(mended.status)?.quarantine.source_unreadable).toBeUndefined();
	expect(users(mended.status)?.complete).toBe(true);
	expect(mended.status.verdict).toMatchObject({ differences: 0, certificate: expect.any(String) });
	expect(there("note_01")).toBe(true);
	const after = await lines();
	expect(after.filter(({ id }) => id === "unreadable:1")).toMatchObject([{ outcome: "removed" }]);
	expect(after.filter(({ name }) => name === "note_01")).toMatchObject([{ outcome: "created" }]);
});

it("a user whose row breaks after they were moved stays at the target, and why is said", async () => {
	await run();
	expect(there("note_01")).toBe(true);
	rename("note_01", "note-01");
	const { code, status } = await banyan("repair", "panel", "--reason", "again");
	expect(code).toBe(4);
	expect(there("note_01")).toBe(true);
	expect(users(status)?.outcomes.removed).toBe(0);
	expect(users(status)?.quarantine.source_unreadable?.count).toBe(1);
	expect(status.verdict?.certificate).toBeNull();
});

it("more than twenty stop it before anything is written, with a sentence", async () => {
	stage.source.db.exec("UPDATE users SET username = username || '-' WHERE id <= 30 AND NOT removed");
	const { code, stdout, stderr } = await stage.banyan(["migration", "run", stage.definition]).ended;
	expect(code).toBe(1);
	expect(stdout + stderr).toContain("more than 20 of its users: most often their names");
	expect(stage.target.db.prepare("SELECT count(*) AS n FROM users").get()).toEqual({ n: 0n });
});
