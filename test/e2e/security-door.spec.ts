/**
 * The door before a key (issue: closed doors). Nothing of a body is read that is refused; there is so much of everything for
 * all, and so much for each; wrong keys are counted before they are looked up; what is computed for anybody is computed once;
 * nothing is answered under another's name.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CONTRACTS } from "../../contracts/cluster";
import { gateway } from "../../contracts/platform/gateway";
import { OPEN_ROUTES } from "../../domain/platform/open-routes";
import { PUBLIC, routesOf } from "../../domain/platform/routes";
import { settingIn } from "../../domain/platform/setting";
import { Caller } from "../support/callers";
import { type Door, openDoor, type Said } from "../support/door";
import { converse } from "../support/raw";
import { until } from "../support/until";

const folders: string[] = [];
const opened = (environment: Record<string, string>): Promise<Door> => {
	folders.push(mkdtempSync(join(tmpdir(), "banyan-door-")));
	return openDoor(folders.at(-1) as string, environment);
};
afterAll(() => {
	for (const each of folders) rmSync(each, { recursive: true, force: true });
});

const ROUTES = routesOf(CONTRACTS);
const WITH_BODY = ROUTES.filter(({ body }) => body !== null);
const at = ({ path }: { readonly path: string }): string => path.replace(":service", "access").replace(/:\w+/g, "none");

interface Refused {
	readonly status: number;
	readonly code: string;
	readonly closed: boolean;
}
/** A head whose body never comes; the server is to answer, and to end the connection. */
async function withoutBody(door: Door, path: string, headers: readonly string[], method = "POST"): Promise<Refused[]> {
	const head = [`${method} ${path} HTTP/1.1`, "Host: localhost", ...headers, "", ""].join("\r\n");
	const { answers, closed } = await converse(door.url, [head]);
	return answers.map(({ status, body }) => ({ status, code: (JSON.parse(body) as Said).code, closed }));
}
const keyed = (key: string): string => `X-API-Key: ${key}`;
const JSON_BODY = "Content-Type: application/json";
const metric = async (door: Door, pattern: RegExp): Promise<number> => {
	const lines = (await door.ask("/metrics")).text.split("\n").filter(line => pattern.test(line));
	return lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
};
const refusals = (door: Door, code: string): Promise<number> =>
	metric(door, new RegExp(`^banyan_requests_refused_total\\{.*code="${code}"`));

