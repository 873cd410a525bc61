/** Bodies that are larger than they may be, many at once, of every kind that a route takes (G6): refused, and nothing is left of them. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type StartedNode, startNode } from "../support/started-node";
import { until } from "../support/until";

const FROM = { cwd: process.cwd(), program: ["--import", "tsx", join(__dirname, "../support/bodies/node.ts")] };
const KB = 1024;
const LIMIT = 256 * KB;
const TIMES = 10;
const PARALLEL = 50;
const SIZE = LIMIT * TIMES;
/** What a process takes for 50 sockets with their buffers; ten limits of all of them would be 128 MB. */
const MOST_GROWN = 100 * KB * KB;

let folder: string;
let node: StartedNode;
let key: string;
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "banyan-uploads-"));
	node = await startNode(
		{
			DATA_DIR: join(folder, "data"),
			TMPDIR: join(folder, "temporary"),
			GATEWAY_PORT: "0",
			LOG_LEVEL: "info",
			PROBE: "on",
			SERVICES: "gateway,access,idempotency",
			GATEWAY_BODY_LIMIT: String(LIMIT),
			GATEWAY_UPLOAD_LIMIT: String(LIMIT)
		},
		FROM
	);
	key = readFileSync(join(folder, "data", "api-key"), "utf8").trim();
});
afterAll(async () => {
	await node?.[Symbol.asyncDispose]();
	rmSync(folder, { recursive: true, force: true });
});

const CHUNK = Buffer.alloc(16 * KB, "x");
const FRAMED = Buffer.concat([Buffer.from(`${CHUNK.length.toString(16)}\r\n`), CHUNK, Buffer.from("\r\n")]);

interface Upload {
	readonly path: string;
	readonly type: string | null;
	readonly isDeclared: boolean;
}

const headOf = ({ path, type, isDeclared }: Upload, host: string): string =>
	[
		`POST ${path} HTTP/1.1`,
		`Host: ${host}`,
		`X-API-Key: ${key}`,
		...(type ? [`Content-Type: ${type}`] : []),
		isDeclared ? `Content-Length: ${SIZE}` : "Transfer-Encoding: chunked",
		"\r\n"
	].join("\r\n");

/** All that came back until the connection was closed by the other side. */
function upload(each: Upload): Promise<string> {
	const { isDeclared } = each;
	const { hostname, port } = new URL(node.url);
	return new Promise((resolve, reject) => {
		const socket = connect(Number(port), hostname);
		let [said, sent, isOver] = ["", 0, false];
		const piece = isDeclared ? CHUNK : FRAMED;
		const more = (): void => {
			for (let room = true; room && !isOver && sent < SIZE; sent += CHUNK.length) room = socket.write(piece);
		};
		socket
			.on("connect", () => {
				socket.write(headOf(each, `${hostname}:${port}`));
				more();
			})
			.on("drain", more)
			.on("data", answer => {
				said += answer;
			})
			// What is on its way while the other side closes is refused by its machine.
			.on("error", error => (said === "" ? reject(error) : undefined))
			.on("close", () => {
				isOver = true;
				resolve(said);
			});
	});
}

const rss = (): number =>
	Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${node.pid}/status`, "utf8"))?.[1] ?? 0) * KB;
/** Files that would be its parts. */
const left = (): string[] =>
	readdirSync(folder, { recursive: true, encoding: "utf8" })
		.filter(each => !/tsx|\.db|log/.test(each))
		.sort();
const open = (): number => readdirSync(`/proc/${node.pid}/fd`).length;

const RAW = "/api/v1/probe/bytes";
const JSON_TYPE = "application/json";
it.each<[string, Upload]>([
	["bytes, declared", { path: RAW, type: "application/octet-stream", isDeclared: true }],
	["bytes in chunks, of no type (moleculer-web#166)", { path: RAW, type: null, isDeclared: false }],
	[
		"parts, as a form sends files (moleculer-web#313)",
		{ path: RAW, type: "multipart/form-data; boundary=x", isDeclared: false }
	],
	["bytes of which nobody takes any (moleculer-web#281)", { path: "/api/v1/probe/held", type: null, isDeclared: true }],
	["JSON of a key", { path: "/api/v1/api-keys", type: JSON_TYPE, isDeclared: false }],
	["JSON of whom nobody knows", { path: "/api/v1/probe/texts", type: JSON_TYPE, isDeclared: false }],
	["a document", { path: "/api/v1/migrations/plan", type: "application/yaml", isDeclared: true }]
])("G6: %s, ten times as large as it may be, 50 at once", async (_, each) => {
	const [before, files, kept] = [rss(), open(), left()];
	const said = await Promise.all(Array.from({ length: PARALLEL }, () => upload(each)));
	const refused = said.map(answer => /^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);
	expect([...new Set(refused)]).toEqual(["413"]);
	for (const answer of said) expect(answer).toMatch(/connection: close/i);
	expect(rss() - before).toBeLessThan(MOST_GROWN);
	await until(() => open() <= files + 2, "all connections are gone");
	expect(left()).toEqual(kept);
	expect((await fetch(`${node.url}/health`)).status).toBe(200);
	expect(node.log()).not.toMatch(/"level":"(?:error|fatal)"/);
});

it("parts are no JSON, with or without a type (moleculer-web#166)", async () => {
	for (const type of ["multipart/form-data", "multipart/form-data; boundary=x", ""]) {
		const headers: Record<string, string> = { "x-api-key": key, ...(type && { "content-type": type }) };
		const answer = await fetch(`${node.url}/api/v1/api-keys`, { method: "POST", headers, body: Buffer.from("--x--") });
		expect([type, answer.status]).toEqual([type, 415]);
	}
});

it("a limit is told by the setting that holds", async () => {
	const big = JSON.stringify({ text: "x".repeat(100 * KB) });
	const headers = { "content-type": JSON_TYPE };
	const answer = await fetch(`${node.url}/api/v1/probe/texts`, { method: "POST", headers, body: big });
	expect([answer.status, await answer.text()]).toEqual([413, expect.stringContaining("GATEWAY_SMALL_BODY_LIMIT")]);
});
