/** L32, L33: a rollback ends, whatever the target cannot take away; and takes away nothing that another migration holds. */

import type { DifferenceLine, Plan, Status } from "../../contracts/migration/migration";
import { openStage, type Stage } from "../support/banyan";
import { openGate, type Passing } from "../support/gate";
import { holdings } from "../support/holdings";
import { signIn } from "../support/panel-client";

const USERS = 40;
/** As resellers were seen to be called; only some of them have an address in Marzban's API. */
const WITHOUT_ADDRESS = ["a/b?c#d%41", "/", "a/", "token/x"];
const WITH_ADDRESS = ["c?d#e%41", "%2F", "token", "ünï cödé", "a;b=c&d", ".."];

/** What fails each time is tried again soon. */
const SOON = { PATIENCE_MS: "50" };

const banyan = (stage: Stage, ...args: string[]) => stage.banyan(["migration", ...args], SOON).ended;
const statusOf = async (stage: Stage, name = "panel"): Promise<Status> =>
	JSON.parse((await banyan(stage, "status", name, "--json")).stdout) as Status;
const diffOf = async (stage: Stage, name = "panel"): Promise<DifferenceLine[]> =>
	(await banyan(stage, "diff", name, "--json")).stdout
		.trim()
		.split("\n")
		.filter(line => line !== "")
		.map(line => JSON.parse(line) as DifferenceLine);
const adminsAt = ({ target }: Stage): string[] =>
	(target.db.prepare("SELECT username FROM admins ORDER BY id").all() as { username: string }[]).map(a => a.username);

async function withAwkwardAdmins(stage: Stage): Promise<void> {
	const call = await signIn(stage.source, "/api/admins/token");
	for (const username of [...WITHOUT_ADDRESS, ...WITH_ADDRESS])
		await call("POST", "/api/admins", { username, password: "password", is_sudo: false });
}

it("admins whom the API has no address for are foretold by the plan, left by a rollback with why, the rest put back", async () => {
	await using stage = await openStage({ users: USERS });
	await withAwkwardAdmins(stage);
	const before = holdings(stage.target);
	const plan = JSON.parse((await banyan(stage, "plan", stage.definition, "--json")).stdout) as Plan;
	const warned = plan.findings.find(({ code }) => code === "not-removable");
	expect(warned).toMatchObject({ ok: true, severity: "warn", message: expect.stringContaining("5 admins") });
	for (const name of WITHOUT_ADDRESS) expect(warned?.message).toContain(name);
	expect((await banyan(stage, "run", stage.definition)).code).toBe(0);
	const { code } = await banyan(stage, "rollback", "panel");
	expect([code, (await statusOf(stage)).phase]).toEqual([4, "rolled-back"]);
	const left = await diffOf(stage);
	expect(left.map(({ name }) => name).sort()).toEqual([...WITHOUT_ADDRESS].sort());
	for (const { kind, reason } of left)
		expect([kind, reason]).toEqual(["changed-since", expect.stringMatching(/no address/)]);
	expect(adminsAt(stage).sort()).toEqual([...WITHOUT_ADDRESS].sort());
	// By hand, as it says; then once more, and nothing is left.
	for (const name of WITHOUT_ADDRESS) stage.target.db.prepare("DELETE FROM admins WHERE username = ?").run(name);
	expect((await banyan(stage, "rollback", "panel")).code).toBe(0);
	expect([await diffOf(stage), holdings(stage.target)]).toEqual([[], before]);
});

it("with the target's database they are taken away too, and no plan warns of them", async () => {
	await using stage = await openStage({ database: true, users: USERS });
	await withAwkwardAdmins(stage);
	const before = holdings(stage.target);
	const plan = JSON.parse((await banyan(stage, "plan", stage.definition, "--json")).stdout) as Plan;
	expect(plan.findings.map(({ code }) => code)).not.toContain("not-removable");
	await banyan(stage, "run", stage.definition);
	expect(adminsAt(stage)).toEqual(expect.arrayContaining(WITHOUT_ADDRESS));
	expect((await banyan(stage, "rollback", "panel")).code).toBe(0);
	expect(holdings(stage.target)).toEqual(before);
});

it("an admin without an address who leaves the source is left with why, and no comparison repeats for ever", async () => {
	await using stage = await openStage({ users: USERS });
	const call = await signIn(stage.source, "/api/admins/token");
	await call("POST", "/api/admins", { username: "x/y", password: "password", is_sudo: false });
	await banyan(stage, "run", stage.definition);
	stage.source.db.exec("DELETE FROM admins WHERE username = 'x/y'");
	expect((await banyan(stage, "compare", "panel")).code).toBe(4);
	expect(await diffOf(stage)).toMatchObject([
		{ name: "x/y", kind: "gone", reason: expect.stringMatching(/no address/) }
	]);
	const { streams, verdict } = await statusOf(stage);
	expect([streams[0]?.removals, streams[0]?.pass, verdict?.certificate]).toEqual([
		{ waiting: 0, left: 1, allowed: 10 },
		3,
		null
	]);
	stage.target.db.exec("DELETE FROM admins WHERE username = 'x/y'");
	expect((await banyan(stage, "compare", "panel")).code).toBe(0);
});

