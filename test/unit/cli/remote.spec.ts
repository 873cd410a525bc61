import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { exitOf } from "../../../cli/exit";
import { wayFailure } from "../../../cli/failures";
import { opener } from "../../../cli/open";
import { openRemote } from "../../../cli/remote";
import { requestOf, serverAddress } from "../../../cli/request";
import { sample } from "../../support/samples";

const key = () => "fresh";

describe("a request", () => {
	it("carries path fields in its path, percent-encoded, and the rest in its body under a key of its own", () => {
		expect(requestOf("migration.start", { name: "a b/ü", limit: 3, only: undefined }, key)).toMatchObject({
			method: "POST",
			path: "/api/v1/migrations/a%20b%2F%C3%BC/start",
			body: '{"limit":3}',
			headers: { "idempotency-key": "fresh" }
		});
	});

	it("that reads carries the rest in its query, and no null", () => {
		expect(requestOf("migration.report", { name: "p", stream: "users & more", after: null }, key)).toMatchObject({
			method: "GET",
			path: "/api/v1/migrations/p/report?stream=users+%26+more",
			headers: {}
		});
	});

	it.each([
		["migration.inbounds", false],
		["access.create", true],
		["access.revoke", true],
		["migration.plan", true]
	])("%s is sent under a key: %s, for what changes nothing needs none", (action, keyed) => {
		const { headers } = requestOf(action, { document: "x", tags: [], name: "n", scopes: [], id: "1" }, key);
		expect(headers["idempotency-key"]).toBe(keyed ? "fresh" : undefined);
	});

	it("with an empty name is none", () => {
		expect(() => requestOf("migration.status", { name: "" })).toThrow("The name must not be empty.");
	});
});

describe("an address", () => {
	it.each([
		["http://a:8000", "http://a:8000"],
		["https://a/banyan/", "https://a/banyan"]
	])("%s is one", (text, address) => {
		expect(serverAddress(text)).toBe(address);
	});

	it.each(["a:8000", "ftp://a", "http://me:secret@a", "http://a?x=1"])("%s is none", text => {
		expect(() => serverAddress(text)).toThrow("is not an address of a server");
	});
});

describe("a key", () => {
	const open = (environment: Record<string, string>, flags = {}) =>
		opener(
			() => Promise.reject(new Error("embedded")),
			() => environment
		)(flags)("read");

	it("is asked for where there is none", async () => {
		await expect(open({ BANYAN_URL: "http://a" })).rejects.toThrow("http://a asks for an API key: set BANYAN_API_KEY");
	});
	it("is one word", async () => {
		await expect(open({ BANYAN_URL: "http://a", BANYAN_API_KEY: "a\r\nb" })).rejects.toThrow("holds no API key");
	});
	it("without a server is a mistake", async () => {
		await expect(open({}, { apiKeyFile: "x" })).rejects.toThrow("name that by --url");
	});
	it("is not needed for a node in this process", async () => {
		await expect(open({})).rejects.toThrow("embedded");
	});
});

type Answer = (req: IncomingMessage, res: ServerResponse) => void;

/** A server that gives these answers in turn, the last one again and again; and what it was asked. */
async function serving(answers: readonly Answer[], base = "") {
	const asked: { readonly url: string; readonly idempotency: unknown }[] = [];
	const server = createServer((req, res) => {
		req.resume();
		asked.push({ url: `${req.method} ${req.url}`, idempotency: req.headers["idempotency-key"] });
		(answers[asked.length - 1] ?? (answers.at(-1) as Answer))(req, res);
	}).listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as { port: number };
	const client = openRemote({ address: `http://127.0.0.1:${port}${base}`, key: "bny_x" });
	return {
		client,
		asked,
		[Symbol.asyncDispose]: async () => {
			await client.close();
			server.closeAllConnections();
			server.close();
		}
	};
}
const says =
	(status: number, body: unknown, type = "application/json"): Answer =>
	(_, res) =>
		void res.writeHead(status, { "content-type": type }).end(typeof body === "string" ? body : JSON.stringify(body));
const problem = (status: number, code: string, detail = "why", more = {}): Answer =>
	says(status, { code, detail, status, ...more }, "application/problem+json; charset=utf-8");
const cutOff: Answer = req => void req.socket.destroy();

describe("a server that does not answer", () => {
	const refused = Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
	it.each([
		[false, /check --url or BANYAN_URL/],
		[true, /goes on there once the server runs again: then give the same command again/]
	])("that has answered before: %s", (answered, says) => {
		expect(wayFailure(refused, "http://far", answered).message).toMatch(says);
	});
});

