/** The command against a server in a process of its own: the same words and exit codes as in one process. */

import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { Status } from "../../contracts/migration/migration";
import type { ApiKey } from "../../contracts/platform/access";
import { openStage, type Stage } from "../support/banyan";
import { type Door, openDoor } from "../support/door";
import { until } from "../support/until";

/** Of a pause that the test ends. */
const LONG_MS = 600_000;
/** They take as long as many more at a panel that is quicker. */
const USERS = 230;
const SECRETS = { SOURCE_PASSWORD: "admin123", TARGET_PASSWORD: "admin123" };

let stage: Stage;
let server: Door;
beforeAll(async () => {
	stage = await openStage({ users: USERS, target: { createMs: 9 } });
	stage.define({ rules: { refusedNames: "quarantine" } });
	server = await openDoor(stage.folder, SECRETS);
});
afterAll(async () => {
	await server?.[Symbol.asyncDispose]();
	await stage[Symbol.asyncDispose]();
});

/** No folder and no password of its own: whatever is done, the server does. */
const alone = (key: string): Record<string, string | undefined> => ({
	BANYAN_API_KEY: key,
	DATA_DIR: join(stage.folder, "nowhere"),
	SOURCE_PASSWORD: undefined,
	TARGET_PASSWORD: undefined
});
const from = (args: readonly string[], url: string, key: string) => stage.banyan([...args, "--url", url], alone(key));
const afar = (...args: string[]) => from(args, server.url, server.key).ended;
/** A node in the command's own process, on the server's folder, which it only reads. */
const near = (...args: string[]) => stage.banyan(args, { DATA_DIR: join(stage.folder, "server") }).ended;

it("of a name that a server does not know, nothing is advised that only a folder of one's own has", async () => {
	const { code, stderr } = await afar("migration", "status", "nobody");
	expect([code, stderr]).toEqual([1, "banyan: There is no migration 'nobody' here: plan it and run it first.\n"]);
});

/** But for how long ago it is said, where the next command is to go, and where a code is explained. */
const alike = (text: string): string =>
	text
		.replace(/\d+ \w+ ago|\bnow\b/g, "just now")
		.replaceAll(` --url ${server.url}`, "")
		.replace(/<a href="[^"]*\/docs\/losses#(\w+)"><code>\1<\/code><\/a>/g, "<code>$1</code> in docs/losses.md#$1");

