/** Folders and files that cannot be used, full disks, servers that do not answer: one sentence each, and nothing half-written. */

import { execFileSync, spawnSync } from "node:child_process";
import {
	chmodSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStage, type Stage } from "../support/banyan";
import { type Answer, type Door, openDoor } from "../support/door";

/** Only root can mount a disk and become nobody: without it there are fewer tests. */
const asRoot = (what: string, test: () => unknown): void => {
	if (process.getuid?.() === 0) it(what, test as () => void);
};
const NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
const BANYAN = join(__dirname, "..", "..", "dist", "cli", "banyan.js");
const SENTENCE = /^banyan: [^\n]+\.\n$/;

let stage: Stage;
beforeAll(async () => {
	stage = await openStage({ users: 60 });
	const moved = await stage.banyan(["migration", "run", stage.definition, "--limit", "3"]).ended;
	if (moved.code !== 0) throw new Error(moved.stderr);
});
afterAll(() => stage[Symbol.asyncDispose]());

const at = (name: string): string => join(stage.folder, name);
const file = (name: string, text: string): string => {
	mkdirSync(join(at(name), ".."), { recursive: true });
	writeFileSync(at(name), text);
	return at(name);
};
const FACES = [
	["migration", "status"],
	["migration", "plan", "panel.json"]
] as const;

