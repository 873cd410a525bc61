import fc from "fast-check";
import { type RequestHead, refusal } from "../../../../domain/platform/request-rules";

const head = (
	parts: Partial<RequestHead> & { headers?: readonly (readonly [string, string])[] } = {}
): RequestHead => ({
	method: parts.method ?? "POST",
	url: parts.url ?? "/api/v1/api-keys",
	httpVersion: parts.httpVersion ?? "1.1",
	rawHeaders: [["Host", "x"], ...(parts.headers ?? [])].flat() as string[]
});
const said = (...headers: [string, string][]) => refusal(head({ headers }));

describe("a request is let in", () => {
	it.each<[string, RequestHead]>([
		["plain", head({ method: "GET" })],
		["with a length", head({ headers: [["Content-Length", "5"]] })],
		["with an empty body", head({ method: "DELETE", headers: [["Content-Length", "0"]] })],
		["chunked", head({ headers: [["Transfer-Encoding", "chunked"]] })],
		["of HTTP/1.0", head({ httpVersion: "1.0", headers: [["Content-Length", "5"]] })],
		["that waits for leave", head({ headers: [["Expect", "100-Continue"]] })],
		["with an escape", head({ url: "/sub/%D0%B0%20b/x" })],
		["with all that a path may have", head({ url: "/a-b._~!$&'()*+,;=:@/" })],
		["with anything in its query", head({ url: "/x?a=..//%2f%00&b=%zz" })],
		[
			"with the same harmless header twice",
			head({
				headers: [
					["Accept", "a"],
					["Accept", "b"]
				]
			})
		]
	])("%s", (_, request) => expect(refusal(request)).toBeUndefined());
});