describe("a request that is refused", () => {
	let door: Door;
	let reader: string;
	let manager: string;
	beforeAll(async () => {
		door = await opened({ GATEWAY_BODY_TIMEOUT: "300", GATEWAY_SHARED_FOR: "0", GATEWAY_WRONG_KEYS: "1000" });
		const make = async (scopes: string[]): Promise<string> =>
			(await door.ask("/api/v1/api-keys", { method: "POST", body: { name: "x", scopes } })).json.key;
		[reader, manager] = [await make(["migration:read"]), await make(["keys:manage"])];
	});
	afterAll(() => door[Symbol.asyncDispose]());

	it.each(WITH_BODY.map(route => [`${route.method} ${route.path}`, route] as const))(
		"%s has nothing read of its body: no key, a wrong one, another scope, too large, of another type",
		async (_, route) => {
			const other = route.permission === "migration:read" ? manager : reader;
			// Within the bounds of each kind of route.
			const sized = "Content-Length: 60000";
			const may = await new Caller(() => door, route).lines();
			const all: readonly (readonly [headers: string[], status: number, code: string])[] = [
				[[JSON_BODY, sized], 401, "UNAUTHENTICATED"],
				[[JSON_BODY, "Transfer-Encoding: chunked"], 401, "UNAUTHENTICATED"],
				[[JSON_BODY, sized, keyed("bny_wrong")], 401, "UNAUTHENTICATED"],
				[[JSON_BODY, sized, keyed(other)], 403, "FORBIDDEN"],
				[[JSON_BODY, "Content-Length: 1048577", ...may], 413, "BODY_TOO_LARGE"],
				[["Content-Type: text/xml", sized, ...may], 415, "MEDIA_TYPE_UNSUPPORTED"],
				[[JSON_BODY, "Content-Encoding: gzip", sized, ...may], 415, "MEDIA_TYPE_UNSUPPORTED"],
				// That of a caller who was admitted is waited for, but not for ever.
				[[JSON_BODY, sized, ...may], 408, "REQUEST_TIMED_OUT"]
			];
			// Of what everybody may ask nobody is refused for who they are.
			const cases = route.permission === PUBLIC ? all.filter(([, status]) => status !== 401 && status !== 403) : all;
			const answers = await Promise.all(cases.map(([headers]) => withoutBody(door, at(route), headers, route.method)));
			expect(answers).toEqual(cases.map(([, status, code]) => [{ status, code, closed: true }]));
		}
	);

	it("has nothing read of it at addresses that take none, either", async () => {
		const headers = [JSON_BODY, "Content-Length: 1000000"];
		expect(await withoutBody(door, "/nowhere", headers)).toEqual([{ status: 404, code: "NOT_FOUND", closed: true }]);
		expect(await withoutBody(door, "/live", headers)).toEqual([
			{ status: 405, code: "METHOD_NOT_ALLOWED", closed: true }
		]);
	});

	it("is not told to go on where it asks first; one that is admitted is", async () => {
		const asked = (key: string): Promise<string> =>
			new Promise((resolve, reject) => {
				const body = JSON.stringify({ name: "y", scopes: ["migration:read"] });
				const headers = {
					...{ "content-type": "application/json", "x-api-key": key },
					...{ expect: "100-continue", "content-length": Buffer.byteLength(body) }
				};
				let said = "";
				const req = request(`${door.url}/api/v1/api-keys`, { method: "POST", headers });
				req.on("continue", () => {
					said += "100 ";
					req.end(body);
				});
				req.on("response", res => {
					res.resume();
					resolve(`${said}${res.statusCode}`);
					req.destroy();
				});
				req.on("error", reject);
				req.flushHeaders();
			});
		expect([await asked("bny_wrong"), await asked(door.key)]).toEqual(["401", "100 201"]);
	});

	it("reads its answer, however much of the body is on its way", async () => {
		const body = `{"name":"${"x".repeat(1_000_000)}"}`;
		for (let round = 0; round < 20; round++) {
			const { status, json } = await door.ask("/api/v1/api-keys", { method: "POST", body, key: null });
			expect([status, json.code]).toEqual([401, "UNAUTHENTICATED"]);
		}
	});

	it("does not have what stands behind it done", async () => {
		const made = JSON.stringify({ name: "behind", scopes: ["migration:read"] });
		const first = `POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}`;
		const second = `POST /api/v1/api-keys HTTP/1.1\r\nHost: localhost\r\n${keyed(door.key)}\r\n${JSON_BODY}\r\nContent-Length: ${made.length}\r\n\r\n${made}`;
		const { answers, closed } = await converse(door.url, [first + second]);
		expect([answers.map(({ status }) => status), closed]).toEqual([[404], true]);
		const names = (await door.ask("/api/v1/api-keys")).json.map(({ name }: Said) => name);
		expect(names).not.toContain("behind");
	});

	it("in JSON says what is not taken, whatever the reader might make of it, and holds nobody up", async () => {
		const lists = `{"name":${"[".repeat(1_000_000)}`;
		const fields = `{${Array.from({ length: 60_000 }, (_, n) => `"f${n}":0`).join()}}`;
		const objects = `{"a":[${Array.from({ length: 60_000 }, (_, n) => `{"f${n}":0}`).join()}]}`;
		for (const body of [
			lists,
			fields,
			objects,
			'{"name":"a","name":"b"}',
			'{"__proto__":{}}',
			'{"name":"a"',
			"\u0000"
		]) {
			const { status, json, text } = await door.ask("/api/v1/api-keys", { method: "POST", body });
			expect([status, json.code]).toEqual([400, "REQUEST_INVALID"]);
			expect(text.length).toBeLessThan(1_000);
		}
	});

	it("does not have its own words answered at length", async () => {
		const many = Object.fromEntries(Array.from({ length: 9_000 }, (_, n) => [`${"long".repeat(10)}${n}`, 0]));
		const scopes = Array.from({ length: 9_000 }, () => "x".repeat(40));
		const others = Array.from({ length: 9_000 }, (_, n) => `${n % 5_000}`);
		for (const body of [many, { ["f".repeat(900_000)]: 0 }, { name: "x", scopes }, { name: "x", scopes: others }]) {
			const { status, text } = await door.ask("/api/v1/api-keys", { method: "POST", body });
			expect(status).toBe(422);
			expect(text.length).toBeLessThan(25_000);
		}
	});

	it("is counted by its code, without a request too", async () => {
		for (const code of ["UNAUTHENTICATED", "FORBIDDEN", "BODY_TOO_LARGE", "REQUEST_TIMED_OUT", "NOT_FOUND"])
			expect([code, await refusals(door, code)]).toEqual([code, expect.any(Number)]);
		const before = await refusals(door, "HEADERS_TOO_LARGE");
		const { answers } = await converse(door.url, [
			`GET / HTTP/1.1\r\nHost: localhost\r\nA: ${"a".repeat(40_000)}\r\n\r\n`
		]);
		expect(answers.map(({ status, body }) => [status, (JSON.parse(body) as Said).code])).toEqual([
			[431, "HEADERS_TOO_LARGE"]
		]);
		expect(await refusals(door, "HEADERS_TOO_LARGE")).toBe(before + 1);
		for (const code of ["UNAUTHENTICATED", "FORBIDDEN", "BODY_TOO_LARGE", "REQUEST_TIMED_OUT", "NOT_FOUND"])
			expect(await refusals(door, code)).toBeGreaterThan(0);
	});
});

