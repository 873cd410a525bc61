/** What documents are found by without reading them: a column that SQLite computes from the JSON, and an index on it. */

import type { DatabaseSync } from "node:sqlite";
import { messageOf, propertyOf } from "../../domain/unknown";
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
	const fields = new Set([...unique, ...sorted.flat()]);
	addColumns(db, fields);
	changeIndexes(db, wanted(unique, sorted));
	return {
		spell: field => (field === "_id" ? "id" : fields.has(field) ? columnOf(field) : extracted(field)),
		unique: new Map(unique.map(field => [columnOf(field), field]))
	};
}

/** Where nothing may be changed: every field is read off the JSON. */
export const UNINDEXED: Made = { spell: field => (field === "_id" ? "id" : extracted(field)), unique: new Map() };

function addColumns(db: DatabaseSync, fields: ReadonlySet<string>): void {
	const there = new Set(names(db, "SELECT name FROM pragma_table_xinfo('records')"));
	for (const field of fields)
		if (!there.has(columnOf(field)))
			db.exec(`ALTER TABLE records ADD COLUMN ${columnOf(field)} ANY AS (${extracted(field)}) VIRTUAL`);
}

/** By their names, the statements that make them. */
function wanted(unique: readonly string[], sorted: readonly (readonly string[])[]): Map<string, string> {
	const made = (kind: string, name: string, columns: readonly string[]): readonly [string, string] => [
		name,
		`CREATE ${kind} ${name} ON records (${columns.join()})`
	];
	return new Map([
		...unique.map(field => made("UNIQUE INDEX", `${PREFIX}unique_${field}`, [columnOf(field)])),
		// The key behind it: the order of those that are equal, and where a page ended.
		...sorted.map(each => made("INDEX", `${PREFIX}${each.join("_and_")}`, [...each.map(columnOf), "id"]))
	]);
}

function changeIndexes(db: DatabaseSync, wanted: ReadonlyMap<string, string>): void {
	const there = new Set(names(db, `SELECT name FROM sqlite_schema WHERE type = 'index' AND name LIKE '${PREFIX}%'`));
	for (const name of there) if (!wanted.has(name)) db.exec(`DROP INDEX ${name}`);
	for (const [name, statement] of wanted) if (!there.has(name)) db.exec(statement);
}

const names = (db: DatabaseSync, sql: string): string[] =>
	db
		.prepare(sql)
		.all()
		.map(({ name }) => String(name));

/** SQLITE_CONSTRAINT_UNIQUE, and the same of a primary key. */
const TAKEN: ReadonlySet<unknown> = new Set([2067, 1555]);

export const isUnique = (error: unknown): boolean => TAKEN.has(propertyOf(error, "errcode"));

/** The field whose value is taken, as SQLite says it: `UNIQUE constraint failed: records.by_mail`. */
export function takenField(error: unknown, { unique }: Made): string {
	const [, column = "id"] = /records\.(\w+)/.exec(messageOf(error)) ?? [];
	return unique.get(column) ?? "_id";
}
