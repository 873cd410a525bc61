import { CONTRACTS } from "../../../../contracts/cluster";
import { action, type Contract, contract } from "../../../../contracts/contract";
import { access } from "../../../../contracts/platform/access";
import type { Schema } from "../../../../contracts/schema";
import { locationOf, routesOf } from "../../../../domain/platform/routes";

const READ = "migration:read";
const one = (params: Schema, exposure: object, name = "things"): Contract =>
	contract("platform", name, {
		actions: { get: action({ summary: "It.", ...exposure, params, result: "string" } as never) },
		events: {}
	});

describe("the routes", () => {
	it("are those of the contracts, under /api/v1", () => {
		const routes = routesOf([
			one({ id: "string" }, { permission: READ, rest: "GET /things/:id", summary: "A thing." })
		]);
		expect(routes).toEqual([
			{
				action: "things.get",
				method: "GET",
				path: "/api/v1/things/:id",
				permission: READ,
				service: "things",
				limit: "read",
				status: 200,
				params: ["id"],
				body: null,
				answers: ["json"],
				live: null,
				known: null,
				location: null,
				reads: true,
				idempotent: true,
				long: false,
				secret: false,
				canonical: true,
				client: false,
				cookies: [],
				fresh: null,
				endsWithCaller: false,
				kept: null,
				needsKey: false,
				summary: "A thing."
			}
		]);
	});

	it("name an action's aliases after its canonical path, from the root, each with the fields that it carries", () => {
		const aliases = ["GET /thing/of/:id", "GET /thing"];
		const routes = routesOf([one({ id: "string" }, { permission: READ, rest: "POST /things", aliases, status: 202 })]);
		expect(
			routes.map(({ method, path, params, canonical, status }) => [method, path, params, canonical, status])
		).toEqual([
			["POST", "/api/v1/things", [], true, 202],
			["GET", "/thing/of/:id", ["id"], false, 202],
			["GET", "/thing", [], false, 202]
		]);
	});

	it("say where to look on, by the fields of the answer", () => {
		const [route] = routesOf([one({}, { permission: READ, rest: "POST /things", location: "/things/:id" })]);
		expect(locationOf(route as never, { id: "a b" })).toBe("/api/v1/things/a%20b");
		const [silent] = routesOf([one({}, { permission: READ, rest: "POST /things" })]);
		expect(locationOf(silent as never, { id: "a" })).toBeNull();
	});

	it("say where a browser goes on, by one field of the answer as it is", () => {
		const [route] = routesOf([one({}, { permission: READ, rest: "GET /things/open", redirect: "to" })]);
		expect(route).toMatchObject({ status: 303, known: [] });
		expect(locationOf(route as never, { to: "https://a.example/b?c=d" })).toBe("https://a.example/b?c=d");
	});

	it("have what an action's exposure says of its bodies and answers, events and actions by their full names", () => {
		const live = { wakes: "changed", by: "id", line: "log", state: "get" };
		const exposure = { permission: READ, rest: "POST /things", body: "document", answers: ["json", "sse"], live };
		expect(routesOf([one({}, { ...exposure, reads: true, long: true })])).toMatchObject([
			{
				body: "document",
				answers: ["json", "sse"],
				live: { wakes: "things.changed", by: "id", line: "log", state: "things.get" },
				idempotent: true,
				long: true
			}
		]);
	});

	it("leave out what is for the cluster alone", () => {
		expect(routesOf([one({}, { internal: ["others"] })])).toEqual([]);
	});

	it.each<[string, Schema, unknown, RegExp]>([
		[
			"no scope",
			{},
			{ rest: "GET /a" },
			/^things\.get does not say who may call it: its permission is undefined; state `public`, `person`, one of/
		],
		["no scope, for the cluster alone", {}, {}, /does not say who may call it/],
		["a scope that is none", {}, { permission: "all", rest: "GET /a" }, /its permission is "all"/],
		["a scope of Object's own", {}, { permission: "toString", rest: "GET /a" }, /its permission is "toString"/],
		[
			"a scope, and no path",
			{},
			{ permission: READ },
			/^things\.get has a permission but no canonical path: state its `rest`/
		],
		[
			"both a scope and callers",
			{},
			{ permission: READ, rest: "GET /a", internal: ["others"] },
			/^things\.get is internal, so nobody outside reaches it/
		],
		["aliases for the cluster alone", {}, { internal: [], aliases: ["GET /b"] }, /is internal/],
		["no method", {}, { permission: READ, rest: "/a" }, /^The path "\/a" of things\.get is malformed/],
		["another method", {}, { permission: READ, rest: "get /a" }, /malformed/],
		["no path", {}, { permission: READ, rest: "GET " }, /malformed/],
		["the root", {}, { permission: READ, rest: "GET /" }, /malformed/],
		["a relative path", {}, { permission: READ, rest: "GET a" }, /malformed/],
		["a slash at the end", {}, { permission: READ, rest: "GET /a/" }, /malformed/],
		["a wildcard", {}, { permission: READ, rest: "GET /a/*" }, /malformed/],
		["half a field", {}, { permission: READ, rest: "GET /a/b:id" }, /malformed/],
		["a malformed alias", {}, { permission: READ, rest: "GET /a", aliases: ["/b"] }, /The path "\/b" of things\.get/],
		["aliases alone", {}, { permission: READ, aliases: ["GET /b"] }, /has a permission but no canonical path/],
		[
			"a field it does not take",
			{},
			{ permission: READ, rest: "GET /a/:id" },
			/carries id, which things\.get does not take/
		],
		["a field twice", { id: "string" }, { permission: READ, rest: "GET /a/:id/:id" }, /carries id twice/],
		[
			"an alias as its own",
			{},
			{ permission: READ, rest: "GET /a", aliases: ["GET /api/v1/a"] },
			/both claim GET \/api\/v1\/a/
		]
	])("are refused with %s", (_, params, exposure, sentence) => {
		expect(() => routesOf([one(params, exposure as object)])).toThrow(sentence);
	});

	it("are refused where two actions claim the same, however their fields are called", () => {
		const things = one({ id: "string" }, { permission: READ, rest: "GET /a/:id" });
		const others = one({ name: "string" }, { permission: READ, rest: "GET /a/:name" }, "others");
		expect(() => routesOf([things, others])).toThrow(
			"others.get and things.get both claim GET /api/v1/a/:name: give one of them another path."
		);
		expect(routesOf([things, one({}, { permission: READ, rest: "GET /a/b" }, "others")])).toHaveLength(2);
	});

	it("of the product all say what they do", () => {
		const routes = routesOf([...new Set([...CONTRACTS, access as Contract])]);
		expect(routes.filter(({ summary }) => !summary.endsWith(".")).map(({ action }) => action)).toEqual([]);
		expect(routes.length).toBeGreaterThan(30);
	});
});