describe("wrong keys", () => {
	let door: Door;
	beforeAll(async () => {
		door = await opened({ GATEWAY_TRUSTED_PROXIES: "loopback", GATEWAY_SHARED_FOR: "0" });
	});
	afterAll(() => door[Symbol.asyncDispose]());
	const guess = async (key: string, from: string): Promise<number> =>
		(await door.ask("/api/v1/migrations", { key, headers: { "x-forwarded-for": from } })).status;
	const lookedUp = (): Promise<number> => metric(door, /^moleculer_request_total\{.*action="access\.check"/);
	const MOST = Number(settingIn(gateway.settings.wrongKeys).fallback);

	it("are throttled by the client's network, before they are looked up, however many come at once", async () => {
		const before = await lookedUp();
		const statuses = await Promise.all(Array.from({ length: 500 }, (_, n) => guess(`bny_${n}`, "198.51.100.1")));
		const of = (wanted: number): number => statuses.filter(status => status === wanted).length;
		expect([of(401), of(429), of(401) + of(429)]).toEqual([MOST, 500 - MOST, 500]);
		expect((await lookedUp()) - before).toBeLessThanOrEqual(MOST + 1);
		const { json, headers } = await door.ask("/registry", {
			key: "bny_more",
			headers: { "x-forwarded-for": "198.51.100.1" }
		});
		expect([json.code, Number(headers.get("retry-after")) > 0]).toEqual(["THROTTLED", true]);
		expect(await guess("bny_other", "198.51.100.2")).toBe(401);
	});

	it("are throttled wherever a key is asked for, as well where none is needed", async () => {
		for (const path of ["/health/detailed", "/registry", "/api/v1/migrations"]) {
			const { status } = await door.ask(path, { key: "bny_x", headers: { "x-forwarded-for": "198.51.100.1" } });
			expect([path, status]).toEqual([path, 429]);
		}
	});

	it("do not lock out a key behind the same address that was good before, nor a network of IPv6 its neighbours", async () => {
		expect(await guess(door.key, "203.0.113.9")).toBe(200);
		expect(await guess(door.key, "198.51.100.1")).toBe(200);
		await Promise.all(Array.from({ length: 200 }, (_, n) => guess(`bny_v6_${n}`, `2001:db8:1:2::${n}`)));
		expect([await guess("bny_x", "2001:db8:1:2:ffff::1"), await guess("bny_x", "2001:db8:1:3::1")]).toEqual([429, 401]);
	});

	it("that are many requests with one good key are one look-up, and none of them wrong", async () => {
		await door.node.stop();
		door = await door.again();
		const statuses = await Promise.all(Array.from({ length: 300 }, () => guess(door.key, "192.0.2.1")));
		expect(new Set(statuses)).toEqual(new Set([200]));
	});
});

/** Connections that send so much and then nothing. */
function stalled(door: Door, count: number, bytes: (n: number) => string): Promise<Socket[]> {
	const { hostname, port } = new URL(door.url);
	return Promise.all(
		Array.from(
			{ length: count },
			(_, n) =>
				new Promise<Socket>((resolve, reject) => {
					const socket = connect(Number(port), hostname, () => {
						socket.write(bytes(n));
						resolve(socket);
					});
					socket.on("error", reject);
				})
		)
	);
}
/** What each of them was answered, until now. */
function heard(sockets: readonly Socket[]): { readonly text: string[] } {
	const text = sockets.map(() => "");
	for (const [index, socket] of sockets.entries()) {
		socket.removeAllListeners("error");
		socket.on("error", () => undefined);
		socket.on("data", (chunk: Buffer) => {
			text[index] += chunk.toString();
		});
	}
	return { text };
}

describe("what there is so much of", () => {
	let door: Door;
	beforeAll(async () => {
		door = await opened({
			...{ GATEWAY_TRUSTED_PROXIES: "loopback", GATEWAY_SHARED_FOR: "0" },
			...{ GATEWAY_BODIES: "6", GATEWAY_BODIES_EACH: "4", GATEWAY_BODIES_BYTES_EACH: "1048576" },
			...{ GATEWAY_REQUESTS: "40", GATEWAY_REQUESTS_EACH: "20" }
		});
	});
	afterAll(() => door[Symbol.asyncDispose]());
	const body = (from: string, key: string, size: number): string =>
		`POST /api/v1/api-keys HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: ${from}\r\n${keyed(key)}\r\n${JSON_BODY}\r\nContent-Length: ${size}\r\n\r\n{`;
	const counts = (text: readonly string[]): Record<string, number> =>
		Object.fromEntries(
			["LIMIT_REACHED", "OVERLOADED"].map(code => [code, text.filter(each => each.includes(`"${code}"`)).length])
		);
	const end = (sockets: readonly Socket[]): void => {
		for (const socket of sockets) socket.destroy();
	};

	it("bodies under way: of one client, of one key, of all; and what ends makes room", async () => {
		const other = (await door.ask("/api/v1/api-keys", { method: "POST", body: { name: "o", scopes: ["keys:manage"] } }))
			.json;
		const oneClient = await stalled(door, 6, n => body("192.0.2.1", n % 2 ? door.key : other.key, 100));
		const first = heard(oneClient);
		await until(() => counts(first.text).LIMIT_REACHED === 2);
		// Of another network, and with the key of which two are under way.
		const oneKey = await stalled(door, 3, n => body(`192.0.2.${n + 10}`, door.key, 100));
		const second = heard(oneKey);
		await until(() => counts(second.text).OVERLOADED === 1);
		expect(counts(first.text)).toEqual({ LIMIT_REACHED: 2, OVERLOADED: 0 });
		end([...oneClient, ...oneKey]);
		const small = { method: "POST", body: { name: "after", scopes: ["migration:read"] } };
		await until(async () => (await door.ask("/api/v1/api-keys", small)).status === 201);
		const keys = await stalled(door, 6, n => body(`192.0.2.${n + 20}`, door.key, 100));
		const third = heard(keys);
		await until(() => counts(third.text).LIMIT_REACHED === 2);
		expect(counts(third.text).OVERLOADED).toBe(0);
		end(keys);
	});

	it("their bytes, by what they say they will send, or by what they send", async () => {
		await until(async () => (await door.ask("/api/v1/api-keys", { method: "POST", body: {} })).status === 422);
		const large = await stalled(door, 3, () => body("192.0.2.1", door.key, 600_000));
		const said = heard(large);
		await until(() => counts(said.text).LIMIT_REACHED === 2);
		const chunk = "x".repeat(500_000);
		const chunked = `POST /api/v1/api-keys HTTP/1.1\r\nHost: localhost\r\n${keyed(door.key)}\r\n${JSON_BODY}\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.length.toString(16)}\r\n${chunk}\r\n`;
		const { answers, closed } = await converse(door.url, [chunked]);
		expect([answers.map(({ status }) => status), closed]).toEqual([[429], true]);
		end(large);
	});

	it("requests under way: of one client, of all", async () => {
		const waits = (from: string): string =>
			`POST /api/v1/api-keys HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: ${from}\r\n${keyed(door.key)}\r\nAccept: text/event-stream\r\n\r\n`;
		const stream = (from: string): string => waits(from).replace("POST /api/v1/api-keys", "GET /metrics");
		const { text } = heard(
			await stalled(door, 1, () => Array.from({ length: 30 }, () => stream("192.0.2.1")).join(""))
		);
		await until(() => counts(text).LIMIT_REACHED === 1);
		await until(async () => (await door.ask("/live")).status === 200);
	});

	it("is counted, and fills no log", async () => {
		expect(door.node.log()).not.toMatch(/"level":"(?:warn|error|fatal)"/);
		expect(await refusals(door, "LIMIT_REACHED")).toBeGreaterThanOrEqual(5);
		expect(await refusals(door, "OVERLOADED")).toBeGreaterThanOrEqual(1);
	});
});

describe("connections", () => {
	let door: Door;
	beforeAll(async () => {
		door = await opened({
			GATEWAY_CONNECTIONS: "16",
			GATEWAY_CONNECTIONS_EACH: "8",
			GATEWAY_TRUSTED_PROXIES: "127.0.0.2"
		});
	});
	afterAll(() => door[Symbol.asyncDispose]());
	const live = "GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n";
	const from = (address: string, count: number): Promise<Socket[]> => {
		const { hostname, port } = new URL(door.url);
		return Promise.all(
			Array.from(
				{ length: count },
				() =>
					new Promise<Socket>(resolve => {
						const socket = connect({ port: Number(port), host: hostname, localAddress: address });
						socket.on("connect", () => resolve(socket));
						socket.on("error", () => resolve(socket));
					})
			)
		);
	};

	it("of one client are so many; a trusted proxy's are everybody's; of all there are so many", async () => {
		const own = await from("127.0.0.1", 8);
		const [more] = await from("127.0.0.1", 1);
		const { text } = heard([more as Socket]);
		await until(() => text[0]?.includes("LIMIT_REACHED") ?? false);
		expect(text[0]).toMatch(/^HTTP\/1\.1 429 /);
		const proxied = await from("127.0.0.2", 7);
		const said = heard(proxied);
		for (const socket of proxied) socket.write(live);
		await until(() => said.text.every(each => each.startsWith("HTTP/1.1 200 ")));
		const rest = await from("127.0.0.2", 4);
		heard(rest);
		// What waits for nothing makes room for whoever comes next.
		await until(() => rest.some(({ destroyed }) => destroyed) && proxied.every(({ destroyed }) => destroyed));
		expect(own.some(({ destroyed }) => destroyed)).toBe(false);
		for (const socket of [...own, ...proxied, ...rest]) socket.destroy();
		await until(async () => (await fetch(`${door.url}/live`).catch(() => undefined))?.status === 200);
	});
});

describe("metrics and health", () => {
	it("are computed once for all who ask, and not long ago", async () => {
		await using door = await opened({});
		const computed = async (): Promise<number> => metric(door, /^moleculer_request_total\{.*action="\$node\.metrics"/);
		const before = await computed();
		const asked = await Promise.all(Array.from({ length: 200 }, () => door.ask("/metrics", { key: null })));
		expect(new Set(asked.map(({ status, text }) => `${status} ${text}`)).size).toBeLessThanOrEqual(3);
		await until(async () => (await computed()) > before);
		expect((await computed()) - before).toBeLessThanOrEqual(10);
	});

	it("can need a key", async () => {
		await using door = await opened({ METRICS_ACCESS: "key" });
		for (const path of ["/metrics", "/metrics/cluster", "/metrics/targets", "/health/detailed"]) {
			expect([path, (await door.ask(path, { key: null })).status]).toEqual([path, 401]);
			expect([path, (await door.ask(path)).status]).toEqual([path, 200]);
		}
		for (const path of ["/live", "/ready", "/health"]) expect((await door.ask(path, { key: null })).status).toBe(200);
	});

	it("can be at a port of their own, and nowhere else", async () => {
		await using door = await opened({ METRICS_PORT: "0" });
		const apart = /details of health are at (http:\S+) alone/.exec(door.node.log())?.[1] as string;
		for (const { path } of OPEN_ROUTES.filter(each => !each.keyed)) {
			const here = ["/metrics", "/metrics/cluster", "/metrics/targets", "/health/detailed"].includes(path);
			// What watches a node asks the same port.
			const there = here || ["/live", "/ready"].includes(path);
			const statuses = [
				(await door.ask(at({ path }), { key: null })).status,
				(await fetch(apart + at({ path }))).status
			];
			expect([path, ...statuses]).toEqual([path, here ? 404 : 200, there ? 200 : 404]);
		}
		expect((await fetch(`${apart}/api/v1/migrations`, { headers: { "x-api-key": door.key } })).status).toBe(404);
		const rebound = await converse(apart, ["GET /metrics HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"]);
		expect(rebound.answers.map(({ status }) => status)).toEqual([421]);
	});
});

describe("a request under another's name", () => {
	const OTHERS = [
		"evil.example",
		"evil.example:8000",
		"localhost.evil.example",
		"127.0.0.1.evil.example",
		"169.254.169.254",
		"0",
		""
	];
	const LINK = `/sub/anna/${"a".repeat(32)}`;
	const EVERYTHING = [
		...ROUTES.map(route => [route.method, at(route)] as const),
		...OPEN_ROUTES.map(route => ["GET", at(route)] as const),
		...["/docs/swagger-ui.css", "/docs/problems", "/docs/losses", "/nowhere"].map(path => ["GET", path] as const)
	];
	const asked = async (door: Door, method: string, path: string, headers: readonly string[]): Promise<string> => {
		const head = [`${method} ${path} HTTP/1.1`, ...headers, keyed(door.key), "Connection: close", "", ""];
		const { answers } = await converse(door.url, [head.join("\r\n")], { pauseMs: 0 });
		return answers
			.map(({ status, body }) => `${status}${body.includes('"HOST_UNKNOWN"') ? " HOST_UNKNOWN" : ""}`)
			.join();
	};

	it("gets nothing at all, whatever it asks for and however; not even beforehand", async () => {
		await using door = await opened({ GATEWAY_CORS_ORIGINS: "http://evil.example" });
		for (const host of OTHERS)
			for (const [method, path] of [...EVERYTHING, ["GET", LINK], ["OPTIONS", "/live"], ["HEAD", "/metrics"]] as const)
				expect([host, method, path, await asked(door, method, path, [`Host: ${host}`])]).toEqual([
					...[host, method, path],
					method === "HEAD" ? "421" : "421 HOST_UNKNOWN"
				]);
		const preflight = ["Host: evil.example", "Origin: http://evil.example", "Access-Control-Request-Method: POST"];
		expect(await asked(door, "OPTIONS", "/api/v1/api-keys", preflight)).toBe("421 HOST_UNKNOWN");
		expect((await door.ask("/live")).status).toBe(200);
		const old = await converse(door.url, ["GET /live HTTP/1.0\r\n\r\n"]);
		expect(old.answers.map(({ status }) => status)).toEqual([200]);
		const oldOther = await converse(door.url, ["GET /live HTTP/1.0\r\nHost: evil.example\r\n\r\n"]);
		expect(oldOther.answers.map(({ status }) => status)).toEqual([421]);
		expect(await asked(door, "GET", "http://localhost/live", ["Host: evil.example"])).toBe("400");
	});

	it("gets nothing but old links behind a proxy whose names nobody listed", async () => {
		await using door = await opened({ GATEWAY_TRUSTED_PROXIES: "loopback" });
		expect(door.node.log()).toContain("GATEWAY_NAMES is not set");
		for (const [method, path] of EVERYTHING)
			expect([path, await asked(door, method, path, ["Host: sub.example.com"])]).toEqual([path, "421 HOST_UNKNOWN"]);
		expect(await asked(door, "GET", LINK, ["Host: sub.example.com"])).toBe("404");
		expect(await asked(door, "GET", LINK, ["Host: localhost", "X-Forwarded-Host: sub.example.com"])).toBe("404");
		// A page can send such headers to its own name.
		for (const more of ["X-Forwarded-Host: localhost", "Forwarded: host=localhost", "X-Forwarded-For: 198.51.100.1"])
			expect(await asked(door, "GET", "/live", ["Host: evil.example", more])).toBe("421 HOST_UNKNOWN");
		for (const more of [
			"X-Forwarded-Host: evil.example",
			"X-Forwarded-Host: evil.example, localhost",
			"Forwarded: for=198.51.100.1;host=evil.example"
		])
			expect(await asked(door, "GET", "/live", ["Host: localhost", more])).toBe("421 HOST_UNKNOWN");
	});

	it("is one that is not listed, links too", async () => {
		const names = "banyan.example.com,*.sub.example.com,[2001:db8::1]:8000";
		await using door = await opened({ GATEWAY_NAMES: names, GATEWAY_TRUSTED_PROXIES: "loopback" });
		expect(door.node.log()).not.toContain("GATEWAY_NAMES is not set");
		for (const host of [
			"banyan.example.com",
			"BANYAN.example.com.:8443",
			"a.sub.example.com",
			"[2001:DB8::1]:8000",
			"localhost:1"
		])
			expect([host, await asked(door, "GET", "/live", [`Host: ${host}`])]).toEqual([host, "200"]);
		for (const host of ["sub.example.com", "a.b.sub.example.com", "[2001:db8::1]", "evil.example"])
			for (const path of ["/live", LINK])
				expect([host, await asked(door, "GET", path, [`Host: ${host}`])]).toEqual([host, "421 HOST_UNKNOWN"]);
	});

	it("cannot be set to what is none", async () => {
		await expect(opened({ GATEWAY_NAMES: "http://banyan.example.com" })).rejects.toThrow(
			/GATEWAY_NAMES='http:\/\/banyan\.example\.com' is not valid/
		);
	});
});
