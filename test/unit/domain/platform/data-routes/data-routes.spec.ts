/** Routes of older APIs: what is refused before anything is tried, what examples prove, and where a request goes. */

import { Shapes } from "../../../../../adapters/shapes/runner";
import { CONTRACTS } from "../../../../../contracts/cluster";
import type { DataRoute, RouteTable } from "../../../../../contracts/platform/route-forms";
import { OLD_LOGIN, OLD_LOGIN_EXPLAINED } from "../../../../../contracts/platform/route-samples";
import { versionOf } from "../../../../../domain/platform/data-routes/conditions";
import { explained } from "../../../../../domain/platform/data-routes/explain";
import { clashesIn, faultsOf } from "../../../../../domain/platform/data-routes/faults";
import { headerFault, nameFault } from "../../../../../domain/platform/data-routes/headers";
import { RouteIndex } from "../../../../../domain/platform/data-routes/matching";
import { proved } from "../../../../../domain/platform/data-routes/proof";
import { fieldsOfForm } from "../../../../../domain/platform/data-routes/shaping";
import { worldOf } from "../../../../../domain/platform/data-routes/world";
import { checksOf } from "../../../../../services/platform/routes/checks";

const world = worldOf(CONTRACTS);
const shapes = new Shapes({ ms: 2_000, bytes: 10_000 });
afterAll(() => shapes.close());

const proving = {
	evaluate: (texts: readonly string[], input: unknown) => shapes.evaluate(texts, input),
	compile: (texts: readonly string[]) => shapes.compile(texts),
	checks: checksOf(world),
	status: 200
};

const at = (path: string, more: Partial<DataRoute["match"]> = {}): DataRoute => ({
	...OLD_LOGIN,
	match: { ...OLD_LOGIN.match, path, ...more }
});
const fieldsIn = (route: DataRoute): string[] => faultsOf(route, world).map(({ field }) => field);
const tableOf = (...routes: DataRoute[]): RouteTable =>
	Object.fromEntries(routes.map((route, n) => [`r${n}`, { ...route, id: `r${n}` }]));
const find = (table: RouteTable, path: string, more = {}) =>
	new RouteIndex(table).find({ method: "POST", path, host: "", headers: {}, ...more });

test("an address of the server's own is never taken, whatever its fields are called", () => {
	for (const path of [
		"/api/v1/anything",
		"/:a/v1/anything",
		"/health",
		"/health/more",
		"/:x",
		"/metrics/x",
		"/docs",
		"/.well-known/x",
		"/auth/login",
		"/auth/:what",
		"/sub/:username/:key",
		"/deep/sub/x/y"
	])
		expect([path, fieldsIn(at(path))]).toEqual([path, ["match.path"]]);
	expect(fieldsIn(OLD_LOGIN)).toEqual([]);
});

test.each([
	["api/login"],
	["/a//b"],
	["/a/../b"],
	["/a?x=1"],
	["/a#b"],
	["/a%2fb"],
	["/a b"],
	["/:id(^(a+)+$)"],
	["/*"],
	["/a:b"],
	["/:a/:a"],
	[`/${"a/".repeat(17)}`]
])("a path %s is refused: it has no expressions, and two readers read it alike", path => {
	expect(fieldsIn(at(path))).toEqual(["match.path"]);
});

test("a path is matched as people read it, also in other letters, and an empty field is none", () => {
	const table = tableOf(at("/übersicht/:name"), at("/users/me"), at("/users/:id"), at("/posts/"));
	expect(find(table, `/${encodeURIComponent("übersicht")}/${encodeURIComponent("日本")}`)?.path).toEqual({
		name: "日本"
	});
	expect(find(table, `/${encodeURIComponent("u\u0308bersicht")}/x`)?.route.id).toBe("r0");
	expect([find(table, "/users/me"), find(table, "/users/7")].map(found => found?.route.id)).toEqual(["r1", "r2"]);
	expect(find(table, "/posts/")?.route.id).toBe("r3");
	for (const path of ["/users/", "/posts", "/users/%zz", "/nowhere"]) expect(find(table, path)).toBeUndefined();
});

