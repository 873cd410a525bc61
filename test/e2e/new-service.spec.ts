/** `npm run new -- service notes`, in a copy of this tree: what it writes passes every check as it is, and answers over REST. */

import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Said } from "../support/door";
import { startNode } from "../support/started-node";

const ROOT = join(__dirname, "..", "..");
const WRITTEN = [
	"contracts/community/notes.ts",
	"domain/community/notes.ts",
	"services/community/notes.service.ts",
	"test/unit/domain/community/notes.spec.ts",
	"test/unit/services/community/notes.spec.ts"
];

const run = promisify(execFile);
let tree: string;
const here = async (program: string, ...args: string[]): Promise<string> =>
	(await run(program, args, { cwd: tree, maxBuffer: 2 ** 26 })).stdout;
const binary = (name: string): string => join(ROOT, "node_modules/.bin", name);
const newService = (...words: string[]) => here("npm", "run", "--silent", "new", "--", ...words);

beforeAll(async () => {
	tree = mkdtempSync(join(tmpdir(), "banyan-tree-"));
	const listed = await run("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { cwd: ROOT });
	const files = listed.stdout.trim().split("\n");
	for (const file of files.filter(path => !path.startsWith("test/fixtures/")))
		cpSync(join(ROOT, file), join(tree, file), { force: true });
	symlinkSync(join(ROOT, "node_modules"), join(tree, "node_modules"));
	// What it writes, git tells.
	await here("git", "init", "--quiet");
	await here("git", "add", "--all");
	await newService("service", "notes");
});
afterAll(() => rmSync(tree, { recursive: true, force: true }));

it("writes a contract, a domain file, a service, their tests and one line; what is made of contracts follows", async () => {
	const lines = (text: string): string[] => text.split("\n").filter(line => line !== "");
	expect(lines(await here("git", "ls-files", "--others", "--exclude-standard"))).toEqual(WRITTEN);
	expect(lines(await here("git", "diff", "--name-only"))).toEqual([
		"README.md",
		"compose/nats-accounts.conf",
		"contracts/index.ts",
		"docs/metrics.md",
		"k8s/base/servers/nats-accounts.conf"
	]);
	const difference = await here("git", "diff", "--numstat", "contracts/index.ts");
	expect(difference).toMatch(/^1\t0\t/);
});

it.each<[string, string, readonly string[]]>([
	["types", "tsc", []],
	["style", "biome", ["check", "contracts", "domain", "services", "test/unit"]],
	["what nobody uses", "knip", []]
])("passes the check of %s", async (_, program, args) => {
	expect(await here(binary(program), ...args)).not.toMatch(/error|unused/i);
});

it("keeps to the architecture", async () => {
	expect(await here("npm", "run", "--silent", "arch")).toContain("no dependency violations found");
});

it("has tests that pass, and keeps the laws of contracts and documents", async () => {
	// And those that read all contracts: which services there are is nothing to them.
	const whole = [
		"test/unit/(config|node|new-service)",
		"test/unit/contracts/",
		"test/unit/domain/platform/(docs-page|routes|openapi)"
	];
	const specs = ["test/unit/.*/community", ...whole, "test/contracts/(contracts|openapi|readme)"];
	const { stderr } = await run(binary("jest"), ["--selectProjects", "unit", "contracts", "--", ...specs], {
		cwd: tree
	});
	expect(stderr).toMatch(/Test Suites: (\d+) passed, \1 total/);
});

it("answers over REST, in the document, and by its own scopes, settings and errors", async () => {
	const data = join(tree, "data");
	const settings = { DATA_DIR: data, GATEWAY_PORT: "0", NOTES: "1", SERVICES: "access,idempotency,notes,gateway" };
	await using node = await startNode(settings, { cwd: tree, program: ["--import", "tsx", "start.ts"] });
	const key = readFileSync(join(data, "api-key"), "utf8").trim();
	const ask = async (path: string, body?: object, by = key) => {
		const answer = await fetch(`${node.url}${path}`, {
			headers: { "x-api-key": by, "content-type": "application/json" },
			...(body && { method: "POST", body: JSON.stringify(body) })
		});
		return { status: answer.status, location: answer.headers.get("location"), json: (await answer.json()) as Said };
	};
	const made = await ask("/api/v1/notes", { text: "Water the tree." });
	expect(made).toMatchObject({ status: 201, json: { text: "Water the tree." } });
	expect(await ask(String(made.location))).toMatchObject({ status: 200, json: made.json });
	expect(await ask("/api/v1/notes/none")).toMatchObject({ status: 404, json: { code: "NOTE_NOT_FOUND" } });
	expect(await ask("/api/v1/notes", { text: "One more." })).toMatchObject({ json: { code: "LIMIT_REACHED" } });
	const { json: reader } = await ask("/api/v1/api-keys", { name: "reader", scopes: ["notes:read"] });
	expect(await ask("/api/v1/notes", { text: "x" }, reader.key)).toMatchObject({ json: { code: "FORBIDDEN" } });
	const { json: document } = await ask("/api/openapi.json");
	expect(Object.keys(document.paths)).toEqual(expect.arrayContaining(["/api/v1/notes", "/api/v1/notes/{id}"]));
	expect(await (await fetch(`${node.url}/metrics`)).text()).toMatch(/^banyan_notes_made\S* 1$/m);
});

it.each<[string[], string]>([
	[["service", "notes"], "There is a contract 'notes' already: give the new one another name."],
	[["service", "Notes"], "'Notes' is no name of a service: write letters and digits, a small letter first"],
	[["service", "posts", "market"], "There is no area 'market': it is one of migration, cutover,"],
	[["service", "class"], "No service can be called 'class': 'class' is a word of the language. Give it another name."],
	[["service", "news"], "No service can be called 'news': 'new' is a word of the language."],
	[["service", "constructor"], "'constructor' is a member of every object."],
	[["service", "settings"], "'settings' is a member of every service."],
	[["service", "dates"], "No service can be called 'dates': the type 'Date' is there already."],
	[["service", "path"], "The setting most of path has the variable 'PATH', which is the system's:"],
	[["service", "apiKeys", "tenancy"], "No service can be called 'apiKeys': the type 'ApiKey' is there already."],
	[["mapping", "notes"], "Write `npm run new -- service notes [area]`; the area is one of"]
])("refuses %j with a sentence", async (words, sentence) => {
	const refused = await newService(...words).catch((error: { stderr: string }) => error.stderr);
	expect(refused).toContain(sentence);
	expect(refused).not.toMatch(/^\s+at /m);
	const written = await here("git", "ls-files", "--others", "--exclude-standard", "contracts", "services");
	expect(written.trim().split("\n")).toEqual(WRITTEN.filter(path => /^(contracts|services)/.test(path)));
	expect(await here("git", "diff", "--numstat", "contracts/index.ts")).toMatch(/^1\t0\t/);
});
