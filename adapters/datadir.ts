/**
 * `data/` belongs to one process: two on one NeDB file lose acknowledged rows. The lock is the operating system's, on an
 * SQLite file held in an exclusive transaction, so that it ends with the process, however that ends.
 */

import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { parseJson } from "../contracts/json";
import { fieldsOf, propertyOf } from "../domain/unknown";
import { closeFolder } from "./closed-folder";
import { FolderUnusable } from "./folder";
import { ensureOwnFile, writeOwnFile } from "./own-file";
import { told } from "./sqlite-file";

/** Who holds a data folder, for the one who may not. */
export interface Holder {
	readonly pid: number;
	readonly command: string;
}
export interface DataLock {
	release(): void;
}

export class DataDirLocked extends Error {
	override readonly name = "DataDirLocked";
	readonly type = "DATA_DIR_LOCKED";
	constructor(dir: string, holder: Holder | undefined) {
		const who = holder ? ` by process ${holder.pid} (${holder.command})` : "";
		super(
			`The data folder '${dir}' is in use${who}: wait for that process, stop it, or set DATA_DIR to another folder.`
		);
		// Whoever starts a node reads it: where it was thrown is nothing to them.
		this.stack = "";
	}
}

/** Who holds `dir` now, for one who only reads it; nobody, where it cannot be told. */
export function heldBy(dir: string): Holder | undefined {
	const path = resolve(dir);
	if (!existsSync(join(path, "lock.db"))) return undefined;
	let db: DatabaseSync | undefined;
	try {
		db = new DatabaseSync(join(path, "lock.db"), { readOnly: true });
		db.exec("SELECT 1 FROM sqlite_schema");
		return undefined;
	} catch (error) {
		return isBusy(error) ? holderOf(path) : undefined;
	} finally {
		db?.close();
	}
}

interface Held {
	readonly db: DatabaseSync;
	users: number;
}
const held = new Map<string, Held>();

/** Locks `dir`, which is made if need be; services of one process share the lock. @throws DataDirLocked · FolderUnusable · StoreFull · StoreBroken */
export function acquireLock(dir: string, holder: Holder): DataLock {
	const path = resolve(dir);
	const mine = held.get(path) ?? take(path, holder);
	held.set(path, mine);
	mine.users++;
	let released = false;
	return {
		release: () => {
			if (released) return;
			released = true;
			if (--mine.users > 0) return;
			held.delete(path);
			mine.db.close();
		}
	};
}

/** Does this process hold `dir`? */
export const holdsDataDir = (dir: string): boolean => held.has(resolve(dir));

function take(path: string, holder: Holder): Held {
	closeFolder(path);
	const file = join(path, "lock.db");
	const db = opened(file);
	try {
		// Nothing is ever written to it: a kill leaves no journal behind that the next one had to mend.
		db.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
		writeOwnFile(join(path, "lock.json"), JSON.stringify(holder));
	} catch (error) {
		db.close();
		throw isBusy(error) ? new DataDirLocked(path, holderOf(path)) : refused(path, file, error);
	}
	return { db, users: 0 };
}

function opened(file: string): DatabaseSync {
	try {
		// Whoever could open it could keep us out.
		ensureOwnFile(file);
		// Whoever only looks who holds it takes no longer.
		return new DatabaseSync(file, { timeout: 100 });
	} catch (error) {
		throw told(file, error);
	}
}

/** Nothing is kept in the lock's file: one that is damaged may simply go. */
function refused(path: string, file: string, error: unknown): unknown {
	if (propertyOf(error, "errcode") === SQLITE_NOTADB)
		return new FolderUnusable(path, `'${file}' is no lock of ours; remove that file, then start again`);
	return told(file, error);
}

const SQLITE_NOTADB = 26;
const SQLITE_BUSY = 5;
const isBusy = (error: unknown): boolean => propertyOf(error, "errcode") === SQLITE_BUSY;

function holderOf(path: string): Holder | undefined {
	try {
		const { pid, command } = fieldsOf(parseJson(readFileSync(join(path, "lock.json"), "utf8")));
		return { pid: Number(pid), command: String(command) };
	} catch {
		return undefined;
	}
}
