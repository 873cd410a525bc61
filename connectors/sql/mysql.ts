/**
 * MySQL and MariaDB, over a few connections. Values go as parameters of prepared statements, never into a text of SQL:
 * what quotes a text right depends on the server's own mode.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { createPool, type Pool, type PoolConnection, TypedParameter } from "mysql2/promise";
import type { Folding } from "../../domain/migration/folding";
import { beyond } from "../beyond";
import type { Caps } from "../caps";
import { socketIn } from "../http/guarded";
import type { Address } from "./address";
import { type Cell, type Database, fitting, type Opening, overtaken, type Row, type Statement } from "./database";
import { ask, type Connected } from "./mysql-answers";
import { isBusy, translate } from "./mysql-errors";
import { type Meter, openMeter } from "./mysql-meter";

const CONNECTIONS = 4;
/** A server has 16,382 for all of its clients. */
const STATEMENTS_A_CONNECTION = 100;
/** Of a row that another transaction holds; the server's own 50 s are longer than a request may take. */
const LOCK_WAIT_S = 2;
const BUSY_TRIES = 10;
const LONGEST_PAUSE_MS = 1000;

/**
 * Whatever the server's own settings are: what does not fit is refused, never cut or changed; times are UTC; names are
 * compared by their columns' collations.
 */
const SESSION = [
	"SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'",
	"SET SESSION time_zone = '+00:00'",
	`SET SESSION innodb_lock_wait_timeout = ${LOCK_WAIT_S}`
];
const READ_ONLY = "SET SESSION TRANSACTION READ ONLY";

export class Mysql implements Database {
	readonly kind = "mysql";
	readonly #pool: Pool;
	readonly #timeoutMs: number;
	readonly #session: readonly string[];
	readonly #caps: Caps;
	/** The server's connections that were set up. */
	readonly #ready = new WeakSet<object>();
	/** By socket. */
	readonly #meters = new WeakMap<object, Meter>();

	/** Connects when it is first asked. */
	constructor(
		{ host, port, user, password, database }: Extract<Address, { kind: "mysql" }>,
		timeoutMs: number,
		{ access, reach, caps }: Required<Opening>
	) {
		this.#timeoutMs = timeoutMs;
		this.#caps = caps;
		this.#session = access === "read" ? [...SESSION, READ_ONLY] : SESSION;
		this.#pool = createPool({
			host,
			port,
			user,
			password,
			database,
			connectionLimit: CONNECTIONS,
			connectTimeout: timeoutMs,
			maxPreparedStatements: STATEMENTS_A_CONNECTION,
			charset: "utf8mb4",
			supportBigNumbers: true,
			bigNumberStrings: true,
			dateStrings: true,
			jsonStrings: true,
			// A server may ask for any file of this machine by it, whatever it was asked.
			flags: ["-LOCAL_FILES"],
			// No code is made of the names that a server gives its columns.
			disableEval: true,
			// The driver's own looks at no address and counts nothing.
			stream: () => {
				const meter = openMeter(socketIn(reach, host, port), caps.panelAnswerBytes);
				this.#meters.set(meter.socket, meter);
				return meter.socket;
			}
		});
	}

	read(sql: string, cells: readonly Cell[] = []): Promise<Row[]> {
		return this.#on(async connection => (await this.#ask(connection, "execute", sql, cells)).rows);
	}

	/** Begun anew, some time later, where others held its rows: all of it, since a deadlock rolls all of it back. */
	async change(statements: readonly Statement[], rehearsal?: "rehearsal"): Promise<void> {
		for (let tries = 1; ; tries++) {
			const done = await this.#on(connection => this.#tried(connection, statements, rehearsal, tries >= BUSY_TRIES));
			if (done) return;
			await sleep(Math.random() * Math.min(LONGEST_PAUSE_MS, 20 * 2 ** tries));
		}
	}

	/** False: others held its rows, and nothing of it was done. */
	async #tried(
		connection: PoolConnection,
		statements: readonly Statement[],
		rehearsal: "rehearsal" | undefined,
		last: boolean
	): Promise<boolean> {
		await this.#ask(connection, "query", "START TRANSACTION");
		try {
			for (const { sql, cells = [], least = 0 } of statements) {
				const { affected } = await this.#ask(connection, "execute", sql, cells);
				if (affected < least) throw overtaken();
			}
			await this.#ask(connection, "query", rehearsal ? "ROLLBACK" : "COMMIT");
			return true;
		} catch (error) {
			if (last || !isBusy(error)) throw error;
			// A lock that was waited for in vain leaves what came before it in the transaction.
			await this.#ask(connection, "query", "ROLLBACK");
			return false;
		}
	}

	async columns(table: string): Promise<ReadonlyMap<string, number | null>> {
		const sql = `SELECT column_name AS name, character_maximum_length AS width FROM information_schema.columns
			WHERE table_schema = DATABASE() AND table_name = ?`;
		const rows = await this.read(sql, [table]);
		return new Map(rows.map(({ name, width }) => [String(name), width === null ? null : Number(width)]));
	}

	/** What is neither binary nor `_cs` is taken for as loose as any collation is. */
	async naming(table: string, column: string): Promise<Folding> {
		const sql = `SELECT collation_name AS name FROM information_schema.columns
			WHERE table_schema = DATABASE() AND table_name = ? AND column_name = ?`;
		const [row] = await this.read(sql, [table, column]);
		return /(?:^|_)(?:bin|binary|cs)(?:_|$)/.test(row?.name ?? "") ? "exact" : "loose";
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
			await this.#setUp(connection);
			const done = await work(connection);
			connection.release();
			return done;
		} catch (error) {
			connection?.destroy();
			throw translate(error);
		}
	}

	async #ask(connection: PoolConnection, by: "execute" | "query", sql: string, cells: readonly Cell[] = []) {
		const core = connection.connection as unknown as Connected;
		const meter = this.#meters.get(core.stream);
		meter?.reset();
		const given = { sql, timeout: this.#timeoutMs, rowsAsArray: true, values: fitting(cells).map(bound) };
		try {
			return await ask(core, by, given, this.#caps);
		} catch (error) {
			throw meter?.isOver ? beyond("The database's answer is too large", "panelAnswerBytes", this.#caps) : error;
		}
	}

	async #setUp(connection: PoolConnection): Promise<void> {
		if (this.#ready.has(connection.connection)) return;
		for (const sql of this.#session) await this.#ask(connection, "query", sql);
		this.#ready.add(connection.connection);
	}
}

/** Whole numbers as such: compared as texts, a server would take them for inexact ones beyond 2^53. */
const bound = (cell: Cell) => (typeof cell === "bigint" ? TypedParameter.LONGLONG(cell) : cell);
