/** A migration that was begun is planned once more: it is looked at, and what may change in its definition is taken over. */

import { readFileSync } from "node:fs";
import type { Plan, Status } from "../../contracts/migration/migration";
import { openStage, type Stage } from "../support/banyan";
import { signIn } from "../support/panel-client";

const USERS = 60;
let stage: Stage;
beforeAll(async () => {
	stage = await openStage({ users: USERS });
	await stage.banyan(["migration", "run", stage.definition, "--only", "note_01"]).ended;
});
afterAll(() => stage[Symbol.asyncDispose]());

const target = (options: object) => ({
	target: { ...JSON.parse(readFileSync(stage.definition, "utf8")).target, ...options }
});
const planned = async (environment = {}): Promise<{ code: number | null; plan: Plan }> => {
	const { code, stdout } = await stage.banyan(["migration", "plan", stage.definition, "--json"], environment).ended;
	return { code, plan: JSON.parse(stdout) as Plan };
};
const says = ({ findings }: Plan): string => findings.map(({ message }) => message).join("\n");

it("says when it was planned, where it stands, what is new and what a run would do", async () => {
	const call = await signIn(stage.source, "/api/admins/token");
	await call("POST", "/api/users", { username: "newcomer", expire_strategy: "never", service_ids: [1] });
	const { code, plan } = await planned();
	expect([code, plan.begun]).toEqual([
		0,
		{
			plannedAt: expect.stringMatching(/^\d{4}-/),
			phase: "copying",
			changed: [],
			streams: [
				{ stream: "admins", read: 9, fresh: 0, gone: 0 },
				{ stream: "users", read: 1, fresh: USERS, gone: 0 }
			],
			next: expect.stringMatching(/goes on with the copy: 9 of 9 admins, 1 of /)
		}
	]);
	expect(says(plan)).toMatch(/It was planned at .* and is copying, paused/);
	expect(says(plan)).toContain(`users: ${USERS} at the source that it has not read yet`);
});

it("does not say 'ready' with a wrong password at either side, nor where a panel is away", async () => {
	for (const environment of [{ TARGET_PASSWORD: "wrong" }, { SOURCE_PASSWORD: "wrong" }]) {
		const { code, plan } = await planned(environment);
		expect([code, plan.ok]).toEqual([2, false]);
		expect(says(plan)).toMatch(/(source|target): .*refuses the user name or the password/);
	}
	// It closes one of its panels by itself.
	const away = await openStage({ users: USERS });
	await away.banyan(["migration", "run", away.definition, "--limit", "1"]).ended;
	await away.target.close();
	const { code, stdout } = await away.banyan(["migration", "plan", away.definition]).ended;
	expect([code, stdout]).toEqual([2, expect.stringMatching(/target: .*cannot be reached/)]);
	await away.source.close();
});

it("takes over what decides nothing of a record, and says which of the rest it refuses", async () => {
	stage.define({ catchUp: { passes: 3, removals: 0 }, accept: ["renamed"], ...target({ timeoutMs: 20_000 }) });
	const changed = ["target.timeoutMs", "accept", "catchUp.passes", "catchUp.removals"];
	const { code, plan } = await planned();
	expect([code, [...(plan.begun?.changed ?? [])].sort()]).toEqual([0, [...changed].sort()]);
	await stage.banyan(["migration", "run", stage.definition, "--limit", "1"]).ended;
	const log = (await stage.banyan(["migration", "logs", "panel"]).ended).stdout;
	expect(log).toMatch(/The definition was changed in .*catchUp.removals/);
	expect((await planned()).plan.begun?.changed).toEqual([]);
	const status = JSON.parse((await stage.banyan(["migration", "status", "panel", "--json"]).ended).stdout) as Status;
	expect(status.hash).toBe(plan.hash);
	stage.define({ conflict: "overwrite", rules: { noAccess: "quarantine" }, catchUp: { passes: 1 } });
	for (const word of ["plan", "run"]) {
		const refused = await stage.banyan(["migration", word, stage.definition]).ended;
		expect(refused).toMatchObject({
			code: 2,
			stderr: expect.stringMatching(/begun with, in .*conflict, rules.noAccess: restore it/)
		});
	}
});

it("streams are put in their order, and none is named twice", async () => {
	await using other = await openStage({ users: USERS });
	const wrong = other.define({ streams: ["users", "admins"] }, "wrong");
	const plan = await other.banyan(["migration", "plan", wrong]).ended;
	expect(plan).toMatchObject({ code: 0, stdout: expect.stringContaining("order of their dependence: admins, users") });
	const { stdout } = await other.banyan(["migration", "run", wrong, "--json"]).ended;
	expect((JSON.parse(stdout) as Status).verdict).toMatchObject({ accountedFor: USERS + 9, needHand: { records: 0 } });
	const twice = other.define({ streams: ["users", "admins", "users"] }, "twice");
	for (const word of ["plan", "dry-run", "run"])
		expect(await other.banyan(["migration", word, twice]).ended).toMatchObject({
			code: 1,
			stderr: expect.stringMatching(/:\d+:\d+ streams\.2: 'users' is named twice/)
		});
});

it("an unknown loss is refused by the definition and by --accept, with those that are known", async () => {
	const wrong = stage.define({ accept: ["rename"] }, "unknown");
	expect((await stage.banyan(["migration", "plan", wrong]).ended).stderr).toMatch(
		/no loss 'rename'\. Did you mean 'renamed'\? Known are: .*renamed/
	);
	stage.define();
	const { code, stderr } = await stage.banyan(["migration", "run", stage.definition, "--accept", "rename"]).ended;
	expect([code, stderr]).toEqual([
		1,
		expect.stringMatching(/no loss 'rename'\. Did you mean 'renamed'\? Known are: .*renamed/)
	]);
});
