/**
 * What may change in a definition after its run has begun: how fast, how patiently and under which password it works,
 * what is accepted, how many deletions are followed. Whatever decides what a record becomes is fixed. Pure.
 */

import type { JsonValue } from "../../contracts/json";
import type { OptionSpec } from "../../contracts/migration/connection";
import type { Definition } from "../../contracts/migration/definition";
import { canonical } from "../canonical";
import { own } from "../own";

type Options = Readonly<Record<string, Pick<OptionSpec, "fixed">>>;

export interface Redefined {
	/** Paths of what changed and is taken over. */
	readonly taken: readonly string[];
	/** Paths of what changed and must not. */
	readonly refused: readonly string[];
}

const FREE: ReadonlySet<string> = new Set(["accept", "catchUp", "batch"]);

/** Defaults that a definition of an earlier version was stored without. */
const ABSENT: Readonly<Record<string, JsonValue>> = { accept: [] };

/** @param options of the connectors at both ends: `fixed` ones must stay */
export function redefined(
	before: Definition,
	after: Definition,
	options: Readonly<Record<"source" | "target", Options>>
): Redefined {
	const [taken, refused]: [string[], string[]] = [[], []];
	for (const path of changes(before, after)) {
		const [head = "", option = ""] = path.split(".");
		const isFree =
			head === "source" || head === "target"
				? Object.hasOwn(options[head], option) && !options[head][option]?.fixed
				: FREE.has(head);
		(isFree ? taken : refused).push(path);
	}
	return { taken, refused };
}

const withAbsent = (definition: Definition): Record<string, JsonValue> => ({ ...ABSENT, ...definition });

/** Where the two differ, two levels deep. */
function changes(before: Definition, after: Definition): string[] {
	const [old, now] = [withAbsent(before), withAbsent(after)];
	return keysOf(old, now).flatMap(key => {
		const [a, b] = [own(old, key), own(now, key)];
		if (isSame(key, a, b)) return [];
		if (!isTable(a) || !isTable(b)) return [key];
		return keysOf(a, b)
			.filter(inner => !isSame(inner, own(a, inner), own(b, inner)))
			.map(inner => `${key}.${inner}`);
	});
}

const keysOf = (...tables: (object | undefined)[]): string[] => [
	...new Set(tables.flatMap(table => Object.keys(table ?? {})))
];

const isTable = (value: JsonValue | undefined): value is Record<string, JsonValue> =>
	typeof value === "object" && value !== null && !Array.isArray(value);

const isSame = (key: string, a: JsonValue | undefined, b: JsonValue | undefined): boolean =>
	canonical(comparable(key, a) ?? null) === canonical(comparable(key, b) ?? null);

/** A database's address names the same database under another login. */
const comparable = (key: string, value: JsonValue | undefined): JsonValue | undefined =>
	key === "database" && typeof value === "string" ? value.replace(/\/\/[^/]*@/, "//") : value;
