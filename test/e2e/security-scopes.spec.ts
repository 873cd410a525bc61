/**
 * What a key with a smaller scope can do to the server and to other keys: nothing starts but what was reviewed, no secret or
 * file of the server is read, and nobody takes more than their share.
 */

import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStage, type Stage } from "../support/banyan";
import { type Answer, type Door, openDoor, type Said } from "../support/door";
import { until } from "../support/until";

let stage: Stage;
let door: Door;
let plain: string;
const files = mkdtempSync(join(tmpdir(), "banyan-files-"));
const folder = join(files, "allowed");
const NOT_SAID = "never-said-7f3a";
const keys = { plan: "", plan2: "", run: "", reader: "", repeats: "" };

beforeAll(async () => {
	stage = await openStage({ users: 5 });
	mkdirSync(folder);
	door = await openDoor(stage.folder, {
		SOURCE_PASSWORD: "admin123",
		TARGET_PASSWORD: "admin123",
		BANYAN_SECRET_OTHER: NOT_SAID,
		HIDDEN: NOT_SAID,
		FILES_DIR: folder,
		CONNECT_ALLOW: "loopback",
		PLANS_EACH: "6",
		LOOKS_EACH: "2",
		DRY_RUNS_EACH: "2",
		DRY_RUN_IDLE: "30",
		STREAMS_EACH: "3",
		IDEMPOTENCY_ANSWERS_EACH: "5",
		API_KEYS: "8"
	});
	keys.plan = await made("migration:plan", "migration:read");
	keys.plan2 = await made("migration:plan", "migration:read");
	keys.run = await made("migration:plan", "migration:run", "migration:read");
	keys.reader = await made("migration:read");
	keys.repeats = await made("migration:run");
	plain = readFileSync(stage.definition, "utf8");
});
afterAll(async () => {
	await door?.[Symbol.asyncDispose]();
	await stage?.[Symbol.asyncDispose]();
	rmSync(files, { recursive: true, force: true });
});

const made = async (...scopes: string[]): Promise<string> =>
	(await door.ask("/api/v1/api-keys", { method: "POST", body: { name: "one", scopes } })).json.key;
const post = (key: string, path: string, body: object, headers: Record<string, string> = {}): Promise<Answer> =>
	door.ask(`/api/v1${path}`, { method: "POST", key, body, headers });
const plan = (key: string, definition: object): Promise<Answer> =>
	post(key, "/migrations/plan", { document: JSON.stringify(definition) });
const start = (key: string, name: string, more: object = {}): Promise<Answer> =>
	post(key, `/migrations/${name}/start`, { limit: 1, ...more });
const rests = (name: string): Promise<unknown> =>
	until(async () => (await door.ask(`/api/v1/migrations/${encodeURIComponent(name)}`)).json.running === false);

const named = (name: string, source: object = {}, more: object = {}): Said => {
	const definition = JSON.parse(plain);
	return { ...definition, name, source: { ...definition.source, ...source }, ...more };
};
const codeOf = ({ status, text }: Answer): unknown[] => [status, status < 400 ? undefined : JSON.parse(text).code];

