/** Ordered lists of rows in SQLite, each row with a key of its own. */

import type { DatabaseSync } from "node:sqlite";
import { told } from "./sqlite-file";
import { atomically } from "./transactions";

/** The last append that was folded in, and the version that its stream had before it. */
export interface Mark {
	readonly after: string;
	readonly version: string;
	readonly position: string;
	readonly at: string;
	/** How far that is, by the number that whoever folds counts by. */
	readonly count: number;
}

export interface Row {
	/** Where it stands in its list: a whole number, below 2^36. */
	readonly order: number;
	readonly key: string;
	/** JSON: what is shown. */
	readonly line: string;
	/** JSON: what else is known. */
	readonly facts: string;
}

export type Line = Pick<Row, "order" | "key" | "line">;
export interface PageSize {
	readonly lines: number;
	readonly characters: number;
}

export interface ProjectedList {
	/** Undefined where nothing was folded into it yet. */
	readonly mark: Mark | undefined;
	/** False where another process writes it: it is as that one has it. */
	readonly writable: boolean;
	/** All that `work` changes is kept together with where it ends, or none of it. */
	change(mark: Mark | undefined, work: (edit: Edit) => void): void;
	/** Lines behind place `after` and up to `until`, in order: so many, and no more once they have so many characters. */
	page(after: number, until: number, most: PageSize): Line[];
	/** Those that are there, in no order. */
	find(keys: readonly string[]): Row[];
	/** The place of the last row; 0 where there is none. */
	last(): number;
}

export interface Edit {
	/** One of the same key, or at the same place, is replaced. */
	put(row: Row): void;
	remove(key: string): void;
	/** Those from one place up to another, that one not among them. */
	clear(from: number, to: number): void;
}

/** Of a list. */
export const MOST_PLACES = 2 ** 36;

/** @param file for what is said of it */
export function openLists(
	file: string,
	db: DatabaseSync,
	writable: boolean
): (name: string, tag: string) => ProjectedList {
	const statements = prepared(db);
	const open = new Map<string, SqliteList>();
	return (name, tag) => {
		const key = `${tag} ${name}`;
		const list = open.get(key) ?? new SqliteList(file, db, statements, writable, name, tag);
		open.set(key, list);
		return list;
	};
}

class SqliteList implements ProjectedList {
	private id: number | undefined;

	constructor(
		private readonly file: string,
		private readonly db: DatabaseSync,
		private readonly statements: ReturnType<typeof prepared>,
		readonly writable: boolean,
		private readonly name: string,
		private readonly tag: string
	) {}

	get mark(): Mark | undefined {
		const found = this.guarded(() => this.statements.list.get(this.name, this.tag));
		this.id = found && Number(found.id);
		return typeof found?.mark === "string" ? JSON.parse(found.mark) : undefined;
	}

	change(mark: Mark | undefined, work: (edit: Edit) => void): void {
		this.guarded(() =>
			atomically(this.db, () => {
				const base = this.base(this.begun());
				work(this.edit(base));
				this.statements.mark.run(mark ? JSON.stringify(mark) : null, base / MOST_PLACES);
			})
		);
	}

	page(after: number, until: number, { lines, characters }: PageSize): Line[] {
		const base = this.known();
		if (base === undefined) return [];
		return this.guarded(() => {
			const page: Line[] = [];
			let left = characters;
			for (const row of this.statements.page.iterate(base + after, base + until, lines)) {
				const line = lineOf(row, base);
				left -= line.line.length;
				if (left < 0 && page.length > 0) break;
				page.push(line);
			}
			return page;
		});
	}

	find(keys: readonly string[]): Row[] {
		const base = this.known();
		if (base === undefined || keys.length === 0) return [];
		const asked = JSON.stringify(keys);
		return this.guarded(() => this.statements.find.all(base / MOST_PLACES, asked).map(row => rowOf(row, base)));
	}

	last(): number {
		const base = this.known();
		if (base === undefined) return 0;
		const found = this.guarded(() => this.statements.last.get(base, base + MOST_PLACES));
		return found?.place === null || found === undefined ? 0 : Number(found.place) - base;
	}

	private edit(base: number): Edit {
		const { put, remove, clear } = this.statements;
		return {
			put: ({ order, key, line, facts }) => void put.run(base + order, base / MOST_PLACES, key, line, facts),
			remove: key => void remove.run(base / MOST_PLACES, key),
			clear: (from, to) => void clear.run(base + from, base + to)
		};
	}

	/** Where its rows begin; undefined where there are none. */
	private known(): number | undefined {
		if (this.id === undefined) void this.mark;
		return this.id === undefined ? undefined : this.base(this.id);
	}

	private base(id: number): number {
		return id * MOST_PLACES;
	}

	/** One that another tag made is emptied. */
	private begun(): number {
		const found = this.statements.named.get(this.name);
		if (found?.tag === this.tag) this.id = Number(found.id);
		else if (found) {
			this.id = Number(found.id);
			this.statements.clear.run(this.base(this.id), this.base(this.id + 1));
			this.statements.retag.run(this.tag, this.id);
		} else this.id = Number(this.statements.add.run(this.name, this.tag).lastInsertRowid);
		return this.id;
	}

	private guarded<T>(act: () => T): T {
		try {
			return act();
		} catch (error) {
			throw told(this.file, error);
		}
	}
}

const lineOf = (row: Record<string, unknown>, base: number): Line => ({
	order: Number(row.place) - base,
	key: String(row.key),
	line: String(row.line)
});

const rowOf = (row: Record<string, unknown>, base: number): Row => ({
	...lineOf(row, base),
	facts: String(row.facts)
});

const prepared = (db: DatabaseSync) => ({
	list: db.prepare("SELECT id, mark FROM lists WHERE name = ? AND tag = ?"),
	named: db.prepare("SELECT id, tag FROM lists WHERE name = ?"),
	add: db.prepare("INSERT INTO lists (name, tag) VALUES (?, ?)"),
	retag: db.prepare("UPDATE lists SET tag = ?, mark = NULL WHERE id = ?"),
	mark: db.prepare("UPDATE lists SET mark = ? WHERE id = ?"),
	put: db.prepare("INSERT OR REPLACE INTO rows (place, list, key, line, facts) VALUES (?, ?, ?, ?, ?)"),
	remove: db.prepare("DELETE FROM rows WHERE list = ? AND key = ?"),
	clear: db.prepare("DELETE FROM rows WHERE place >= ? AND place < ?"),
	page: db.prepare("SELECT place, key, line FROM rows WHERE place > ? AND place <= ? ORDER BY place LIMIT ?"),
	find: db.prepare(
		`SELECT place, rows.key AS key, line, facts FROM json_each(?2) AS asked
		CROSS JOIN rows ON rows.list = ?1 AND rows.key = asked.value`
	),
	last: db.prepare("SELECT max(place) AS place FROM rows WHERE place > ? AND place < ?")
});
