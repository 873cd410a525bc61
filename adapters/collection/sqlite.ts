/**
 * The adapter of moleculer-db over one SQLite file: a document is a row of JSON, what it is found by is a column that
 * SQLite reads off it, and what is announced waits in a table beside it.
 */

import { DatabaseSync } from "node:sqlite";
import { fieldsOf } from "../../domain/unknown";
import type { Receipt, Received } from "../announcements";
import { StoreClosed } from "../errors";
import { type FileOptions, isSqlite, openFile, told } from "../sqlite-file";
import { atomically, Group, part } from "../transactions";
import type { CollectionAdapter, Doc, DocChange, Pending, Search, Written } from "./adapter";
import type { Announcement } from "./collection";
import { fresh, keyed, named } from "./documents";
import { type Fields, indexed, type Made, UNINDEXED } from "./indexes";
import { importEarlier, isSqliteFile } from "./nedb";
import { Refused } from "./refused";
import { Scrubber } from "./scrubber";
import { FORMAT, Table } from "./table";

export interface SqliteOptions extends FileOptions, Fields {
	/** Hears what an operator should know of the file. */
	readonly tell?: (sentence: string) => void;
	/** The field of the key, in a file of an earlier version. @default "_id" */
	readonly key?: string;
}

interface Opened {
	readonly db: DatabaseSync;
	readonly group: Group;
	readonly table: Table;
	/** Of a file that is written. */
	readonly scrubber: Scrubber | undefined;
}

/** Empty where there is nothing yet, or only what whoever writes has still to take over. */
function readable(file: string, options: FileOptions): DatabaseSync {
	if (isSqliteFile(file)) return openFile(file, FORMAT, options);
	const db = new DatabaseSync(":memory:");
	db.exec(FORMAT.schema);
	return db;
}

/** moleculer-db says `null` for what is not there, and its types do not. */
const none = (): Doc => null as never;

export class SqliteAdapter implements CollectionAdapter {
	private opened: Opened | undefined;

	constructor(
		private readonly file: string,
		private readonly options: SqliteOptions = {}
	) {}

	init(): void {}

	/** @throws StoreBroken · StoreFull · StoreBusy · StoreDenied */
	async connect(): Promise<void> {
		const { file, options } = this;
		if (options.access === "read") {
			this.opened = this.of(readable(file, options), () => UNINDEXED);
			return;
		}
		importEarlier(file, options);
		this.opened = this.of(openFile(file, FORMAT, options), db => atomically(db, () => indexed(db, options)));
	}

	private of(db: DatabaseSync, made: (db: DatabaseSync) => Made): Opened {
		const { file, options } = this;
		try {
			const table = new Table(file, db, made(db));
			const scrubber = options.access === "read" ? undefined : new Scrubber(db);
			return { db, group: new Group(db, file, options.busyMs), table, scrubber };
		} catch (error) {
			db.close();
			throw told(file, error);
		}
	}

	/** What was asked for before is stored first. */
	async disconnect(): Promise<void> {
		const { opened } = this;
		this.opened = undefined;
		opened?.scrubber?.end();
		await opened?.group.idle();
		opened?.db.close();
	}

	find(search: Search = {}): Promise<Doc[]> {
		return this.asked(table => table.find(search));
	}

	async findOne(query: object): Promise<Doc> {
		const [found = none()] = await this.find({ query: fieldsOf(query), limit: 1 });
		return found;
	}

	findById(id: unknown): Promise<Doc> {
		return this.asked(table => table.get(String(id)) ?? none());
	}

	findByIds(ids: readonly (string | number)[]): Promise<Doc[]> {
		return this.find({ query: { _id: { $in: ids.map(String) } } });
	}

	count(search: object = {}): Promise<number> {
		return this.asked(table => table.count(search));
	}

	async insert(entity: object): Promise<Doc> {
		const [doc = none()] = await this.insertMany([entity]);
		return doc;
	}

	async insertMany(entities: readonly object[]): Promise<Doc[]> {
		const docs = entities.map(fresh);
		const written = await this.write(
			docs.map(doc => ({ id: doc._id, doc, expected: null })),
			[]
		);
		if (!written.ok) throw new Error(`The '${written.taken}' of document ${written.at} is taken.`);
		return docs;
	}

	updateMany(query: object, update: object): Promise<number> {
		return this.stored(table => table.update(fieldsOf(query), update));
	}

	async updateById(id: string | number, update: object): Promise<Doc> {
		await this.updateMany({ _id: String(id) }, update);
		return this.findById(id);
	}

	async removeMany(query: object): Promise<number> {
		const count = await this.stored(table => table.remove(fieldsOf(query)));
		this.opened?.scrubber?.soon();
		return count;
	}

	async removeById(id: string | number): Promise<Doc> {
		const found = await this.findById(id);
		await this.removeMany({ _id: String(id) });
		return found;
	}

	async clear(): Promise<void> {
		await this.removeMany({});
	}

	entityToObject(entity: object): object {
		return entity;
	}

	createCursor(search: Search): Promise<Doc[]> {
		return this.find(search);
	}

	beforeSaveTransformID(entity: object, idField: string): object {
		return keyed(entity, idField);
	}

	afterRetrieveTransformID(entity: object, idField: string): object {
		return named(entity, idField);
	}

	async write(
		changes: readonly DocChange[],
		announcements: readonly Announcement[],
		receipt?: Receipt
	): Promise<Written> {
		try {
			const made = await this.stored(table => table.write(changes, announcements, receipt));
			if (changes.some(({ doc }) => doc === null)) this.opened?.scrubber?.soon();
			return { ok: true, made };
		} catch (error) {
			if (error instanceof Refused) return error.written;
			throw error;
		}
	}

	pending(most: number): Promise<Pending[]> {
		return this.asked(table => table.pending(most));
	}

	acknowledge(positions: readonly string[]): Promise<void> {
		return this.stored(table => table.acknowledge(positions));
	}

	received(): Promise<Received> {
		return this.stored(table => table.inbox.received());
	}

	pass(marks: ReadonlyMap<number, number>): Promise<void> {
		return this.stored(table => table.inbox.pass(marks));
	}

	/** What keeps one work from being done, but not the file from being written, is its own affair alone. */
	private async stored<T>(work: (table: Table) => T): Promise<T> {
		const { db, group, table } = this.mustBeOpen();
		if (this.options.access === "read")
			throw new StoreClosed(`The collection '${this.file}' is open for reading only.`);
		const { done, failed } = await group.run(() => {
			try {
				return { done: part(db, () => work(table)) };
			} catch (error) {
				if (isSqlite(error)) throw error;
				return { failed: error };
			}
		});
		if (failed !== undefined) throw failed;
		return done as T;
	}

	private async asked<T>(look: (table: Table) => T): Promise<T> {
		const { table } = this.mustBeOpen();
		try {
			return look(table);
		} catch (error) {
			throw told(this.file, error);
		}
	}

	private mustBeOpen(): Opened {
		if (this.opened) return this.opened;
		throw new StoreClosed(`The collection '${this.file}' is not open: its service has not started, or was stopped.`);
	}
}
