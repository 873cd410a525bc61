/** The SQLite file under a store: how it is opened, created and known again, and what its errors mean. */

import { accessSync, constants, existsSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type SQLOutputValue } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { codeOf, messageOf, propertyOf } from "../domain/unknown";
import { StoreBroken, StoreBusy, StoreDenied, StoreFull } from "./errors";
import { makeFolder } from "./folder";
import { ensureOwnFile } from "./own-file";

export interface FileOptions {
	/** @default "write" */
	readonly access?: "write" | "read";
	/** NORMAL does not outlive a power cut: only where nobody is given an acknowledgement (L11). @default "FULL" */
	readonly synchronous?: "FULL" | "NORMAL";
	/** The most pages of 4096 bytes the file may have. @default unlimited */
	readonly maxPages?: number;
	/** How long to wait for another process that keeps the file locked. @default 10000 */
	readonly busyMs?: number;
}

/** What marks a file as one store's own. */
export interface Format {
	readonly application: number;
	readonly version: number;
	/** The statements that make its tables. */
	readonly schema: string;
}

export const BUSY_PATIENCE_MS = 10_000;
/** Short, for it blocks the whole process; the store waits longer between attempts, where it blocks nobody. */
const WRITE_PATIENCE_MS = 20;

/** @throws StoreBroken · StoreFull · StoreBusy */
export function openFile(file: string, format: Format, options: FileOptions): DatabaseSync {
	const readOnly = options.access === "read";
	if (readOnly && !existsSync(file)) throw new StoreBroken(file, "there is no such file");
	if (readOnly && !may(file, constants.R_OK)) throw new StoreDenied(file, "read");
	const busyMs = options.busyMs ?? BUSY_PATIENCE_MS;
	let db: DatabaseSync | undefined;
	try {
		if (!readOnly) makeFolder(dirname(file));
		// What customers have in there is for its owner alone; SQLite gives its other files the same mode.
		if (!readOnly) ensureOwnFile(file);
		db = new DatabaseSync(readOnly ? asItLies(file) : file, { readOnly, timeout: busyMs });
		prepare(db, file, format, options);
		return db;
	} catch (error) {
		db?.close();
		throw told(file, error, busyMs);
	}
}

const may = (path: string, mode: number): boolean => {
	try {
		accessSync(path, mode);
		return true;
	} catch {
		return false;
	}
};

/**
 * Even to read a file in WAL mode SQLite makes others beside it. Where this process may not, and there is no writer (whose
 * files would be there), the file is read as it lies.
 */
function asItLies(file: string): string | URL {
	if (may(dirname(file), constants.W_OK) || existsSync(`${file}-wal`)) return file;
	return new URL(`${pathToFileURL(file).href}?immutable=1`);
}

function prepare(db: DatabaseSync, file: string, format: Format, options: FileOptions): void {
	const fresh = isFresh(db, file, format);
	if (options.access === "read") {
		if (fresh) throw new StoreBroken(file, "it is empty");
		return;
	}
	// A foreign file is refused above, before anything in it is changed.
	patiently(options.busyMs ?? BUSY_PATIENCE_MS, () => db.exec("PRAGMA journal_mode = WAL"));
	db.exec(`PRAGMA synchronous = ${options.synchronous ?? "FULL"}`);
	if (fresh) create(db, file, format);
	if (options.maxPages) db.exec(`PRAGMA max_page_count = ${Math.trunc(options.maxPages)}`);
	db.exec(`PRAGMA busy_timeout = ${WRITE_PATIENCE_MS}`);
}

/** In one look: between two, another process may have made the file. */
const LOOK = `SELECT application_id AS application, user_version AS version, (SELECT count(*) FROM sqlite_schema) AS tables
	FROM pragma_application_id, pragma_user_version`;

function isFresh(db: DatabaseSync, file: string, format: Format): boolean {
	const found = db.prepare(LOOK).get();
	const [application, version] = [numberIn(found, "application"), numberIn(found, "version")];
	if (application === 0 && version === 0 && numberIn(found, "tables") === 0) return true;
	if (application !== format.application) throw new StoreBroken(file, "it is the database of another program");
	if (version !== format.version) {
		throw new StoreBroken(file, `its format is number ${version}, this program knows number ${format.version}`);
	}
	return false;
}

