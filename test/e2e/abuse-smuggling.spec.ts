/**
 * Requests that two servers in a row could read differently (G1). Each goes over its own connection with a second, harmless
 * request behind it, the canary: either the first is refused and the connection ends, or both are answered, once and in
 * turn. What the first one does is counted, and nobody is answered with what is another's.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gateway } from "../../contracts/platform/gateway";
import { settingIn } from "../../domain/platform/setting";
import { type Door, openDoor, type Said } from "../support/door";
import { converse, type Heard, type RawAnswer } from "../support/raw";

let folder: string;
let door: Door;
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "banyan-smuggling-"));
	door = await openDoor(folder, { GATEWAY_NAMES: "x" });
});
afterAll(async () => {
	await door[Symbol.asyncDispose]();
	rmSync(folder, { recursive: true, force: true });
});

/** `refused`: it has no effect, and the connection ends. `both`: it and the canary are done. `last`: it is done, then the connection ends. */
type Fate = "refused" | "both" | "last" | "refused, then the canary" | "closed";

/** Makes a key: an effect that can be counted by its name. The head lacks what tells the length. */
const POST = [
	"POST /api/v1/api-keys HTTP/1.1",
	"Host: x",
	"X-API-Key: KEY",
	"Content-Type: application/json",
	"X-Correlation-ID: FIRST",
	""
].join("\r\n");
const BODY = '{"name":"FIRST","scopes":["migration:read"]}';
const GET = "GET /health/links HTTP/1.1\r\nHost: x\r\nX-Correlation-ID: FIRST\r\n";
/** What somebody would like to slip in. */
const SLIPPED = "GET /health/importer HTTP/1.1\r\nHost: x\r\nX-Correlation-ID: slipped\r\n\r\n";
const CANARY = "GET /health/access HTTP/1.1\r\nHost: x\r\nX-Correlation-ID: CANARY\r\n\r\n";

const SIZE = "SIZE";
const CHUNKED = `${POST}Transfer-Encoding: chunked\r\n\r\n`;
const chunks = (size: string = SIZE, end = "\r\n"): string => `${size}${end}BODY${end}0${end}${end}`;
const coded = (header: string): string => `${POST}${header}\r\n\r\n${chunks()}`;
const long = (header: string): string => `${POST}${header}\r\n\r\nBODY`;
const path = (target: string): string => `GET ${target} HTTP/1.1\r\nHost: x\r\nX-Correlation-ID: FIRST\r\n\r\n`;

