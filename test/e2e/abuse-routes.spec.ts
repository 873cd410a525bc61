/** What callers get wrong, or try: every route, asked in every wrong way, refuses with a problem that says so, and does nothing. */

import Ajv2020 from "ajv/dist/2020";
import { CONTRACTS, SCOPES } from "../../contracts/cluster";
import type { Json } from "../../contracts/json";
import { wordy } from "../../contracts/rules";
import type { Rule, Schema } from "../../contracts/schema";
import { OPEN_ROUTES } from "../../domain/platform/open-routes";
import { PROBLEM_SCHEMA } from "../../domain/platform/openapi-problems";
import { PERSON, PUBLIC, type Route, routesOf } from "../../domain/platform/routes";
import { objectSchema } from "../../domain/platform/rule-schema";
import { openStage, type Stage } from "../support/banyan";
import { bearer, Caller, signedIn } from "../support/callers";
import { type Answer, type Asked, type Door, openDoor, type Said } from "../support/door";
import { converse } from "../support/raw";

const LIMIT = 4096;
const ROUTES = routesOf(CONTRACTS);
const WITH_BODY = ROUTES.filter(({ body }) => body !== null);
const GETS = ROUTES.filter(({ method }) => method === "GET");
const specs = new Map(
	CONTRACTS.flatMap(({ name, actions }) =>
		Object.entries(actions).map(([key, spec]) => [`${name}.${key}`, spec.params])
	)
);

let stage: Stage;
let door: Door;
let document: Said;
beforeAll(async () => {
	stage = await openStage();
	door = await openDoor(stage.folder, {
		GATEWAY_BODY_LIMIT: String(LIMIT),
		GATEWAY_NAMES: "x",
		// Each route is asked with each wrong key.
		GATEWAY_WRONG_KEYS: "100000",
		// And what anybody may ask is asked in each wrong way.
		GUESSES: "100000",
		GUESSES_NETWORK: "100000",
		GATEWAY_CORS_ORIGINS: "https://example.com,https://console.example.com:8443"
	});
	document = (await door.ask("/api/openapi.json")).json;
});
afterAll(async () => {
	await door[Symbol.asyncDispose]();
	await stage[Symbol.asyncDispose]();
});

/** Nothing of that name is there: no request below may do anything. */
const at = ({ path }: { readonly path: string }): string => path.replace(/:\w+/g, "none");
const title = ({ method, path }: { readonly method: string; readonly path: string }): string => `${method} ${path}`;
const template = (path: string): string => path.replace(/:(\w+)/g, "{$1}");
const fieldsOf = (route: Route): Schema =>
	Object.fromEntries(
		Object.entries(specs.get(route.action) as Schema).filter(([name]) => !route.params.includes(name))
	);

const ajv = new Ajv2020({ strict: false, validateFormats: false });
const isProblem = ajv.compile(PROBLEM_SCHEMA);
const OF_THE_MACHINE = /\n\s+at |node_modules|\.[jt]s:\d|\/(?:work|tmp|home|root|usr|etc)\/|Error:/;

/** What is wrong with a refusal; empty where nothing is. */
function faultsOf(answer: Answer, status: number, code?: string): string[] {
	const faults: string[] = [];
	if (answer.status !== status) faults.push(`status ${answer.status}, not ${status}: ${answer.text.slice(0, 200)}`);
	if (answer.headers.get("content-type") !== "application/problem+json; charset=utf-8")
		return [...faults, "no problem"];
	const problem = answer.json as Said;
	if (!isProblem(problem)) faults.push(ajv.errorsText(isProblem.errors));
	if (problem.correlationId !== answer.headers.get("x-correlation-id")) faults.push("another correlation id");
	if (problem.status !== answer.status) faults.push(`says ${problem.status}`);
	if (code !== undefined && problem.code !== code) faults.push(`code ${problem.code}, not ${code}`);
	if (OF_THE_MACHINE.test(answer.text)) faults.push(`tells of the machine: ${answer.text}`);
	return faults;
}

