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