describe("what starts is what was reviewed", () => {
	it("a plan of a key that may only plan starts with its hash alone", async () => {
		const planned = await plan(keys.plan, named("reviewed"));
		expect([planned.status, planned.json.ok]).toEqual([200, true]);
		const { hash } = planned.json;
		expect(codeOf(await start(keys.run, "reviewed"))).toEqual([409, "DEFINITION_UNREVIEWED"]);
		expect(codeOf(await start(keys.run, "reviewed", { hash: "0".repeat(64) }))).toEqual([409, "DEFINITION_CHANGED"]);
		expect(codeOf(await start(keys.run, "reviewed", { hash: "none" }))).toEqual([422, "VALIDATION_ERROR"]);
		// Its own key puts another one there after the review.
		await plan(keys.plan, named("reviewed", { retryBaseMs: 7 }));
		expect(codeOf(await start(keys.run, "reviewed", { hash }))).toEqual([409, "DEFINITION_CHANGED"]);
		await plan(keys.plan, named("reviewed"));
		expect((await start(keys.run, "reviewed", { hash })).status).toBe(202);
		await rests("reviewed");
	});

	it("nobody who may only plan takes another key's place, whatever the other key may", async () => {
		const first: readonly (readonly [string, string])[] = [
			["of-plan", keys.plan],
			["of-run", keys.run],
			["of-owner", door.key]
		];
		for (const [name, key] of first) {
			const before = (await plan(key, named(name))).json;
			expect(codeOf(await plan(keys.plan2, named(name, { password: "evil" })))).toEqual([409, "DEFINITION_TAKEN"]);
			// The same one is only looked at again.
			expect((await plan(keys.plan2, named(name))).json.hash).toBe(before.hash);
			expect(codeOf(await plan(keys.plan2, named(name, { password: "evil" })))).toEqual([409, "DEFINITION_TAKEN"]);
		}
		expect((await start(keys.run, "of-run")).status).toBe(202);
		expect((await start(keys.run, "of-owner")).status).toBe(202);
		await rests("of-run");
		await rests("of-owner");
		// A key that may run takes any place, and then needs no hash.
		expect((await plan(keys.run, named("of-plan", { retryBaseMs: 8 }))).status).toBe(200);
		expect((await start(keys.run, "of-plan")).status).toBe(202);
		await rests("of-plan");
	});

	it("what a begun run may take over is not taken from a key that may only plan, by no command", async () => {
		const evil = { proxy: "http://127.0.0.1:9", insecure: true, password: "evil" };
		const first = await plan(keys.plan, named("begun"));
		expect((await start(keys.run, "begun", { hash: first.json.hash })).status).toBe(202);
		await rests("begun");
		const changed = await plan(keys.plan, named("begun", evil));
		expect(changed.status).toBe(200);
		expect(codeOf(await plan(keys.plan2, named("begun", evil, { conflict: "skip", accept: [] })))).toEqual([
			409,
			"DEFINITION_TAKEN"
		]);
		for (const command of ["start", "compare", "repair", "rollback"]) {
			await post(keys.run, `/migrations/begun/${command}`, {});
			await rests("begun");
			const { hash, failure } = (await door.ask("/api/v1/migrations/begun")).json;
			expect([command, hash, failure]).toEqual([command, first.json.hash, null]);
		}
		const events = (await door.ask("/api/v1/migrations/begun/logs?limit=1000")).json.lines;
		expect(events.map(({ event }: Said) => event)).not.toContain("redefined");
	});

	it("nobody inherits the place of a key that was revoked, but who may run it", async () => {
		const { json } = await door.ask("/api/v1/api-keys", {
			method: "POST",
			body: { name: "gone", scopes: ["migration:plan"] }
		});
		expect((await plan(json.key, named("orphan"))).status).toBe(200);
		expect((await door.ask(`/api/v1/api-keys/${json.id}`, { method: "DELETE" })).status).toBe(200);
		expect(codeOf(await plan(keys.plan, named("orphan", { password: "evil" })))).toEqual([409, "DEFINITION_TAKEN"]);
		expect((await plan(keys.run, named("orphan", { retryBaseMs: 9 }))).status).toBe(200);
	});

	it("a password that another key wrote down is of no use for a look at its panels", async () => {
		await plan(keys.plan, named("sealed", { password: "admin123" }));
		for (const [path, method] of [
			["/extract/test-connection", "GET"],
			["/import/test-connection", "POST"]
		] as const) {
			const ask = (key: string): Promise<Answer> =>
				method === "GET"
					? door.ask(`/api/v1${path}?name=sealed`, { key })
					: door.ask(`/api/v1${path}`, { method, key, body: { name: "sealed" } });
			expect(codeOf(await ask(keys.plan2))).toEqual([403, "FORBIDDEN"]);
			expect((await ask(keys.plan)).status).toBe(200);
			expect((await ask(keys.run)).status).toBe(200);
		}
	});

	it("nobody ends another key's dry run, nor puts theirs in its place", async () => {
		const rehearse = (key: string, more: object = {}): Promise<Answer> =>
			post(key, "/migrations/dry-run", { document: JSON.stringify(named("rehearsed", more)) });
		expect((await rehearse(keys.plan)).status).toBe(202);
		expect(codeOf(await rehearse(keys.plan2))).toEqual([409, "DEFINITION_TAKEN"]);
		await rests("dry-run of rehearsed");
		expect(codeOf(await rehearse(keys.plan2))).toEqual([409, "DEFINITION_TAKEN"]);
		expect((await rehearse(keys.run)).status).toBe(202);
	});

	it("the command sends the hash of what it planned", async () => {
		const file = stage.define({ name: "by-command" }, "by-command");
		const far = { BANYAN_URL: door.url, BANYAN_API_KEY: keys.run };
		const { code, stderr } = await stage.banyan(["migration", "run", file, "--limit", "1"], far).ended;
		expect([[0, 4].includes(code ?? -1), stderr]).toEqual([true, expect.stringMatching(/by-command: begins/)]);
	});
});