test("of two for one path the one that asks for more comes first; two that are alike are refused", () => {
	const old = at("/login", { version: "1" });
	const header = { name: "X-App", value: "ios" };
	const table = tableOf(at("/login"), old, at("/login", { host: "old.example.com" }), at("/login", { header }));
	expect(clashesIn(table)).toEqual([]);
	expect(find(table, "/login")?.route.id).toBe("r0");
	expect(find(table, "/login", { headers: { accept: "application/json; version=1" } })?.route.id).toBe("r1");
	expect(find(table, "/login", { host: "OLD.example.com", headers: { "x-app": "ios" } })?.route.id).toBe("r2");
	expect(find(table, "/login", { headers: { "x-app": "ios" } })?.route.id).toBe("r3");
	const other = { name: "X-Other", value: "1" };
	for (const alike of [tableOf(at("/a/:x"), at("/a/:y")), tableOf(at("/a", { header }), at("/a", { header: other }))])
		expect(clashesIn(alike)).toHaveLength(1);
});

test("which version is asked for is read from where older APIs say it", () => {
	const said = (headers: Record<string, string>) => versionOf(headers);
	expect(said({ "accept-version": "2" })).toBe("2");
	expect(said({ accept: "application/vnd.example.v3+json" })).toBe("3");
	expect(said({ accept: "application/json;version=1.1" })).toBe("1.1");
	expect(said({ accept: "*/*" })).toBeUndefined();
});

test("ten thousand routes are looked through as fast as ten", () => {
	const table = Object.fromEntries(
		Array.from({ length: 10_000 }, (_, n) => [
			`r${n}`,
			{ ...at(`/a${n % 100}/:x/b${Math.floor(n / 100)}`), id: `r${n}` }
		])
	);
	const index = new RouteIndex(table);
	expect(clashesIn(table)).toEqual([]);
	expect(index.find({ method: "POST", path: "/a42/q/b17", host: "", headers: {} })?.route.id).toBe("r1742");
});

test("a route leads to what is reached from outside, by a method that suits it, and sets no header that a server acts on", () => {
	expect(fieldsIn({ ...OLD_LOGIN, action: "auth.enter" })).toEqual(["action"]);
	expect(fieldsIn({ ...OLD_LOGIN, action: "__proto__" })).toEqual(["action"]);
	expect(fieldsIn(at("/old", { method: "GET" }))).toEqual(["match.method"]);
	for (const name of [
		"set-cookie",
		"X-Upper",
		"x-accel-redirect",
		"x-sendfile",
		"content-security-policy",
		"x-correlation-id",
		"vary"
	])
		expect(nameFault(name)).toBeDefined();
	for (const name of ["x-total", "location", "sunset"]) expect(nameFault(name)).toBeUndefined();
	expect(headerFault("x-total", "a\r\nSet-Cookie: b")).toBeDefined();
	for (const place of ["https://evil.example", "//evil.example", "/\\evil.example"])
		expect(headerFault("location", place)).toBeDefined();
});

test("what no example proves is refused: params, answers, and each row of errors", () => {
	const [signedIn, wrong] = OLD_LOGIN.examples;
	const only = (...examples: DataRoute["examples"][number][]) =>
		faultsOf({ ...OLD_LOGIN, examples }, world).map(({ message }) => message);
	expect(only(signedIn as never)).toEqual([expect.stringContaining("errors.*")]);
	expect(only(wrong as never)).toHaveLength(2);
	expect(fieldsIn({ ...OLD_LOGIN, errors: { TYPO: { type: "json", status: 200 } } })).toContain("errors.TYPO");
});

test("the sample is proved by its own examples", async () => {
	expect(await proved(OLD_LOGIN, proving)).toEqual([]);
});

