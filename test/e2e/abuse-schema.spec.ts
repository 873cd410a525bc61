/** The REST API answers as its document says, whatever it is asked: Schemathesis makes the requests out of the document. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openStage, type Stage } from "../support/banyan";
import { type Door, openDoor } from "../support/door";

const SCHEMATHESIS = join(__dirname, "..", "..", ".cache", "schemathesis", "bin", "schemathesis");

/** What it does not look at, and why. */
const LEFT_OUT = {
	checks: [
		// What fits the schema may still name no mapping, no connector or no stream: 422, or 400.
		"positive_data_acceptance",
		// It sends TRACE with a body, which is malformed; abuse-routes.spec.ts tries all methods.
		"unsupported_method"
	],
	// Aliases do the same as the canonical routes, and abuse-routes.spec.ts tries all of them.
	operations: ":\\d+$"
};

/** Each operation is asked with wrong keys, and those of logins with wrong guesses: what limits them has specs of its own. */
const PATIENT = { GATEWAY_WRONG_KEYS: "1000000", GUESSES: "1000000", GUESSES_NETWORK: "10000000" };

let stage: Stage;
let door: Door;
/** A migration that is over, under the name of the document's examples: there is something to answer. */
beforeAll(async () => {
	stage = await openStage({ users: 60 });
	door = await openDoor(stage.folder, { SOURCE_PASSWORD: "admin123", TARGET_PASSWORD: "admin123", ...PATIENT });
	const post = (path: string, body: object) => door.ask(`/api/v1/migrations/${path}`, { method: "POST", body });
	expect((await post("plan", { document: readFileSync(stage.definition, "utf8") })).status).toBe(200);
	expect((await post("panel/start", {})).status).toBe(202);
	while ((await door.ask("/api/v1/migrations/panel")).json.phase !== "finished") await sleep(100);
});
afterAll(async () => {
	await door[Symbol.asyncDispose]();
	await stage[Symbol.asyncDispose]();
});

/** Fails with what it said. @returns operations and cases it tried */
async function schemathesis(...bounds: string[]): Promise<{ operations: number; cases: number }> {
	const args = [
		"run",
		`${door.url}/api/openapi.json`,
		"--header",
		`X-API-Key: ${door.key}`,
		"--seed",
		"1",
		"--no-shrink"
	];
	const left = ["--exclude-checks", LEFT_OUT.checks.join(","), "--exclude-operation-id-regex", LEFT_OUT.operations];
	const { PATH, HOME } = process.env;
	const child = spawn(
		SCHEMATHESIS,
		[...args, ...bounds, ...left, "--workers", "1", "--continue-on-failure", "--warnings", "off"],
		{ cwd: stage.folder, env: { PATH, HOME, NO_COLOR: "1" } as NodeJS.ProcessEnv }
	);
	let said = "";
	for (const stream of [child.stdout, child.stderr])
		stream.on("data", (chunk: Buffer) => {
			said += chunk.toString();
		});
	const [code] = await once(child, "close");
	expect(code === 0 ? "" : said).toBe("");
	expect(door.node.log()).not.toMatch(/"level":"(?:error|fatal)"/);
	return { operations: Number(/Tested: (\d+)/.exec(said)?.[1]), cases: Number(/(\d+) generated/.exec(said)?.[1]) };
}

describe("no error of its own, no undocumented status, type, header or field; nothing invalid is taken", () => {
	// So many of each operation, not so many seconds: a busy machine takes longer, and asks the same.
	it("for examples and what is made up at random", async () => {
		const { operations, cases } = await schemathesis("--phases", "examples,fuzzing", "--max-examples", "8");
		expect(operations).toBeGreaterThan(35);
		expect(cases).toBeGreaterThan(300);
	});

	it("for each value at its bounds", async () => {
		expect((await schemathesis("--phases", "coverage")).cases).toBeGreaterThan(1000);
	});
});
