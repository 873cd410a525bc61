/** Old links in one SQLite file. */

import { existsSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { StoreClosed } from "../errors";
import { type Format, numberIn, openFile, told } from "../sqlite-file";
import { atomically } from "../transactions";
import type { LinkStore, StoredLink } from "./linkstore";

export const FORMAT: Format = {
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
export const COLUMNS = "migration, id, username, key_digest AS keyDigest, target";

/** @throws StoreBroken · StoreFull · StoreBusy */
export function openLinkStore(file: string, { access }: { readonly access: "write" | "read" }): LinkStore {
	// A reader may come before the first link was kept.
	if (access === "read" && !existsSync(file)) return NO_LINKS;
	return new SqliteLinks(file, openFile(file, FORMAT, { access }));
}

const NO_LINKS: LinkStore = {
	put: async () => undefined,
	find: async () => [],
	of: async () => [],
	count: async () => 0,
	close: async () => undefined
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

	async put(migration: string, links: readonly Omit<StoredLink, "migration">[]): Promise<void> {
		this.asked(() =>
			atomically(this.db, () => {
				for (const { id, username, keyDigest, target } of links)
					this.statements.put.run(migration, id, username, keyDigest, target);
			})
		);
	}

	async find(username: string): Promise<StoredLink[]> {
		return this.asked(() => linksIn(this.statements.find.all(username)));
	}

	async of(migration: string, ids: readonly string[]): Promise<StoredLink[]> {
		return this.asked(() => ids.flatMap(id => linksIn(this.statements.of.all(migration, id))));
	}

	async count(migration?: string): Promise<number> {
		const { count, countOf } = this.statements;
		const row = this.asked(() => (migration === undefined ? count.get() : countOf.get(migration)));
		return numberIn(row, "count");
	}

	async close(): Promise<void> {
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

export const linksIn = (rows: readonly Row[]): StoredLink[] =>
	rows.map(({ migration, id, username, keyDigest, target }) => ({
		migration: String(migration),
		id: String(id),
		username: String(username),
		keyDigest: String(keyDigest),
		target: String(target)
	}));
