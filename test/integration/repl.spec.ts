/** The REPL in a cluster of two nodes over NATS: through a pipe as a script has it, and in a terminal as somebody sits before it. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Broker } from "../../cluster";
import { logLevelsOf } from "../../cluster/log-levels";
import { openNode } from "../../node";
import { sit } from "../support/pty";
import { type Nats, startNats } from "../support/servers";
import { until } from "../support/until";

const BANYAN = join(__dirname, "..", "..", "dist", "cli", "banyan.js");
const folder = mkdtempSync(join(tmpdir(), "banyan-repl-"));
const log = join(folder, "stages.log");

let nats: Nats;
let environment: Record<string, string>;
let nodes: readonly [keeper: Broker, stages: Broker];

beforeAll(async () => {
	nats = await startNats();
	environment = {
		TRANSPORTER: nats.url,
		CLUSTER_KEY: Buffer.from("a key of the cluster for tests 32").subarray(0, 32).toString("base64"),
		NAMESPACE: "repl-spec",
		HOME: folder
	};
	const open = (id: string, services: string, logFile: string): Promise<Broker> =>
		openNode(
			{ logLevel: "warn", logFile },
			{ ...environment, NODE_ID: id, SERVICES: services, DATA_DIR: join(folder, id) }
		);
	nodes = [
		await open("keeper", "migration,links,access,idempotency,events", join(folder, "keeper.log")),
		await open("stages", "extractor,transformer,validator,importer,verifier", log)
	];
});

afterAll(async () => {
	await Promise.all(nodes.map(node => node.stop()));
	await nats.kill();
	rmSync(folder, { recursive: true, force: true });
});

interface Ended {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

/** What a script would write into it. */
async function piped(lines: readonly string[], args: readonly string[] = [], more = {}): Promise<Ended> {
	const child = spawn(process.execPath, [BANYAN, "repl", ...args], {
		cwd: folder,
		env: { PATH: process.env.PATH, NODE_ENV: "test", ...environment, ...more }
	});
	const said = { stdout: "", stderr: "" };
	child.stdout.on("data", chunk => (said.stdout += chunk));
	child.stderr.on("data", chunk => (said.stderr += chunk));
	child.stdin.end(lines.map(line => `${line}\n`).join(""));
	const [code] = (await once(child, "close")) as [number | null];
	return { code, ...said };
}

/** Debug lines of a service of the other node, as its log has them. */
function debugged(text: string, service = "importer"): boolean {
	nodes[1].getLogger(service).debug(text);
	return readFileSync(log, "utf8").includes(text);
}

it("in a pipe each verb answers, without prompt and colours; nothing secret is shown, and nothing steers a terminal", async () => {
	const name = JSON.stringify("\u001b[31mred\u202e");
	const { code, stdout, stderr } = await piped([
		"# a remark",
		"",
		"nodes",
		"mol $ services",
		"banyan migration list",
		`call access.create {"name":${name},"scopes":["keys:manage"]}`,
		"call access.list",
		"keys list",
		"events list",
		"calls --during 0",
		"actions -f migration.*",
		"dcall keeper migration.list {}",
		"help",
		"help migration repair"
	]);
	expect({ code, stderr }).toMatchObject({ code: 0 });
	expect(stdout).toMatch(/^keeper +up +access events idempotency links migration/m);
	expect(stdout).toMatch(/^stages +up +extractor importer transformer validator verifier .* warn$/m);
	// It offers nothing.
	expect(stdout).toMatch(/^repl-\S+ +up +- /m);
	expect(stdout).toMatch(/^gateway +down +-$/m);
	expect(stdout).toMatch(/^importer +up +stages$/m);
	expect(stdout).toContain("There is no migration yet.");
	expect(stdout).toContain("No event waits");
	expect(stdout).toMatch(/^migration\.list +1 +\d/m);
	expect(stdout).toMatch(/^migration\.pause +1 +up +name, reason$/m);
	expect(stdout).toContain("compare once more and write what differs");
	expect(stdout).not.toContain("mol $");
	expect(stdout).toContain("\\u001b[31mred\\u202e");
	expect(stdout + stderr).not.toMatch(/bny_[\w-]{20}|\p{Cc}(?<!\n)|\u202e/u);
});

