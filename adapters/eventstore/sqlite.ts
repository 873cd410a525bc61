/** The event store in one SQLite file: one row an append. Any number of processes may write and read the same file. */

import type { DatabaseSync, StatementSync } from "node:sqlite";
import { crc32 } from "node:zlib";
import { StoreBroken, StoreClosed } from "../errors";
import { type FileOptions, type Format, openFile, pragma, told } from "../sqlite-file";
import { Group } from "../transactions";
import { type Append, acknowledged, opened, ordinal, type StoredAppend, sealed } from "./envelope";
import { type Appended, type EventData, type EventStore, type RecordedEvent, VersionConflict } from "./eventstore";
import { follow, type Page, walk } from "./follow";

import { Tail } from "./tail";

export interface SqliteOptions extends FileOptions {
	/** @default the system's clock */
	readonly now?: () => Date;
	/** How often subscribers look for what other processes stored. @default 50 */
	readonly pollMs?: number;
}

/** @throws StoreBroken · StoreFull · StoreBusy */
export function openSqliteStore(file: string, options: SqliteOptions = {}): EventStore {
	return new SqliteStore(file, options);
}

export const FORMAT: Format = {
	/** "Bany" */
	application: 0x42616e79,
	version: 1,
	schema: `CREATE TABLE appends (
		position INTEGER PRIMARY KEY,
		stream TEXT NOT NULL,
		version INTEGER NOT NULL,
		append_id TEXT NOT NULL,
		at TEXT NOT NULL,
		body TEXT NOT NULL,
		checksum INTEGER NOT NULL,
		UNIQUE (stream, version)
	) STRICT`
};

const PAGE_ROWS = 512;
const PAGE_CHARACTERS = 2_000_000;

interface Row extends StoredAppend {
	readonly checksum: number;
}

type Last = Pick<Row, "version" | "position" | "at" | "appendId">;

class SqliteStore implements EventStore {
	private readonly db: DatabaseSync;
	private readonly tail: Tail;
	private readonly statements: ReturnType<typeof statements>;
	private readonly now: () => Date;
	private readonly group: Group;
	private closed = false;
	private seen = 0;
	private readonly everything: Page = from => this.page(this.statements.readAll, from);

	constructor(
		private readonly file: string,
		private readonly options: SqliteOptions
	) {
		this.db = openFile(file, FORMAT, options);
		this.statements = this.prepared();
		this.group = new Group(this.db, file, options.busyMs);
		this.now = options.now ?? (() => new Date());
		this.tail = new Tail({ everyMs: options.pollMs ?? 50, changed: () => this.hasChanged() });
	}

	async append(stream: string, expected: string, events: readonly EventData[], appendId: string): Promise<Appended> {
		this.mustBeOpen();
		if (this.options.access === "read")
			throw new StoreClosed(`The event store '${this.file}' is open for reading only.`);
		const append = sealed(stream, expected, events, appendId);
		const answer = await this.group.run(() => this.answer(append));
		this.tail.wake();
		if (answer instanceof VersionConflict) throw answer;
		return answer;
	}

	async version(stream: string): Promise<string> {
		return String(this.guarded(() => this.lastOf(stream))?.version ?? 0);
	}

	async last(stream: string): Promise<RecordedEvent[]> {
		const version = this.guarded(() => this.lastOf(stream))?.version ?? 0;
		const stored = this.page(this.statements.read, version - 1, stream).find(append => append.version === version);
		return stored ? [...opened(stored)] : [];
	}

	read(stream: string, after?: string): AsyncIterable<RecordedEvent> {
		return walk(from => this.page(this.statements.read, from, stream), "version", ordinal(after));
	}

	readAll(after?: string): AsyncIterable<RecordedEvent> {
		return walk(this.everything, "position", ordinal(after));
	}

	subscribe(after: string | undefined, signal: AbortSignal): AsyncIterable<RecordedEvent> {
		return follow(this.everything, ordinal(after), this.tail, signal);
	}

