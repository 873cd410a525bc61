/** moleculer-db-adapter-mongo, and what none of its kind does: several changes and their announcements, all or nothing. */

import MongoDbAdapter from "moleculer-db-adapter-mongo";
import { InTurn } from "../../../domain/in-turn";
import { fieldsOf } from "../../../domain/unknown";
import type { Receipt, Received } from "../../announcements";
import { StoreClosed } from "../../errors";
import { Asked } from "../../mongo/asked";
import { type Held, hold, type MongoDatabase } from "../../mongo/connection";
import { told } from "../../mongo/faults";
import { patience, patiently } from "../../mongo/patience";
import type { CollectionAdapter, Doc, DocChange, Pending, Search, Written } from "../adapter";
import type { Announcement } from "../collection";
import { fresh, keyed, named, picking, updated } from "../documents";
import { orderOf } from "../query";
import { Refused } from "../refused";
import { fromMongo } from "./documents";
import { MongoInbox } from "./inbox";
import { indexed } from "./indexes";
import type { MongoOptions } from "./options";
import { ensure, MongoOutbox } from "./outbox";
import { matching, type Query, queryOf, rangesOf } from "./query";
import { written } from "./writing";

interface Opened {
	readonly held: Held;
	readonly outbox: MongoOutbox;
	readonly inbox: MongoInbox;
}

/** moleculer-db says `null` for what is not there, and its types do not. */
const none = (): Doc => null as never;
const fieldsIn = (text: string | readonly string[]): string[] => orderOf(text).map(({ field }) => field);

export class MongoAdapter extends MongoDbAdapter implements CollectionAdapter {
	private opened: Opened | undefined;
	private readonly asked: Asked;
	/** Of one node, those who count for the outbox do not meet each other. */
	private readonly counting = new InTurn();

	constructor(
		private readonly database: MongoDatabase,
		private readonly options: MongoOptions
	) {
		super(database.url, {}, database.database);
		this.asked = new Asked(options.name);
	}

	override init(): void {}

	/** @throws StoreAway · StoreDenied · StoreUnfit, each with what to do */
	override async connect(): Promise<void> {
		const held = await hold(this.database);
		const { name, access, tell = () => undefined } = this.options;
		try {
			this.collection = held.db.collection(name);
			if (access !== "read") await patiently(() => this.prepare(held, tell), patience(this.database.patienceMs));
			this.opened = { held, outbox: new MongoOutbox(held.db, name), inbox: new MongoInbox(held.db, name) };
		} catch (error) {
			await held.release();
			throw told(name, error);
		}
	}

	private async prepare({ db }: Held, tell: (sentence: string) => void): Promise<void> {
		await ensure(db, this.options.name);
		await indexed(this.collection, this.options, tell);
	}

	/** What was asked for before is stored first. */
	override async disconnect(): Promise<void> {
		const { opened } = this;
		this.opened = undefined;
		await this.asked.answered();
		await opened?.held.release();
	}

	/** @param given a search: its own types know no place to read on from */
	override find(given: object = {}): Promise<Doc[]> {
		const search: Search = given;
		const pick = search.fields === undefined ? undefined : picking(fieldsIn(search.fields));
		return this.ask(async () => {
			const most = search.limit === undefined ? Number.POSITIVE_INFINITY : Number(search.limit);
			const found: Doc[] = [];
			for (const range of rangesOf(search)) {
				if (found.length >= most) break;
				found.push(...(await this.within(search, range, most - found.length)));
			}
			return pick ? found.map(pick) : found;
		});
	}

	private async within(search: Search, range: Query, limit: number): Promise<Doc[]> {
		const cursor: { toArray(): Promise<object[]> } = super.createCursor({
			query: matching(search, range),
			sort: orderOf(search.sort ?? []).map(({ field, down }) => (down ? `-${field}` : field)),
			offset: Number(search.offset ?? 0),
			...(Number.isFinite(limit) && { limit })
		});
		return (await cursor.toArray()).map(fromMongo);
	}

	override count(search: Search = {}): Promise<number> {
		const counting: (search: object, isCounting: true) => Promise<number> = super.createCursor.bind(this);
		return this.ask(() => counting({ query: matching(search) }, true));
	}

