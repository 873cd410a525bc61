/** MySQL and MariaDB, over a few connections. */

import { createPool, type Pool, type PoolConnection, type ResultSetHeader, type RowDataPacket } from "mysql2/promise";
import { ConnectorError } from "../connector";
import type { Address } from "./address";
import { type Cell, type Database, overtaken, type Row, type Statement } from "./database";

const CONNECTIONS = 4;

export class Mysql implements Database {
	readonly kind = "mysql";
	readonly #pool: Pool;
	readonly #timeoutMs: number;
	readonly #readOnly: boolean;

	/** Connects when it is first asked. */
	constructor(
		{ host, port, user, password, database }: Extract<Address, { kind: "mysql" }>,
		timeoutMs: number,
		access: "read" | "write" = "write"
	) {
		this.#timeoutMs = timeoutMs;
		this.#readOnly = access === "read";
		this.#pool = createPool({
			host,
			port,
			user,
			password,
			database,
			connectionLimit: CONNECTIONS,
			connectTimeout: timeoutMs,
			charset: "utf8mb4",
			supportBigNumbers: true,
			bigNumberStrings: true,
			dateStrings: true
		});
	}

	read(sql: string, cells: readonly Cell[] = []): Promise<Row[]> {
		return this.#on(async connection => {
			const [rows] = await connection.query<RowDataPacket[]>(this.#timed(sql), [...cells]);
			return rows.map(asText);
		});
	}

	change(statements: readonly Statement[], rehearsal?: "rehearsal"): Promise<void> {
		return this.#on(async connection => {
			await connection.beginTransaction();
			for (const { sql, cells = [], least = 0 } of statements) {
				const [done] = await connection.query<ResultSetHeader>(this.#timed(sql), [...cells]);
				if (done.affectedRows < least) throw overtaken();
			}
			await (rehearsal ? connection.rollback() : connection.commit());
		});
	}

	async columns(table: string): Promise<ReadonlyMap<string, number | null>> {
		const sql = `SELECT column_name AS name, character_maximum_length AS width FROM information_schema.columns
			WHERE table_schema = DATABASE() AND table_name = ?`;
		const rows = await this.read(sql, [table]);
		return new Map(rows.map(({ name, width }) => [String(name), width === null ? null : Number(width)]));
	}

	async ignoresCase(table: string, column: string): Promise<boolean> {
		const sql = `SELECT collation_name AS name FROM information_schema.columns
			WHERE table_schema = DATABASE() AND table_name = ? AND column_name = ?`;
		const [row] = await this.read(sql, [table, column]);
		return /_ci$/.test(row?.name ?? "");
	}

	async copyTo(): Promise<boolean> {
		return false;
	}

	close(): Promise<void> {
		return this.#pool.end();
	}

	/** A connection that failed is not given to anybody else: nobody knows what it is still in. */
	async #on<T>(work: (connection: PoolConnection) => Promise<T>): Promise<T> {
		let connection: PoolConnection | undefined;
		try {
			connection = await this.#pool.getConnection();
			if (this.#readOnly) await connection.query(this.#timed("SET SESSION TRANSACTION READ ONLY"));
			const done = await work(connection);
			connection.release();
			return done;
		} catch (error) {
			connection?.destroy();
			throw translate(error) ?? error;
		}
	}

	#timed(sql: string) {
		return { sql, timeout: this.#timeoutMs };
	}
}

const asText = (row: RowDataPacket): Row =>
	Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, cell === null ? null : String(cell)]));

const CODES: Readonly<Record<string, readonly [code: string, what: string, retryable?: true]>> = {
	ER_ACCESS_DENIED_ERROR: ["login-refused", "refuses the account"],
	ER_DBACCESS_DENIED_ERROR: ["forbidden", "does not let the account in"],
	ER_TABLEACCESS_DENIED_ERROR: ["forbidden", "does not let the account do that"],
	ER_COLUMNACCESS_DENIED_ERROR: ["forbidden", "does not let the account do that"],
	ER_OPTION_PREVENTS_STATEMENT: ["forbidden", "is read-only"],
	ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION: ["forbidden", "is read-only"],
	ER_BAD_DB_ERROR: ["unreachable", "is not on this server"],
	ER_NO_SUCH_TABLE: ["wrong-system", "has not the tables that are needed"],
	ER_BAD_FIELD_ERROR: ["wrong-system", "has not the columns that are needed"],
	ER_DUP_ENTRY: ["conflict", "has a row of that name"],
	ER_DATA_TOO_LONG: ["refused", "has no room for a value"],
	ER_WARN_DATA_OUT_OF_RANGE: ["refused", "has no room for a value"],
	ER_TRUNCATED_WRONG_VALUE: ["refused", "refuses a value"],
	ER_LOCK_DEADLOCK: ["throttled", "was busy with the same rows", true],
	ER_LOCK_WAIT_TIMEOUT: ["throttled", "was busy with the same rows", true],
	ER_CON_COUNT_ERROR: ["throttled", "has no connection left", true]
};

/** A lost connection may have done its work: every statement here is looked at before it is repeated. */
function translate(error: unknown): ConnectorError | undefined {
	if (error instanceof ConnectorError) return error;
	const { code, fatal, message } = error as { code?: string; fatal?: boolean; message?: string };
	if (typeof code !== "string") return undefined;
	const known = CODES[code];
	if (known !== undefined) {
		const [kind, what, retryable = false] = known;
		return new ConnectorError(kind, `The database ${what} (${message}).`, { retryable });
	}
	if (!fatal && !/^(E[A-Z]+|PROTOCOL_.*)$/.test(code))
		return new ConnectorError("broken", `The database says: ${message}.`);
	return new ConnectorError("unreachable", `The database server cannot be reached (${code}).`, {
		ambiguous: true,
		retryable: true
	});
}