type Case = readonly [what: string, path: string, asked: Asked, status: number, code?: string];
/** Asks each, and answers what was wrong: an empty list is what is hoped for. */
async function refusals(
	cases: readonly Case[],
	ask: (path: string, asked: Asked) => Promise<Answer> = door.ask
): Promise<string[]> {
	const wrong: string[] = [];
	for (const [what, path, asked, status, code] of cases) {
		const answer = await ask(path, asked);
		for (const fault of faultsOf(answer, status, code))
			wrong.push(`${asked.method ?? "GET"} ${path}, ${what}: ${fault}`);
	}
	return wrong;
}
/** What kind of answer it is, whatever it says of this one request. */
const kindOf = ({ status, headers, json }: Answer): readonly unknown[] => [
	status,
	headers.get("content-type")?.startsWith("application/problem+json") ? json.code : null
];
const each = <R extends { readonly method: string; readonly path: string }>(routes: readonly R[]) =>
	routes.map(route => [title(route), route] as const);
const json = (method: string, body: unknown): Asked => ({ method, body });
const names = async (): Promise<string[]> => (await door.ask("/api/v1/api-keys")).json.map(({ name }: Said) => name);

/** Every way to say who one is that does not make one whom a route is for. */
const wrongCallers = (key: string): readonly (readonly [what: string, asked: Asked])[] => [
	["no key", { key: null }],
	["an empty key", { key: "" }],
	["an unknown key", { key: "bny_unknown" }],
	["half a key", { key: door.key.slice(0, -1) }],
	["a key of 5000 characters", { key: "x".repeat(5000) }],
	["a key that asks a database", { key: '{"$ne":null}' }],
	["another way to say it", basic(door.key)],
	["a bearer without a token", bearer("")],
	["half a key, by bearer", bearer(key.slice(0, -1))],
	["a token that nobody signed", bearer(`${said({ alg: "none" })}.${said({ sub: "somebody" })}.`)],
	["a token of 5000 characters", bearer(`${"x".repeat(5000)}.x.x`)]
];
const basic = (text: string): Asked => ({
	key: null,
	headers: { authorization: `Basic ${Buffer.from(`:${text}`).toString("base64")}` }
});
const said = (part: object): string => Buffer.from(JSON.stringify(part)).toString("base64url");

