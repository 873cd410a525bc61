/** No secret leaves: no answer that holds one is kept by a cache, and no artefact of a run holds one that an option held. */

import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { CONTRACTS } from "../../contracts/cluster";
import { OPEN_ROUTES } from "../../domain/platform/open-routes";
import { routesOf } from "../../domain/platform/routes";
import { openStage, type Stage } from "../support/banyan";
import { Caller } from "../support/callers";
import { type Door, openDoor } from "../support/door";
import { until } from "../support/until";

/** Each stands in one place of a definition, or in the environment, and nowhere else. */
const SECRETS = {
	sourcePassword: "zq-source-password",
	targetPassword: "zq-target-password",
	header: "zq-header-value",
	proxyPassword: "zq-proxy-password",
	passphrase: "zq-passphrase",
	databasePassword: "zq-database-password",
	other: "zq-other-variable"
} as const;
const ENVIRONMENT = {
	SOURCE_PASSWORD: "admin123",
	TARGET_PASSWORD: "admin123",
	BANYAN_SECRET_SOURCE: SECRETS.sourcePassword,
	BANYAN_SECRET_HEADER: SECRETS.header,
	BANYAN_SECRET_OTHER: SECRETS.other
};

let stage: Stage;
let door: Door;
/** A panel that says all that it was told, in each of its failures. */
let echo: Server;
beforeAll(async () => {
	stage = await openStage({ users: 12 });
	echo = createServer((req, res) => {
		const chunks: Buffer[] = [];
		req.on("data", (chunk: Buffer) => chunks.push(chunk));
		req.on("end", () => {
			const body = Buffer.concat(chunks).toString();
			const input = Object.fromEntries(new URLSearchParams(body));
			res.writeHead(req.url?.includes("token") ? 422 : 500, { "content-type": "application/json" });
			res.end(JSON.stringify({ detail: [{ msg: `not ${body}`, input, headers: req.headers }] }));
		});
	});
	await new Promise<void>(resolve => echo.listen(0, "127.0.0.1", resolve));
	door = await openDoor(stage.folder, { ...ENVIRONMENT, LOG_LEVEL: "debug" });
});
afterAll(async () => {
	await door[Symbol.asyncDispose]();
	echo.close();
	await stage[Symbol.asyncDispose]();
});

/** All that the server said over REST, and the command on a terminal. */
const said: string[] = [];
const ask: Door["ask"] = async (path, asked) => {
	const answer = await door.ask(path, asked);
	said.push(answer.text, JSON.stringify([...answer.headers]));
	return answer;
};
const post = (path: string, body: unknown = {}, headers: Record<string, string> = {}) =>
	ask(path, { method: "POST", body, headers });
const echoes = (): string => `http://127.0.0.1:${(echo.address() as AddressInfo).port}`;

describe("what an option or a variable holds", () => {
	const definitions = (): readonly object[] => {
		const { source, target } = JSON.parse(readFileSync(stage.definition, "utf8")) as Record<string, object>;
		const loud = { connector: "marzneshin", url: echoes(), username: "admin" };
		return [
			// A panel that repeats what it was sent, as a value and by its name.
			{
				name: "loud",
				source: { ...loud, password: SECRETS.sourcePassword, headers: { "X-Gate": SECRETS.header } },
				target
			},
			{
				name: "named",
				source: {
					...loud,
					password: "${BANYAN_SECRET_SOURCE}",
					headers: { "X-Gate": "${BANYAN_SECRET_HEADER}", Cookie: "s=${BANYAN_SECRET_HEADER}" }
				},
				target: { ...target, url: echoes(), password: SECRETS.targetPassword }
			},
			// Ways that lead nowhere.
			{
				name: "proxied",
				source: { ...source, proxy: `http://gate:${SECRETS.proxyPassword}@127.0.0.1:9` },
				target: { ...target, passphrase: SECRETS.passphrase, certFile: "/nowhere.pem", keyFile: "/nowhere.key" }
			},
			{
				name: "stored",
				source: { ...source, database: `mysql://root:${SECRETS.databasePassword}@127.0.0.1:9/marzneshin` },
				target: { ...target, database: `mysql://root:${SECRETS.databasePassword}@127.0.0.1:9/marzban` }
			},
			// Not as they must be.
			{
				name: "wrong",
				source: { ...source, password: { nested: SECRETS.sourcePassword } },
				target,
				extra: SECRETS.other
			},
			{ name: "wrong-address", source: { ...source, url: `http://u:${SECRETS.proxyPassword}@[::1` }, target },
			{ name: "defaulted", source: { ...loud, password: `\${ABSENT:-${SECRETS.sourcePassword}}` }, target }
		];
	};

	it("is in no answer, log, report or file, whatever fails", async () => {
		for (const definition of definitions()) {
			const { name } = definition as { name: string };
			const document = JSON.stringify(definition);
			await post("/api/v1/migrations/plan", { document });
			await post("/api/v1/migrations/dry-run", { document }, { "idempotency-key": `dry-${name}` });
			await post("/api/v1/migrations/dry-run", { document }, { "idempotency-key": `dry-${name}` });
			await post(`/api/v1/migrations/${name}/start`);
			await post(`/api/v1/migrations/${name}/rollback`);
			await ask(`/api/v1/migrations/${name}`);
			await ask(`/api/v1/migrations/${name}/logs`);
			await ask(`/api/v1/extract/test-connection?name=${name}`);
			await ask(`/api/v1/import/test-connection?name=${name}`);
			const file = join(stage.folder, `${name}.json`);
			writeFileSync(file, document);
			for (const words of [
				["plan", file],
				["dry-run", file],
				["run", file],
				["rollback", name, "--yes"],
				["status", name]
			]) {
				const { stdout, stderr } = await stage.banyan(["migration", ...words], ENVIRONMENT).ended;
				said.push(stdout, stderr);
			}
			rmSync(file);
		}
		await ask("/metrics");
		await ask("/health/detailed");
		await ask("/api/v1/migrations");
		said.push(door.node.log(), ...files(stage.folder));
		for (const [where, secret] of Object.entries(SECRETS)) {
			const at = said.findIndex(text => text.includes(secret));
			expect([where, at < 0 ? "" : around(said[at] as string, secret)]).toEqual([where, ""]);
		}
		// They were all told what is wrong.
		expect(said.join("\n")).toMatch(/422/);
	});

	it("of a run that went well is in none either: passwords, keys of customers, keys of ours", async () => {
		const document = readFileSync(stage.definition, "utf8");
		const named = document.replace("SOURCE_PASSWORD", "BANYAN_SECRET_A").replace("TARGET_PASSWORD", "BANYAN_SECRET_B");
		await door[Symbol.asyncDispose]();
		door = await openDoor(stage.folder, {
			BANYAN_SECRET_A: "admin123",
			BANYAN_SECRET_B: "admin123",
			LOG_LEVEL: "debug"
		});
		expect((await post("/api/v1/migrations/plan", { document: named })).json.ok).toBe(true);
		expect((await post("/api/v1/migrations/panel/start")).status).toBe(202);
		await until(async () => (await door.ask("/api/v1/migrations/panel")).json.phase === "finished", "it is finished");
		const made = await post("/api/v1/api-keys", { name: "k", scopes: ["migration:read"] }, { "idempotency-key": "k" });
		const keys = stage.source.db.prepare("SELECT key FROM users").all() as { key: string }[];
		const all = files(join(stage.folder, "server"), "api-key").join("\n") + door.node.log();
		for (const secret of ["admin123", made.json.key, door.key, ...keys.map(({ key }) => key)])
			expect([secret, around(all, secret)]).toEqual([secret, ""]);
	});
});