it("what failed is told in a sentence, the next line is done all the same, and the exit code says so", async () => {
	const { code, stdout, stderr } = await piped([
		"migration status nobody",
		"call migration.status --name nobody",
		"call access.check --key x",
		'call migration.list {"a"',
		"level nowhere debug",
		"level stages nothing debug",
		"level all loud",
		"migration pause nobody --url http://127.0.0.1:1",
		"env",
		"no-such-verb",
		"services"
	]);
	expect(code).toBe(1);
	expect(stderr.split("\n").filter(line => /^(banyan:|>> ERROR)/.test(line))).toEqual([
		expect.stringContaining("There is no migration 'nobody'"),
		expect.stringContaining("There is no migration 'nobody'"),
		expect.stringMatching(/access\.check is for gateway alone/),
		expect.stringMatching(/The params are no JSON/),
		expect.stringMatching(/There is no node 'nowhere' now; there are: keeper, repl-\S+, stages\./),
		expect.stringMatching(/'stages' has no logger 'nothing': it has .*importer/),
		expect.stringMatching(/'loud' is no level/),
		expect.stringMatching(/leave it, and begin it with `banyan repl --url`/),
		expect.stringMatching(/`env` of Moleculer's REPL is not here: .*passwords/),
		expect.stringMatching(/unknown command 'no-such-verb'/)
	]);
	expect(stderr).not.toMatch(/\n\s+at /);
	expect(stdout).toMatch(/^importer +up/m);
});

it("with --read-only what may change something is refused", async () => {
	const changes = ["keys create x --scope keys:manage", "call access.create --name x", "level all debug"];
	const { code, stderr, stdout } = await piped([...changes, "keys list"], ["--read-only"]);
	expect(code).toBe(1);
	expect(stderr.match(/may change something, and this REPL was begun with --read-only/g)).toHaveLength(3);
	expect(stdout).toContain("the first one");
});

it("where no node of that key answers, that is a sentence with what to do", async () => {
	const CLUSTER_KEY = Buffer.from("another key than that of the test").subarray(0, 32).toString("base64");
	const { code, stdout, stderr } = await piped(["nodes"], [], { CLUSTER_KEY, TRANSPORTER_TIMEOUT: "10000" });
	expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
	expect(stderr).toMatch(/^banyan: No other node answers \(for 10000 ms\): check TRANSPORTER, NAMESPACE/);
	expect(stderr).toContain("There are nodes with another key");
});

it("log levels are seen to change on another node, for a while, and to come back; who wanted it stands in its log", async () => {
	expect(debugged("before")).toBe(false);
	const { code, stdout } = await piped(["level stages IMPORTER debug --minutes 7", "nodes"]);
	expect(code).toBe(0);
	expect(stdout).toMatch(/^stages logs importer: debug until \d{4}-/m);
	expect(stdout).toMatch(/^stages .* warn, importer: debug$/m);
	expect(debugged("meanwhile")).toBe(true);
	expect(debugged("of another one", "registry")).toBe(false);
	expect(readFileSync(log, "utf8")).toMatch(/"msg":"Log level of importer: debug, for 7 min, by \S+ on repl-/);
	// As when the minutes are over, a moment from now.
	const levels = logLevelsOf(nodes[1]);
	levels?.change({ logger: "importer", level: "trace", ms: 20 });
	await until(() => levels?.set.length === 0, "that it is as usual again");
	expect(debugged("afterwards")).toBe(false);
});

it("in a terminal Tab completes, Ctrl-C leaves what waits, and what was typed is kept without secrets", async () => {
	const { type, sees, ended } = sit([process.execPath, BANYAN, "repl"], environment, folder, 100);
	/** Keys that come at once are taken for a text that is pasted. */
	const complete = async (keys: string, becomes: RegExp): Promise<void> => {
		type(keys);
		await sees(new RegExp(`${keys}$`));
		type("\t");
		await sees(becomes);
	};
	await sees(/mol \$ .{0,9}$/);
	await complete("mig", /migration $/);
	await complete("lis", /migration list $/);
	type("\u0015");
	await complete("level sta", /level stages $/);
	await complete("imp", /level stages importer $/);
	await complete("deb", /level stages importer debug $/);
	type("\n");
	await sees(/stages logs importer: debug/);
	type("level all usual\n");
	await sees(/keeper logs warn[\s\S]*mol \$ .{0,9}$/);
	await complete("call migration.lis", /call migration\.list.{0,9}$/);
	type("\u0015");
	await complete("call migration.status --na", /--name $/);
	type("\u0015calls --during 600\n");
	await sees(/during 600[\r\n]+/);
	type("\u0003");
	await sees(/Left: what was asked for may go on in the cluster\./);
	type("call access.check --apiKey geheim\n");
	await sees(/ERROR: [\s\S]*mol \$ .{0,9}$/);
	type("\u0003");
	await sees(/Ctrl-D leaves\./);
	type("\u0004");
	const left = await ended;
	expect(left.code).toBe(0);
	expect(left.lines.join("\n")).not.toContain("is lost");
	const file = join(folder, ".banyan_repl_history");
	const kept = readFileSync(file, "utf8");
	expect(kept).toMatch(/^calls --during 600$/m);
	expect(kept).not.toContain("geheim");
	expect(statSync(file).mode & 0o777).toBe(0o600);
});

it("a connection that is lost is told, and found again", async () => {
	const own = await startNats();
	const { port } = new URL(own.url);
	const alone = { ...environment, TRANSPORTER: own.url, NAMESPACE: "lost" };
	const node = await openNode(
		{ logLevel: "fatal", logFile: 2 },
		{ ...alone, NODE_ID: "stays", SERVICES: "transformer", DATA_DIR: join(folder, "stays") }
	);
	const { type, sees, ended } = sit([process.execPath, BANYAN, "repl"], alone, folder, 100);
	await sees(/mol \$ .{0,9}$/);
	await own.kill();
	await sees(/The connection to NATS is lost/);
	const again = await startNats(["--port", port]);
	await sees(/Connected to NATS again/);
	type("\u0004");
	expect((await ended).code).toBe(0);
	await node.stop();
	await again.kill();
});