describe.each(each(ROUTES))("%s", (_, route) => {
	const { method, permission } = route;
	const path = at(route);
	const takesBody = route.body !== null;
	const body = takesBody ? { body: {} } : {};
	const caller = new Caller(() => door, route);
	const { ask } = caller;
	const plain = async (): Promise<readonly unknown[]> => kindOf(await ask(path, { method, ...body }));

	if (permission === PUBLIC)
		it("asks nobody who they are: it answers whoever says it, rightly or wrongly, as whoever does not", async () => {
			const as = await plain();
			const token = await signedIn(door);
			const all = [...wrongCallers(token), ["a key", { key: door.key }], ["a person", bearer(token)]] as const;
			for (const [what, asked] of all)
				expect([what, kindOf(await door.ask(path, { ...asked, method, ...body }))]).toEqual([what, as]);
		});
	else
		it("knows its callers: no key, a wrong one, one of another scope, a person who may not", async () => {
			const others = Object.keys(SCOPES).filter(each => each !== permission);
			const made = await door.ask("/api/v1/api-keys", json("POST", { name: "others", scopes: others }));
			const key = made.json.key as string;
			const token = await signedIn(door);
			const inAddress = `${path}?key=${door.key}&api_key=${door.key}&access_token=${token}`;
			const unknown = [...wrongCallers(token), ["a token as a key", { key: token }] as const];
			// Keys are not people, not even the one that may do all; people have no scope that nobody gave them.
			const forbidden: [string, Asked][] = [
				["another scope", { key }],
				["another scope, by bearer", bearer(key)],
				permission === PERSON ? ["every scope", { key: door.key }] : ["a person", bearer(token)]
			];
			const wrong = await refusals([
				...unknown.map(([what, asked]) => [what, path, { ...asked, method, ...body }, 401, "UNAUTHENTICATED"] as const),
				["a key in the address", inAddress, { method, ...body, key: null }, 401, "UNAUTHENTICATED"],
				...forbidden.map(([what, asked]) => [what, path, { ...asked, method, ...body }, 403, "FORBIDDEN"] as const)
			]);
			await door.ask(`/api/v1/api-keys/${made.json.id}`, { method: "DELETE" });
			await door.ask("/api/v1/auth/logout", { ...bearer(token), method: "POST" });
			const gone = await refusals([
				["a revoked key", path, { method, ...body, key }, 401, "UNAUTHENTICATED"],
				["a session that ended", path, { ...bearer(token), method, ...body }, 401, "UNAUTHENTICATED"]
			]);
			expect([...wrong, ...gone]).toEqual([]);
		});

	it("knows its methods, and says which", async () => {
		const pattern = (known: string): RegExp => new RegExp(`^${known.replace(/:\w+/g, "[^/]+")}$`);
		const here = ROUTES.filter(other => pattern(other.path).test(path));
		// An address of its own is no field of another's.
		const own = here.filter(other => pattern(other.path).source === pattern(route.path).source);
		const known = new Set(own.map(other => other.method as string));
		if (known.has("GET")) known.add("HEAD");
		for (const other of ["GET", "POST", "PUT", "PATCH", "DELETE", "PROPFIND", "LOCK"].filter(
			each => !known.has(each)
		)) {
			const answer = await door.ask(path, { method: other });
			expect([other, faultsOf(answer, 405, "METHOD_NOT_ALLOWED")]).toEqual([other, []]);
			expect(new Set(answer.headers.get("allow")?.split(", "))).toEqual(known);
		}
		const options = await door.ask(path, { method: "OPTIONS", key: null });
		expect([options.status, new Set(options.headers.get("allow")?.split(", "))]).toEqual([204, known]);
	});

	it("takes the fields it documents, of their types, once, and no others", async () => {
		const fields = fieldsOf(route);
		const cases = takesBody ? wrongBodies(fields) : wrongQueries(fields);
		for (const { said, field } of cases) {
			const answer = takesBody ? await ask(path, json(method, said)) : await ask(`${path}?${said}`, { method });
			if (isPassedOver(route, field)) {
				expect([said, kindOf(answer)]).toEqual([said, await plain()]);
				continue;
			}
			expect([said, faultsOf(answer, 422, "VALIDATION_ERROR")]).toEqual([said, []]);
			const named = (answer.json.errors as { field: string }[]).map(each => each.field);
			// Or what is within it.
			const isNamed = named.some(
				name => name === field || name.startsWith(`${field}[`) || name.startsWith(`${field}.`)
			);
			expect([said, isNamed]).toEqual([said, true]);
		}
	});

	it("refuses paths that are none, and fields that stand twice", async () => {
		const fields = takesBody ? [] : [...Object.keys(fieldsOf(route)), "a"];
		const queriesOf = (name: string): string[] => [
			`${name}=1&${name}=2`,
			`${name}[]=1`,
			`${name}[a]=1`,
			`${name}=1&${name}[a]=1`
		];
		for (const query of fields.filter(name => isPassedOver(route, name)).flatMap(queriesOf))
			expect([query, kindOf(await ask(`${path}?${query}`, { method }))]).toEqual([query, await plain()]);
		const queries = fields.filter(name => !isPassedOver(route, name)).flatMap(queriesOf);
		const again = (field: string) =>
			takesBody
				? (["again", path, json(method, { [field]: "other" }), 400, "REQUEST_INVALID"] as const)
				: (["again", `${path}?${field}=other`, { method }, 400, "REQUEST_INVALID"] as const);
		const wrong = await refusals(
			[
				["half an escape", `${path}%2`, { method }, 400, "REQUEST_INVALID"],
				["an escape that is no text", `${path}%ff`, { method }, 400, "REQUEST_INVALID"],
				["a slash at the end", `${path}/`, { method }, 404, "NOT_FOUND"],
				["another case", path.toUpperCase(), { method }, 404, "NOT_FOUND"],
				["a long path", `${path}/${"a".repeat(20_000)}`, { method }, 404, "NOT_FOUND"],
				...queries.map(query => ["more than once", `${path}?${query}`, { method }, 400, "REQUEST_INVALID"] as const),
				...route.params.map(again),
				...route.params.map(
					() => ["a long field", path.replace("none", "n".repeat(600)), { method, ...body }, 404] as const
				)
			],
			ask
		);
		expect(wrong).toEqual([]);
	});

	it("is served by what the document says of it", async () => {
		const said = Object.keys(document.paths[template(route.path)][method.toLowerCase()].responses);
		for (const query of ["", "?none=1", "?name=none"]) {
			const { status } = await ask(path + query, { method, ...body });
			expect(said).toContain(String(status));
		}
	});
});

/** Issuers add to the address to which they send a browser what they like (RFC 6749 §4.1.2): such routes say what they look at. */
const isPassedOver = ({ known }: Route, field: string): boolean => known !== null && !known.includes(field);