/** Several processes may get here at once: the first one creates, the others find it done. */
function create(db: DatabaseSync, file: string, format: Format): void {
	// Whatever it ends by, nothing else is done on this handle.
	db.exec("BEGIN IMMEDIATE");
	if (isFresh(db, file, format))
		db.exec(`${format.schema}; PRAGMA application_id = ${format.application}; PRAGMA user_version = ${format.version}`);
	db.exec("COMMIT");
}

type SqlRow = Readonly<Record<string, SQLOutputValue>>;

/** A number of a row, by the name that its statement gives it. */
export function numberIn(row: SqlRow | undefined, column: string): number {
	const value = row?.[column];
	if (typeof value === "number") return value;
	throw new Error(`SQLite answers no number for '${column}'.`);
}

/** Whose file it is, by the number that each program marks its own with. @throws what `told` makes of it */
export function applicationOf(file: string): number {
	try {
		const db = new DatabaseSync(asItLies(file), { readOnly: true });
		try {
			return numberIn(db.prepare("PRAGMA application_id").get(), "application_id");
		} finally {
			db.close();
		}
	} catch (error) {
		throw told(file, error);
	}
}

export function pragma(db: DatabaseSync, name: "user_version" | "data_version"): number {
	return numberIn(db.prepare(`PRAGMA ${name}`).get(), name);
}

/** Turning a file to WAL ignores the busy timeout. */
function patiently(busyMs: number, act: () => void): void {
	const until = performance.now() + busyMs;
	const sleeper = new Int32Array(new SharedArrayBuffer(4));
	for (;;) {
		try {
			act();
			return;
		} catch (error) {
			if (!isBusy(error) || performance.now() > until) throw error;
			Atomics.wait(sleeper, 0, 0, 5);
		}
	}
}

const BUSY = 5;
const READONLY = 8;
const CANNOT_OPEN = 14;
const FULL = 13;
/** SQLITE_IOERR_WRITE, also where a file may not grow over the process's limit. */
const IOERR_WRITE = 778;
/** The shared memory beside the file could not grow: the disk is full. */
const IOERR_SHMSIZE = 4874;
const CANNOT_GROW: ReadonlySet<number> = new Set([IOERR_WRITE, IOERR_SHMSIZE]);

const errcodeOf = (error: unknown): number | undefined => {
	const found = propertyOf(error, "errcode");
	return typeof found === "number" ? found : undefined;
};

export const isSqlite = (error: unknown): boolean => codeOf(error) === "ERR_SQLITE_ERROR";
export const isBusy = (error: unknown): boolean => ((errcodeOf(error) ?? 0) & 0xff) === BUSY;

/** Errors of the system, where it was not SQLite that met them. */
const OF_THE_SYSTEM: Readonly<Record<string, (file: string) => Error>> = {
	ENOSPC: file => new StoreFull(file),
	EDQUOT: file => new StoreFull(file),
	EACCES: file => new StoreDenied(file, "write"),
	EPERM: file => new StoreDenied(file, "write"),
	EROFS: file => new StoreDenied(file, "write")
};

/** An error of SQLite, or of the system, as one of the store's own; any other as it is. */
export function told(file: string, error: unknown, waitedMs = WRITE_PATIENCE_MS): unknown {
	const code = codeOf(error) ?? "";
	const errcode = errcodeOf(error);
	if (Object.hasOwn(OF_THE_SYSTEM, code)) return OF_THE_SYSTEM[code]?.(file);
	if (code !== "ERR_SQLITE_ERROR" || errcode === undefined) return error;
	const kind = errcode & 0xff;
	if (kind === FULL || CANNOT_GROW.has(errcode)) return new StoreFull(file);
	if (kind === BUSY) return new StoreBusy(file, waitedMs);
	if (kind === READONLY || (kind === CANNOT_OPEN && !mayWrite(file))) return new StoreDenied(file, "write");
	return new StoreBroken(file, messageOf(error));
}

/** SQLite cannot open what the system denies it. */
const mayWrite = (file: string): boolean => may(existsSync(file) ? file : dirname(file), constants.W_OK);
