import { action, type Contract, contract, type Exposure } from "../../../../contracts/contract";
import type { Json } from "../../../../contracts/json";
import { type Schema, shape } from "../../../../contracts/schema";
import { openApi } from "../../../../domain/platform/openapi";

const things = (params: Schema, exposure: Partial<Exposure>): Contract =>
	contract("platform", "things", {
		actions: {
			do: action({ summary: "It.", permission: "migration:read", ...exposure, params, result: "string" } as never)
		},
		events: {}
	});
const INFO = { title: "Test", version: "1.2.3" };

type Document = {
	info: Json;
	tags: { name: string }[];
	paths: Record<string, Record<string, Operation>>;
	components: Record<string, Json>;
};
interface Operation {
	readonly operationId: string;
	readonly description: string;
	readonly deprecated: boolean;
	readonly security: readonly Json[];
	readonly parameters: readonly { name?: string; in?: string; required?: boolean; schema?: Json; $ref?: string }[];
	readonly requestBody?: { required: boolean; content: Record<string, { schema: Json }> };
	readonly responses: Record<string, { headers?: Json; content?: Json }>;
}
const document = (params: Schema, exposure: Partial<Exposure>) =>
	openApi([things(params, exposure)], INFO, []) as unknown as Document;
const only = (params: Schema, exposure: Partial<Exposure>): Operation =>
	Object.values(Object.values(document(params, exposure).paths)[0] ?? {})[0] as Operation;
const named = ({ parameters }: Operation) =>
	parameters.filter(({ name }) => name).map(({ name, in: place, required }) => [name, place, required]);