/** Values of every type; those that a field may not have are tried. */
const VALUES: readonly unknown[] = [null, true, 0, -1, 1.5, 5, "", "x", [], ["x", 5], [[]], {}, { a: 1 }, [null]];

function wrongBodies(fields: Schema): { said: object; field: string }[] {
	const cases: { said: object; field: string }[] = ["unknown", "constructor", "$where", "toString", "Name"].map(
		field => ({
			said: { [field]: 1 },
			field
		})
	);
	for (const [field, rule] of Object.entries(fields)) {
		const { components } = document;
		const fits = ajv.compile({ ...objectSchema({ [field]: rule }), required: [field], components } as Json);
		// The validator puts a default in the place of null: that is not promised.
		const values = JSON.stringify(rule).includes("default") ? VALUES.filter(value => value !== null) : VALUES;
		for (const value of values) if (!fits({ [field]: value })) cases.push({ said: { [field]: value }, field });
	}
	return cases;
}

function wrongQueries(fields: Schema): { said: string; field: string }[] {
	const cases = ["unknown=1", "Name=x", "$where=1", "a.b=c"].map(said => ({
		said,
		field: said.split("=", 1)[0] as string
	}));
	for (const [field, rule] of Object.entries(fields)) {
		if (!JSON.stringify(rule).includes("convert")) continue;
		const values = ["", "x", "0", "-1", "1.5", "1001", "1e9", "NaN", "0x10x", "1,2", "true"];
		for (const value of values.filter(each => !isOwn(rule, each))) cases.push({ said: `${field}=${value}`, field });
	}
	return cases;
}

/** Is it one that the rule takes? That of a switch may be a number's, and the other way round; a number has its own bounds. */
function isOwn(rule: Rule, value: string): boolean {
	if (JSON.stringify(rule).includes("boolean")) return ["0", "true"].includes(value);
	const { min = -Infinity, max = Infinity, integer } = wordy(rule as Exclude<Rule, readonly Rule[]>);
	const number = value === "" ? Number.NaN : Number(value);
	return number >= Number(min) && number <= Number(max) && (integer !== true || Number.isInteger(number));
}

describe.each(each(WITH_BODY))("%s and its body", (_, route) => {
	const { method } = route;
	const path = at(route);
	const caller = new Caller(() => door, route);
	const { ask } = caller;
	const whoAsks = async (): Promise<string> => (await caller.lines()).map(line => `${line}\r\n`).join("");
	const post = (body: string, headers: Record<string, string> = {}): Asked => ({ method, body, headers });

	it("is a JSON object", async () => {
		const texts = [
			"{",
			'{"a":1',
			"nothing",
			"{'a':1}",
			'{"a":1}}',
			"[]",
			"[1]",
			"5",
			'"x"',
			"null",
			"true",
			"\u0000",
			"NaN"
		];
		const wrong = await refusals(
			texts.map(text => [text, path, post(text), 400, "REQUEST_INVALID"] as const),
			ask
		);
		expect(wrong).toEqual([]);
	});

	it("is as large as it may be", async () => {
		const large = `{"reason":"${"x".repeat(LIMIT)}"}`;
		expect(await refusals([["too large", path, post(large), 413, "BODY_TOO_LARGE"]], ask)).toEqual([]);
		const head = `${method} ${path} HTTP/1.1\r\nHost: x\r\n${await whoAsks()}Content-Type: application/json\r\n`;
		const chunk = `${large.length.toString(16)}\r\n${large}\r\n`;
		const { answers, closed } = await converse(door.url, [
			`${head}Transfer-Encoding: chunked\r\n\r\n${chunk}0\r\n\r\n`
		]);
		expect([answers.map(({ status }) => status), closed]).toEqual([[413], true]);
	});

	it("is of the type it is said to be", async () => {
		const types = [
			"text/plain",
			"application/xml",
			"application/x-www-form-urlencoded",
			"multipart/form-data; boundary=x",
			"multipart/form-data",
			"application/jsonx",
			"application/json; charset=latin1",
			"application/json, text/plain",
			"text/json",
			"application/merge-patch+json",
			""
		];
		const wrong = await refusals(
			[
				...types.map(
					type => [type, path, post("{}", { "content-type": type }), 415, "MEDIA_TYPE_UNSUPPORTED"] as const
				),
				["compressed", path, post("{}", { "content-encoding": "gzip" }), 415, "MEDIA_TYPE_UNSUPPORTED"]
			],
			ask
		);
		expect(wrong).toEqual([]);
	});

	it("may be left out where nothing in it is needed", async () => {
		const empty = await ask(path, { method, body: {} });
		for (const rest of ["Content-Length: 0\r\n\r\n", "\r\n", "Content-Type: application/json\r\n\r\n"]) {
			const head = `${method} ${path} HTTP/1.1\r\nHost: x\r\n${await whoAsks()}`;
			const { answers } = await converse(door.url, [`${head}Connection: close\r\n${rest}`]);
			expect([rest, answers.map(({ status }) => status)]).toEqual([rest, [empty.status]]);
			if (empty.status < 400) caller.leave();
		}
		expect(await refusals([["fields in the address", `${path}?reason=x`, json(method, {}), 400]], ask)).toEqual([]);
	});

	it("sets no prototype", async () => {
		for (const text of [
			'{"__proto__":{"name":"stolen","document":"x","scopes":["keys:manage"]}}',
			'{"reason":{"__proto__":{"name":"stolen"}}}',
			'{"constructor":{"prototype":{"name":"stolen","scopes":["keys:manage"]}}}'
		]) {
			const { status } = await ask(path, post(text));
			expect([text, [400, 404, 422].includes(status)]).toEqual([text, true]);
		}
		expect(await names()).not.toContain("stolen");
	});
});

