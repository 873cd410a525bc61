/** What documents are found by without reading them: a column that SQLite computes from the JSON, and an index on it. */

import type { DatabaseSync } from "node:sqlite";
import { extracted, type Spell } from "./query";

export interface Fields {
	/** Fields that no two documents share, where they have them. */
	readonly unique?: readonly string[];
	readonly indexes?: readonly (string | readonly string[])[];
}

export interface Made {
	readonly spell: Spell;
	/** The unique fields, by the names of their columns. */
	readonly unique: ReadonlyMap<string, string>;
}

const PREFIX = "by_";
const columnOf = (field: string): string => `${PREFIX}${field}`;

/** Makes what lacks and takes away what nobody asks for any more; to be called in a transaction. */
export function indexed(db: DatabaseSync, { unique = [], indexes = [] }: Fields): Made {
	const sorted = indexes.map(index => (typeof index === "string" ? [index] : index));
	const fields = [...new Set([...unique, ...sorted.flat()])];
	const there = new Set(names(db, "SELECT name FROM pragma_table_xinfo('records')"));
	for (const field of fields)
		if (!there.has(columnOf(field)))
			db.exec(`ALTER TABLE records ADD COLUMN ${columnOf(field)} ANY AS (${extracted(field)}) VIRTUAL`);
	const wanted = new Map<string, string>([
		...unique.map(field => [`${PREFIX}unique_${field}`, `UNIQUE INDEX %s ON records (${columnOf(field)})`] as const),
		...sorted.map(
			each =>
				[`${PREFIX}${each.join("_and_")}`, `INDEX %s ON records (${[...each.map(columnOf), "id"].join()})`] as const
		)
	]);
	const made = names(db, `SELECT name FROM sqlite_schema WHERE type = 'index' AND name LIKE '${PREFIX}%'`);
	for (const name of made) if (!wanted.has(name)) db.exec(`DROP INDEX ${name}`);
	for (const [name, how] of wanted) if (!made.includes(name)) db.exec(`CREATE ${how.replace("%s", name)}`);
	const columns = new Map(fields.map(field => [field, columnOf(field)]));
	return {
		spell: field => (field === "_id" ? "id" : (columns.get(field) ?? extracted(field))),
		unique: new Map(unique.map(field => [columnOf(field), field]))
	};
}

const names = (db: DatabaseSync, sql: string): string[] =>
	db
		.prepare(sql)
		.all()
		.map(({ name }) => String(name));

/** SQLITE_CONSTRAINT_UNIQUE, and the same of a primary key. */
const TAKEN: ReadonlySet<unknown> = new Set([2067, 1555]);

export const isUnique = (error: unknown): boolean => TAKEN.has((error as { errcode?: unknown }).errcode);

/** The field whose value is taken, as SQLite says it: `UNIQUE constraint failed: records.by_mail`. */
export function takenField(error: unknown, { unique }: Made): string {
	const [, column = "id"] = /records\.(\w+)/.exec((error as Error).message) ?? [];
	return unique.get(column) ?? "_id";
}
