/** Every file that Banyan leaves behind is for its owner alone, whatever the umask; nothing is written through a link. */

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { openStage, type Stage } from "../support/banyan";

const BANYAN = join(__dirname, "..", "..", "dist", "cli", "banyan.js");
const START = join(__dirname, "..", "..", "dist", "start.js");

let stage: Stage;
beforeAll(async () => {
	stage = await openStage({ database: true, users: 20 });
	mkdirSync(at("out"), { mode: 0o777 });
	chmodSync(at("out"), 0o777);
});
afterAll(() => stage[Symbol.asyncDispose]());

const at = (name: string): string => join(stage.folder, name);
const open = (folder: string): string[] =>
	execFileSync("find", [folder, "-mindepth", "1", "-perm", "/077"], { encoding: "utf8" }).split("\n").filter(Boolean);
const files = (folder: string): string[] =>
	execFileSync("find", [folder, "-type", "f", "-printf", "%P\n"], { encoding: "utf8" }).split("\n").filter(Boolean);
/** In a shell of its own. */
async function sh(script: string, args: readonly string[], environment: Record<string, string>) {
	const child = spawn("sh", ["-c", script, "-", ...args], {
		cwd: stage.folder,
		env: { PATH: process.env.PATH, ...environment },
		stdio: ["ignore", "pipe", "pipe"]
	});
	const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
	return { status: status as number | null, stdout, stderr };
}
/** Under the widest umask. */
const widely = (args: readonly string[], environment: Record<string, string> = {}) =>
	sh('umask 0; exec "$@"', [process.execPath, BANYAN, ...args], {
		DATA_DIR: at("data"),
		SOURCE_PASSWORD: "admin123",
		TARGET_PASSWORD: "admin123",
		...environment
	});

it("a whole run under umask 0, in a folder that was open to all, leaves nothing open", async () => {
	mkdirSync(at("data"));
	chmodSync(at("data"), 0o777);
	const said = await widely(["migration", "run", stage.definition]);
	expect([said.status, said.stderr]).toEqual([0, expect.any(String)]);
	for (const [name, format] of [
		["report.ndjson", "ndjson"],
		["report.html", "html"],
		["report.json", "json"]
	] as const)
		expect(
			(await widely(["migration", "report", "panel", "--format", format, "--out", at(`out/${name}`)])).status
		).toBe(0);
	expect((await widely(["migration", "report", "panel", "--customers", "--out", at("out/customers.csv")])).status).toBe(
		0
	);
	for (const format of ["csv", "nginx", "caddy"])
		await widely(["migration", "links", "panel", "--format", format, "--out", at(`out/links.${format}`)]);
	expect((await widely(["migration", "rollback", "panel", "--yes"])).status).toBe(0);
	expect([...open(at("data")), ...open(at("out"))]).toEqual([]);
	expect(statSync(at("data")).mode & 0o777).toBe(0o700);
	// It is all there, so that this says something.
	expect(files(at("data"))).toEqual(
		expect.arrayContaining(["banyan.log", "definitions.db", "events.db", "links.db", "lock.db", "secret.key"])
	);
	expect(files(at("data")).filter(name => /^backups\/|passwords\.csv$/.test(name)).length).toBeGreaterThan(0);
	expect(files(at("out")).length).toBeGreaterThanOrEqual(7);
});

it("neither does a server", async () => {
	const script = `umask 0; "$@" > log & for i in $(seq 600); do grep -q 'ServiceBroker with' log && break; sleep 0.1; done
		kill $!; wait $!`;
	const environment = { DATA_DIR: at("server"), GATEWAY_PORT: "0" };
	const { status, stderr } = await sh(script, [process.execPath, START], environment);
	expect([status, stderr]).toEqual([0, ""]);
	expect(files(at("server"))).toEqual(expect.arrayContaining(["api-key", "keys.db", "requests.db"]));
	expect(open(at("server"))).toEqual([]);
});

describe("--out", () => {
	const WRITERS = [
		["migration", "report", "panel", "--format", "html"],
		["migration", "report", "panel", "--customers"],
		["migration", "links", "panel", "--format", "csv"]
	] as const;
	it.each(WRITERS.map(words => [words.join(" "), words] as const))("%s goes through no link", async (_, words) => {
		writeFileSync(at("treasure"), "gold", { mode: 0o644 });
		for (const lead of [at("treasure"), at("nothing")]) {
			rmSync(at("link"), { force: true });
			symlinkSync(lead, at("link"));
			const { status, stderr } = await widely([...words, "--out", at("link")]);
			expect([status, stderr]).toEqual([
				1,
				expect.stringMatching(
					/cannot be written to '.*link' \(it is a symbolic link, .*name another file by --out\.\n$/
				)
			]);
		}
		expect([readFileSync(at("treasure"), "utf8"), existsSync(at("nothing"))]).toEqual(["gold", false]);
	});

	it("replaces a file that was open to all by one that is not, and still goes to devices", async () => {
		writeFileSync(at("report"), "before", { mode: 0o666 });
		chmodSync(at("report"), 0o666);
		expect((await widely(["migration", "report", "panel", "--format", "json", "--out", at("report")])).status).toBe(0);
		expect(statSync(at("report")).mode & 0o777).toBe(0o600);
		const words = ["migration", "report", "panel", "--format", "json", "--out", "/dev/stdout"];
		const { status, stdout } = await sh('"$@" | cat', [process.execPath, BANYAN, ...words], { DATA_DIR: at("data") });
		expect([status, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ name: "panel" })]);
	});
});

it("a log that leads elsewhere is not written to", async () => {
	mkdirSync(at("linked"), { mode: 0o700 });
	writeFileSync(at("treasure"), "gold");
	symlinkSync(at("treasure"), at("linked/banyan.log"));
	const { status, stderr } = await widely(["migration", "plan", stage.definition], { DATA_DIR: at("linked") });
	expect([status, stderr]).toEqual([
		1,
		expect.stringMatching(/^banyan: '.*banyan\.log' is not used: it is a symbolic link; put the file itself there\.\n$/)
	]);
	expect(readFileSync(at("treasure"), "utf8")).toBe("gold");
});