describe("variables of the server", () => {
	const places = (text: string): readonly (readonly [string, object])[] => [
		["url", { url: `http://127.0.0.1:1/${text}` }],
		["url's host", { url: `http://${text}.example.com` }],
		["url as a whole", { url: text }],
		["username", { username: text }],
		["proxy's host", { proxy: `http://${text}:1` }],
		["caFile", { caFile: `/${text}` }],
		["database's path", { database: `/${text}` }],
		["database's host", { database: `mysql://u:p@${text}/x` }],
		["a number", { timeoutMs: text }]
	];
	it.each(places("${BANYAN_SECRET_OTHER}"))("what may be named stands in no %s", async (_, source) => {
		const answer = await plan(door.key, named("variables", source));
		expect(codeOf(answer)).toEqual([422, "DEFINITION_INVALID"]);
		expect(answer.text).toMatch(/fills in none: they stand in password/);
		expect(answer.json.errors[0]).toMatchObject({ line: 1, column: expect.any(Number) });
	});

	it("others are named nowhere, and nobody learns which are set", async () => {
		const said: string[] = [];
		for (const name of ["HIDDEN", "PATH", "NOT_SET_HERE"])
			for (const source of [{ password: `\${${name}}` }, { headers: { X: `\${${name}:-d}` } }]) {
				const answer = await plan(keys.plan, named("variables", source));
				expect(codeOf(answer)).toEqual([422, "DEFINITION_INVALID"]);
				const { detail } = answer.json;
				said.push(detail.replaceAll(name, "NAME").replace(/1:\d+ \S+ \S+/, ""));
			}
		expect(new Set(said).size).toBe(1);
	});

	it("nor by the routes that take a connection", async () => {
		for (const option of [{ password: "${HIDDEN}" }, { url: "http://127.0.0.1:1/${BANYAN_SECRET_OTHER}" }]) {
			const connection = { ...named("x").source, ...option };
			const answer = await post(keys.run, "/extract", { connection, stream: "users", cursor: null, limit: 1 });
			expect(codeOf(answer)).toEqual([422, "DEFINITION_INVALID"]);
		}
	});

	it("and none of it is in the log", () => {
		expect(door.node.log()).not.toContain(NOT_SAID);
	});
});