type Change = (route: DataRoute) => DataRoute;
const withParams =
	(params: string): Change =>
	route => ({ ...route, request: { body: "either", params } });
const withBody =
	(body: string): Change =>
	route => ({ ...route, response: { type: "json", body } });
test.each<[string, Change, string, RegExp]>([
	["does not compile", withParams('{ "email": '), "request.params", /character/],
	["makes no object", withParams('"text"'), "examples[0]", /makes no object/],
	[
		"makes something else",
		withParams('{ "email": body.pass, "password": body.pass }'),
		"examples[0].params",
		/'email' is/
	],
	["forgets a field", withParams('{ "email": body.user }'), "examples[0].params", /'password' is expected/],
	["throws", withBody("$number(answer.accessToken)"), "examples[0]", /response.body/],
	["goes round for ever", withBody("($f := function($x) { $f($x + 1) }; $f(1))"), "examples[0]", /response.body/],
	["calls itself for ever", withBody("($f := function($x) { 1 + $f($x) }; $f(1))"), "examples[0]", /Stack overflow/],
	["makes too much", withBody('$join([1..9000].("abcdef"))'), "examples[0]", /more than/],
	["evaluates what it is given", withBody("$eval(request.body.user)"), "examples[0]", /may not evaluate/],
	["makes a function", withBody("$sum"), "examples[0]", /function/]
])("a shape that %s is refused, with its place", async (_, change, field, message) => {
	expect(await proved(change(OLD_LOGIN), proving)).toContainEqual({ field, message: expect.stringMatching(message) });
});

test("params that the action would not take are refused, though the example says them", async () => {
	const examples = OLD_LOGIN.examples.map(example => ({
		...example,
		...(example.params && { params: { email: "ada@example.com" } })
	}));
	const route = withParams('{ "email": body.user }')({ ...OLD_LOGIN, examples });
	expect(await proved(route, proving)).toContainEqual({
		field: "examples[0].params",
		message: expect.stringContaining("'auth.login' does not take them")
	});
});

test("a form has texts, and lists of what stands twice", () => {
	expect(fieldsOfForm("a=1&b=2&a=3&c")).toEqual({ a: ["1", "3"], b: "2", c: "" });
	expect(Object.keys(fieldsOfForm("__proto__=1"))).toEqual(["__proto__"]);
});

const explain = (method: string, path: string, more = {}, table: RouteTable = { "old-login": OLD_LOGIN }) =>
	explained({ method, path, ...more }, { revision: 1, table, world, ...proving });

test("explain says what would be called, by what rule, with what, and what would change it", async () => {
	const { method, path, body } = OLD_LOGIN_EXPLAINED.params;
	expect(await explain(method, path, { body: { ...body } })).toEqual(OLD_LOGIN_EXPLAINED.result);
	expect(await explain("POST", "/api/login", { body: "user=a%40b.example&pass=some+wild+swans" })).toMatchObject({
		params: { email: "a@b.example", password: "some wild swans" },
		faults: []
	});
	expect(await explain("POST", "/api/login", { body: {} })).toMatchObject({
		outcome: "route",
		faults: [{ field: "params" }]
	});
});

test.each([
	["GET", "/api/v1/auth/me", "own", "auth.me"],
	["HEAD", "/api/v1/auth/me", "own", "auth.me"],
	["PATCH", "/api/v1/auth/login", "method", null],
	["GET", "/sub/ada/key", "raw", "subscriptions.answer"],
	["GET", "/api/login", "method", null],
	["POST", "/nowhere", "none", null],
	["POST", "/a/%2fb", "refused", null]
])("explain %s %s: %s", async (method, path, outcome, action) => {
	const said = await explain(method, path);
	expect([said.outcome, action === null ? null : said.action?.split(".")[0]]).toEqual([
		outcome,
		action?.split(".")[0] ?? null
	]);
	expect(said.rule).not.toBe("");
});