	override async findOne(query: object): Promise<Doc> {
		const [found = none()] = await this.find({ query: fieldsOf(query), limit: 1 });
		return found;
	}

	override findById(id: unknown): Promise<Doc> {
		return this.findOne({ _id: String(id) });
	}

	override findByIds(ids: readonly (string | number)[]): Promise<Doc[]> {
		return this.find({ query: { _id: { $in: ids.map(String) } } });
	}

	override createCursor(search: object): Promise<Doc[]> {
		return this.find(search);
	}

	override async insert(entity: object): Promise<Doc[]> {
		const [doc = none()] = await this.insertMany([entity]);
		return doc as never;
	}

	override async insertMany(entities: readonly object[]): Promise<Doc[]> {
		const docs = entities.map(fresh);
		const written = await this.write(
			docs.map(doc => ({ id: doc._id, doc, expected: null })),
			[]
		);
		if (!written.ok) throw new Error(`The '${written.taken}' of document ${written.at} is taken.`);
		return docs;
	}

	/** All of them as they were found, or, where one was changed meanwhile, once more. */
	override async updateMany(query: object, update: object): Promise<number> {
		for (;;) {
			const docs = await this.find({ query: fieldsOf(query) });
			const changes = docs.map(doc => ({ id: doc._id, doc: fresh(updated(doc, update)), expected: doc._version }));
			const written = await this.write(changes, []);
			if (written.ok) return docs.length;
			if (written.taken !== null) throw new Error(`The '${written.taken}' of document ${written.at} is taken.`);
		}
	}

	override async updateById(id: string | number, update: object): Promise<Doc> {
		await this.updateMany({ _id: String(id) }, update);
		return this.findById(id);
	}

	override async removeMany(query: object): Promise<number> {
		this.mustBeOpen("write");
		return this.ask(async () => (await this.collection.deleteMany(queryOf(fieldsOf(query)))).deletedCount ?? 0);
	}

	override async removeById(id: string | number): Promise<Doc> {
		const found = await this.findById(id);
		await this.removeMany({ _id: String(id) });
		return found;
	}

	override async clear(): Promise<void> {
		await this.removeMany({});
	}

	override entityToObject(entity: object): object {
		return entity;
	}

	override beforeSaveTransformID(entity: object, idField: string): object {
		return keyed(entity, idField);
	}

	override afterRetrieveTransformID(entity: object, idField: string): object {
		return named(entity, idField);
	}

	async write(
		changes: readonly DocChange[],
		announcements: readonly Announcement[],
		receipt?: Receipt
	): Promise<Written> {
		const { collection } = this;
		const opened = this.mustBeOpen("write");
		const untilMs = patience();
		const write = () => written({ changes, announcements, receipt, collection, ...opened, untilMs });
		try {
			const made = await this.asked.track(announcements.length > 0 ? this.counting.next(write) : write());
			return { ok: true, made };
		} catch (error) {
			if (error instanceof Refused) return error.written;
			throw error;
		}
	}

	pending(most: number): Promise<Pending[]> {
		return this.ask(({ outbox }) => outbox.pending(most));
	}

	acknowledge(positions: readonly string[]): Promise<void> {
		return this.ask(({ outbox }) => outbox.acknowledge(positions));
	}

	received(): Promise<Received> {
		return this.ask(({ inbox }) => inbox.received());
	}

	pass(marks: ReadonlyMap<number, number>): Promise<void> {
		return this.ask(({ inbox }) => inbox.pass(marks));
	}

	async alone(work: (isMine: () => boolean) => Promise<void>): Promise<void> {
		const { outbox } = this.mustBeOpen();
		try {
			await outbox.alone(work);
		} catch (error) {
			throw told(this.options.name, error);
		}
	}

	private async ask<T>(question: (opened: Opened) => Promise<T>): Promise<T> {
		const opened = this.mustBeOpen();
		return await this.asked.ask(() => question(opened));
	}

	private mustBeOpen(to: "read" | "write" = "read"): Opened {
		const { name, access } = this.options;
		if (!this.opened)
			throw new StoreClosed(`The collection '${name}' is not open: its service has not started, or was stopped.`);
		if (to === "read" || access !== "read") return this.opened;
		throw new StoreClosed(`The collection '${name}' is open for reading only.`);
	}
}
