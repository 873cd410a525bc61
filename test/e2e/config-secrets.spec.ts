/**
 * Thirty secrets are set, changed, compared, refused, set again and used by a run that connects with them, while keys of the ring
 * change and everything is logged: none of them is in an answer, a log, a metric or a file.
 */

import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openStage, type Stage } from "../support/banyan";
import { type Door, openDoor } from "../support/door";
import { until } from "../support/until";

const secret = (): string => `zq${randomBytes(15).toString("hex")}`;
const PLANTED = Array.from({ length: 30 }, secret);
const NAMES = PLANTED.slice(0, 10).map((_, at) => `BANYAN_SECRET_${at}`);
/** What the panels let in. */
const PASSWORD = "admin123";

let stage: Stage;
let door: Door;
beforeAll(async () => {
	stage = await openStage({ users: 6 });
	door = await openDoor(stage.folder, { LOG_LEVEL: "trace" });
});
afterAll(async () => {
	await door[Symbol.asyncDispose]();
	await stage[Symbol.asyncDispose]();
});

const said: string[] = [];
const ask: Door["ask"] = async (path, asked) => {
	const answer = await door.ask(path, asked);
	said.push(answer.text, JSON.stringify([...answer.headers]));
	return answer;
};
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
	ask(`/api/v1/config${path}`, { method: "POST", body, headers });
const set = (expected: number, values: object, headers = {}) =>
	post("/secrets", { expected, reason: "a password came", values }, headers);
const named = (secrets: readonly string[]): object => Object.fromEntries(secrets.map((each, at) => [NAMES[at], each]));

/** All that the server wrote, but for its log. */
const files = (): string[] =>
	readdirSync(join(stage.folder, "server"), { recursive: true, withFileTypes: true })
		.filter(entry => entry.isFile())
		.map(({ parentPath, name }) => `${name}: ${readFileSync(join(parentPath, name), "latin1")}`);

const around = (text: string, at: number): string => text.slice(Math.max(0, at - 60), at + 20);
/** Where one of them is found. */
const found = (texts: readonly string[], secrets: readonly string[]): string[] =>
	secrets.flatMap(each => texts.flatMap(text => (text.includes(each) ? [around(text, text.indexOf(each))] : [])));

it("C6: none of 30 planted secrets is in an answer, a log, a metric or a file", async () => {
	// Set, under an Idempotency-Key too, whose answer and whose request are remembered; set again, and taken away.
	expect((await set(0, named(PLANTED.slice(0, 10)))).status).toBe(200);
	const twice = { "idempotency-key": "twice" };
	const made = await set(1, named(PLANTED.slice(10, 20)), twice);
	expect([made.status, (await set(1, named(PLANTED.slice(10, 20)), twice)).json]).toEqual([200, made.json]);
	expect(made.json.changes).toContainEqual({
		path: ["secrets", NAMES[3]],
		kind: "changed",
		before: null,
		after: null,
		secret: true
	});
	expect((await set(2, { [String(NAMES[0])]: null })).status).toBe(200);
	// Refused: overtaken, beside what is wrong, as what is no secret, under no name of one, in a body that is cut off.
	const [a, b, c, d, e, f] = PLANTED.slice(20, 26);
	expect((await set(1, { [String(NAMES[1])]: a })).status).toBe(409);
	const both = { secrets: { [String(NAMES[1])]: b }, sessions: { REFRESH_GRACE: c } };
	expect((await post("", { expected: 3, reason: "both", services: both })).status).toBe(422);
	expect((await set(3, { [String(NAMES[1])]: { inner: d } })).status).toBe(422);
	expect((await set(3, { PASSWORD: e })).status).toBe(422);
	expect((await set(3, { [String(NAMES[1])]: f }, { "content-type": "text/plain" })).status).toBeGreaterThan(399);
	const cut = await fetch(`${door.url}/api/v1/config/secrets`, {
		method: "POST",
		headers: { "X-API-Key": door.key, "Content-Type": "application/json" },
		body: `{"expected":3,"reason":"cut","values":{"${NAMES[1]}":"${PLANTED[26]}",`
	});
	expect(cut.status).toBe(400);
	said.push(await cut.text());
	// Looked at from all sides, set back, and with other keys.
	for (const path of [
		"",
		"/secrets",
		"/secrets/environments",
		"/revisions",
		"/revisions/2",
		"/revisions/2/diff",
		"/revisions/3/diff?from=1"
	])
		expect((await ask(`/api/v1/config${path}`)).status).toBe(200);
	expect((await post("/revisions/1/rollback", { expected: 3, reason: "as it was" })).json.revision).toBe(4);
	expect((await ask("/api/v1/secrets/rekey", { method: "POST", body: {} })).json.services).toContainEqual(
		expect.objectContaining({ service: "config", left: 0, resealed: 20 })
	);
	const old = PLANTED.slice(27);
	expect((await set(4, named(old))).status).toBe(200);
	for (const path of ["/metrics", "/health/detailed", "/api/v1/nodes"]) await ask(path);

	// Secrets that a run connects with: the right one at last, after two that the panels refuse.
	const document = readFileSync(stage.definition, "utf8").replace(/(?:SOURCE|TARGET)_PASSWORD/g, "BANYAN_SECRET_1");
	const plan = () => ask("/api/v1/migrations/plan", { method: "POST", body: { document } });
	expect((await plan()).json.ok).not.toBe(true);
	expect((await set(5, { BANYAN_SECRET_1: PASSWORD })).status).toBe(200);
	await until(async () => (await plan()).json.ok === true, "the plan is made with the new secret");
	await ask("/api/v1/migrations/panel/start", { method: "POST", body: {} });
	await until(async () => (await ask("/api/v1/migrations/panel")).json.phase === "finished", "it is finished");

	expect(found([...said, door.node.log(), ...files()], PLANTED)).toEqual([]);
	// They would be found.
	expect(found([JSON.stringify(named(old))], PLANTED)).toHaveLength(3);
});

it("C6: what was set opens after a start, with the keys of the ring as they are then", async () => {
	await door[Symbol.asyncDispose]();
	door = await openDoor(stage.folder, { LOG_LEVEL: "trace" });
	const document = readFileSync(stage.definition, "utf8")
		.replace(/(?:SOURCE|TARGET)_PASSWORD/g, "BANYAN_SECRET_1")
		.replace(/"?name"?: *"?panel"?/, match => match.replace("panel", "again"));
	const planned = await ask("/api/v1/migrations/plan", { method: "POST", body: { document } });
	expect(planned.json.ok).toBe(true);
	const lacking = document.replaceAll("BANYAN_SECRET_1", "BANYAN_SECRET_NOWHERE");
	const { status, json } = await ask("/api/v1/migrations/plan", { method: "POST", body: { document: lacking } });
	expect([status, json.code]).toEqual([422, "ENVIRONMENT_MISSING"]);
	expect(json.detail).toMatch("POST /api/v1/config/secrets");
	expect(found([...said, door.node.log(), ...files()], PLANTED)).toEqual([]);
});
