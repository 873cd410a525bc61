/** An older API, answered as data says: its paths, bodies, answers and errors, and what its routes may never do. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Broker } from "../../cluster";
import { OLD_LOGIN } from "../../contracts/platform/route-samples";
import { openNode } from "../../node";
import { until } from "../support/until";

const SERVICES = [
	"access",
	"auth",
	"guesses",
	"idempotency",
	"mail",
	"mfa",
	"routes",
	"sessions",
	"signing",
	"gateway"
];

// biome-ignore lint/suspicious/noExplicitAny: a test looks at what it expects
type Said = any;

let folder: string;
let broker: Broker;
let url: string;
let key: string;

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "banyan-older-"));
	broker = await openNode(
		{ services: SERVICES, logLevel: "fatal", logFile: 2 },
		{ DATA_DIR: folder, GATEWAY_PORT: "0", NODE_ENV: "test" }
	);
	url = (broker.getLocalService("gateway") as unknown as { address: string }).address;
	key = readFileSync(join(folder, "api-key"), "utf8").trim();
});
afterAll(async () => {
	await broker?.stop();
	rmSync(folder, { recursive: true, force: true });
});

interface Asked {
	readonly method?: string;
	readonly headers?: Record<string, string>;
	readonly body?: unknown;
}

async function ask(path: string, { method = "GET", headers = {}, body }: Asked = {}) {
	const isText = typeof body === "string";
	const answer = await fetch(url + path, {
		method,
		headers: { ...(body !== undefined && !isText && { "Content-Type": "application/json" }), ...headers },
		...(body !== undefined && { body: isText ? body : JSON.stringify(body) })
	});
	const text = await answer.text();
	let json: Said = null;
	try {
		json = JSON.parse(text);
	} catch {}
	return { status: answer.status, headers: answer.headers, text, json };
}

const own = (path: string, asked: Asked = {}) =>
	ask(`/api/v1${path}`, { ...asked, headers: { "X-API-Key": key, ...asked.headers } });
const newest = async (): Promise<number> => (await own("/routes")).json.revision;

async function put({ id, ...route }: Said): Promise<Said> {
	return own(`/routes/${id}`, { method: "PUT", body: { ...route, expected: await newest(), reason: "a test" } });
}

test("an old login answers by its path, fields, answer and errors", async () => {
	const made = await put(OLD_LOGIN);
	expect([made.status, made.json]).toEqual([200, expect.objectContaining({ revision: 1 })]);
	await until(async () => (await ask("/api/login", { method: "POST", body: {} })).status !== 404);
	const wrong = await ask("/api/login", { method: "POST", body: { user: "ada@example.com", pass: "not hers at all" } });
	expect([wrong.status, wrong.json]).toEqual([200, { status: "error", msg: expect.any(String) }]);
	const form = await ask("/api/login", {
		method: "POST",
		headers: { "Content-Type": "application/x-www-form-urlencoded" },
		body: "user=ada%40example.com&pass=nothing+of+hers"
	});
	expect([form.status, form.json.status]).toEqual([200, "error"]);
});

const LIST = {
	id: "old-list",
	match: { method: "GET", path: "/legacy/keys/:kind" },
	action: "access.list",
	request: { params: "{}" },
	response: { type: "text", headers: { "x-total": "$count(answer)" }, body: "$join(answer.name, ',')" },
	errors: { UNAUTHENTICATED: { status: 403, type: "text", body: '"who are you?"' } },
	examples: [
		{
			request: { path: "/legacy/keys/all" },
			params: {},
			answer: [],
			gives: { status: 200, headers: { "x-total": "0" } }
		},
		{
			request: { path: "/legacy/keys/all" },
			problem: { code: "UNAUTHENTICATED" },
			gives: { status: 403, body: "who are you?" }
		}
	]
};

test("a route opens nothing: the action's permission holds, and what it refuses is told in the old form", async () => {
	const body = "$join(answer.name, ',')";
	const route = { ...LIST, response: { type: "text", headers: LIST.response.headers, body } };
	expect((await put(route)).json).toMatchObject({ route: { id: "old-list" } });
	await until(async () => (await ask("/legacy/keys/all")).status === 403);
	expect((await ask("/legacy/keys/all")).text).toBe("who are you?");
	const answered = await ask("/legacy/keys/all", { headers: { "X-API-Key": key } });
	expect([answered.status, answered.headers.get("x-total"), answered.headers.get("content-type")]).toEqual([
		200,
		"1",
		"text/plain; charset=utf-8"
	]);
	expect(answered.text).not.toBe("");
	const other = await ask("/legacy/keys/all", { method: "DELETE" });
	expect([other.status, other.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
});

test("a shape that fails on what it meets says which route and revision, and others go on", async () => {
	const body = "$count(answer) > 0 ? $error(answer[0].name) : 'none'";
	const examples = [
		{ ...LIST.examples[0], gives: { status: 200, headers: { "x-total": "0" }, body: "none" } },
		LIST.examples[1]
	];
	const made = await put({ ...LIST, examples, response: { ...LIST.response, body } });
	expect(made.json.route?.id).toBe("old-list");
	const asked = () => ask("/legacy/keys/all", { headers: { "X-API-Key": key } });
	await until(async () => (await asked()).status === 502);
	const failed = await asked();
	expect(failed.json).toMatchObject({ code: "ROUTE_SHAPE_FAILED" });
	expect(failed.json.detail).toContain(`'old-list' of revision ${made.json.revision}`);
	expect((await ask("/api/login", { method: "POST", body: { user: "a@b.example", pass: "x" } })).json.status).toBe(
		"error"
	);
});

test("what is refused is not set, and a rollback sets what was", async () => {
	const before = await newest();
	const refused = await put({ ...OLD_LOGIN, request: { body: "json", params: '{ "email": ' } });
	expect([refused.status, refused.json.errors[0].field]).toEqual([422, "request.params"]);
	expect(await newest()).toBe(before);
	const back = await own("/routes/rollback", { method: "POST", body: { to: 1, expected: before, reason: "a test" } });
	expect([back.status, back.json.routes.map(({ id }: Said) => id)]).toEqual([200, ["old-login"]]);
	await until(async () => (await ask("/legacy/keys/all")).status === 404);
});