describe("a whole migration from afar", () => {
	it("plan and dry-run say what they say in one process, and write nothing", async () => {
		for (const command of ["plan", "dry-run"])
			for (const flags of [[], ["--json"]]) {
				const said = await afar("migration", command, stage.definition, ...flags);
				const own = await stage.banyan(["migration", command, stage.definition, ...flags]).ended;
				expect([said.code, alike(said.stdout)]).toEqual([own.code, alike(own.stdout)]);
				// How far it is, is said as often as there is time for.
				const lines = [said, own].flatMap(({ stderr }) => stderr.split("\n").filter(line => line !== ""));
				for (const line of lines)
					expect(line).toMatch(/^dry-run of panel: \w+: look(ing|ed at), |^Nothing has been written\.$/);
			}
		expect(Object.keys(stage.target.requests).filter(call => /^(PUT|DELETE)|^POST (?!.*token)/.test(call))).toEqual([]);
	});

	it("run goes on when its watcher leaves, who ends with 130", async () => {
		const { process: watcher, ended } = from(["migration", "run", stage.definition], server.url, server.key);
		await until(() => (stage.target.requests["POST /api/user"] ?? 0) > 0);
		// It cannot come to its end meanwhile, however slowly we look.
		stage.target.pause(LONG_MS);
		watcher.kill("SIGINT");
		const { code, stdout, stderr } = await ended;
		expect(code).toBe(130);
		expect(stdout).toMatch(/^panel: copying, running/);
		expect(stderr).toContain(`No longer watching: 'panel' goes on at ${server.url}.`);
		expect(JSON.parse((await afar("migration", "status", "panel", "--json")).stdout)).toMatchObject({ running: true });
	});

	it("status --watch and logs --follow go on until it rests, and run says how it ended", async () => {
		const watch = from(["migration", "status", "panel", "--watch", "--json"], server.url, server.key);
		const log = afar("migration", "logs", "panel", "--follow");
		let isWatched = false;
		watch.process.stdout?.once("data", () => {
			isWatched = true;
		});
		// It rests since the one before.
		await until(() => isWatched);
		stage.target.pause(0);
		const [watched, followed, run] = await Promise.all([
			watch.ended,
			log,
			afar("migration", "run", stage.definition, "--json")
		]);
		expect([watched.code, followed.code, run.code]).toEqual([0, 0, 4]);
		const seen = watched.stdout
			.trim()
			.split("\n")
			.map(line => JSON.parse(line) as Status);
		expect(seen.length).toBeGreaterThan(1);
		expect([seen[0]?.phase, seen.at(-1)?.phase]).toEqual(["copying", "finished"]);
		expect(JSON.parse(run.stdout)).toMatchObject({ phase: "finished", running: false });
		expect(followed.stdout).toMatch(/^\S+Z {2}Planned by marzneshin-to-marzban/);
		expect(followed.stdout).toMatch(/Finished, attention; certificate \w+\.\n$/);
		// None twice, none left out.
		expect(followed.stdout).toBe((await near("migration", "logs", "panel")).stdout);
	});

	it.each<[string[]]>([
		[["migration", "status"]],
		[["migration", "status", "panel", "--json"]],
		[["migration", "status", "panel", "--watch"]],
		[["migration", "logs", "panel", "--json"]],
		[["migration", "diff", "panel"]],
		[["migration", "report", "panel"]],
		[["migration", "report", "panel", "--format", "json"]],
		[["migration", "report", "panel", "--format", "html"]],
		[["migration", "report", "panel", "--customers"]],
		[["migration", "links", "panel", "--format", "csv"]],
		[["migration", "status", "nobody"]],
		[["migration", "logs", "nobody", "--follow"]],
		[["migration", "report", "nobody"]]
	])("%j prints and ends as in one process", async args => {
		const [said, own] = [await afar(...args), await near(...args)];
		// Of two long texts the first line that differs is enough to know.
		const [far, here] = [alike(said.stdout).split("\n"), alike(own.stdout).split("\n")];
		const line = far.findIndex((each, index) => each !== here[index]);
		expect([said.code, said.stderr, line, far[line], far.length]).toEqual([
			own.code,
			own.stderr,
			-1,
			here[line],
			here.length
		]);
		expect(said.stdout + said.stderr).not.toBe("");
	});

	it("a definition that changed is refused with 2", async () => {
		const { code, stderr } = await afar("migration", "run", stage.define({ conflict: "overwrite" }));
		expect([code, stderr]).toEqual([2, expect.stringMatching(/^banyan: The definition of 'panel' is not the one/)]);
		stage.define({ rules: { refusedNames: "quarantine" } });
	});

	it("repair and rollback end as they do in one process", async () => {
		expect((await afar("migration", "repair", "panel", "--reason", "to see")).code).toBe(4);
		const { code, stdout } = await afar("migration", "rollback", "panel", "--reason", "to see");
		expect([code, stdout]).toEqual([0, expect.stringMatching(/^panel: rolled-back/)]);
		expect((await afar("migration", "logs", "panel")).stdout).toMatch(
			/Rolling back: to see\..*Rolled back; 0 records/s
		);
		const again = await afar("migration", "pause", "panel");
		expect([again.code, again.stderr]).toEqual([1, "banyan: The migration 'panel' is rolled-back already.\n"]);
	});

	it("nothing of it was done here", () => {
		expect(existsSync(join(stage.folder, "nowhere"))).toBe(false);
	});
});