describe("files of the server", () => {
	const inner = (): void => {
		writeFileSync(join(folder, "file.db"), "no database");
		writeFileSync(join(files, "outside.db"), "no database");
		symlinkSync(join(files, "outside.db"), join(folder, "link.db"));
		symlinkSync(files, join(folder, "up"));
		mkdirSync(join(folder, "inner"));
		execFileSync("mkfifo", [join(folder, "fifo")]);
	};
	beforeAll(inner);

	it("outside of the folder are told alike, whatever they are", async () => {
		const said = new Set<string>();
		for (const option of ["database", "caFile"])
			for (const path of [
				"/etc/passwd",
				"/etc/shadow",
				"/etc",
				"/not/there",
				"/dev/zero",
				"/proc/self/environ",
				join(files, "outside.db"),
				join(folder, "link.db"),
				join(folder, "up", "outside.db"),
				join(folder, "..", "outside.db"),
				"../outside.db",
				"up/outside.db",
				"link.db",
				"inner",
				"fifo",
				"not-there.db",
				"x".repeat(5000),
				"sqlite:////etc/passwd",
				"sqlite:///etc/passwd"
			]) {
				const answer = await plan(door.key, named("files", { [option]: path }));
				expect([path, ...codeOf(answer)]).toEqual([path, 422, "DEFINITION_INVALID"]);
				said.add(answer.json.detail);
			}
		expect([...said]).toEqual(
			["database", "caFile"].map(option => expect.stringMatching(`Option ${option} names no file in the folder`))
		);
	});

	it("within it are read", async () => {
		for (const path of ["file.db", join(folder, "file.db"), "sqlite:///file.db"]) {
			const answer = await plan(door.key, named("within", { database: path }));
			expect(answer.status).toBe(200);
			expect(answer.text).toMatch(/is no SQLite database/);
		}
	});

	it("are none where no folder is named", async () => {
		await using closed = await openDoor(files, { FILES_DIR: "" });
		for (const path of ["/etc/passwd", "/not/there"]) {
			const body = { document: JSON.stringify(named("files", { database: path, password: "x" })) };
			const answer = await closed.ask("/api/v1/migrations/plan", { method: "POST", body });
			expect(codeOf(answer)).toEqual([422, "DEFINITION_INVALID"]);
			expect(answer.json.detail).toMatch(/reads none that a definition names: its setting FILES_DIR/);
		}
	});
});

