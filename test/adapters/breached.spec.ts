/** Breached passwords, asked of a real server that speaks the range format, and of a folder. */

import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { breachedIn, failingOpen } from "../../adapters/passwords/breached";

const sha1 = (text: string): string => createHash("sha1").update(text).digest("hex").toUpperCase();
const PASSWORD = "correct horse battery";
const [PREFIX, SUFFIX] = [sha1(PASSWORD).slice(0, 5), sha1(PASSWORD).slice(5)];
const OTHERS = Array.from({ length: 900 }, (_, index) => `${sha1(`other ${index}`).slice(5)}:${index % 3}`);
const range = (count: number): string =>
	[...OTHERS.slice(0, 400), `${SUFFIX}:${count}`, ...OTHERS.slice(400)].join("\r\n");

let server: Server;
let answer: (response: ServerResponse) => void;
const asked: IncomingMessage[] = [];
beforeAll(async () => {
	server = createServer((request, response) => {
		asked.push(request);
		answer(response);
	}).listen(0, "127.0.0.1");
	await once(server, "listening");
});
afterAll(() => server.closeAllConnections());
afterAll(() => server.close());
const at = (path = "/range"): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
const says = (body: string, status = 200) => {
	answer = response => void response.writeHead(status).end(body);
};

it("only the five first digits leave, and the answer is asked for with padding", async () => {
	says(range(42));
	expect(await breachedIn(at())(PASSWORD)).toBe(true);
	expect(await breachedIn(at("/range/"))(PASSWORD)).toBe(true);
	expect(asked.map(({ url }) => url)).toEqual([`/range/${PREFIX}`, `/range/${PREFIX}`]);
	expect(asked[0]?.headers["add-padding"]).toBe("true");
	expect(JSON.stringify(asked.map(({ headers, url }) => [headers, url]))).not.toContain(SUFFIX);
});

it("padding, another password, and nothing are no finds", async () => {
	says(range(0));
	expect(await breachedIn(at())(PASSWORD)).toBe(false);
	says(range(1));
	expect(await breachedIn(at())("another one")).toBe(false);
	says("");
	expect(await breachedIn(at())(PASSWORD)).toBe(false);
});

it("an answer that is none is an error, never a no", async () => {
	const bad: ((response: ServerResponse) => void)[] = [
		response => void response.writeHead(503).end(range(1)),
		response => void response.writeHead(302, { location: "http://127.0.0.1:1/" }).end(),
		response => void response.end(`${SUFFIX}:1\r\n`.repeat(40_000)),
		response => void response.destroy(),
		// Never.
		() => undefined
	];
	for (const each of bad) {
		answer = each;
		await expect(breachedIn(at())(PASSWORD)).rejects.toThrow();
	}
});

it("a folder of ranges says the same; a range that is not there is an error", async () => {
	const folder = mkdtempSync(join(tmpdir(), "banyan-ranges-"));
	const breached = breachedIn(folder);
	await expect(breached(PASSWORD)).rejects.toThrow("ENOENT");
	writeFileSync(join(folder, `${PREFIX}.txt`), range(3).toLowerCase());
	expect(await breached(PASSWORD)).toBe(true);
	writeFileSync(join(folder, PREFIX), range(0));
	expect(await breached(PASSWORD)).toBe(false);
	rmSync(folder, { recursive: true, force: true });
});

it("a list that is away keeps nobody out, is told of each time, and is left alone for a while", async () => {
	says("", 500);
	const untold: unknown[] = [];
	const breached = failingOpen(breachedIn(at()), error => untold.push(error));
	const before = asked.length;
	for (let time = 0; time < 3; time++) expect(await breached(PASSWORD)).toBe(false);
	expect([untold.length, asked.length - before]).toEqual([3, 1]);
});