describe.each(each(GETS))("%s", (_, route) => {
	const caller = new Caller(() => door, route);
	const { ask } = caller;

	it("answers HEAD as GET, without a body", async () => {
		const [get, head] = [await ask(at(route)), await ask(at(route), { method: "HEAD" })];
		expect([head.status, head.text]).toEqual([get.status, ""]);
		expect(head.headers.get("content-type")).toBe(get.headers.get("content-type"));
	});

	it("takes nothing from a prototype", async () => {
		const query = "__proto__[name]=stolen&constructor[prototype][name]=stolen&__proto__=x&hasOwnProperty=1";
		const [plain, sly] = [await ask(at(route)), await ask(`${at(route)}?${query}`)];
		expect([plain.status, 400, 422]).toContain(sly.status);
		expect(sly.text).not.toContain("stolen");
	});
});

describe.each(each(OPEN_ROUTES))("%s", (_, route) => {
	const path = at({ path: route.path.replace(":service", "access") });

	it("is open, and only to be read", async () => {
		const answer = await door.ask(path, { key: route.keyed ? door.key : null });
		expect([200, 503]).toContain(answer.status);
		for (const method of ["POST", "PUT", "PATCH", "DELETE", "PROPFIND"]) {
			const refused = await door.ask(path, { method, ...(method === "POST" && { body: { a: 1 } }) });
			expect([method, faultsOf(refused, 405, "METHOD_NOT_ALLOWED")]).toEqual([method, []]);
			expect(refused.headers.get("allow")).toBe("GET, HEAD");
		}
		const head = await door.ask(path, { method: "HEAD" });
		expect([head.status, head.text]).toEqual([answer.status, ""]);
		expect((await door.ask(path, { method: "OPTIONS", key: null })).headers.get("allow")).toBe("GET, HEAD");
		expect(OF_THE_MACHINE.test(route.id === "gateway.docs" || route.id === "gateway.openapi" ? "" : answer.text)).toBe(
			false
		);
	});

	it("does not mind what is asked of it beside its address", async () => {
		for (const query of ["?a=b&a=c", "?__proto__[x]=1", `?${"a".repeat(15_000)}`, "?%ff=%zz", "?="])
			expect([200, 503]).toContain((await door.ask(path + query)).status);
		if (route.keyed) expect(await refusals([["no key", path, { key: null }, 401, "UNAUTHENTICATED"]])).toEqual([]);
	});
});