describe("a share for each key", () => {
	it("of plans: the oldest goes of a key that may only plan, never one that was begun", async () => {
		const key = keys.plan2;
		const wrong = { url: "http://127.0.0.1:9", retryBaseMs: 1, timeoutMs: 100 };
		for (let index = 0; index < 9; index++) expect((await plan(key, named(`share-${index}`, wrong))).status).toBe(200);
		const there = async (name: string): Promise<boolean> =>
			codeOf(await start(keys.run, name))[1] !== "MIGRATION_NOT_FOUND";
		expect([await there("share-0"), await there("share-8"), await there("of-run")]).toEqual([false, true, true]);
		expect((await door.ask("/api/v1/migrations/reviewed")).status).toBe(200);
	});

	it("of looks at panels", async () => {
		const { server, url, met } = await silent();
		const leave: (() => void)[] = [];
		for (let index = 0; index < 2; index++)
			leave.push(asking(keys.plan, named(`slow-${index}`, { url, timeoutMs: 600_000, retryBaseMs: 1 })));
		await until(() => met() >= 2);
		expect(codeOf(await plan(keys.plan, named("slow-2")))).toEqual([429, "LIMIT_REACHED"]);
		expect((await plan(keys.run, named("slow-3"))).status).toBe(200);
		for (const each of leave) each();
		server.closeAllConnections();
		server.close();
		await until(async () => (await plan(keys.plan, named("slow-4"))).status === 200);
	});

	it("of dry runs", async () => {
		const rehearse = (index: number): Promise<Answer> =>
			post(keys.run, "/migrations/dry-run", { document: JSON.stringify(named(`dry-${index}`)) });
		for (let index = 0; index < 6; index++) {
			const answer = await rehearse(index);
			if (answer.status === 429) expect(answer.json.code).toBe("LIMIT_REACHED");
			else await rests(`dry-run of dry-${index}`);
		}
		const kept: number[] = [];
		for (let index = 0; index < 6; index++)
			kept.push((await door.ask(`/api/v1/migrations/${encodeURIComponent(`dry-run of dry-${index}`)}`)).status);
		expect(kept).toEqual([404, 404, 404, 404, 200, 200]);
	});

	it("of streams", async () => {
		const lines = (): ReturnType<typeof connect> => {
			const { hostname, port } = new URL(door.url);
			const socket = connect(Number(port), hostname);
			socket.on("error", () => undefined);
			socket.write(
				`GET /api/v1/migrations/of-run/logs HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAccept: text/event-stream\r\nX-API-Key: ${keys.reader}\r\n\r\n`
			);
			return socket;
		};
		const sockets = [lines(), lines(), lines()];
		// Each has its place before anybody else asks: a report that came between would take one of them.
		for (const [head] of await Promise.all(sockets.map(socket => once(socket, "data"))))
			expect(String(head)).toMatch(/^HTTP\/1\.1 200 /);
		const ask = (key: string): Promise<Answer> =>
			door.ask("/api/v1/migrations/of-run/report?stream=users", { key, headers: { accept: "application/x-ndjson" } });
		await until(async () => (await ask(keys.reader)).status === 429);
		expect(codeOf(await ask(keys.reader))).toEqual([429, "LIMIT_REACHED"]);
		expect((await ask(keys.plan)).status).toBe(200);
		for (const socket of sockets) socket.destroy();
		await until(async () => (await ask(keys.reader)).status === 200);
	});

	it("of answers under an Idempotency-Key, none of which is forgotten while it may come again", async () => {
		const send = (index: number): Promise<Answer> =>
			post(keys.repeats, "/migrations/nobody/halt", {}, { "idempotency-key": `share-${index}` });
		const many = await Promise.all(Array.from({ length: 12 }, (_, index) => send(index)));
		const done = many.flatMap(({ status }, index) => (status === 404 ? [index] : []));
		expect(done).toHaveLength(5);
		expect(codeOf(await send(12))).toEqual([429, "LIMIT_REACHED"]);
		expect((await send(done[0] as number)).headers.get("idempotency-replayed")).toBe("true");
		// Another key's are its own.
		const other = await post(door.key, "/migrations/nobody/halt", {}, { "idempotency-key": "share-0" });
		expect(other.headers.get("idempotency-replayed")).toBeNull();
	});

	it("of API keys, all together", async () => {
		const make = (): Promise<Answer> => post(door.key, "/api-keys", { name: "more", scopes: ["migration:read"] });
		const many = await Promise.all(Array.from({ length: 8 }, make));
		expect(many.filter(({ status }) => status === 201)).toHaveLength(2);
		expect(codeOf(await make())).toEqual([429, "LIMIT_REACHED"]);
	});

	it("of names, reasons, lists and cursors: each has a length", async () => {
		const long = "x".repeat(200_000);
		const many = Array.from({ length: 5_000 }, (_, index) => `u${index}`);
		for (const [path, body] of [
			["/migrations/panel/pause", { reason: long }],
			["/migrations/panel/start", { only: [long] }],
			["/migrations/panel/start", { only: many }],
			["/migrations/panel/start", { accept: many }],
			["/migrations/inbounds", { document: "a: b", tags: many }],
			["/migrations/inbounds", { document: "a: b", tags: [long] }]
		] as const)
			expect([path, ...codeOf(await post(keys.run, path, body))]).toEqual([path, 422, "VALIDATION_ERROR"]);
		expect(codeOf(await door.ask(`/api/v1/migrations/of-run/logs?after=${"1".repeat(5000)}`))).toEqual([
			422,
			"VALIDATION_ERROR"
		]);
	});
});

/** What takes questions and never answers. */
async function silent(): Promise<{ server: Server; url: string; met: () => number }> {
	let met = 0;
	const server = createServer(() => {
		met++;
	});
	await new Promise<void>(resolve => server.listen(0, "127.0.0.1", () => resolve()));
	return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, met: () => met };
}

/** Asks for a plan; the answer leaves. */
function asking(key: string, definition: object): () => void {
	const leaving = new AbortController();
	fetch(`${door.url}/api/v1/migrations/plan`, {
		method: "POST",
		headers: { "content-type": "application/json", "x-api-key": key },
		body: JSON.stringify({ document: JSON.stringify(definition) }),
		signal: leaving.signal
	}).catch(() => undefined);
	return () => leaving.abort();
}
