/** Where the target lacks inbounds, `plan` writes how the source's nodes define them: to a file of the operator's alone. */

import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Plan } from "../../contracts/migration/migration";
import { openStage, type Stage } from "../support/banyan";
import { openDoor } from "../support/door";

const KEY = "wJalrXUtnFEMI-private";
const REALITY = {
	tag: "Corp Reality",
	protocol: "vless",
	port: 18443,
	streamSettings: { security: "reality", realitySettings: { privateKey: KEY, shortIds: ["6ba85179e30d4fc2"] } }
};

let stage: Stage;
beforeAll(async () => {
	stage = await openStage({ users: 60 });
	stage.source.db.exec("UPDATE inbounds SET tag = 'Corp Reality' WHERE id = 1");
});
afterAll(() => stage[Symbol.asyncDispose]());

const everything = (folder: string): string =>
	readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter(entry => entry.isFile() && !entry.name.endsWith("-inbounds.json") && entry.name !== "mine.json")
		.map(({ parentPath, name }) => readFileSync(join(parentPath, name), "latin1"))
		.join("\n");

it("says why where no node can be asked, and writes nothing", async () => {
	stage.define({ source: { ...JSON.parse(readFileSync(stage.definition, "utf8")).source, retryBaseMs: 1 } });
	const { code, stdout } = await stage.banyan(["migration", "plan", stage.definition]).ended;
	expect(code).toBe(0);
	expect(stdout).toContain("The target has no vless inbound 'Corp Reality'");
	expect(stdout).toContain("no file is written: the config of node-de cannot be read");
	expect(existsSync(join(stage.folder, "panel-inbounds.json"))).toBe(false);
});

it("writes the missing ones beside where it runs, readable by its owner, and says what to do", async () => {
	const config = JSON.stringify({ inbounds: [{ tag: "VMess TCP", port: 18082 }, REALITY] });
	stage.source.db.prepare("INSERT INTO node_configs VALUES (2, 'xray', ?)").run(config);
	const { code, stdout, stderr } = await stage.banyan(["migration", "plan", stage.definition]).ended;
	expect(code).toBe(0);
	const file = join(stage.folder, "panel-inbounds.json");
	expect(JSON.parse(readFileSync(file, "utf8"))).toEqual([REALITY]);
	expect(statSync(file).mode & 0o777).toBe(0o600);
	expect(stdout).toContain("1 of 2 missing inbounds are in panel-inbounds.json");
	expect(stdout).toContain("no config that could be read has 'nl-vless-ws'");
	expect(stdout + stderr + everything(stage.folder)).not.toContain(KEY);
});

it("writes them where it is told to, whatever rights the file there had", async () => {
	const file = join(stage.folder, "mine.json");
	writeFileSync(file, "old");
	chmodSync(file, 0o644);
	const args = ["migration", "plan", stage.definition, "--json", "--inbounds", file];
	const { stdout } = await stage.banyan(args).ended;
	const { findings, missingInbounds } = JSON.parse(stdout) as Plan;
	expect(missingInbounds).toEqual(["Corp Reality", "nl-vless-ws"]);
	expect(findings.map(({ code }) => code)).toContain("inbounds-written");
	expect(JSON.parse(readFileSync(file, "utf8"))).toEqual([REALITY]);
	expect(statSync(file).mode & 0o777).toBe(0o600);
	const nowhere = await stage.banyan([...args.slice(0, -1), join(stage.folder, "no", "where.json")]).ended;
	expect(nowhere.code).toBe(1);
	expect(nowhere.stderr).toContain("name another file by --inbounds");
});

it("a key that may only plan has the plan and its hash, and is told whose key has the definitions", async () => {
	await using door = await openDoor(stage.folder, {
		SOURCE_PASSWORD: "admin123",
		TARGET_PASSWORD: "admin123",
		CONNECT_ALLOW: "loopback"
	});
	const file = stage.define({
		source: { ...JSON.parse(readFileSync(stage.definition, "utf8")).source, password: "admin123" },
		target: { ...JSON.parse(readFileSync(stage.definition, "utf8")).target, password: "admin123" }
	});
	const made = await door.ask("/api/v1/api-keys", {
		method: "POST",
		body: { name: "one", scopes: ["migration:plan"] }
	});
	const theirs = join(stage.folder, "theirs.json");
	const args = ["migration", "plan", file, "--inbounds", theirs];
	const afar = { BANYAN_URL: door.url, BANYAN_API_KEY: made.json.key };
	const asJson = await stage.banyan([...args, "--json"], afar).ended;
	expect([asJson.code, asJson.stderr]).toEqual([0, ""]);
	const { hash, ok, findings, missingInbounds } = JSON.parse(asJson.stdout) as Plan;
	expect([ok, missingInbounds]).toEqual([true, ["Corp Reality", "nl-vless-ws"]]);
	expect(findings.map(({ code }) => code)).toContain("inbounds-withheld");
	expect(existsSync(theirs)).toBe(false);
	const asText = (await stage.banyan(args, afar).ended).stdout.replace(/\s+/g, " ");
	expect(asText).toContain("The target has no vless inbound 'Corp Reality'");
	expect(asText).toContain("given to a key with 'migration:run' only");
	// What whoever may run needs of whoever may plan.
	expect(asText).toContain(`Hash: ${hash}`);
	const own = await stage.banyan(args, { ...afar, BANYAN_API_KEY: door.key }).ended;
	expect([own.code, JSON.parse(readFileSync(theirs, "utf8"))]).toEqual([0, [REALITY]]);
});
