/** L29: only absence is absence. */

import fc from "fast-check";
import {
	type Meaning,
	meaningOf,
	redirectedAtHome,
	retryAfterOf,
	speaksOfAll
} from "../../../../../domain/migration/subscriptions/panel-answer";

const WANTED = { conditional: false, page: false, query: false };
const meaning = (status: number, type = "text/plain", opening = "dmxlc3M6Ly8=", wanted = {}): Meaning =>
	meaningOf({ status, type, opening }, { ...WANTED, ...wanted });

describe("what a panel's answer means", () => {
	it("is absence for 404 and 410 alone", () => {
		fc.assert(
			fc.property(
				fc.integer({ min: 100, max: 599 }),
				fc.constantFrom("text/plain", "text/html", "application/json", ""),
				fc.record({ conditional: fc.boolean(), page: fc.boolean(), query: fc.boolean() }),
				(status, type, wanted) => {
					expect(meaning(status, type, "{}", wanted) === "absent").toBe(status === 404 || status === 410);
				}
			)
		);
	});

	it.each([
		401, 403, 405, 406, 408, 421, 425, 429, 451, 500, 502, 503, 504, 507, 521, 301, 302, 303, 307, 308, 204, 206
	])("is not known for %i", status => {
		for (const type of ["text/plain", "text/html", "application/json"])
			for (const wanted of [WANTED, { conditional: true, page: true, query: true }])
				expect(meaning(status, type, "", wanted)).toBe("unknown");
	});

	it.each<[string, Meaning, string, string, object]>([
		["links", "answer", "text/plain; charset=utf-8", "dmxlc3M6Ly8=", {}],
		["nothing at all, for who has no hosts", "answer", "text/plain", "", {}],
		["JSON", "answer", "application/json", '{"outbounds":[]}', {}],
		["no type", "answer", "", "proxies:", {}],
		["a page where a program asks", "unknown", "text/html; charset=utf-8", "hello", {}],
		["XHTML", "unknown", "application/xhtml+xml", "hello", {}],
		["a page that says it is something else", "unknown", "text/plain", "\n <!DOCTYPE html><html>", {}],
		["one without a doctype", "unknown", "application/octet-stream", "<html lang=en>", {}],
		["a page for a browser", "answer", "text/html", "<!doctype html>", { page: true }]
	])("of 200 with %s", (_, expected, type, opening, wanted) => {
		expect(meaning(200, type, opening, wanted)).toBe(expected);
	});

	it("takes 'not modified' from who was asked for it only", () => {
		expect(meaning(304, "", "", { conditional: true })).toBe("answer");
		expect(meaning(304)).toBe("unknown");
	});

	it("gives the panel's own word on a client's parameter on, nobody else's", () => {
		expect(meaning(422, "application/json", "{}", { query: true })).toBe("refused");
		expect(meaning(400, "application/json", "{}", { query: true })).toBe("refused");
		expect(meaning(422, "application/json", "{}")).toBe("unknown");
		expect(meaning(400, "text/html", "<html>", { query: true })).toBe("unknown");
	});

	it("speaks of the whole panel where it says so itself; a 500 is one record's", () => {
		expect([500, 401, 403, 404, 200].filter(speaksOfAll)).toEqual([]);
		expect([408, 425, 429, 502, 503, 504].every(speaksOfAll)).toBe(true);
	});
});

it.each<[string | undefined, number | undefined]>([
	[undefined, undefined],
	["7", 7],
	[" 7 ", 7],
	["0", 1],
	["86400", 300],
	["999999999999999999999", 300],
	["Thu, 01 Jan 1970 00:01:00 GMT", 60],
	["Thu, 01 Jan 1970 00:00:00 GMT", 1],
	["soon", undefined],
	["-5", expect.any(Number) as never],
	["", undefined]
])("Retry-After %p is %p seconds", (value, seconds) => {
	const read = retryAfterOf(value, 0);
	if (value === "-5") expect(read === undefined || (read >= 1 && read <= 300)).toBe(true);
	else expect(read).toBe(seconds);
});

it.each<[string, string | undefined, string | undefined]>([
	["with a slash", "/sub/T/", "https://panel/sub/T/"],
	["without one", "https://panel/sub/T", "https://panel/sub/T?a=1"],
	["by the scheme and port that a proxy told the panel", "http://panel:8000/sub/T/?a=1", "https://panel/sub/T/?a=1"],
	["to log in", "/login?next=/sub/T", undefined],
	["elsewhere", "https://other/sub/T/", undefined],
	["to no address", "http://", undefined],
	["nowhere", undefined, undefined]
])("a redirect %s", (_, location, to) => {
	const expected = to === "https://panel/sub/T/" ? "https://panel/sub/T/?a=1" : to;
	expect(redirectedAtHome("https://panel/sub/T?a=1", location)).toBe(expected);
});
