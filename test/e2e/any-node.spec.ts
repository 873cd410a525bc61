/** Whatever a document tells to start works under any Node, or says in a sentence what is needed. */

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
	chmodSync,
	cpSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(__dirname, "..", "..");
/** What documents name, with something it does at once. */
const PROGRAMS: readonly (readonly [file: string, args: readonly string[]])[] = [
	["dist/cli/banyan.js", ["--version"]],
	["dist/demo/panels/serve.js", ["nothing"]],
	["dist/start.js", []]
];

/** A program behind the guard, in a folder of its own, which believes once that its Node is an old one. */
const ENTRY = `if (process.env.OLD) {
	Object.defineProperty(process.versions, "node", { value: process.env.OLD });
	delete process.env.OLD;
}
require("./dist/any-node.js").onNode(() => {
	if (process.argv[2] === "wait") process.once("SIGTERM", () => process.exit(9)), setInterval(() => {}, 1000), console.log("up");
	else console.log(JSON.stringify(process.argv.slice(2))), (process.exitCode = 7);
});`;

describe("the guard", () => {
	let folder: string;
	beforeAll(() => {
		folder = mkdtempSync(join(tmpdir(), "banyan-any-node-"));
		mkdirSync(join(folder, "dist"));
		cpSync(join(ROOT, "dist", "any-node.js"), join(folder, "dist", "any-node.js"));
		writeFileSync(join(folder, "entry.js"), ENTRY);
	});
	afterAll(() => rmSync(folder, { recursive: true, force: true }));

	const run = (...args: string[]) =>
		spawnSync(process.execPath, [join(folder, "entry.js"), ...args], {
			encoding: "utf8",
			env: { ...process.env, OLD: "18.20.0" }
		});

	it("says what is needed where set-up has fetched none", () => {
		const { status, stdout, stderr } = run();
		expect([status, stdout]).toEqual([1, ""]);
		expect(stderr).toMatch(
			/^banyan: Node\.js 24 or newer is needed, and this is 18\.20\.0: run `make build` in \S+, [^\n]+\n$/
		);
		expect(stderr).toContain(folder);
	});

	it("goes on with the one that set-up fetched: its words, its end, its signals", async () => {
		mkdirSync(join(folder, ".node", "node_modules", "node", "bin"), { recursive: true });
		symlinkSync(process.execPath, join(folder, ".node", "node_modules", "node", "bin", "node"));
		const { status, stdout, stderr } = run("a b", "--c", "");
		expect([status, stdout, stderr]).toEqual([7, '["a b","--c",""]\n', ""]);

		const waiting = spawn(process.execPath, [join(folder, "entry.js"), "wait"], {
			env: { ...process.env, OLD: "20.0.0" },
			stdio: ["ignore", "pipe", "inherit"]
		});
		await once(waiting.stdout, "data");
		waiting.kill("SIGTERM");
		expect((await once(waiting, "exit"))[0]).toBe(9);
	});
});

describe("compiled code", () => {
	it.each([
		["is kept, for its owner alone, whatever the umask", 0, undefined, true],
		["is not taken from a folder that others may write to", 0o022, 0o777, false],
		["nor from one whose parent they may", 0o022, 0o775, false]
	])("%s", (what, umask, mode, taken) => {
		const folder = mkdtempSync(join(tmpdir(), "banyan-compiled-"));
		try {
			mkdirSync(join(folder, "dist"));
			cpSync(join(ROOT, "dist", "any-node.js"), join(folder, "dist", "any-node.js"));
			const says = `process.umask(${umask}); require("./dist/any-node.js").onNode(() =>
				console.log(require("node:module").getCompileCacheDir() !== undefined))`;
			writeFileSync(join(folder, "entry.js"), says);
			const cache = join(folder, ".cache");
			if (mode !== undefined) {
				mkdirSync(join(cache, "compiled"), { recursive: true });
				chmodSync(what.includes("parent") ? cache : join(cache, "compiled"), mode);
			}
			const env = { PATH: process.env.PATH };
			const { stdout } = spawnSync(process.execPath, [join(folder, "entry.js")], { encoding: "utf8", env });
			expect(stdout).toBe(`${taken}\n`);
			if (taken) expect([cache, join(cache, "compiled")].map(at => statSync(at).mode & 0o777)).toEqual([0o700, 0o700]);
		} finally {
			rmSync(folder, { recursive: true });
		}
	});
});

it("every program that a document names begins with the guard, before anything else is loaded", () => {
	for (const [file] of PROGRAMS) {
		const loads = [...readFileSync(join(ROOT, file), "utf8").matchAll(/^(?!.*=>).*require\("([^"]+)"\)/gm)];
		expect([file, loads.map(([, what]) => what)]).toEqual([file, [expect.stringMatching(/^(\.\.?\/)+any-node$/)]]);
	}
});

/** One that is older than what is needed, if this machine has it. */
const old = ["/usr/bin/node", "/usr/local/bin/node"].find(node => {
	const { stdout } = spawnSync(node, ["--version"], { encoding: "utf8" });
	return /^v\d+/.test(stdout ?? "") && Number(/^v(\d+)/.exec(stdout)?.[1]) < 24;
});

for (const [file, args] of old ? PROGRAMS : [])
	it(`${file} under this machine's older Node shows no stack trace`, () => {
		const { stdout, stderr } = spawnSync(String(old), [join(ROOT, file), ...args], {
			encoding: "utf8",
			env: { PATH: "/usr/bin:/bin", GATEWAY_PORT: "none" }
		});
		expect(stdout + stderr).not.toMatch(/^\s+at |SyntaxError|ERR_/m);
		expect(stdout + stderr).toMatch(/\d+\.\d+\.\d+|GATEWAY_PORT|name a panel/);
	});

it("no document tells to start anything else by hand", () => {
	const { stdout } = spawnSync("git", ["grep", "-hoE", "node (dist|node_modules)/[^ `]+", "--", "*.md"], {
		cwd: ROOT,
		encoding: "utf8"
	});
	const told = new Set(
		stdout
			.split("\n")
			.filter(line => line !== "")
			.map(line => line.replace("node ", ""))
	);
	expect([...told].filter(file => !PROGRAMS.some(([known]) => known === file))).toEqual([]);
});
