/** SQLite as the panels use it: integers exact, booleans as 0 and 1, statements prepared once. */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { whole } from "./json";

export type Cell = null | number | bigint | string;
export type Row = Record<string, Cell>;

export class Store {
	readonly db: DatabaseSync;
	private readonly prepared = new Map<string, StatementSync>();

	constructor(file: string) {
		this.db = new DatabaseSync(file, { readBigInts: true, enableForeignKeyConstraints: false });
		if (file !== ":memory:") this.db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
	}

	all<T extends Row = Row>(sql: string, ...cells: Cell[]): T[] {
		return this.statement(sql)
			.all(...cells)
			.map(row => narrow(row) as T);
	}

	one<T extends Row = Row>(sql: string, ...cells: Cell[]): T | undefined {
		const row = this.statement(sql).get(...cells);
		return row && (narrow(row) as T);
	}

	/** The number of rows the first column of the first row tells. */
	count(sql: string, ...cells: Cell[]): number {
		return Number(Object.values(this.one(sql, ...cells) ?? {})[0] ?? 0);
	}

	run(sql: string, ...cells: Cell[]): number {
		return Number(this.statement(sql).run(...cells).lastInsertRowid);
	}

	insert(table: string, row: Readonly<Row>): number {
		const names = Object.keys(row);
		const marks = names.map(() => "?").join(", ");
		return this.run(`INSERT INTO ${table} (${names.join(", ")}) VALUES (${marks})`, ...Object.values(row));
	}

	update(table: string, id: Cell, change: Readonly<Row>): void {
		const names = Object.keys(change);
		if (names.length === 0) return;
		const set = names.map(name => `${name} = ?`).join(", ");
		this.run(`UPDATE ${table} SET ${set} WHERE id = ?`, ...Object.values(change), id);
	}

	atomically<T>(work: () => T): T {
		this.db.exec("BEGIN IMMEDIATE");
		try {
			const done = work();
			this.db.exec("COMMIT");
			return done;
		} catch (error) {
			this.db.exec("ROLLBACK");
			throw error;
		}
	}

	private statement(sql: string): StatementSync {
		const known = this.prepared.get(sql);
		if (known) return known;
		const statement = this.db.prepare(sql);
		this.prepared.set(sql, statement);
		return statement;
	}
}

/** Is this the database saying that the row breaks a UNIQUE or NOT NULL rule? */
export const breaksARule = (error: unknown): boolean => /constraint failed/.test(`${error}`);

function narrow(row: Record<string, unknown>): Row {
	const narrowed: Row = {};
	for (const name of Object.keys(row)) {
		const value = row[name];
		narrowed[name] = typeof value === "bigint" ? whole(value) : (value as Cell);
	}
	return narrowed;
}