describe("a record that the target fails on each time, while others work", () => {
	it.each([
		["its own 500", (path: string) => path === "/api/user/note_01", "error"],
		["a connection cut off", (path: string) => path === "/api/user/note_02", "reset"],
		["a proxy that fails on it", (path: string) => path === "/api/user/note_03", "badGateway"]
	] as const)("is tried some times, then left with why: %s", async (_, isIt, kind) => {
		await using stage = await openStage({ users: USERS });
		let tries = 0;
		const call = ({ method, path }: Passing) => {
			if (method !== "DELETE" || !isIt(path)) return undefined;
			tries++;
			return { kind, after: false };
		};
		const gate = await openGate(stage.target, { call });
		const target = {
			connector: "marzban",
			url: gate.url,
			username: "admin",
			password: "${TARGET_PASSWORD}",
			retryBaseMs: 10,
			settleMs: 50
		};
		stage.define({ target });
		await banyan(stage, "run", stage.definition, "--only", "note_01", "note_02", "note_03", "note_04");
		const { code } = await banyan(stage, "rollback", "panel");
		expect([code, (await statusOf(stage)).phase]).toEqual([4, "rolled-back"]);
		const left = await diffOf(stage);
		expect(left).toMatchObject([{ stream: "users", reason: expect.stringMatching(/Tried 3 times/) }]);
		expect(stage.target.db.prepare("SELECT username FROM users").all()).toEqual([{ username: left[0]?.name }]);
		// Each try repeats what may be repeated.
		expect(tries).toBeLessThan(60);
		await gate.close();
	});
});

describe("two migrations of the same customers", () => {
	const note = ({ target }: Stage, name: string) =>
		target.db.prepare("SELECT note FROM users WHERE username = ?").get(name);
	let stage: Stage;
	beforeAll(async () => {
		stage = await openStage({ users: USERS });
		stage.define({}, "rehearsal");
		await banyan(stage, "run", `${stage.folder}/rehearsal.json`, "--only", "note_01", "note_02", "note_03");
		stage.define({}, "real");
		await banyan(stage, "run", `${stage.folder}/real.json`, "--only", "note_01", "note_02");
	});
	afterAll(() => stage[Symbol.asyncDispose]());

	it("a rollback of the earlier one leaves what the later one holds, with its name, and takes away the rest", async () => {
		expect((await banyan(stage, "rollback", "rehearsal")).code).toBe(4);
		const left = (await diffOf(stage, "rehearsal")).filter(({ stream }) => stream === "users");
		expect(left.map(({ name }) => name).sort()).toEqual(["note_01", "note_02"]);
		for (const { reason } of left) expect(reason).toMatch(/held by the migration 'real', which began later/);
		expect([note(stage, "note_01"), note(stage, "note_03")]).toEqual([{ note: "plain note" }, undefined]);
		// The owners of what is left stay with it.
		expect(adminsAt(stage).length).toBeGreaterThan(0);
	});

	it("once the later one is rolled back, so is the rest of the earlier one", async () => {
		expect((await banyan(stage, "rollback", "real")).code).toBe(0);
		expect((await banyan(stage, "rollback", "rehearsal")).code).toBe(0);
		expect(holdings(stage.target)).toEqual([]);
	});

	it("compare and repair of the earlier one touch nothing that the later one holds", async () => {
		await using other = await openStage({ users: USERS });
		const [first, second] = [other.define({}, "first"), other.define({ conflict: "overwrite" }, "second")];
		await banyan(other, "run", first);
		await banyan(other, "run", second);
		const call = await signIn(other.source, "/api/admins/token");
		await call("PUT", "/api/users/note_01", { username: "note_01", note: "edited", expire_strategy: "never" });
		await call("DELETE", "/api/users/note_02");
		for (const word of ["compare", "repair"]) {
			expect((await banyan(other, word, "first")).code).toBe(4);
			expect([note(other, "note_01"), note(other, "note_02")]).toEqual([{ note: "plain note" }, expect.anything()]);
			for (const name of ["note_01", "note_02"])
				expect((await diffOf(other, "first")).find(line => line.name === name)?.reason).toMatch(/'second'/);
		}
		// The later one follows both, also where the earlier one had made the record.
		expect((await banyan(other, "compare", "second")).code).toBe(0);
		expect([note(other, "note_01"), note(other, "note_02")]).toEqual([{ note: "edited" }, undefined]);
	});
});
