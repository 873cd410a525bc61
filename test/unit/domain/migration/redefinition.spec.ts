import type { Definition } from "../../../../contracts/migration/definition";
import { inOrder, ruleFaults } from "../../../../domain/migration/definition-rules";
import { VOCABULARY } from "../../../../domain/migration/mappings";
import { redefined } from "../../../../domain/migration/redefinition";

const definition = {
	name: "panel",
	source: { connector: "marzneshin", url: "http://s", username: "a", password: "p", pageSize: 10 },
	target: { connector: "marzban", url: "http://t", username: "a", password: "p", database: "mysql://u:one@h/marzban" },
	streams: ["admins", "users"],
	conflict: "skip",
	rules: { inboundTags: {}, limitedUsers: "disable" },
	accept: [],
	catchUp: { passes: 5, removals: 10 },
	batch: { records: 100, bytes: 300_000 }
} as unknown as Definition;
const free = { password: {}, rateLimit: {}, timeoutMs: {}, pageSize: {}, headers: {} };
const options = {
	source: { ...free, url: { fixed: true }, username: {} },
	target: { ...free, url: { fixed: true }, username: { fixed: true }, database: { fixed: true } }
};
type Change = Record<string, unknown>;
const now = (change: Change): Definition => ({ ...definition, ...change }) as Definition;
const source = (change: Change): Change => ({ source: { ...definition.source, ...change } });
const target = (change: Change): Change => ({ target: { ...definition.target, ...change } });

describe("a definition that changed after its run began", () => {
	it.each<[string, Change]>([
		["catchUp.removals", { catchUp: { passes: 5, removals: 500 } }],
		["catchUp.passes", { catchUp: { passes: 9, removals: 10 } }],
		["batch.records", { batch: { records: 20, bytes: 300_000 } }],
		["accept", { accept: ["renamed"] }],
		["source.password", source({ password: "q" })],
		["target.password", target({ password: "q" })],
		["source.username", source({ username: "b" })],
		["source.rateLimit", source({ rateLimit: 5 })],
		["target.timeoutMs", target({ timeoutMs: 5_000 })],
		["source.headers", source({ headers: { "x-key": "1" } })]
	])("is taken over in %s", (path, change) => {
		expect(redefined(definition, now(change), options)).toEqual({ taken: [path], refused: [] });
	});

	it.each<[string, Change]>([
		["name", { name: "other" }],
		["streams", { streams: ["users"] }],
		["conflict", { conflict: "overwrite" }],
		["rules.limitedUsers", { rules: { inboundTags: {}, limitedUsers: "quarantine" } }],
		["rules.inboundTags", { rules: { inboundTags: { a: "b" }, limitedUsers: "disable" } }],
		["source.connector", source({ connector: "marzban" })],
		["source.url", source({ url: "http://elsewhere" })],
		["target.url", target({ url: "http://elsewhere" })],
		["target.username", target({ username: "b" })],
		["target.database", target({ database: "mysql://u:one@h/another" })],
		["target.database", { target: { ...definition.target, database: undefined } }],
		["target.unheardOf", target({ unheardOf: 1 })]
	])("is refused in %s", (path, change) => {
		expect(redefined(definition, now(change), options)).toEqual({ taken: [], refused: [path] });
	});

	it("names all that changed, each for itself", () => {
		const change = { conflict: "fail", catchUp: { passes: 1, removals: 1 }, ...target({ password: "q", url: "u" }) };
		expect(redefined(definition, now(change), options)).toEqual({
			taken: ["target.password", "catchUp.passes", "catchUp.removals"],
			refused: ["target.url", "conflict"]
		});
	});

	it("is the same where a database is opened with another login, or a default was not known then", () => {
		const login = target({ database: "mysql://other:two@h/marzban" });
		const { accept, ...earlier } = definition;
		expect(redefined(definition, now(login), options)).toEqual({ taken: [], refused: [] });
		expect(redefined(earlier as Definition, definition, options)).toEqual({ taken: [], refused: [] });
	});
});

describe("what a schema cannot say of a definition", () => {
	it("is that each stream is walked once", () => {
		expect(
			ruleFaults({ streams: ["users", "admins", "users", "users"], accept: [] }, VOCABULARY.meanings)
		).toMatchObject([
			{ path: ["streams", 2], message: expect.stringMatching(/'users' is named twice/) },
			{ path: ["streams", 3] }
		]);
	});

	it.each([
		["nothing", /^There is no loss 'nothing'\. Known are: access_lost, .*renamed/],
		[
			"limited_disable",
			/^There is no loss 'limited_disable'\. Did you mean 'limited_disabled'\? Known are: access_lost, /
		],
		["name_taken", /'name_taken' is no loss: such a record waits for a human/]
	])("is that '%s' is no loss", (code, says) => {
		expect(ruleFaults({ streams: ["users"], accept: ["renamed", code] }, VOCABULARY.meanings)).toEqual([
			{ path: ["accept", 1], message: expect.stringMatching(says) }
		]);
	});
});

describe("the order of streams", () => {
	const after = { users: { after: ["admins"] }, admins: {}, hosts: {}, a: { after: ["b"] }, b: { after: ["a"] } };
	it.each<[string[], string[]]>([
		[
			["users", "admins"],
			["admins", "users"]
		],
		[
			["hosts", "users", "nodes", "admins"],
			["hosts", "admins", "users", "nodes"]
		],
		[
			["admins", "hosts", "users"],
			["admins", "hosts", "users"]
		],
		[["users"], ["users"]],
		[
			["a", "b"],
			["b", "a"]
		]
	])("%j is walked as %j", (given, walked) => {
		expect(inOrder(given, after)).toEqual(walked);
	});
});