describe("the OpenAPI document", () => {
	it("puts the fields of a GET into path and query", () => {
		const operation = only({ id: "string", limit: "number|optional" }, { rest: "GET /things/:id" });
		expect(named(operation)).toEqual([
			["id", "path", true],
			["limit", "query", false]
		]);
		expect(operation.requestBody).toBeUndefined();
		expect(operation.responses).not.toHaveProperty("413");
	});

	it("puts the fields of a DELETE there, too", () => {
		const operation = only({ id: "string", why: "string" }, { rest: "DELETE /things/:id" });
		expect(named(operation)).toEqual([
			["id", "path", true],
			["why", "query", true]
		]);
		expect(operation.requestBody).toBeUndefined();
	});

	it("puts the fields of a POST into the body, but for those of the path", () => {
		const operation = only({ id: "string", why: "string|optional" }, { rest: "POST /things/:id" });
		expect(named(operation)).toEqual([["id", "path", true]]);
		expect(operation.requestBody).toEqual({
			required: false,
			description: "At most so many bytes as `GATEWAY_BODY_LIMIT` says.",
			content: {
				"application/json": {
					schema: { type: "object", properties: { why: { type: "string" } }, additionalProperties: false }
				}
			}
		});
		expect(only({ why: "string" }, { rest: "POST /things" }).requestBody?.required).toBe(true);
		expect(only({ id: "string" }, { rest: "POST /things/:id" }).requestBody).toBeUndefined();
	});

	it("names the scope that a key needs, for machines and in words", () => {
		const operation = only({}, { rest: "GET /things", permission: "keys:manage" });
		expect(operation.security).toEqual(["apiKey", "bearer", "session"].map(scheme => ({ [scheme]: ["keys:manage"] })));
		expect(operation.description).toBe("Needs a key, or somebody signed in, with the scope `keys:manage`.");
	});

	it("puts aliases into an area of their own, the last one, and marks them", () => {
		const { paths, tags } = document({}, { rest: "GET /things", aliases: ["GET /thing"] });
		expect(Object.keys(paths)).toEqual(["/api/v1/things", "/thing"]);
		expect(paths["/api/v1/things"]?.get).toMatchObject({ tags: ["things"] });
		expect(paths["/thing"]?.get).toMatchObject({
			tags: ["Aliases"],
			"x-alias-of": "things.do",
			summary: "The same as GET /api/v1/things."
		});
		expect(tags.map(({ name }) => name)).toEqual(["things", "Aliases"]);
	});

	it("has every alias under an id of its own, and says which address is canonical", () => {
		const { paths } = document({ id: "string" }, { rest: "POST /things/:id", aliases: ["POST /thing", "GET /thing"] });
		expect(Object.keys(paths)).toEqual(["/api/v1/things/{id}", "/thing"]);
		expect(paths["/api/v1/things/{id}"]?.post?.operationId).toBe("things.do");
		const { post, get } = paths["/thing"] ?? {};
		expect([post?.operationId, get?.operationId]).toEqual(["things.do:2", "things.do:3"]);
		expect(post?.description).toMatch(/^The same as `POST \/api\/v1\/things\/\{id\}`, which is the canonical address/);
		expect(post?.deprecated).toBe(false);
	});

	it("answers with the contract's status, and says where to look", () => {
		expect(Object.keys(only({}, { rest: "POST /things" }).responses)[0]).toBe("200");
		for (const status of [201, 202] as const) {
			const { responses } = only({}, { rest: "POST /things", status, location: "/things/:id" });
			expect(responses[status]?.headers).toHaveProperty("Location");
			expect(responses).not.toHaveProperty("200");
		}
	});

	it("takes an Idempotency-Key for whatever a caller writes, and a correlation id everywhere", () => {
		const headers = (rest: string, permission = "migration:read") =>
			only({}, { rest, permission }).parameters.flatMap(({ $ref }) => ($ref ? [$ref.split("/").at(-1)] : []));
		expect(headers("POST /things")).toEqual(["IdempotencyKey", "CorrelationId"]);
		expect(headers("DELETE /things")).toEqual(["IdempotencyKey", "CorrelationId"]);
		expect(headers("GET /things")).toEqual(["CorrelationId"]);
		expect(headers("POST /things", "person")).toEqual(["IdempotencyKey", "CorrelationId"]);
	});

	it("takes none where nobody asks who calls: nothing is kept for them", () => {
		const open = only({}, { rest: "POST /things", permission: "public" });
		expect(open.parameters).toEqual([{ $ref: "#/components/parameters/CorrelationId" }]);
		expect(open.responses[200]?.headers).not.toHaveProperty("Idempotency-Replayed");
		expect(only({}, { rest: "POST /things" }).responses[200]?.headers).toHaveProperty("Idempotency-Replayed");
	});

	it("names the problems that apply", () => {
		const statuses = (params: Schema, rest: string, permission = "public") =>
			Object.keys(only(params, { rest, permission }).responses).map(Number);
		const always = [200, 400, 401, 403, 421, 422, 429, 431, 500, 502, 503, 504];
		const sorted = (...more: number[]) => [...always, ...more].sort((a, b) => a - b);
		expect(statuses({}, "GET /things")).toEqual(always);
		expect(statuses({ id: "string" }, "GET /things/:id")).toEqual(sorted(404));
		expect(statuses({ id: "string" }, "DELETE /things/:id")).toEqual(sorted(404, 409));
		expect(statuses({ handle: "string" }, "GET /things/:handle")).toEqual(sorted(404));
		expect(statuses({}, "GET /things/me", "person")).toEqual(sorted(404));
		expect(statuses({ handle: "string" }, "GET /things")).toEqual(always);
		expect(statuses({ name: "string" }, "GET /things")).toEqual(sorted(404));
		expect(statuses({ a: "string" }, "POST /things")).toEqual(sorted(408, 409, 413, 415));
	});

	it("says that a token may be over, where its contract has an error for that", () => {
		const over = { status: 410, title: "It is over", means: "It was used.", todo: "Ask for another one." };
		const spend = (params: Schema, errors: Record<string, typeof over>) => {
			const actions = {
				do: action({ summary: "It.", permission: "public", rest: "POST /things", params, result: "string" })
			};
			const { paths } = openApi([contract("platform", "things", { actions, errors })], INFO, []) as unknown as Document;
			return paths["/api/v1/things"]?.post?.responses;
		};
		expect(spend({ token: "string" }, { OVER: over })).toHaveProperty("410");
		expect(spend({ token: "string" }, {})).not.toHaveProperty("410");
		expect(spend({ a: "string" }, { OVER: over })).not.toHaveProperty("410");
	});

	it("has the shapes that have names once, and refers to them", () => {
		const thing = shape("Thing", { id: "string", of: { type: "json", summary: "Whatever." } }, "A thing.");
		const made = contract("platform", "things", {
			actions: {
				get: action({
					summary: "It.",
					permission: "public",
					rest: "GET /thing",
					params: {},
					result: {
						type: "object",
						props: { first: { ...thing, nullable: true }, others: { type: "array", items: thing } }
					}
				})
			},
			events: {}
		});
		const { components, paths } = openApi([made], INFO, []) as unknown as Document;
		expect((components.schemas as Json).Thing).toEqual({
			type: "object",
			description: "A thing.",
			properties: { id: { type: "string" }, of: { $ref: "#/components/schemas/JsonValue", description: "Whatever." } },
			required: ["id", "of"],
			additionalProperties: false
		});
		const operation = paths["/api/v1/thing"]?.get;
		expect(operation?.security).toEqual([]);
		expect(operation?.responses[200]?.content).toMatchObject({
			"application/json": {
				schema: {
					properties: {
						first: { anyOf: [{ $ref: "#/components/schemas/Thing" }, { type: "null" }] },
						others: { type: "array", items: { $ref: "#/components/schemas/Thing" } }
					}
				}
			}
		});
	});

	it("is refused where two shapes of one name are not the same", () => {
		const [one, other] = [shape("Thing", { id: "string" }), shape("Thing", { id: "number" })];
		expect(() => openApi([things({ one, other }, { rest: "POST /things" })], INFO, [])).toThrow(
			"Two shapes are called Thing, and are not the same: give one of them another name."
		);
	});

	it("has the open routes that it is given, without a key", () => {
		const answers = { 200: { description: "It.", type: "text/plain", schema: { type: "string" }, example: "x" } };
		const route = { id: "a.b", method: "GET", path: "/x/:y", says: "X.", answers, problems: [404] } as const;
		const params = { y: { description: "Which.", example: "1" } };
		const { paths } = openApi([], INFO, [{ ...route, params }]) as unknown as Document;
		const operation = paths["/x/{y}"]?.get as Operation;
		expect(operation.security).toEqual([]);
		expect(named(operation)).toEqual([["y", "path", true]]);
		expect(Object.keys(operation.responses)).toEqual(["200", "400", "404", "421", "431"]);
	});

	it("says where an open route needs a key after all", () => {
		const answers = { 200: { description: "It.", type: "text/plain", schema: { type: "string" }, example: "x" } };
		const route = { id: "a.b", method: "GET", path: "/x", says: "X.", params: {}, answers, problems: [401] } as const;
		const { paths } = openApi([], INFO, [{ ...route, keyed: true }]) as unknown as Document;
		expect(paths["/x"]?.get?.security).toEqual([{ apiKey: [] }, { bearer: [] }, { session: [] }]);
	});
});
