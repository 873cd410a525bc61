/**
 * What the data of each stored event is, by version, read from its TypeScript type: events live for ever, so a type that
 * changes is a new version. Adds new versions to domain/migration/event-schemas.json; those that are there stay.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createProgram, DEFAULT_CONFIG } from "ts-json-schema-generator";
import { UPCASTERS } from "../domain/migration/versions";

const ROOT = join(__dirname, "..");
const SOURCE = join(ROOT, "domain/migration/versions.ts");
const FILE = join(ROOT, "domain/migration/event-schemas.json");

/** By `family/type`, the shapes of versions 1, 2 … */
type Schemas = Record<string, string[]>;

type Program = ReturnType<typeof createProgram>;
type Checker = ReturnType<Program["getTypeChecker"]>;
type Type = ReturnType<Checker["getDeclaredTypeOfSymbol"]>;
type Member = ReturnType<Checker["getPropertiesOfType"]>[number];

/** `ts.SymbolFlags.Optional` */
const OPTIONAL = 16_777_216;

/** A type as JSON has it, whatever its parts are called. */
function shapeOf(checker: Checker, type: Type, around: readonly Type[] = []): string {
	const depth = around.indexOf(type);
	// A type within itself.
	if (depth >= 0) return `^${around.length - depth}`;
	const within = (part: Type): string => shapeOf(checker, part, [...around, type]);
	if (type.isUnion()) return [...new Set(type.types.map(within))].sort().join("|");
	if (checker.isArrayType(type)) return `[${checker.getTypeArguments(type as never).map(within)}]…`;
	if (checker.isTupleType(type))
		return `[${checker
			.getTypeArguments(type as never)
			.map(within)
			.join(",")}]`;
	const members = checker.getPropertiesOfType(type);
	const entries = checker.getIndexInfosOfType(type).map(info => `*:${within(info.type)}`);
	if (isPlain(checker, type) || members.length + entries.length === 0) return checker.typeToString(type);
	const member = (each: Member): string => {
		const given = checker.getNonNullableType(checker.getTypeOfSymbol(each));
		return each.flags & OPTIONAL
			? `${each.name}?:${within(given)}`
			: `${each.name}:${within(checker.getTypeOfSymbol(each))}`;
	};
	return `{${[...members.map(member), ...entries].sort().join(";")}}`;
}

const PLAIN = /^(string|number|boolean|true|false|null|undefined|unknown|"(?:[^"\\]|\\.)*"|-?\d+)$/;
const isPlain = (checker: Checker, type: Type): boolean => PLAIN.test(checker.typeToString(type));

/** The shape of each type's data now, by `family/type`. */
export function eventShapes(): Record<string, string> {
	const config = { ...DEFAULT_CONFIG, path: SOURCE, tsconfig: join(ROOT, "tsconfig.json"), skipTypeCheck: true };
	const program = createProgram(config);
	const checker = program.getTypeChecker();
	const source = program.getSourceFile(SOURCE);
	const [families] = source
		? checker.getSymbolsInScope(source, 64 /* ts.SymbolFlags.Interface */).filter(({ name }) => name === "Families")
		: [];
	if (!families) throw new Error(`There is no interface 'Families' in ${SOURCE}.`);
	const shapes: Record<string, string> = {};
	for (const family of checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(families))) {
		const events = checker.getTypeOfSymbol(family);
		for (const event of events.isUnion() ? events.types : [events]) {
			const named = (name: string): Type => checker.getTypeOfSymbol(checker.getPropertyOfType(event, name) as Member);
			const type = checker.typeToString(named("type")).slice(1, -1);
			shapes[`${family.name}/${type}`] = shapeOf(checker, named("data"));
		}
	}
	return shapes;
}

/** How many versions the upcasters of each type make, by `family/type`. */
export const versionsNow = (): Map<string, number> =>
	new Map(
		Object.entries(UPCASTERS).flatMap(([family, types]) =>
			Object.entries(types).map(([type, upcasters]): [string, number] => [`${family}/${type}`, upcasters.length + 1])
		)
	);

export const recordedSchemas = (): Schemas => JSON.parse(readFileSync(FILE, "utf8"));

function added(recorded: Schemas): Schemas {
	const versions = versionsNow();
	for (const [event, shape] of Object.entries(eventShapes())) {
		const known = recorded[event] ?? [];
		if (known.length < (versions.get(event) ?? 0)) recorded[event] = [...known, shape];
	}
	return recorded;
}

if (require.main === module) writeFileSync(FILE, `${JSON.stringify(added(recordedSchemas()), null, "\t")}\n`);
