/** Definitions that are wrong, on every face: refused with file, line and column, in one sentence each, never a 500. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Problem } from "../../domain/platform/problem";
import { BAD_DEFINITIONS, GOOD } from "../support/bad-definitions";
import { openStage, type Stage } from "../support/banyan";
import { type Door, openDoor } from "../support/door";

let stage: Stage;
let server: Door;
beforeAll(async () => {
	stage = await openStage();
	server = await openDoor(stage.folder, {
		SET_BUT_EMPTY: "",
		SECRET_NAMES: "SOURCE_PASSWORD,TARGET_PASSWORD,NOT_SET,SET_BUT_*"
	});
});
afterAll(async () => {
	await server?.[Symbol.asyncDispose]();
	await stage[Symbol.asyncDispose]();
});

async function sent(route: string, document: string): Promise<{ status: number; problem: Problem }> {
	const answer = await fetch(`${server.url}/api/v1/migrations/${route}`, {
		method: "POST",
		headers: { "content-type": "application/json", "x-api-key": server.key },
		body: JSON.stringify({ document })
	});
	return { status: answer.status, problem: (await answer.json()) as Problem };
}

const WRONG = BAD_DEFINITIONS.map(each => [each.wrong, each] as const);

it.each(WRONG.filter(([, { text }]) => text !== ""))("by REST: %s", async (_, { text, says }) => {
	for (const route of ["plan", "dry-run"]) {
		const { status, problem } = await sent(route, text);
		expect([status, problem.code]).toEqual([422, "DEFINITION_INVALID"]);
		const [first] = problem.errors ?? [];
		expect(`${first?.line}:${first?.column} ${first?.field}: ${first?.message}`).toMatch(says);
	}
});

it.each(WRONG.filter(([, { picked }]) => picked))("by the command: %s", async (_, { text, says }) => {
	writeFileSync(join(stage.folder, "wrong.yaml"), text);
	const { code, stderr, stdout } = await stage.banyan(["migration", "plan", "wrong.yaml"]).ended;
	const [, said = ""] = /^banyan: wrong\.yaml:(.*)/.exec(stderr) ?? [];
	expect([code, stdout]).toEqual([1, ""]);
	// The command leaves the path out where there is none.
	expect(said.replace(/^(\d+:\d+):/, "$1 :")).toMatch(says);
	expect(stderr).not.toMatch(/\n\s+at /);
});

it("by the command, from afar: the file is named too", async () => {
	writeFileSync(join(stage.folder, "wrong.yaml"), `${GOOD}conflict: never\n`);
	const far = { BANYAN_URL: server.url, BANYAN_API_KEY: server.key };
	for (const command of ["plan", "dry-run", "run"]) {
		const { code, stderr } = await stage.banyan(["migration", command, "wrong.yaml"], far).ended;
		expect([code, stderr]).toEqual([
			1,
			expect.stringMatching(/^banyan: wrong\.yaml:12:11 conflict: .*, not 'never'\.\n$/)
		]);
	}
});

it("variables that lack are told for both ends at once, with their options, on both faces", async () => {
	const text = GOOD.replace("SOURCE_PASSWORD", "NOT_SET").replace("TARGET_PASSWORD", "SET_BUT_EMPTY");
	const expected = [
		/source: the environment variable NOT_SET \(for 'password'\) is not set: set it/,
		/target: the environment variable SET_BUT_EMPTY \(for 'password'\) is set, but empty: set it/
	];
	writeFileSync(join(stage.folder, "lacking.yaml"), text);
	const { code, stderr } = await stage.banyan(["migration", "plan", "lacking.yaml"], { SET_BUT_EMPTY: "" }).ended;
	const { status, problem } = await sent("plan", text);
	expect([code, status, problem.code]).toEqual([1, 422, "ENVIRONMENT_MISSING"]);
	for (const pattern of expected) {
		expect(stderr).toMatch(pattern);
		expect(problem.detail).toMatch(pattern);
	}
	expect(stderr).toMatch(/^banyan: lacking\.yaml: source: /);
	// A shell's variables are no server's.
	expect(stderr).toContain("set it in this shell, then run again.");
	expect(problem.detail).toContain(
		"set it where the node runs that connects and restart it there, or as a secret of all nodes (POST /api/v1/config/secrets), then run again."
	);
});

it("what is filled in is checked like what is written", async () => {
	const text = GOOD.replace("  url: http://127.0.0.1:1\n", "  url: http://127.0.0.1:1\n  timeoutMs: ${T}\n");
	writeFileSync(join(stage.folder, "filled.yaml"), text);
	const { code, stderr } = await stage.banyan(["migration", "plan", "filled.yaml"], { T: "2147483648" }).ended;
	expect([code, stderr]).toEqual([
		1,
		"banyan: filled.yaml: source: Option timeoutMs is a whole number from 100 to 600000, not '2147483648'.\n"
	]);
});

it.each([
	["a file that never ends", "/dev/zero", /'\/dev\/zero' is larger than 2097152 bytes/],
	["a folder", ".", /'\.' cannot be read \(EISDIR\)/],
	["a file that is not there", "nowhere.yaml", /'nowhere\.yaml' cannot be read \(ENOENT\)/]
])("%s is no definition", async (_, file, expected) => {
	const { code, stderr } = await stage.banyan(["migration", "plan", file]).ended;
	expect([code, stderr]).toEqual([1, expect.stringMatching(expected)]);
});

it("a definition in UTF-16 or Latin-1 is refused where it stops being UTF-8", async () => {
	for (const bytes of [
		Buffer.from(GOOD, "utf16le"),
		Buffer.from(GOOD.replace("username: admin", "username: caf\xe9"), "latin1")
	]) {
		writeFileSync(join(stage.folder, "other.yaml"), bytes);
		const { code, stderr } = await stage.banyan(["migration", "plan", "other.yaml"]).ended;
		expect([code, stderr]).toEqual([1, expect.stringMatching(/^banyan: other\.yaml:\d+:\d+: .*save it as UTF-8\.\n$/)]);
	}
});
