/** Old links in one SQLite file, found by name in the same time however many there are; none is kept in memory. */

import { existsSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { StoreClosed } from "./errors";
import { type Format, numberIn, openFile, told } from "./sqlite-file";
import { atomically } from "./transactions";

/** A customer's old link, known by its username and the digest of its key, and the address that answers for it. */
export interface StoredLink {
	readonly migration: string;
	/** The source's id of the user. */
	readonly id: string;
	readonly username: string;
	readonly keyDigest: string;
	readonly target: string;
}

export interface LinkStore {
	/** Keeps all of them, or none; a link of the same user is replaced. @throws StoreFull · StoreBroken · StoreBusy */
	put(migration: string, links: readonly Omit<StoredLink, "migration">[]): void;
	/** Those of a name, whatever their migration. */
	find(username: string): StoredLink[];
	/** Those of a migration's users with these ids. */
	of(migration: string, ids: readonly string[]): StoredLink[];
	/** How many there are, of one migration or of all. */
	count(migration?: string): number;
	close(): void;
}

const FORMAT: Format = {
	/** "Link" */
	application: 0x4c696e6b,
	version: 1,
	schema: `CREATE TABLE links (
		migration TEXT NOT NULL,
		id TEXT NOT NULL,
		username TEXT NOT NULL,
		key_digest TEXT NOT NULL,
		target TEXT NOT NULL,
		PRIMARY KEY (migration, id)
	) STRICT, WITHOUT ROWID;
	CREATE INDEX links_by_username ON links (username)`
};
const COLUMNS = "migration, id, username, key_digest AS keyDigest, target";

/** @throws StoreBroken · StoreFull · StoreBusy */
export function openLinkStore(file: string, { access }: { readonly access: "write" | "read" }): LinkStore {
	// A reader may come before the first link was kept.
	if (access === "read" && !existsSync(file)) return NO_LINKS;
	return new SqliteLinks(file, openFile(file, FORMAT, { access }));
}

const NO_LINKS: LinkStore = {
	put: () => undefined,
	find: () => [],
	of: () => [],
	count: () => 0,
	close: () => undefined
};

class SqliteLinks implements LinkStore {
	private readonly statements;

	constructor(
		private readonly file: string,
		private readonly db: DatabaseSync
	) {
		this.statements = {
			put: db.prepare(`INSERT OR REPLACE INTO links VALUES (?, ?, ?, ?, ?)`),
			find: db.prepare(`SELECT ${COLUMNS} FROM links WHERE username = ?`),
			of: db.prepare(`SELECT ${COLUMNS} FROM links WHERE migration = ? AND id = ?`),
			count: db.prepare("SELECT count(*) AS count FROM links"),
			countOf: db.prepare("SELECT count(*) AS count FROM links WHERE migration = ?")
		};
	}

	put(migration: string, links: readonly Omit<StoredLink, "migration">[]): void {
		this.asked(() =>
			atomically(this.db, () => {
				for (const { id, username, keyDigest, target } of links)
					this.statements.put.run(migration, id, username, keyDigest, target);
			})
		);
	}

	find(username: string): StoredLink[] {
		return this.asked(() => linksIn(this.statements.find.all(username)));
	}

	of(migration: string, ids: readonly string[]): StoredLink[] {
		return this.asked(() => ids.flatMap(id => linksIn(this.statements.of.all(migration, id))));
	}

	count(migration?: string): number {
		const { count, countOf } = this.statements;
		const row = this.asked(() => (migration === undefined ? count.get() : countOf.get(migration)));
		return numberIn(row, "count");
	}

	close(): void {
		if (this.db.isOpen) this.db.close();
	}

	private asked<R>(act: () => R): R {
		if (!this.db.isOpen) throw new StoreClosed(`The store '${this.file}' is closed.`);
		try {
			return act();
		} catch (error) {
			throw told(this.file, error);
		}
	}
}

type Row = Readonly<Record<string, unknown>>;

const linksIn = (rows: readonly Row[]): StoredLink[] =>
	rows.map(({ migration, id, username, keyDigest, target }) => ({
		migration: String(migration),
		id: String(id),
		username: String(username),
		keyDigest: String(keyDigest),
		target: String(target)
	}));