describe("a request is refused", () => {
	it.each<[string, [string, string][], RegExp]>([
		[
			"two lengths, equal",
			[
				["Content-Length", "5"],
				["Content-Length", "5"]
			],
			/'content-length' stands twice/
		],
		[
			"two lengths",
			[
				["Content-Length", "5"],
				["content-length", "6"]
			],
			/'content-length' stands twice/
		],
		["a list of lengths", [["Content-Length", "5, 5"]], /must be a number/],
		["a signed length", [["Content-Length", "+5"]], /must be a number/],
		["a negative length", [["Content-Length", "-5"]], /must be a number/],
		["a hexadecimal length", [["Content-Length", "0x5"]], /must be a number/],
		["a length with an exponent", [["Content-Length", "1e3"]], /must be a number/],
		["no length", [["Content-Length", ""]], /must be a number/],
		["a length beyond all numbers", [["Content-Length", "9".repeat(30)]], /must be a number/],
		[
			"length and coding",
			[
				["Content-Length", "5"],
				["Transfer-Encoding", "chunked"]
			],
			/exclude each other/
		],
		[
			"coding and length",
			[
				["transfer-encoding", "chunked"],
				["content-length", "0"]
			],
			/exclude each other/
		],
		[
			"two codings",
			[
				["Transfer-Encoding", "chunked"],
				["Transfer-Encoding", "identity"]
			],
			/stands twice/
		],
		["a made-up coding", [["Transfer-Encoding", "xchunked"]], /only Transfer-Encoding/],
		["a list of codings", [["Transfer-Encoding", "gzip, chunked"]], /only Transfer-Encoding/],
		["the coding, then identity", [["Transfer-Encoding", "chunked, identity"]], /only Transfer-Encoding/],
		["identity", [["Transfer-Encoding", "identity"]], /only Transfer-Encoding/],
		["another case", [["Transfer-Encoding", "Chunked"]], /only Transfer-Encoding/],
		["a vertical tab", [["Transfer-Encoding", "\vchunked"]], /only Transfer-Encoding/],
		["two hosts", [["Host", "y"]], /'host' stands twice/],
		[
			"two keys",
			[
				["X-API-Key", "a"],
				["x-api-key", "b"]
			],
			/'x-api-key' stands twice/
		],
		[
			"two keys for one effect",
			[
				["Idempotency-Key", "a"],
				["Idempotency-Key", "b"]
			],
			/stands twice/
		],
		["an unknown expectation", [["Expect", "y 100-continue"]], /Expect is not understood/]
	])("%s", (_, headers, why) => expect(said(...headers)).toMatch(why));

	it("without a host", () => {
		const bare: RequestHead = { method: "GET", url: "/live", httpVersion: "1.1", rawHeaders: [] };
		expect(refusal(bare)).toMatch(/needs the header 'host'/);
		expect(refusal({ ...bare, httpVersion: "1.0" })).toBeUndefined();
	});

	it("with a body that would be read as another protocol", () => {
		const upgrade: [string, string] = ["Upgrade", "h2c"];
		expect(said(upgrade, ["Content-Length", "5"])).toMatch(/upgrade has no body/);
		expect(said(upgrade, ["Transfer-Encoding", "chunked"])).toMatch(/upgrade has no body/);
		expect(said(upgrade)).toBeUndefined();
	});

	it("a coding in HTTP/1.0", () => {
		expect(refusal(head({ httpVersion: "1.0", headers: [["Transfer-Encoding", "chunked"]] }))).toMatch(
			/needs HTTP\/1.1/
		);
	});

	it.each(["GET", "HEAD", "DELETE", "OPTIONS", "TRACE"])("a %s with a body", method => {
		expect(refusal(head({ method, headers: [["Content-Length", "1"]] }))).toMatch(/has no body here/);
		expect(refusal(head({ method, headers: [["Transfer-Encoding", "chunked"]] }))).toMatch(/has no body here/);
	});

	it.each([
		["absolute form", "http://other/x", /must be a path/],
		["asterisk form", "*", /must be a path/],
		["authority form", "other:80", /must be a path/],
		["a parent", "/a/../b", /dot segments/],
		["an encoded parent", "/a/%2e%2e/b", /dot segments/],
		["half encoded", "/a/.%2E/b", /dot segments/],
		["the same place", "/a/./b", /dot segments/],
		["a parent at the end", "/a/..", /dot segments/],
		["an encoded slash", "/a%2fb", /encoded slash/],
		["an encoded backslash", "/a%5Cb", /encoded slash/],
		["NUL", "/a%00b", /encoded slash, backslash or NUL/],
		["a fragment", "/a#b", /has a fragment/],
		["one behind the query", "/a?b#c", /has a fragment/],
		["a backslash", "/a\\b", /must be percent-encoded/],
		["raw UTF-8", "/\u00e9", /must be percent-encoded/],
		["a blank", "/a b", /must be percent-encoded/],
		["an empty segment", "//a", /empty segment/],
		["one within", "/a//b", /empty segment/],
		["half an escape", "/a%2", /no valid escape/],
		["no escape", "/a%zz", /no valid escape/],
		["an escape that is not UTF-8", "/a%ff", /no valid escape/],
		["an overlong slash", "/a%c0%af", /no valid escape/]
	])("a path with %s", (_, url, why) => expect(refusal(head({ method: "GET", url }))).toMatch(why));
});

describe("whatever is let in", () => {
	const name = fc.constantFrom(
		"Host",
		"Content-Length",
		"Transfer-Encoding",
		"content-length",
		"TRANSFER-ENCODING",
		"X"
	);
	const value = fc.oneof(fc.constantFrom("5", "0", "chunked", "chunked, chunked", " 5", "5 5"), fc.string());

	it("has one way to tell where its body ends", () => {
		fc.assert(
			fc.property(fc.array(fc.tuple(name, value)), headers => {
				if (said(...headers) !== undefined) return;
				const framing = headers.filter(([each]) => /^(content-length|transfer-encoding)$/i.test(each));
				expect(framing.length).toBeLessThanOrEqual(1);
				for (const [, each] of framing) expect(each).toMatch(/^(\d{1,15}|chunked)$/);
			})
		);
	});

	it("has a path that reads the same after decoding", () => {
		const part = fc.constantFrom("/", "a", "..", ".", "%2e", "%2E", "%2f", "%5c", "%", "\\", "%25", "%32", "?", "%00");
		fc.assert(
			fc.property(fc.array(part), parts => {
				const url = `/${parts.join("")}`;
				if (refusal(head({ method: "GET", url })) !== undefined) return;
				const path = url.split("?", 1)[0] as string;
				expect(decodeURIComponent(path).split("/").length).toBe(path.split("/").length);
				expect(new URL(path, "http://x").pathname).toBe(path);
			})
		);
	});
});
