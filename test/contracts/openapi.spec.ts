/** The OpenAPI document of the product is whole and true: structure, references, schemas, and every example. */

import Ajv2020 from "ajv/dist/2020";
import { CONTRACTS } from "../../contracts/cluster";
import type { Json, JsonValue } from "../../contracts/json";
import { openApi } from "../../domain/platform/openapi";
import { routesOf } from "../../domain/platform/routes";

const document = openApi(CONTRACTS, { title: "Banyan", version: "0.1.0" });
const ajv = new Ajv2020({ strict: false, validateFormats: false });
ajv.addSchema(document, "openapi");

interface Operation {
	readonly operationId: string;
	readonly parameters: readonly Parameter[];
	readonly requestBody?: { readonly content: Record<string, Media> };
	readonly responses: Record<string, Json>;
}
interface Parameter extends Media {
	readonly name: string;
	readonly in: string;
	readonly required: boolean;
}
interface Media {
	readonly schema: Json;
	readonly example?: JsonValue;
	readonly examples?: Record<string, { value: JsonValue }>;
}

const operations = Object.entries(document.paths as unknown as Record<string, Record<string, Operation>>).flatMap(
	([path, item]) => Object.entries(item).map(([method, operation]) => ({ path, method, ...operation }))
);

/** Every value of the document, with its JSON pointer. */
function* walk(value: JsonValue, pointer = ""): Generator<readonly [pointer: string, value: JsonValue]> {
	yield [pointer, value];
	if (value === null || typeof value !== "object") return;
	for (const [key, each] of Object.entries(value)) {
		yield* walk(each as JsonValue, `${pointer}/${key.replace(/~/g, "~0").replace(/\//g, "~1")}`);
	}
}
const values = new Map(walk(document));
const at = (ref: string): JsonValue | undefined => values.get(ref.replace(/^#/, ""));
const resolved = <T>(value: T | { $ref: string }): T =>
	typeof value === "object" && value !== null && "$ref" in value ? (at(value.$ref as string) as T) : (value as T);

/** What is wrong with the examples of a media type, a parameter or a header, found at `pointer`. */
function faults(pointer: string, { schema, example, examples = {} }: Media): string[] {
	const shown = [...(example === undefined ? [] : [example]), ...Object.values(examples).map(({ value }) => value)];
	const validate = ajv.compile(Object.hasOwn(schema, "$ref") ? { $ref: `openapi${schema.$ref}` } : placed(schema));
	return shown.flatMap(value => (validate(value) ? [] : [`${pointer}: ${ajv.errorsText(validate.errors)}`]));
}
/** References within a part of the document are to the document. */
const placed = (schema: Json): Json =>
	JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"openapi#/')) as Json;

describe("the OpenAPI document of the product", () => {
	it("has every route of the contracts once", () => {
		const template = (path: string): string => path.replace(/:(\w+)/g, "{$1}");
		const routes = routesOf(CONTRACTS).map(({ method, path }) => `${method.toLowerCase()} ${template(path)}`);
		const documented = operations.map(({ method, path }) => `${method} ${path}`);
		expect(routes.filter(route => !documented.includes(route))).toEqual([]);
		const ids = operations.map(({ operationId }) => operationId);
		expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
	});

	it("refers to nothing that is not there", () => {
		const refs = [...values.values()].flatMap(value => {
			const ref = (value as Json | null)?.$ref;
			return typeof ref === "string" ? [ref] : [];
		});
		expect(refs.length).toBeGreaterThan(100);
		expect([...new Set(refs)].filter(ref => at(ref) === undefined)).toEqual([]);
	});

	it("declares each parameter of a path, and no other", () => {
		for (const { path, parameters } of operations) {
			const inPath = parameters.map(resolved).filter(each => each.in === "path");
			expect([path, inPath.map(({ name }) => name)]).toEqual([
				path,
				[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
			]);
			expect(inPath.filter(({ required }) => required !== true)).toEqual([]);
		}
	});

	it("has paths that no other hides", () => {
		const shapes = Object.keys(document.paths as Json).map(path => path.replace(/\{\w+\}/g, "{}"));
		expect(shapes.filter((shape, index) => shapes.indexOf(shape) !== index)).toEqual([]);
	});

	it("writes JSON Schema 2020-12", () => {
		for (const [pointer, value] of values) {
			if (!/\/schema$|^\/components\/schemas\/[^/]+$/.test(pointer)) continue;
			expect([pointer, ajv.validateSchema(value as Json)]).toEqual([pointer, true]);
			expect(() => ajv.compile(placed(value as Json))).not.toThrow();
		}
	});

	it("gives examples that are valid", () => {
		const media = [...values].filter(
			([, value]) => value !== null && typeof value === "object" && Object.hasOwn(value, "schema")
		);
		expect(media.flatMap(([pointer, value]) => faults(pointer, value as unknown as Media))).toEqual([]);
	});

	it("gives an example of every request and every answer", () => {
		const shown = ({ example, examples }: Media): boolean => example !== undefined || examples !== undefined;
		for (const { operationId, parameters, requestBody, responses } of operations) {
			const needed = parameters.map(resolved).filter(({ required }) => required);
			const answers = Object.values(responses).flatMap(answer =>
				Object.values((resolved(answer).content ?? {}) as unknown as Record<string, Media>)
			);
			const media = [...needed, ...Object.values(requestBody?.content ?? {}), ...answers];
			expect([operationId, media.filter(each => !shown(each))]).toEqual([operationId, []]);
		}
		const names = Object.keys((document.components as Json).schemas as Json);
		expect(names.filter(name => !/^[a-zA-Z0-9._-]+$/.test(name))).toEqual([]);
	});

	it("asks of an address only what an address can carry: text, and what is converted from it", () => {
		const specs = new Map(
			CONTRACTS.flatMap(({ name, actions }) =>
				Object.entries(actions).map(([key, { params }]) => [`${name}.${key}`, params])
			)
		);
		const fields = operations.flatMap(({ operationId, parameters }) =>
			parameters
				.map(resolved)
				.filter(({ in: place }) => place === "query")
				.map(({ name, schema }) => ({ action: operationId.split(":", 1)[0] as string, name, schema }))
		);
		const unreadable = fields.filter(({ action, name, schema }) => {
			const rule = specs.get(action)?.[name];
			const values = schema.enum;
			const isText =
				schema.type === "string" || (Array.isArray(values) && values.every(each => typeof each === "string"));
			return !isText && !/convert/.test(JSON.stringify(rule));
		});
		expect(unreadable).toEqual([]);
	});

	it("streams what the gateway streams", () => {
		const types = (path: string) =>
			Object.keys((at(`/paths/~1api~1v1~1migrations~1{name}~1${path}/get/responses/200/content`) ?? {}) as Json);
		expect(types("logs")).toEqual(["application/json", "text/event-stream"]);
		for (const path of ["report", "diff", "links"])
			expect(types(path)).toEqual(["application/json", "application/x-ndjson"]);
	});

	it("takes a definition as the file that it is", () => {
		for (const path of ["plan", "dry-run"]) {
			const content = at(`/paths/~1api~1v1~1migrations~1${path}/post/requestBody/content`) as Json;
			expect(Object.keys(content)).toEqual(["application/json", "application/yaml"]);
		}
	});
});