describe("keys", () => {
	const list = async (): Promise<ApiKey[]> => JSON.parse((await afar("keys", "list", "--json")).stdout) as ApiKey[];

	it("are made, and printed once, alone; used, and ended", async () => {
		const made = await afar("keys", "create", "monitoring", "--scope", "migration:read");
		expect(made.code).toBe(0);
		expect(made.stdout).toMatch(/^bny_[\w-]{43}\n$/);
		const key = made.stdout.trim();
		expect(made.stderr).not.toContain(key);
		const [id] = (await list()).filter(({ name }) => name === "monitoring").map(each => each.id);
		const listed = await afar("keys", "list");
		expect(listed.stdout).toContain(`${id}  `);
		expect(listed.stdout).not.toContain(key);
		const file = join(stage.folder, "key");
		writeFileSync(file, `${key}\n`);
		const byFile = await stage.banyan(
			["migration", "status", "--url", server.url, "--api-key-file", file],
			alone("of another server")
		).ended;
		expect(byFile.code).toBe(0);

		const other = await from(["migration", "pause", "panel"], server.url, key).ended;
		expect([other.code, other.stdout, other.stderr]).toEqual([
			1,
			"",
			expect.stringMatching(
				/^banyan: This needs the scope 'migration:run'; the key 'monitoring' has migration:read\. Ask for a key .*\n$/
			)
		]);
		expect((await afar("keys", "revoke", String(id))).stdout).toMatch(new RegExp(`^revoked: ${id} `));
		const revoked = await from(["migration", "status"], server.url, key).ended;
		expect([revoked.code, revoked.stderr]).toEqual([
			1,
			"banyan: This API key is not known here, or was revoked. Set BANYAN_API_KEY, or name the key's file by --api-key-file.\n"
		]);
		// Neither the server's files nor its log have the key.
		for (const name of ["keys.db", "requests.db"])
			expect(readFileSync(join(stage.folder, "server", name), "utf8")).not.toContain(key);
		expect(server.node.log()).not.toContain(key);
	});

	it("without a scope, or with one there is not, are refused", async () => {
		for (const args of [[], ["--scope", "everything"]]) {
			const { code, stderr } = await afar("keys", "create", "x", ...args);
			expect([code, stderr]).toEqual([1, expect.stringContaining("--scope")]);
		}
		const unknown = await afar("keys", "revoke", "nothing");
		expect([unknown.code, unknown.stderr]).toEqual([1, "banyan: There is no API key 'nothing'.\n"]);
	});

	it("are made in one process where no server holds the folder, which says so where one does", async () => {
		const held = await near("keys", "list");
		expect([held.code, held.stderr]).toEqual([
			1,
			expect.stringMatching(/in use by process \d+ .*: wait for that process/)
		]);
		const made = await stage.banyan(["keys", "create", "own", "--scope", "migration:read", "keys:manage"]).ended;
		expect([made.code, made.stdout]).toEqual([0, expect.stringMatching(/^bny_[\w-]{43}\n$/)]);
		const { stdout } = await stage.banyan(["keys", "list", "--json"]).ended;
		const own = (JSON.parse(stdout) as ApiKey[]).find(({ name }) => name === "own");
		expect(own?.scopes).toEqual(["migration:read", "keys:manage"]);
		expect((await stage.banyan(["keys", "revoke", String(own?.id)]).ended).code).toBe(0);
	});
});

