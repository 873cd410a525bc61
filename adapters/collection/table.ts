/** The tables of a collection in an open SQLite file, asked one after the other: whoever calls says which transaction it is. */

import type { DatabaseSync, StatementSync } from "node:sqlite";
import { parseJson } from "../../contracts/json";
import { fieldsOf } from "../../domain/unknown";
import { type Receipt, Repeated } from "../announcements";
import { StoreBroken } from "../errors";
import type { Format } from "../sqlite-file";
import type { Doc, DocChange, Pending, Search } from "./adapter";
import type { Announcement } from "./collection";
import { COLUMNS, cellsOf, docOf, fresh, picking, type Row, updated } from "./documents";
import { InboxTables } from "./inbox";
import { isUnique, type Made, takenField } from "./indexes";
import { behind, type Order, ordered, orderOf, type Sql, where } from "./query";
import { Refused } from "./refused";

export const FORMAT: Format = {
	/** "Coll" */
	application: 0x436f6c6c,
	version: 1,
	schema: `CREATE TABLE records (
		id TEXT PRIMARY KEY,
		version TEXT NOT NULL,
		body TEXT NOT NULL,
		checksum INTEGER NOT NULL
	) STRICT;
	CREATE TABLE outbox (
		position INTEGER PRIMARY KEY AUTOINCREMENT,
		event TEXT NOT NULL,
		payload TEXT NOT NULL
	) STRICT`
};

/** Statements that are kept prepared: queries are of few kinds, but may name any number of values. */
const PREPARED = 200;

const RECORDS = `SELECT ${COLUMNS} FROM records`;
export const INSERT = `INSERT INTO records (${COLUMNS}) VALUES (?1, ?2, ?3, ?4)`;
const UPSERT = `${INSERT} ON CONFLICT (id) DO UPDATE SET version = ?2, body = ?3, checksum = ?4`;

export class Table {
	private readonly spell: Made["spell"];
	private readonly prepared = new Map<string, StatementSync>();
	readonly inbox: InboxTables;

	/** @param made what records are found by */
	constructor(
		private readonly file: string,
		private readonly db: DatabaseSync,
		private readonly made: Made
	) {
		this.spell = made.spell;
		this.inbox = new InboxTables(db);
	}

	find(search: Search): Doc[] {
		const order = orderOf(search.sort ?? []);
		const most = Number(search.limit ?? -1);
		const found: Doc[] = [];
		for (const range of this.rangesOf(search, order)) {
			if (found.length === most) break;
			found.push(...this.select(range, order, most < 0 ? most : most - found.length, Number(search.offset ?? 0)));
		}
		if (search.fields === undefined) return found;
		return found.map(picking(orderOf(search.fields).map(({ field }) => field)));
	}

	get(id: string): Doc | undefined {
		const row = this.statement(`${RECORDS} WHERE id = ?`).get(id);
		return row && this.whole(row);
	}

	count(search: Search): number {
		const { text, values } = this.matching(search);
		return Number(this.statement(`SELECT count(*) AS count FROM records WHERE ${text}`).get(...values)?.count);
	}

	/** Whether each change found anything to do. @throws Refused, of which nothing is to be kept */
	write(changes: readonly DocChange[], announcements: readonly Announcement[], receipt?: Receipt): boolean[] {
		if (receipt && !this.inbox.take(receipt)) throw new Repeated(receipt.id);
		const made = changes.map((change, at) => this.change(change, at));
		for (const { event, payload } of announcements)
			this.statement("INSERT INTO outbox (event, payload) VALUES (?, ?)").run(event, JSON.stringify(payload));
		return made;
	}

	/** How many there were. */
	update(query: Search["query"] & object, update: object): number {
		const docs = this.find({ query });
		for (const doc of docs) this.make({ id: doc._id, doc: fresh(updated(doc, update)), expected: undefined });
		return docs.length;
	}

	/** How many there were. */
	remove(query: Search["query"] & object): number {
		const { text, values } = this.matching({ query });
		return Number(this.statement(`DELETE FROM records WHERE ${text}`).run(...values).changes);
	}

	pending(most: number): Pending[] {
		const rows = this.statement("SELECT position, event, payload FROM outbox ORDER BY position LIMIT ?").all(most);
		return rows.map(({ position, event, payload }) => ({
			position: String(position),
			event: String(event),
			payload: fieldsOf(parseJson(String(payload)))
		}));
	}

	acknowledge(positions: readonly string[]): void {
		for (const position of positions) this.statement("DELETE FROM outbox WHERE position = ?").run(Number(position));
	}

	/** Whether there was anything to do. @throws Refused */
	private change(change: DocChange, at: number): boolean {
		const { id, doc, expected } = change;
		const there = this.statement("SELECT version FROM records WHERE id = ?").get(id)?.version ?? null;
		if (expected !== undefined && expected !== there)
			throw new Refused({ ok: false, at, taken: expected === null ? "_id" : null });
		if (doc === null && there === null) return false;
		try {
			this.make(change);
			return true;
		} catch (error) {
			if (!isUnique(error)) throw error;
			throw new Refused({ ok: false, at, taken: takenField(error, this.made) });
		}
	}

	private make({ id, doc, expected }: DocChange): void {
		if (doc === null) this.statement("DELETE FROM records WHERE id = ?").run(id);
		else this.statement(expected === null ? INSERT : UPSERT).run(...cellsOf(doc));
	}

	private select({ text, values }: Sql, order: readonly Order[], limit: number, offset: number): Doc[] {
		const by = order.length > 0 ? `ORDER BY ${ordered(order, this.spell)}` : "";
		const rows = this.statement(`${RECORDS} WHERE ${text} ${by} LIMIT ? OFFSET ?`).all(...values, limit, offset);
		return rows.map(row => this.whole(row));
	}

	/** @throws StoreBroken */
	private whole(row: Row): Doc {
		const doc = docOf(row);
		if (!doc) throw new StoreBroken(this.file, `the record '${row.id}' is damaged`);
		return doc;
	}

	private rangesOf(search: Search, order: readonly Order[]): Sql[] {
		const all = this.matching(search);
		if (!search.after) return [all];
		return behind(order, search.after, this.spell).map(({ text, values }) => ({
			text: `${all.text} AND ${text}`,
			values: [...all.values, ...values]
		}));
	}

	private matching({ query = {}, search, searchFields }: Search): Sql {
		const { text, values } = where(query, this.spell);
		if (!search) return { text: `(${text})`, values };
		const fields = orderOf(searchFields ?? []).map(({ field }) => field);
		const named = fields.length > 0 ? `AND key IN (${fields.map(() => "?").join()})` : "";
		const within = `EXISTS (SELECT 1 FROM json_each(body) WHERE instr(lower(atom), lower(?)) > 0 ${named})`;
		return { text: `(${text}) AND ${within}`, values: [...values, search, ...fields] };
	}

	private statement(text: string): StatementSync {
		const known = this.prepared.get(text);
		if (known) return known;
		if (this.prepared.size >= PREPARED) this.prepared.clear();
		const statement = this.db.prepare(text);
		this.prepared.set(text, statement);
		return statement;
	}
}