const CASES: readonly (readonly [what: string, bytes: string, fate: Fate])[] = [
	["nothing unusual, by length", long("Content-Length: LENGTH"), "both"],
	["nothing unusual, in chunks", coded("Transfer-Encoding: chunked"), "both"],
	["nothing unusual, without a body", `${GET}\r\n`, "both"],

	["length and coding", `${POST}Content-Length: LENGTH\r\nTransfer-Encoding: chunked\r\n\r\n${chunks()}`, "refused"],
	["coding and length", `${POST}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n${chunks()}`, "refused"],
	[
		"a chunk's end within the length",
		`${POST}Content-Length: 70\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SLIPPED}`,
		"refused"
	],
	["two lengths, equal", long("Content-Length: LENGTH\r\nContent-Length: LENGTH"), "refused"],
	["two lengths, the second shorter", `${POST}Content-Length: 90\r\nContent-Length: 2\r\n\r\n{}${SLIPPED}`, "refused"],
	["two lengths, the second longer", `${POST}Content-Length: 2\r\nContent-Length: 90\r\n\r\n{}${SLIPPED}`, "refused"],
	["length +5", long("Content-Length: +LENGTH"), "refused"],
	["length -5", long("Content-Length: -LENGTH"), "refused"],
	["length 5,5", long("Content-Length: LENGTH,LENGTH"), "refused"],
	["length 5, 5", long("Content-Length: LENGTH, LENGTH"), "refused"],
	["length 0x5", long("Content-Length: 0xLENGTH"), "refused"],
	["length 5 6", long("Content-Length: LENGTH 6"), "refused"],
	["length 5;a", long("Content-Length: LENGTH;a"), "refused"],
	["length after blanks, which is allowed", long("Content-Length:   LENGTH"), "both"],
	["length before blanks, which is allowed", long("Content-Length: LENGTH  "), "both"],
	["length with zeros before it, which is allowed", long("Content-Length: 000LENGTH"), "both"],
	["length without a number", long("Content-Length: "), "refused"],
	["length beyond all numbers", long(`Content-Length: ${"9".repeat(40)}`), "refused"],
	["Content-Length : 5", long("Content-Length : LENGTH"), "refused"],
	["length in a line that goes on", long("Content-Length:\r\n LENGTH"), "refused"],

	["coding xchunked", coded("Transfer-Encoding: xchunked"), "refused"],
	["coding chunked, identity", coded("Transfer-Encoding: chunked, identity"), "refused"],
	["coding chunked, chunked", coded("Transfer-Encoding: chunked, chunked"), "refused"],
	["coding gzip, chunked", coded("Transfer-Encoding: gzip, chunked"), "refused"],
	["coding identity", coded("Transfer-Encoding: identity"), "refused"],
	["coding identity and a length", long("Transfer-Encoding: identity\r\nContent-Length: LENGTH"), "refused"],
	["coding Chunked", coded("Transfer-Encoding: Chunked"), "refused"],
	['coding "chunked"', coded('Transfer-Encoding: "chunked"'), "refused"],
	["coding after a tab, which is allowed", coded("Transfer-Encoding:\tchunked"), "both"],
	["coding after a vertical tab", coded("Transfer-Encoding: \vchunked"), "refused"],
	["coding before a semicolon", coded("Transfer-Encoding: chunked;a=b"), "refused"],
	["coding without a name", coded("Transfer-Encoding:"), "refused"],
	["coding in a line that begins with a blank", coded(" Transfer-Encoding: chunked"), "refused"],
	["Transfer-Encoding : chunked", coded("Transfer-Encoding : chunked"), "refused"],
	["Transfer-Encoding LF : chunked", coded("Transfer-Encoding\n : chunked"), "refused"],
	["Transfer_Encoding is no coding", `${POST}Transfer_Encoding: chunked\r\nContent-Length: LENGTH\r\n\r\nBODY`, "both"],
	["X: y CR Transfer-Encoding", coded("X: y\rTransfer-Encoding: chunked"), "refused"],
	["X: y LF Transfer-Encoding", coded("X: y\nTransfer-Encoding: chunked"), "refused"],
	["two codings, equal", coded("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"), "refused"],
	["two codings", coded("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity"), "refused"],
	["two codings, the other way round", coded("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked"), "refused"],
	[
		"a coding in HTTP/1.0",
		coded("Transfer-Encoding: chunked\r\nConnection: keep-alive").replace("HTTP/1.1", "HTTP/1.0"),
		"refused"
	],

	["a chunk's extension, which is allowed", CHUNKED + chunks(`${SIZE};a=b`), "both"],
	["a chunk's extension with a quote, which is allowed", CHUNKED + chunks(`${SIZE};a="b"`), "both"],
	["a chunk's extension with a LF", CHUNKED + chunks(`${SIZE};a\nb`), "refused"],
	["a chunk's extension of 20 KiB", CHUNKED + chunks(`${SIZE};${"a".repeat(20_000)}`), "refused"],
	["a chunk of 0x5", CHUNKED + chunks(`0x${SIZE}`), "refused"],
	["a chunk of +5", CHUNKED + chunks(`+${SIZE}`), "refused"],
	["a chunk of -5", CHUNKED + chunks(`-${SIZE}`), "refused"],
	["a chunk of 1_0", CHUNKED + chunks("2_c"), "refused"],
	["a chunk of nothing", CHUNKED + chunks(""), "refused"],
	[
		"a chunk with a thousand zeros before its size, which is allowed",
		CHUNKED + chunks("0".repeat(1000) + SIZE),
		"both"
	],
	["a chunk beyond all numbers", CHUNKED + chunks("fffffffffffffffff"), "refused"],
	["a chunk with a blank before its size", CHUNKED + chunks(` ${SIZE}`), "refused"],
	["chunks with LF only", CHUNKED + chunks(SIZE, "\n"), "refused"],
	["a chunk whose size ends in LF", `${CHUNKED}${SIZE}\nBODY\r\n0\r\n\r\n`, "refused"],
	["a chunk whose size ends in CR", `${CHUNKED}${SIZE}\rBODY\r\n0\r\n\r\n`, "refused"],
	["a chunk without its last CRLF", `${CHUNKED}${SIZE}\r\nBODY0\r\n\r\n`, "refused"],
	["a chunk that ends in two other bytes", `${CHUNKED}${SIZE}\r\nBODYxx0\r\n\r\n`, "refused"],
	["a last chunk that ends in LF", `${CHUNKED}${SIZE}\r\nBODY\r\n0\n\n`, "refused"],

	["a trailer", `${CHUNKED}${SIZE}\r\nBODY\r\n0\r\nX-Sum: 1\r\n\r\n`, "both"],
	["a trailer with Host", `${CHUNKED}${SIZE}\r\nBODY\r\n0\r\nHost: other\r\n\r\n`, "both"],
	[
		"a trailer with a key",
		`${CHUNKED.replace("X-API-Key: KEY\r\n", "")}${SIZE}\r\nBODY\r\n0\r\nX-API-Key: KEY\r\nAuthorization: Bearer KEY\r\n\r\n`,
		"refused"
	],
	["a trailer with a length", `${CHUNKED}${SIZE}\r\nBODY\r\n0\r\nContent-Length: 70\r\n\r\n`, "refused"],
	["a trailer with a coding", `${CHUNKED}${SIZE}\r\nBODY\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n`, "refused"],

	["LF only", `${GET}\r\n`.replaceAll("\r\n", "\n"), "refused"],
	["one line with LF only", `${GET.replace("Host: x\r\n", "Host: x\n")}\r\n`, "refused"],
	["a head that ends in LF LF", `${GET.trimEnd()}\n\n`, "refused"],
	["CR in a header", `${GET}A: b\rc\r\n\r\n`, "refused"],
	["NUL in a header", `${GET}A: b\0c\r\n\r\n`, "refused"],
	["NUL in a header's name", `${GET}A\0: b\r\n\r\n`, "refused"],
	["a header that goes on in the next line", `${GET}A: b\r\n c\r\n\r\n`, "refused"],
	["a header without a name", `${GET}: b\r\n\r\n`, "refused"],
	["a header without a colon", `${GET}A\r\n\r\n`, "refused"],
	["two hosts", `${GET}Host: y\r\n\r\n`, "refused"],
	["no host", path("/health/links").replace("Host: x\r\n", ""), "refused"],
	["a blank line before, which is allowed", `\r\n${GET}\r\n`, "both"],
	["two blanks in the first line, which are read as one", path(" /health/links"), "both"],
	["HTTP/1.1 in another case", path("/health/links").replace("HTTP/1.1", "http/1.1"), "refused"],
	["HTTP/1.2", path("/health/links").replace("HTTP/1.1", "HTTP/1.2"), "refused"],
	["HTTP/0.9", "GET /health/links\r\n", "refused"],
	["the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "refused"],
	["a method in small letters", path("/health/links").replace("GET", "get"), "refused"],

	["an absolute address, another's", path("http://other/health/links"), "refused"],
	["an absolute address, ours", path("http://x/health/links"), "refused"],
	["an address of one asterisk", path("*").replace("GET", "OPTIONS"), "refused"],
	["a tunnel", "CONNECT other:80 HTTP/1.1\r\nHost: other:80\r\n\r\n", "closed"],

	["Expect: 100-continue", long("Expect: 100-continue\r\nContent-Length: LENGTH"), "both"],
	["Expect: y 100-continue", long("Expect: y 100-continue\r\nContent-Length: LENGTH"), "refused"],
	["Expect: anything", long("Expect: anything\r\nContent-Length: LENGTH"), "refused"],
	["two expectations", long("Expect: 100-continue\r\nExpect: 100-continue\r\nContent-Length: LENGTH"), "refused"],
	["a GET with a body", `${GET}Content-Length: ${SLIPPED.length}\r\n\r\n${SLIPPED}`, "refused"],
	[
		"a GET with chunks",
		`${GET}Transfer-Encoding: chunked\r\n\r\n${SLIPPED.length.toString(16)}\r\n${SLIPPED}\r\n0\r\n\r\n`,
		"refused"
	],
	["a HEAD with a body", `${GET.replace("GET", "HEAD")}Content-Length: ${SLIPPED.length}\r\n\r\n${SLIPPED}`, "refused"],
	[
		"a DELETE with a body",
		`${POST.replace("POST /api/v1/api-keys", "DELETE /api/v1/api-keys/none")}Content-Length: ${SLIPPED.length}\r\n\r\n${SLIPPED}`,
		"refused"
	],
	[
		"an OPTIONS with a body",
		`${GET.replace("GET", "OPTIONS")}Content-Length: ${SLIPPED.length}\r\n\r\n${SLIPPED}`,
		"refused"
	],
	[
		"an unread body at an address that is not there",
		`${POST.replace("/api/v1/api-keys", "/nowhere")}Content-Length: ${SLIPPED.length}\r\n\r\n${SLIPPED}`,
		"refused"
	],
	[
		"an unread body with a method that is not known",
		`${POST.replace("/api/v1/api-keys", "/health")}Content-Length: ${SLIPPED.length}\r\n\r\n${SLIPPED}`,
		"refused"
	],
	[
		"an unread body of another type",
		`${POST.replace("application/json", "text/plain")}Content-Length: ${SLIPPED.length}\r\n\r\n${SLIPPED}`,
		"refused"
	],
	["a body that is not JSON", `${POST}Content-Length: ${SLIPPED.length}\r\n\r\n${SLIPPED}`, "refused, then the canary"],
	[
		"an upgrade to HTTP/2",
		`${GET}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n`,
		"last"
	],
	["an upgrade to a socket", `${GET}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`, "last"],
	[
		"an upgrade with a body",
		`${POST}Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: LENGTH\r\n\r\nBODY`,
		"refused"
	],
	[
		"an upgrade with chunks",
		`${POST}Connection: Upgrade\r\nUpgrade: h2c\r\nTransfer-Encoding: chunked\r\n\r\n${chunks()}`,
		"refused"
	],
	["X_Forwarded_For", `${GET}X_Forwarded_For: 1.1.1.1\r\n\r\n`, "both"],
	["a connection header that names ours", `${GET}Connection: keep-alive, X-API-Key\r\n\r\n`, "both"],
	[
		"a length named in the connection header",
		long("Connection: Content-Length, keep-alive\r\nContent-Length: LENGTH"),
		"both"
	],

	["..", path("/health/../health/links"), "refused"],
	["%2e%2e%2f", path("/%2e%2e%2fhealth/links"), "refused"],
	["%2e%2e", path("/a/%2e%2e/health/links"), "refused"],
	["%2f", path("/health%2flinks"), "refused"],
	["//", path("//health/links"), "refused"],
	["// within", path("/health//links"), "refused"],
	[";param", path("/health/links;a=b"), "refused, then the canary"],
	["..;", path("/a/..;/health/links"), "refused, then the canary"],
	["\\", path("/health\\links"), "refused"],
	["%5c", path("/health%5clinks"), "refused"],
	["%00", path("/health/links%00"), "refused"],
	["a raw NUL", path("/health/links\0"), "refused"],
	["a fragment", path("/health/links#a"), "refused"],
	["half an escape", path("/health/links%2"), "refused"],
	["%252f stays what it is", path("/health%252flinks"), "refused, then the canary"],
	["a path of 40 KiB", path(`/${"a".repeat(40_000)}`), "refused"],
	["a header of 40 KiB", `${GET}A: ${"a".repeat(40_000)}\r\n\r\n`, "refused"],
	["3000 headers", `${GET}${"A: b\r\n".repeat(3000)}\r\n`, "both"],
	[
		"a second key behind 2100 headers",
		`${POST}${"A:b\r\n".repeat(2100)}X-API-Key: KEY\r\nContent-Length: LENGTH\r\n\r\nBODY`,
		"refused"
	],
	["a length behind 2100 headers", `${POST}${"A:b\r\n".repeat(2100)}Content-Length: LENGTH\r\n\r\nBODY`, "both"]
];

const filled = (text: string, index: number): string => {
	const body = BODY.replace("FIRST", `first-${index}`);
	return text
		.replaceAll("BODY", body)
		.replaceAll("LENGTH", String(body.length))
		.replaceAll(SIZE, body.length.toString(16))
		.replaceAll("KEY", door.key)
		.replaceAll("FIRST", `first-${index}`)
		.replaceAll("CANARY", `canary-${index}`);
};
const keyNames = async (): Promise<string[]> =>
	(await door.ask("/api/v1/api-keys")).json.map(({ name }: Said) => name as string);

/** What came back, in short: whose answers, and what becomes of the connection. */
const told = ({ answers, rest, closed }: Heard, index: number): string =>
	[
		...answers.map(answer => toldOf(answer, answer.headers["x-correlation-id"] ?? "nobody", index)),
		...(rest === "" ? [] : ["more"]),
		closed ? "closed" : "open"
	].join(", ");

function toldOf(answer: RawAnswer, id: string, index: number): string {
	const { status, body } = answer;
	if (id === `canary-${index}`) return status === 200 && body.includes('"name":"access"') ? "canary" : "canary, wrong";
	if (status >= 400) return refusedWell(answer, id) ? "refused" : `${status} ${body}`;
	return id === `first-${index}` ? "done" : `done as ${id}`;
}

/** As a problem, under the id of the header; the answer to a HEAD is its head alone. */
function refusedWell({ status, headers, body }: RawAnswer, id: string): boolean {
	const { correlationId, status: said } = body === "" ? { correlationId: id, status } : (JSON.parse(body) as Said);
	const typed = headers["content-type"] === "application/problem+json; charset=utf-8";
	return typed && correlationId === id && said === status && status < 500;
}

const EXPECTED: Readonly<Record<Fate, string>> = {
	refused: "refused, closed",
	both: "done, canary, open",
	last: "done, closed",
	"refused, then the canary": "refused, canary, open",
	closed: "closed"
};

describe.each([
	["in one piece", 0, (first: string, canary: string) => [first + canary]],
	["the canary later", 1000, (first: string, canary: string) => [first, canary]],
	[
		"byte by byte where it begins",
		2000,
		(first: string, canary: string) => [...first.slice(0, 6), first.slice(6), canary]
	]
])("a request and a canary behind it, %s", (way, base, pieces) => {
	let heard: string[];
	let made: string[];
	beforeAll(async () => {
		const cases = CASES.map(([, bytes], index) => pieces(filled(bytes, base + index), filled(CANARY, base + index)));
		const before = await keyNames();
		// All at once: whose answer is whose must not depend on who else calls.
		heard = await Promise.all(
			cases.map(async (each, index) =>
				told(await converse(door.url, each, { pauseMs: 20, last: `canary-${base + index}` }), base + index)
			)
		);
		made = (await keyNames()).filter(name => !before.includes(name));
	});

	it.each(CASES.map(([what, bytes, fate], index) => ({ what, bytes, fate, index })))("$what: $fate", one => {
		const { bytes, fate, index } = one;
		expect(heard[index]).toBe(EXPECTED[fate]);
		const effects = made.filter(name => name === `first-${base + index}`).length;
		expect(effects).toBe(bytes.startsWith("POST") && fate === "both" ? 1 : 0);
	});

	it(`has no other effect, ${way}`, () => {
		expect(new Set(made).size).toBe(made.length);
		expect(made.filter(name => !/^first-\d+$/.test(name))).toEqual([]);
	});
});

describe("an answer stands where it is expected", () => {
	it("what is malformed is refused after those before it were answered", async () => {
		const index = 0;
		const slow = "GET /metrics HTTP/1.1\r\nHost: x\r\nX-Correlation-ID: first-0\r\n\r\n";
		const twice = filled(CANARY, index);
		expect(told(await converse(door.url, [`${slow}${twice}BAD\r\n\r\n`]), index)).toBe("done, canary, refused, closed");
	});

	it("a body that breaks off is refused under the id of its own request", async () => {
		const { answers } = await converse(door.url, [filled(`${CHUNKED}zz\r\n`, 1)]);
		expect(answers.map(({ status, headers }) => [status, headers["x-correlation-id"]])).toEqual([[400, "first-1"]]);
	});

	it("as many in one piece as one connection may have are answered in their order; of more, the connection ends", async () => {
		const most = Number(settingIn(gateway.settings.pipelined).fallback);
		const idsOf = async (count: number): Promise<(string | undefined)[]> => {
			const requests = Array.from({ length: count }, (_, index) => filled(CANARY, index));
			const { answers, closed } = await converse(door.url, [requests.join("")], { last: `canary-${most - 1}` });
			expect(answers.map(({ status }) => status)).toEqual([
				...Array(most).fill(200),
				...Array(count > most ? 1 : 0).fill(429)
			]);
			expect(closed).toBe(count > most);
			return answers.map(({ headers }) => headers["x-correlation-id"]);
		};
		const inOrder = (count: number): string[] => Array.from({ length: count }, (_, index) => `canary-${index}`);
		expect(await idsOf(most)).toEqual(inOrder(most));
		expect(await idsOf(1000)).toEqual(inOrder(most + 1));
	});

	it("nothing of it was an error of the server", () => {
		expect(
			door.node
				.log()
				.split("\n")
				.filter(line => /"level":"(error|fatal)"/.test(line))
		).toEqual([]);
	});
});