describe("a data folder", () => {
	const CASES: readonly (readonly [string, () => string, RegExp])[] = [
		["that is a file", () => file("a-file", "x"), /it is a file, or lies under one; set DATA_DIR/],
		["under a file", () => join(file("another-file", "x"), "data"), /it is a file, or lies under one; set DATA_DIR/],
		[
			"with a text as its events",
			() => join(file("text/events.db", "this is no database, but a text\n"), ".."),
			/events\.db' cannot be used \(file is not a database\)/
		]
	];
	it.each(CASES)("%s", async (_, dir, expected) => {
		for (const args of FACES) {
			const { code, stderr } = await stage.banyan(args, { DATA_DIR: dir() }).ended;
			expect([code, stderr]).toEqual([1, expect.stringMatching(expected)]);
			expect(stderr).toMatch(SENTENCE);
		}
	});

	it("that cannot be made, though its parents are folders", async () => {
		const { code, stderr } = await stage.banyan(FACES[1], { DATA_DIR: "/proc/nowhere/data" }).ended;
		expect([code, stderr]).toEqual([1, expect.stringMatching(/cannot be made \(ENOENT\); set DATA_DIR/)]);
	});

	it("with a lock that is none of ours, or a collection that is damaged", async () => {
		const lock = join(file("lock/lock.db", "garbage garbage garbage"), "..");
		const broken = join(file("broken/definitions.db", "{no json\n"), "..");
		for (const [dir, expected] of [
			[lock, /is no lock of ours; remove that file/],
			[broken, /its line 1 cannot be read.*Restore it from a backup/]
		] as const) {
			const { code, stderr } = await stage.banyan(FACES[1], { DATA_DIR: dir }).ended;
			expect([code, stderr]).toEqual([1, expect.stringMatching(expected)]);
		}
	});

	it("that is made with its parents", async () => {
		const { code } = await stage.banyan(FACES[1], { DATA_DIR: at("x/y/z") }).ended;
		expect([code, existsSync(at("x/y/z/events.db"))]).toEqual([0, true]);
	});

	asRoot("of another user, or in another's folder, is told so, never as one without a migration", () => {
		chmodSync(stage.folder, 0o755);
		mkdirSync(at("others"), { mode: 0o755 });
		for (const dir of [at("data"), at("others/data")])
			for (const args of FACES) {
				if (!existsSync(dir) && args[1] === "status") continue;
				const env = { ...process.env, DATA_DIR: dir };
				const { status, stderr } = spawnSync(
					NOBODY[0] as string,
					[...NOBODY.slice(1), process.execPath, BANYAN, ...args],
					{ cwd: stage.folder, env, encoding: "utf8" }
				);
				expect([status, stderr]).toEqual([
					1,
					expect.stringMatching(/this process may not read and write there; run it as the folder's owner/)
				]);
				expect(stderr).toMatch(SENTENCE);
			}
	});

	asRoot("that may be read but not written to shows its migrations all the same", async () => {
		execFileSync("cp", ["-r", at("data"), at("shown")]);
		execFileSync("chmod", ["-R", "a+rX", at("shown")]);
		const env = { ...process.env, DATA_DIR: at("shown") };
		const look = [...NOBODY.slice(1), process.execPath, BANYAN, "migration", "status", "panel", "--json"];
		const { status, stdout, stderr } = spawnSync(NOBODY[0] as string, look, {
			cwd: stage.folder,
			env,
			encoding: "utf8"
		});
		expect([status, stderr]).toEqual([0, ""]);
		expect(JSON.parse(stdout)).toMatchObject({ name: "panel" });
	});
});

describe("a file to write", () => {
	const OUT = [
		["migration", "report", "panel"],
		["migration", "report", "panel", "--format", "html"],
		["migration", "links", "panel", "--format", "csv"]
	] as const;
	it.each(OUT.map(words => [words.join(" "), words] as const))("of %s", async (_, words) => {
		const cases = [
			[at("nowhere/report"), /\(ENOENT: there is no folder '.*nowhere'\): name another file by --out/],
			[at("data"), /\(EISDIR: it is a folder\): name another file/],
			["/dev/full", /\(ENOSPC: the disk is full\): name another file/]
		] as const;
		for (const [out, expected] of cases) {
			const { code, stderr } = await stage.banyan([...words, "--out", out]).ended;
			expect([out, code, stderr]).toEqual([out, 1, expect.stringMatching(expected)]);
			expect(stderr).toMatch(SENTENCE);
		}
		// The device is still one.
		expect(spawnSync("test", ["-c", "/dev/full"]).status).toBe(0);
	});

	asRoot("that could not be finished is left as it was", async () => {
		const small = at("small");
		mkdirSync(small);
		execFileSync("mount", ["-t", "tmpfs", "-o", "size=8k", "tmpfs", small]);
		try {
			writeFileSync(join(small, "report"), "the one before");
			const out = ["--format", "html", "--out", join(small, "report")];
			const { code, stderr } = await stage.banyan(["migration", "report", "panel", ...out]).ended;
			expect([code, stderr]).toEqual([
				1,
				expect.stringMatching(/^banyan: The report cannot be written to .*the disk is full/)
			]);
			expect([readFileSync(join(small, "report"), "utf8"), readdirSync(small)]).toEqual(["the one before", ["report"]]);
		} finally {
			spawnSync("umount", ["-l", small]);
		}
	});

	it.each([
		["standard output", "> /dev/full"],
		["the help", "--help > /dev/full"]
	])("%s that is full is told on standard error", async (_, to) => {
		const line = `exec ${process.execPath} ${BANYAN} migration report panel ${to}`;
		const { status, stderr } = spawnSync("bash", ["-c", line], {
			cwd: stage.folder,
			env: { ...process.env, DATA_DIR: at("data") },
			encoding: "utf8"
		});
		expect([status, stderr]).toEqual([
			1,
			"banyan: Nothing can be written to standard output (ENOSPC): what it was to say is lost.\n"
		]);
	});
});

describe("a full disk", () => {
	let disk: string;
	beforeAll(() => {
		disk = mkdtempSync(join(tmpdir(), "banyan-disk-"));
	});
	afterAll(() => rmSync(disk, { recursive: true, force: true }));

	const fill = (): void => void spawnSync("bash", ["-c", `cat /dev/zero > ${join(disk, "filling")}`]);
	const makeRoom = (): void => rmSync(join(disk, "filling"), { force: true });

	asRoot("the server says so, lives on, and does as asked once there is room", async () => {
		execFileSync("mount", ["-t", "tmpfs", "-o", "size=12m", "tmpfs", disk]);
		let server: Door | undefined;
		try {
			server = await openDoor(disk, { SOURCE_PASSWORD: "admin123", TARGET_PASSWORD: "admin123" });
			const document = readFileSync(stage.define({}, "on-a-full-disk"), "utf8");
			const planned = await server.ask("/api/v1/migrations/plan", { method: "POST", body: { document } });
			expect(planned.status).toBe(200);
			fill();
			const post = (path: string, body: object, headers = {}) =>
				server?.ask(`/api/v1${path}`, { method: "POST", body, headers });
			const aKey = { name: "k", scopes: ["migration:read"] };
			let asked = 0;
			const key = () => post("/api-keys", aKey);
			const start = () => post("/migrations/on-a-full-disk/start", {});
			const keyed = () => post("/api-keys", aKey, { "idempotency-key": `key-${asked++}` });
			const plan = () => post("/migrations/plan", { document: document.replace("on-a-full-disk", `plan-${asked++}`) });
			// What a file has already may take a little more.
			const refused = async (ask: typeof key) => {
				let answer = await ask();
				for (let made = 0; answer && answer.status < 300 && made < 200; made++) answer = await ask();
				return answer;
			};
			for (const ask of [key, keyed, plan, start]) {
				const { status, json, headers } = (await refused(ask)) as Answer;
				expect([ask.name, status, json.code, headers.get("retry-after")]).toEqual([
					ask.name,
					503,
					"STORE_FAILED",
					expect.stringMatching(/^\d+$/)
				]);
				expect(json.detail).toMatch(/disk may be full.*make room/);
			}
			expect((await server.ask("/live")).status).toBe(200);
			expect((await server.ask("/api/v1/migrations")).status).toBe(200);
			makeRoom();
			for (const ask of [key, keyed]) expect((await ask())?.status).toBe(201);
			expect((await plan())?.status).toBe(200);
			expect((await start())?.status).toBe(202);
			expect(server.node.log()).not.toMatch(/unhandled/i);
		} finally {
			await server?.[Symbol.asyncDispose]();
			spawnSync("umount", ["-l", disk]);
		}
	});

	asRoot("a read-only file system is told as one", async () => {
		execFileSync("mount", ["-t", "tmpfs", "-o", "ro,size=1m", "tmpfs", disk]);
		try {
			const { code, stderr } = await stage.banyan(FACES[1], { DATA_DIR: join(disk, "data") }).ended;
			expect([code, stderr]).toEqual([
				1,
				expect.stringMatching(/the file system is read-only; mount it writable, or set DATA_DIR/)
			]);
			expect(stderr).toMatch(SENTENCE);
		} finally {
			spawnSync("umount", ["-l", disk]);
		}
	});
});