	async streams(prefix: string): Promise<string[]> {
		const rows = this.guarded(() => this.statements.streams.all({ prefix }));
		return rows.map(({ stream }) => String(stream)).sort();
	}

	async close(): Promise<void> {
		if (this.closed) return;
		this.closed = true;
		await this.group.idle();
		this.db.close();
		this.tail.wake();
	}

	/** Some rows more, bounded in number and size: a reader's memory stays flat, and no read holds up a checkpoint. */
	private page(statement: StatementSync, from: number, ...stream: string[]): Row[] {
		return this.guarded(() => {
			const rows: Row[] = [];
			let characters = 0;
			for (const found of statement.iterate(from, ...stream, PAGE_ROWS)) {
				const row = found as unknown as Row;
				if (row.checksum !== checksum(row)) throw new StoreBroken(this.file, `append ${row.position} is damaged`);
				rows.push(row);
				characters += row.body.length;
				if (characters > PAGE_CHARACTERS) break;
			}
			return rows;
		});
	}

	private answer({ stream, expected, appendId, body }: Append): Appended | VersionConflict {
		const last = this.lastOf(stream);
		if (last?.appendId === appendId) {
			return acknowledged(last, true);
		}
		const actual = last?.version ?? 0;
		if (actual !== expected) return new VersionConflict(stream, String(expected), String(actual));
		const row = { stream, version: actual + 1, appendId, at: this.now().toISOString(), body };
		const { lastInsertRowid } = this.statements.insert.run({ ...row, checksum: checksum(row) });
		return acknowledged({ ...row, position: Number(lastInsertRowid) }, false);
	}

	/** A file that cannot be used is let go, so that it can be moved away. */
	private prepared(): ReturnType<typeof statements> {
		try {
			return statements(this.db);
		} catch (error) {
			this.db.close();
			throw told(this.file, error);
		}
	}

	private lastOf(stream: string): Last | undefined {
		return this.statements.last.get(stream) as unknown as Last | undefined;
	}

	private hasChanged(): boolean {
		const before = this.seen;
		this.seen = pragma(this.db, "data_version");
		return this.seen !== before;
	}

	private guarded<T>(act: () => T): T {
		this.mustBeOpen();
		try {
			return act();
		} catch (error) {
			throw told(this.file, error);
		}
	}

	private mustBeOpen(): void {
		if (this.closed) throw new StoreClosed(`The event store '${this.file}' is closed.`);
	}
}

/** SQLite itself does not see a flipped bit inside a row. */
export function checksum({ stream, version, appendId, at, body }: Omit<StoredAppend, "position">): number {
	return crc32(body, crc32(`${stream}\n${version}\n${appendId}\n${at}`));
}

export const ROW = "SELECT stream, version, position, append_id AS appendId, at, body, checksum FROM appends";

function statements(db: DatabaseSync) {
	return {
		last: db.prepare(
			"SELECT version, position, at, append_id AS appendId FROM appends WHERE stream = ? ORDER BY version DESC LIMIT 1"
		),
		insert: db.prepare(
			`INSERT INTO appends (stream, version, append_id, at, body, checksum)
			VALUES (:stream, :version, :appendId, :at, :body, :checksum)`
		),
		read: db.prepare(`${ROW} WHERE version > ?1 AND stream = ?2 ORDER BY version LIMIT ?3`),
		readAll: db.prepare(`${ROW} WHERE position > ?1 ORDER BY position LIMIT ?2`),
		// From name to name through the index: DISTINCT would walk every append.
		streams: db.prepare(
			`WITH RECURSIVE names (stream) AS (
				SELECT min(stream) FROM appends WHERE stream >= :prefix
				UNION ALL
				SELECT (SELECT min(stream) FROM appends WHERE stream > names.stream) FROM names
				WHERE substr(names.stream, 1, length(:prefix)) = :prefix
			)
			SELECT stream FROM names WHERE substr(stream, 1, length(:prefix)) = :prefix`
		)
	};
}
