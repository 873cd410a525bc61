/** SQLite beside the program that owns the file: short transactions, and patience when it writes. */

import { statSync } from "node:fs";
import { open, rm } from "node:fs/promises";
import { backup, DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import type { Folding } from "../../domain/migration/folding";
import { codeOf } from "../../domain/unknown";
import { type Caps, USUAL } from "../caps";
import { ConnectorError } from "../connector";
import { type Cell, type Database, fitting, overtaken, type Row, Rows, type Statement } from "./database";
import { translate } from "./sqlite-errors";

/** SQLite waits without letting anybody else run, so it is left to wait only for the blink of a write. */
const BLINK_MS = 50;
const PATIENCE_MS = 10_000;
/** In one go, up to a size that few panels reach: a copy begins anew whenever the panel writes between two goes. */
const PAGES_AT_ONCE = 100_000;

export class Sqlite implements Database {
	readonly kind = "sqlite";
	readonly #file: string;
	readonly #readOnly: boolean;
	readonly #caps: Caps;
	#opened: DatabaseSync | undefined;

	constructor(file: string, access: "read" | "write" = "write", caps: Caps = USUAL) {
		this.#file = file;
		this.#caps = caps;
		this.#readOnly = access === "read";
	}

	read(sql: string, cells: readonly Cell[] = []): Promise<Row[]> {
		return this.#patiently(db => {
			const rows = new Rows(this.#caps);
			for (const row of db.prepare(sql).iterate(...fitting(cells))) rows.add(Object.entries(row));
			return rows.all;
		});
	}

	change(statements: readonly Statement[], rehearsal?: "rehearsal"): Promise<void> {
		return this.#patiently(db => {
			db.exec("BEGIN IMMEDIATE");
			try {
				for (const { sql, cells = [], least = 0 } of statements) {
					if (db.prepare(sql).run(...fitting(cells)).changes < least) throw overtaken();
				}
				db.exec(rehearsal ? "ROLLBACK" : "COMMIT");
			} catch (error) {
				if (db.isTransaction) db.exec("ROLLBACK");
				throw error;
			}
		});
	}

	/** Lengths are not kept by SQLite, whatever is declared. */
	async columns(table: string): Promise<ReadonlyMap<string, null>> {
		await this.#unlessAlive(table);
		const rows = await this.read("SELECT name FROM pragma_table_info(?)", [table]);
		return new Map(rows.map(({ name }) => [String(name), null]));
	}

	/** A view is somebody's program, which would run within this process for as long as it likes. */
	async #unlessAlive(table: string): Promise<void> {
		const sql = `SELECT name FROM sqlite_schema
			WHERE name = ? COLLATE NOCASE AND (type = 'view' OR sql LIKE 'CREATE VIRTUAL%')`;
		const [found] = await this.read(sql, [table]);
		if (found === undefined) return;
		throw new ConnectorError("wrong-system", `In the database ${table} is no plain table, as it is in every panel's.`);
	}

	async naming(table: string, column: string): Promise<Folding> {
		const sql = `SELECT 1 AS found FROM pragma_index_list(?) AS list, pragma_index_xinfo(list.name) AS part
			WHERE list."unique" = 1 AND part.key = 1 AND part.name = ? AND upper(part.coll) = 'NOCASE'`;
		return (await this.read(sql, [table, column])).length > 0 ? "case" : "exact";
	}

	async copyTo(file: string): Promise<boolean> {
		const db = await this.#patiently(one => one);
		// Made by us first: it holds secrets, and nothing that is there may be written over.
		await (await open(file, "wx", 0o600)).close();
		try {
			await backup(db, file, { rate: PAGES_AT_ONCE });
			if (isSound(file)) return true;
		} catch (error) {
			await rm(file, { force: true });
			throw translate(error) ?? error;
		}
		throw new ConnectorError("broken", `The copy of the database in ${file} is damaged.`);
	}

	async close(): Promise<void> {
		this.#opened?.close();
		this.#opened = undefined;
	}

	/** Tries again while the panel holds the file. */
	async #patiently<T>(work: (db: DatabaseSync) => T): Promise<T> {
		const until = performance.now() + PATIENCE_MS;
		for (let pause = 5; ; pause = Math.min(pause * 2, 200)) {
			try {
				return work(this.#db());
			} catch (error) {
				const told = translate(error);
				if (told?.code !== "throttled" || performance.now() > until) throw told ?? error;
			}
			await sleep(pause);
		}
	}

	#db(): DatabaseSync {
		// It would be made.
		mustBeFile(this.#file);
		this.#opened ??= new DatabaseSync(this.#file, {
			readOnly: this.#readOnly,
			readBigInts: true,
			timeout: BLINK_MS,
			enableForeignKeyConstraints: false
		});
		return this.#opened;
	}
}

function isSound(file: string): boolean {
	const copy = new DatabaseSync(file, { readOnly: true });
	try {
		return copy.prepare("PRAGMA quick_check(1)").get()?.quick_check === "ok";
	} finally {
		copy.close();
	}
}

const NOT_THERE: Readonly<Record<string, string>> = {
	EACCES: "may not be looked at by this account: let it read the folder",
	ENAMETOOLONG: "is no file's name"
};

/** Opened without this look, a file that is not there would be made. */
function mustBeFile(file: string): void {
	try {
		if (statSync(file).isFile()) return;
	} catch (error) {
		const why = NOT_THERE[String(codeOf(error))];
		if (why !== undefined) throw new ConnectorError("unreachable", `${file} ${why}.`);
		throw new ConnectorError("unreachable", `There is no database file ${file}: name it as this node sees it.`);
	}
	throw new ConnectorError("unreachable", `${file} is no file: name the database file in it, db.sqlite3 for example.`);
}