describe("no cache keeps", () => {
	const kept = (headers: Headers): string | null => headers.get("cache-control");
	const fill = (path: string): string => path.replaceAll(/:(\w+)/g, "panel");

	it.each(
		routesOf(CONTRACTS).flatMap(route =>
			(["as whom it is for", "without a key"] as const).map(
				how => [route.method, fill(route.path), how, route] as const
			)
		)
	)("%s %s %s", async (method, path, how, route) => {
		const asked = { method, ...(route.body !== null && { body: {} }) };
		const { headers } =
			how === "without a key"
				? await door.ask(path, { ...asked, key: null })
				: await new Caller(() => door, route).ask(path, asked);
		expect(kept(headers)).toBe("no-store");
	});

	it("what is open, but for the documents", async () => {
		for (const { method, path } of OPEN_ROUTES) {
			const { headers } = await door.ask(path.startsWith("/sub") ? "/sub/nobody/0123456789" : fill(path), { method });
			expect([path, kept(headers)]).toEqual([path, path.startsWith("/docs") ? expect.any(String) : "no-store"]);
		}
	});

	it("a key that was made, or made again, a page that did not change, lines, events, refusals", async () => {
		const body = { name: "kept", scopes: ["migration:read"] };
		const idempotent = { method: "POST", body, headers: { "idempotency-key": "kept" } };
		const [first, again] = [
			await door.ask("/api/v1/api-keys", idempotent),
			await door.ask("/api/v1/api-keys", idempotent)
		];
		expect([first.status, again.headers.get("idempotency-replayed")]).toEqual([201, "true"]);
		const page = await door.ask("/api/v1/api-keys");
		const same = await door.ask("/api/v1/api-keys", {
			// Else fetch itself says that it wants no answer from a cache.
			headers: { "if-none-match": String(page.headers.get("etag")), "cache-control": "max-age=0" }
		});
		expect(same.status).toBe(304);
		const lines = await door.ask("/api/v1/migrations/panel/links", { headers: { accept: "application/x-ndjson" } });
		expect(lines.headers.get("content-type")).toMatch(/ndjson/);
		const head = await door.ask("/api/v1/migrations/panel/logs", {
			method: "HEAD",
			headers: { accept: "text/event-stream" }
		});
		const reused = await door.ask("/api/v1/api-keys", { ...idempotent, body: { ...body, name: "other" } });
		expect(reused.json.code).toBe("IDEMPOTENCY_REUSED");
		const options = await door.ask("/api/v1/api-keys", { method: "OPTIONS" });
		for (const { status, headers } of [first, again, page, same, lines, head, reused, options])
			expect([status, kept(headers)]).toEqual([status, "no-store"]);
	});
});

/** Everything that lies there, as it is, but for what is called `but`. */
function files(folder: string, but = ""): string[] {
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter(entry => entry.isFile() && entry.name !== but && !/\.sqlite3?$/.test(entry.name))
		.map(({ parentPath, name }) => `${name}: ${readFileSync(join(parentPath, name), "latin1")}`);
}

const around = (text: string, secret: string): string => {
	const at = text.indexOf(secret);
	return at < 0 ? "" : text.slice(Math.max(0, at - 200), at + 100);
};
