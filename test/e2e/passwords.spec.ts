/** With both databases named, admins keep their passwords, and no store, log or file of ours ever holds a hash. */

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Plan, Status } from "../../contracts/migration/migration";
import { startMarzneshin } from "../../demo/panels/marzneshin";
import type { Panel } from "../../demo/panels/panel";
import { openStage, type Stage } from "../support/banyan";

let folder: string;
let source: Panel;
const file = () => join(folder, "marzneshin.db");
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "banyan-source-"));
	source = await startMarzneshin({ createMs: 0, loginMs: 0, file: file() });
});
afterAll(async () => {
	await source.close();
	rmSync(folder, { recursive: true, force: true });
});

function define(stage: Stage, database: string): string {
	const { source: given } = JSON.parse(readFileSync(stage.definition, "utf8")) as { source: object };
	return stage.define({ streams: ["admins"], source: { ...given, database } });
}

const login = async ({ target }: Stage, username: string, password: string): Promise<number> => {
	const body = new URLSearchParams({ username, password });
	return (await fetch(`${target.url}/api/admin/token`, { method: "POST", body })).status;
};
const passwords = ({ folder: at }: Stage): string => {
	const path = join(at, "data", "panel-admins-passwords.csv");
	return existsSync(path) ? readFileSync(path, "utf8") : "";
};
const kept = (at: string): string =>
	readdirSync(at, { recursive: true, withFileTypes: true })
		.filter(entry => entry.isFile())
		.map(({ parentPath, name }) => readFileSync(join(parentPath, name), "latin1"))
		.join("\n");

it("an admin logs in at the target with the password they had; a disabled one does not", async () => {
	await using stage = await openStage({ source, database: true });
	const { code, stdout } = await stage.banyan(["migration", "run", define(stage, file()), "--json"]).ended;
	expect([code, (JSON.parse(stdout) as Status).verdict?.differences]).toEqual([0, 0]);
	expect(await login(stage, "reseller1", "reseller1-pass")).toBe(200);
	expect(await login(stage, "reseller1", "another")).toBe(401);
	expect(await login(stage, "disabled_admin", "disabled-pass")).toBe(401);
	// Nobody is told a password that would let in one who may not.
	expect(passwords(stage)).toBe("");
	const hashes = source.db.prepare("SELECT hashed_password AS hash FROM admins").all();
	const files = kept(join(stage.folder, "data"));
	for (const { hash } of hashes) expect(files).not.toContain(String(hash));
	expect((await stage.banyan(["migration", "rollback", "panel"]).ended).code).toBe(0);
	expect(await login(stage, "reseller1", "reseller1-pass")).toBe(401);
});

it("L34: a disabled sudo is no sudo at the target, and comes in with no password, in either mode", async () => {
	source.db.exec("UPDATE admins SET enabled = 0 WHERE username = 'sudo2'");
	for (const database of [true, false]) {
		await using stage = await openStage({ source, database });
		expect((await stage.banyan(["migration", "run", define(stage, file())]).ended).code).toBe(0);
		const { is_sudo } = stage.target.db.prepare("SELECT is_sudo FROM admins WHERE username = 'sudo2'").get() ?? {};
		expect([database, Number(is_sudo)]).toEqual([database, 0]);
		expect(await login(stage, "sudo2", "sudo2-pass")).toBe(401);
		expect(passwords(stage)).not.toContain("sudo2");
	}
	source.db.exec("UPDATE admins SET enabled = 1 WHERE username = 'sudo2'");
});

it("where the target's database is not named, they get new ones, and the plan says so", async () => {
	await using stage = await openStage({ source });
	const definition = define(stage, file());
	const planned = await stage.banyan(["migration", "plan", definition, "--json"]).ended;
	expect((JSON.parse(planned.stdout) as Plan).findings.map(({ code }) => code)).toContain("passwords-new");
	expect((await stage.banyan(["migration", "run", definition]).ended).code).toBe(0);
	expect(await login(stage, "reseller1", "reseller1-pass")).toBe(401);
	const [, password = ""] = /^reseller1,(.+)$/m.exec(passwords(stage)) ?? [];
	expect(await login(stage, "reseller1", password)).toBe(200);
	// Those whom they were for are gone.
	expect((await stage.banyan(["migration", "rollback", "panel"]).ended).code).toBe(0);
	expect(passwords(stage)).toBe("");
});

it("a database that is not the panel's is refused before anything is written", async () => {
	await using stage = await openStage({ source, database: true });
	const { code, stdout } = await stage.banyan(["migration", "plan", define(stage, join(folder, "absent.db"))]).ended;
	expect(code).toBe(2);
	expect(stdout).toContain("Admins' passwords cannot be read: There is no database file");
});