describe("the whole of it", () => {
	it("gives nothing at other addresses, whoever asks, however", async () => {
		const paths = [
			"/api",
			"/api/v1",
			"/api/v2/migrations",
			"/~node/list",
			"/$node/list",
			"/access/check",
			"/gateway",
			"/.env"
		];
		const wrong = await refusals(
			paths.flatMap(path => [
				["a GET", path, {}, 404, "NOT_FOUND"] as const,
				["a POST", path, json("POST", { a: 1 }), 404, "NOT_FOUND"] as const
			])
		);
		expect(wrong).toEqual([]);
		expect(faultsOf(await door.ask("/health/none"), 404, "NOT_FOUND")).toEqual([]);
	});

	it("does not break on JSON as deep as it is large", async () => {
		const deep = [
			`{"name":${"[".repeat(2000)}${"]".repeat(2000)}}`,
			`${'{"a":'.repeat(600)}1${"}".repeat(600)}`,
			"[".repeat(4000)
		];
		for (const body of deep) {
			const answer = await door.ask("/api/v1/api-keys", { method: "POST", body });
			expect(faultsOf(answer, answer.status < 500 ? answer.status : 422)).toEqual([]);
		}
	});

	it("keeps a caller's correlation id where it is harmless, and makes one where it is not", async () => {
		const idOf = async (id: string) =>
			(await door.ask("/live", { headers: { "x-correlation-id": id } })).headers.get("x-correlation-id");
		expect(await idOf("abc-1.2:3_4")).toBe("abc-1.2:3_4");
		for (const id of ["a b", "<script>", "a".repeat(129), "ä", '"}', "a,b"])
			expect(await idOf(id)).toMatch(/^[\da-f-]{36}$/);
	});

	it("answers a change in full, whatever a cache would like to know", async () => {
		const made = await door.ask("/api/v1/api-keys", {
			method: "POST",
			body: { name: "cached", scopes: ["migration:read"] },
			headers: { "if-none-match": "*" }
		});
		expect([made.status, typeof made.json.key]).toEqual([201, "string"]);
		expect(made.headers.get("location")).toBe(`/api/v1/api-keys/${made.json.id}`);
	});

	it("did nothing of all that, and found no fault of its own", async () => {
		expect((await names()).filter(name => name !== "cached")).toEqual(["the first one"]);
		expect((await door.ask("/api/v1/migrations")).json).toEqual([]);
		const log = door.node.log().split("\n");
		expect(log.filter(line => /"level":"(?:warn|error|fatal)"|Warning/.test(line))).toEqual([]);
	});
});

describe("pages of other origins", () => {
	const ask = (origin: string, asked: Asked = {}): Promise<Answer> =>
		door.ask("/live", { ...asked, headers: { origin, ...asked.headers } });

	it.each(["https://example.com", "https://console.example.com:8443"])("%s may read", async origin => {
		const { headers } = await ask(origin);
		expect([headers.get("access-control-allow-origin"), headers.get("vary")]).toEqual([
			origin,
			expect.stringContaining("Origin")
		]);
		// The session's cookie is theirs to send, too: each is named by itself, no star.
		expect(headers.get("access-control-allow-credentials")).toBe("true");
	});

	it.each([
		"https://example.co",
		"https://example.com.evil.org",
		"https://evil-example.com",
		"https://www.example.com",
		"http://example.com",
		"https://example.com:8443",
		"https://console.example.com",
		"https://EXAMPLE.com",
		"https://example.com/",
		"https://example.com https://evil.org",
		"null",
		"*",
		"file://",
		""
	])("%s may not, nor ask beforehand", async origin => {
		const preflight = { method: "OPTIONS", key: null, headers: { "access-control-request-method": "POST" } };
		for (const { headers } of [await ask(origin), await ask(origin, preflight)]) {
			expect([...headers.keys()].filter(name => name.startsWith("access-control-"))).toEqual([]);
			expect(headers.get("vary")).toContain("Origin");
			expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
		}
	});

	it("ask beforehand, and are told what they may send, without a key", async () => {
		const { status, headers, text } = await door.ask("/api/v1/migrations/x/start", {
			method: "OPTIONS",
			key: null,
			headers: {
				origin: "https://example.com",
				"access-control-request-method": "POST",
				"access-control-request-headers": "x-api-key"
			}
		});
		expect([status, text, headers.get("access-control-allow-origin")]).toEqual([204, "", "https://example.com"]);
		expect(headers.get("access-control-allow-headers")).toContain("x-api-key");
		expect(headers.get("access-control-allow-methods")?.split(", ")).toEqual(
			expect.arrayContaining(["GET", "POST", "DELETE"])
		);
		expect(headers.get("vary")).toContain("Origin");
	});

	it("read what was refused, too", async () => {
		const { status, headers } = await door.ask("/api/v1/migrations", {
			key: null,
			headers: { origin: "https://example.com" }
		});
		expect([status, headers.get("access-control-allow-origin")]).toEqual([401, "https://example.com"]);
	});
});
