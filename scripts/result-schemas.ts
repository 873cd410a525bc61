/**
 * JSON schemas (2020-12) of what the actions with a REST path answer, for the OpenAPI document: a result is a TypeScript
 * type, so it is read from the sources. Writes contracts/results.json.
 */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createGenerator, createProgram, DEFAULT_CONFIG, type Schema } from "ts-json-schema-generator";
import { CONTRACTS } from "../contracts";
import type { Json, JsonValue } from "../contracts/json";
import type { Results } from "../domain/platform/openapi";
import { routesOf } from "../domain/platform/routes";

const ROOT = join(__dirname, "..");
const FILE = join(ROOT, "contracts/results.json");

/** What is looked at of a node of TypeScript's syntax tree. */
interface Shape {
	readonly parent?: Shape;
	readonly name?: { readonly text?: string };
	readonly text?: string;
	readonly expression?: Shape;
	readonly arguments?: readonly Shape[];
	readonly typeArguments?: readonly Shape[];
	forEachChild(visit: (child: Shape) => void): void;
}

const config = {
	...DEFAULT_CONFIG,
	path: join(ROOT, "contracts/**/*.ts"),
	tsconfig: join(ROOT, "tsconfig.json"),
	type: "Answer",
	// The compiler checks them anyhow.
	skipTypeCheck: true,
	encodeRefs: false,
	strictTuples: true
};

/** `migration.plan` → the type between the angle brackets of its `.returns<Plan>()`. */
function answersIn(node: Shape, found = new Map<string, Shape>()): Map<string, Shape> {
	const [type] = node.expression?.name?.text === "returns" ? (node.typeArguments ?? []) : [];
	if (type) found.set(actionAround(node), type);
	node.forEachChild(child => void answersIn(child, found));
	return found;
}

/** In `contract(area, name, { actions: { key: node } })`. */
function actionAround(node: Shape): string {
	const key = node.parent?.name?.text;
	let call: Shape | undefined = node.parent;
	while (call && !call.arguments) call = call.parent;
	return `${call?.arguments?.[1]?.text}.${key}`;
}

/** A name that OpenAPI allows: `Lines<LogLine>` → `LinesOfLogLine`. */
const named = (name: string): string => name.replace(/</g, "Of").replace(/[^\w.-]/g, "");

/** From draft-07 to 2020-12: where the shared schemas stand, and how a tuple is written. */
function modern(schema: JsonValue): JsonValue {
	if (Array.isArray(schema)) return schema.map(modern);
	if (schema === null || typeof schema !== "object") return schema;
	const { $ref, items, additionalItems, ...rest } = schema;
	const said = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, modern(value)]));
	if (typeof $ref === "string") said.$ref = `#/components/schemas/${named($ref.replace("#/definitions/", ""))}`;
	if (Array.isArray(items)) return { ...said, prefixItems: modern(items), items: additionalItems ?? false };
	return items === undefined ? said : { ...said, items: modern(items) };
}

/** As they follow from the contracts now. */
export function resultSchemas(): Results {
	const program = createProgram(config);
	type TypeNode = Parameters<typeof generator.createSchemaFromNodes>[0][number];
	const generator = createGenerator({ ...config, tsProgram: program });
	const sources = program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(join(ROOT, "contracts")));
	const types = new Map(sources.flatMap(source => [...answersIn(source as unknown as Shape)]));
	const answers: Json = {};
	const schemas: Json = {};
	for (const action of new Set(routesOf(CONTRACTS).map(route => route.action))) {
		const type = types.get(action);
		if (!type) throw new Error(`The result of ${action} was not found: write \`.returns<Type>()\` in its contract.`);
		const { $ref, definitions = {} }: Schema = generator.createSchemaFromNodes([type as unknown as TypeNode]);
		const { Answer, ...others } = definitions;
		answers[action] = modern((Answer ?? { $ref }) as Json);
		for (const [name, schema] of Object.entries(others)) schemas[named(name)] = modern(schema as Json);
	}
	const sorted = Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)));
	return { answers, schemas: sorted } as unknown as Results;
}

if (require.main === module) writeFileSync(FILE, `${JSON.stringify(resultSchemas(), null, "\t")}\n`);
