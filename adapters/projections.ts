/**
 * What is derived from the event store and kept, so that nothing is folded twice: snapshots of states, and ordered lists of
 * rows with an index by key. A file that may be deleted at any time: it is made anew from the events. Each snapshot and each
 * list says which append it ends with.
 */

import { existsSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { deserialize, serialize } from "node:v8";
import { crc32 } from "node:zlib";
import { StoreBroken, StoreFull } from "./errors";
import { type Mark, openLists, type ProjectedList } from "./projected-lists";
import { type Format, openFile, told } from "./sqlite-file";

export interface Snapshot<S> {
	/** Of what folded it: one of another tag says nothing. */
	readonly tag: string;
	readonly mark: Mark;
	/** Structured-cloneable. */
	readonly state: S;
}

export interface Projections {
	/** Undefined where there is none, or none of that tag that is whole. */
	snapshot<S>(name: string, tag: string): Snapshot<S> | undefined;
	/** False where it cannot be kept: it is folded again then. */
	keep(name: string, snapshot: Snapshot<unknown>): boolean;
	/** What another tag made is begun anew. */
	list(name: string, tag: string): ProjectedList;
	close(): void;
}

const PROJECTIONS: Format = {
	/** "Banp" */
	application: 0x42616e70,
	version: 1,
	schema: `CREATE TABLE snapshots (
		name TEXT PRIMARY KEY,
		tag TEXT NOT NULL,
		mark TEXT NOT NULL,
		state BLOB NOT NULL,
		checksum INTEGER NOT NULL
	) STRICT;
	CREATE TABLE lists (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, tag TEXT NOT NULL, mark TEXT) STRICT;
	CREATE TABLE rows (
		place INTEGER PRIMARY KEY,
		list INTEGER NOT NULL,
		key TEXT NOT NULL,
		line TEXT NOT NULL,
		facts TEXT NOT NULL,
		UNIQUE (list, key)
	) STRICT`
};

/** In a file, or where nothing may be written, or it has no room, in memory beside what the file has. @throws StoreDenied · StoreBusy */
export function openProjections(file: string, { access }: { readonly access: "read" | "write" }): Projections {
	const beside = () => new Beside(readable(file), openMemoryProjections());
	if (access === "read") return beside();
	try {
		return new SqliteProjections(file, madeAnew(file));
	} catch (error) {
		if (error instanceof StoreFull) return beside();
		throw error;
	}
}

/** For what may be forgotten with the process. */
export function openMemoryProjections(): Projections {
	const db = new DatabaseSync(":memory:");
	db.exec(PROJECTIONS.schema);
	return new SqliteProjections("memory", db);
}

const NORMAL = { synchronous: "NORMAL" } as const;

/** One that cannot be used, or is of another format, is no loss. */
function madeAnew(file: string): DatabaseSync {
	try {
		return openFile(file, PROJECTIONS, NORMAL);
	} catch (error) {
		if (!(error instanceof StoreBroken)) throw error;
		for (const suffix of ["", "-wal", "-shm"]) rmSync(`${file}${suffix}`, { force: true });
		return openFile(file, PROJECTIONS, NORMAL);
	}
}

function readable(file: string): Projections | undefined {
	if (!existsSync(file)) return undefined;
	try {
		return new SqliteProjections(file, openFile(file, PROJECTIONS, { access: "read" }), false);
	} catch {
		return undefined;
	}
}

class SqliteProjections implements Projections {
	private readonly lists: ReturnType<typeof openLists>;
	private readonly statements: ReturnType<typeof statements>;

	constructor(
		private readonly file: string,
		private readonly db: DatabaseSync,
		writable = true
	) {
		this.lists = openLists(file, db, writable);
		this.statements = statements(db);
	}

	snapshot<S>(name: string, tag: string): Snapshot<S> | undefined {
		const found = this.statements.find.get(name, tag);
		if (!(found?.state instanceof Uint8Array)) return undefined;
		if (crc32(found.state) !== found.checksum) return undefined;
		return { tag, mark: JSON.parse(String(found.mark)), state: deserialize(found.state) };
	}

	keep(name: string, { tag, mark, state }: Snapshot<unknown>): boolean {
		const bytes = serialize(state);
		try {
			this.statements.keep.run(name, tag, JSON.stringify(mark), bytes, crc32(bytes));
			return true;
		} catch {
			return false;
		}
	}

	list(name: string, tag: string): ProjectedList {
		try {
			return this.lists(name, tag);
		} catch (error) {
			throw told(this.file, error);
		}
	}

	close(): void {
		this.db.close();
	}
}

const statements = (db: DatabaseSync) => ({
	find: db.prepare("SELECT mark, state, checksum FROM snapshots WHERE name = ? AND tag = ?"),
	keep: db.prepare("INSERT OR REPLACE INTO snapshots (name, tag, mark, state, checksum) VALUES (?, ?, ?, ?, ?)")
});

/** What another process keeps is read; what it lacks is folded in memory. */
class Beside implements Projections {
	constructor(
		private readonly theirs: Projections | undefined,
		private readonly own: Projections
	) {}

	snapshot<S>(name: string, tag: string): Snapshot<S> | undefined {
		return this.theirs?.snapshot<S>(name, tag);
	}

	/** Whoever asks again asks this process, which knows it. */
	keep(): boolean {
		return false;
	}

	list(name: string, tag: string): ProjectedList {
		const theirs = this.theirs?.list(name, tag);
		return theirs?.mark === undefined ? this.own.list(name, tag) : theirs;
	}

	close(): void {
		this.theirs?.close();
		this.own.close();
	}
}