describe("a client that is far", () => {
	it("sends a change again under the same key, when the connection breaks and when the server is busy", async () => {
		const begun = sample("migration.start", () => "p");
		await using server = await serving([
			cutOff,
			problem(503, "UNAVAILABLE"),
			problem(409, "IDEMPOTENCY_RUNNING"),
			says(202, begun)
		]);
		expect(await server.client.call("migration.start", { name: "p" })).toEqual(begun);
		expect(server.asked).toHaveLength(4);
		expect(new Set(server.asked.map(({ idempotency }) => idempotency)).size).toBe(1);
		expect(server.asked[0]?.idempotency).toMatch(/^[0-9a-f-]{36}$/);
	});

	it("asks for a new API key again under the same key when the connection breaks, so that there is no second one", async () => {
		const made = sample("access.create", () => "n");
		await using server = await serving([cutOff, cutOff, says(201, made)]);
		expect(await server.client.call("access.create", { name: "n", scopes: ["migration:read"] })).toEqual(made);
		expect(server.asked).toHaveLength(3);
		const [first, ...others] = server.asked.map(({ idempotency }) => idempotency);
		expect([first, others]).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), [first, first]]);
	});

	it("says that what was asked may be under way when the connection goes on breaking", async () => {
		await using server = await serving(Array<Answer>(6).fill(cutOff));
		await expect(server.client.call("migration.pause", { name: "p" })).rejects.toThrow(
			/^The connection to http:\/\/127\.0\.0\.1:\d+ broke \(\w+\): what was asked may be under way there/
		);
		expect(new Set(server.asked.map(({ idempotency }) => idempotency)).size).toBe(1);
	});

	it("does not send again what was refused", async () => {
		await using server = await serving([problem(409, "MIGRATION_NOT_READY", "It is not.")]);
		await expect(server.client.call("migration.repair", { name: "p" })).rejects.toMatchObject({
			type: "MIGRATION_NOT_READY",
			message: "It is not."
		});
		expect(server.asked).toHaveLength(1);
	});

	it.each([
		[problem(409, "PREFLIGHT_REFUSED", "Mend it."), 2, "Mend it."],
		[problem(401, "UNAUTHENTICATED", "No."), 1, "No. Set BANYAN_API_KEY, or name the key's file by --api-key-file."],
		[problem(403, "FORBIDDEN", "No."), 1, /^No\. Ask for a key that has it: .*`banyan keys create/],
		[problem(418, "SOMETHING_NEW", "Said."), 1, "Said."],
		[says(200, "<html>", "text/html"), 1, /is not Banyan \(HTTP 200, text\/html\): check --url/],
		[says(301, "", "text/plain"), 1, /is not Banyan \(HTTP 301/]
	] as const)("says what an answer means (%#)", async (answer, exit, message) => {
		await using server = await serving([answer]);
		const error = (await server.client.call("migration.plan", { document: "x" }).catch(each => each)) as Error;
		if (typeof message === "string") expect(error.message).toBe(message);
		else expect(error.message).toMatch(message);
		expect(exitOf(error)).toBe(exit);
	});

	it("lists the fields that are not as they must be", async () => {
		const errors = [{ field: "name", message: "The name is short." }];
		await using server = await serving([problem(422, "VALIDATION_ERROR", "Some.", { errors })]);
		await expect(server.client.call("migration.list", {})).rejects.toMatchObject({
			type: "VALIDATION_ERROR",
			data: errors
		});
	});

	it("asks below the address's path", async () => {
		await using server = await serving([says(200, [])], "/banyan");
		await server.client.call("migration.list", {});
		expect(server.asked[0]?.url).toBe("GET /banyan/api/v1/migrations");
	});

	it("says at once that nothing answers", async () => {
		const client = openRemote({ address: "http://127.0.0.1:9", key: "k" });
		await expect(client.call("migration.list", {})).rejects.toThrow(
			"Nothing answers at http://127.0.0.1:9 (ECONNREFUSED): check --url or BANYAN_URL, and that the server runs there."
		);
		await client.close();
	});

	it("follows a log over a connection that breaks, from where it was", async () => {
		const line = (id: string): string =>
			`id: ${id}\nevent: log\ndata: ${JSON.stringify({ ...sample<object>("LogLine", () => "x"), id })}\n\n`;
		const last: unknown[] = [];
		const streaming =
			(text: string, end: (res: ServerResponse) => void): Answer =>
			(req, res) => {
				last.push(req.headers["last-event-id"]);
				res.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" }).write(text, () => end(res));
			};
		await using server = await serving([
			streaming(line("1") + line("2"), res => setTimeout(() => res.destroy(), 50)),
			streaming(line("3"), res => void res.end()),
			streaming(line("4"), () => undefined)
		]);
		const until = new AbortController();
		const seen: string[] = [];
		for await (const { id } of server.client.follow("p", null, until.signal)) if (seen.push(id) === 4) until.abort();
		expect(seen).toEqual(["1", "2", "3", "4"]);
		expect(last).toEqual([undefined, "2", "3"]);
	});
});