describe("the last key by which keys are made", () => {
	it("is told to be so when it is revoked, and the way back that is said is one", async () => {
		const folder = join(stage.folder, "locked-out");
		mkdirSync(folder);
		const door = await openDoor(folder);
		const run = (key: string, ...args: string[]) => from(["keys", ...args], door.url, key).ended;
		try {
			const made = await run(door.key, "create", "second", "--scope", "keys:manage");
			const keys = JSON.parse((await run(door.key, "list", "--json")).stdout) as ApiKey[];
			const idOf = (name: string): string => keys.find(each => each.name === name)?.id ?? "";
			const one = await run(made.stdout.trim(), "revoke", idOf("the first one"));
			expect([one.code, one.stderr]).toEqual([0, ""]);
			const last = await run(made.stdout.trim(), "revoke", idOf("second"), "--json");
			expect([last.code, JSON.parse(last.stdout).name]).toEqual([0, "second"]);
			expect(last.stderr).toMatch(/the last key with 'keys:manage': .* banyan keys create NAME --scope keys:manage\n$/);
		} finally {
			await door[Symbol.asyncDispose]();
		}
		const environment = { DATA_DIR: join(folder, "server") };
		const back = await stage.banyan(["keys", "create", "back", "--scope", "keys:manage"], environment).ended;
		expect([back.code, back.stdout]).toEqual([0, expect.stringMatching(/^bny_/)]);
		await using again = await door.again();
		const listed = await from(["keys", "list"], again.url, back.stdout.trim()).ended;
		expect([listed.code, listed.stdout]).toEqual([0, expect.stringContaining("back")]);
	});
});

describe("what may be wrong on the way", () => {
	const LINE = /^banyan: [^\n]+\n$/;

	it.each<[string, () => ReturnType<typeof from>, RegExp]>([
		["no key", () => from(["migration", "status"], server.url, ""), /asks for an API key: set BANYAN_API_KEY/],
		[
			"a wrong key",
			() => from(["migration", "status"], server.url, "bny_wrong"),
			/not known here, or was revoked\. Set/
		],
		["no server", () => from(["migration", "status"], "http://127.0.0.1:9", "k"), /Nothing answers at .*ECONNREFUSED/],
		["no such host", () => from(["migration", "status"], "http://no.such.host.invalid", "k"), /Nothing answers at/],
		["another server", () => from(["migration", "status"], stage.source.url, "k"), /is not Banyan \(HTTP 40\d/],
		["an address that is none", () => from(["migration", "status"], "panel", "k"), /not an address of a server/],
		["a file that is not there", () => from(["migration", "plan", "nowhere.yaml"], server.url, "k"), /cannot be read/]
	])("%s: one line, and 1", async (_, ask, says) => {
		const { code, stdout, stderr } = await ask().ended;
		expect([code, stdout]).toEqual([1, ""]);
		expect(stderr).toMatch(LINE);
		expect(stderr).toMatch(says);
	});

	it("a server that is started again while a run is watched: the watching goes on", async () => {
		await using other = await openStage({ users: USERS, target: { createMs: 18 } });
		const port = String(21_000 + (process.pid % 9_000));
		const environment = { ...SECRETS, GATEWAY_PORT: port };
		const first = await openDoor(other.folder, environment);
		const watch = { BANYAN_API_KEY: first.key, BANYAN_URL: first.url };
		const run = other.banyan(["migration", "run", other.definition, "--json"], watch);
		const logs = (async () => {
			let lines = 0;
			while (lines < 4)
				lines =
					(await other.banyan(["migration", "logs", "panel", "--json"], watch).ended).stdout.split("\n").length - 1;
			const following = other.banyan(["migration", "logs", "panel", "--follow", "--json"], watch);
			await once(following.process.stdout as Readable, "data");
			await first.node.stop();
			const second = await openDoor(other.folder, environment);
			return { second, followed: await following.ended };
		})();
		const { second, followed } = await logs;
		try {
			const { code, stdout, stderr } = await run.ended;
			for (const line of stderr.trim().split("\n")) expect(line).toMatch(/^(panel: |banyan: .*Asked again in)/);
			expect([code, (JSON.parse(stdout) as Status).phase]).toEqual([0, "finished"]);
			expect(followed.stderr).toMatch(/^(banyan: .*Asked again in .*\n)*$/);
			expect(followed.code).toBe(0);
			const whole = await other.banyan(["migration", "logs", "panel", "--json"], watch).ended;
			expect(followed.stdout).toBe(whole.stdout);
		} finally {
			await second[Symbol.asyncDispose]();
		}
	});
});
