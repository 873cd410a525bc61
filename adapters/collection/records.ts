/** A collection over any adapter: keys, versions, pages and errors are the same on all of them. */

import type { Json, JsonValue } from "../../contracts/json";
import { nth } from "../../domain/there";
import type { Receipt } from "../announcements";
import type { CollectionAdapter, Doc, DocChange, Search } from "./adapter";
import {
	type Also,
	type Announcement,
	type Change,
	type Collection,
	Conflict,
	Duplicate,
	type Expecting,
	type Filter,
	type FindOptions,
	InvalidCursor,
	type Page,
	type Shape,
	type Versioned
} from "./collection";
import { decodeCursor, encodeCursor } from "./cursor";
import { newVersion } from "./documents";

const PAGE = 100;
const MOST = 1_000;

export class Records<T extends object, A extends Announcement = Announcement> implements Collection<T, A> {
	private readonly sortable: ReadonlySet<string>;
	/** Deliveries that have their effect. */
	private readonly used = new WeakSet<Receipt>();

	/**
	 * @param announced is called after something was stored that is to be announced
	 * @param outgoing what is announced, as it waits in the outbox
	 */
	constructor(
		private readonly adapter: CollectionAdapter,
		private readonly shape: Shape<T>,
		private readonly announced: () => Promise<void> = async () => undefined,
		private readonly outgoing: (announcement: A) => Announcement = announcement => announcement
	) {
		const indexed = (shape.indexes ?? []).map(index => (typeof index === "string" ? index : index.at(-1)));
		this.sortable = new Set([shape.key, ...(shape.unique ?? []), ...indexed] as string[]);
	}

	async get(key: string): Promise<T | undefined> {
		return (await this.read(key))?.record;
	}

	async read(key: string): Promise<Versioned<T> | undefined> {
		const found = (await this.adapter.findById(key)) as Doc | null;
		return found ? { record: this.recordOf(found), version: found._version } : undefined;
	}

	async insert(record: T, also: Also<A> = {}): Promise<string> {
		const change = this.changeOf({ insert: record });
		await this.store([change], also);
		return versionOf(change);
	}

	async put(record: T, { expected, ...also }: Also<A> & Expecting = {}): Promise<string> {
		const change = this.changeOf({ put: record, ...(expected !== undefined && { expected }) });
		await this.store([change], also);
		return versionOf(change);
	}

	async remove(key: string, { expected, ...also }: Also<A> & Expecting = {}): Promise<boolean> {
		const change = this.changeOf({ remove: key, ...(expected !== undefined && { expected }) });
		const [made = false] = await this.store([change], also);
		return made;
	}

	async write(changes: readonly Change<T>[], also: Also<A> = {}): Promise<void> {
		await this.store(
			changes.map(change => this.changeOf(change)),
			also
		);
	}

	async find(filter: Filter<T> = {}, options: FindOptions<T> = {}): Promise<Page<T>> {
		const { sort = this.shape.key, limit = PAGE, after } = options;
		const size = Math.max(1, Math.min(limit, MOST));
		const field = this.fieldOf(sort);
		const named = { filter, sort } as Json;
		const docs = await this.adapter.find({
			query: this.queryOf(filter),
			sort: field === "_id" ? [sort.startsWith("-") ? "-_id" : "_id"] : [sort, sort.startsWith("-") ? "-_id" : "_id"],
			limit: size + 1,
			...(after !== undefined && { after: this.sortKeyOf(named, after) })
		} satisfies Search);
		const page = docs.slice(0, size);
		const last = page.at(-1);
		const next = last && docs.length > size ? encodeCursor(named, [last[field], last._id]) : null;
		return { records: page.map(doc => this.recordOf(doc)), next };
	}

	async *each(filter: Filter<T> = {}, options: Pick<FindOptions<T>, "sort"> = {}): AsyncIterable<T> {
		let after: string | null = null;
		do {
			const page: Page<T> = await this.find(filter, { ...options, limit: MOST, ...(after !== null && { after }) });
			yield* page.records;
			after = page.next;
		} while (after !== null);
	}

	count(filter: Filter<T> = {}): Promise<number> {
		return this.adapter.count({ query: this.queryOf(filter) });
	}

	private async store(changes: readonly DocChange[], { events = [], once }: Also<A>): Promise<readonly boolean[]> {
		if (once) this.use(once);
		const written = await this.adapter.write(changes, events.map(this.outgoing), once);
		if (!written.ok) throw this.refusal(nth(changes, written.at), written.taken);
		if (once) this.used.add(once);
		if (events.length > 0) await this.announced();
		return written.made;
	}

	private use(once: Receipt): void {
		if (this.used.has(once))
			throw new TypeError(
				`A change of '${this.shape.name}' has its delivery already: put all that it causes in one \`write\`.`
			);
	}

	private refusal({ id, doc }: DocChange, taken: string | null): Error {
		const { name, key } = this.shape;
		if (taken === null) return new Conflict(name, id);
		return taken === "_id" ? new Duplicate(name, key, id) : new Duplicate(name, taken, doc?.[taken]);
	}

	private changeOf(change: Change<T>): DocChange {
		if ("insert" in change) return { ...this.keeping(change.insert), expected: null };
		if ("put" in change) return { ...this.keeping(change.put), expected: change.expected };
		return { id: change.remove, doc: null, expected: change.expected };
	}

	private keeping(record: T): Pick<DocChange, "id" | "doc"> {
		const { name, key } = this.shape;
		const ours = Object.keys(record).find(field => field.startsWith("_"));
		if (ours !== undefined)
			throw new TypeError(`A record of '${name}' has a field '${ours}': names that begin with _ are kept back.`);
		const id = record[key];
		if (typeof id !== "string") throw new TypeError(`A record of '${name}' has no text as its '${key}'.`);
		return { id, doc: { ...this.adapter.beforeSaveTransformID(record, key), _id: id, _version: newVersion() } };
	}

	private recordOf({ _version, ...doc }: Doc): T {
		return this.adapter.afterRetrieveTransformID(doc, this.shape.key) as T;
	}

	private queryOf(filter: Filter<T>): Record<string, unknown> {
		const { key } = this.shape;
		return Object.fromEntries(Object.entries(filter).map(([field, value]) => [field === key ? "_id" : field, value]));
	}

	/** The field of an order, as it is kept. */
	private fieldOf(sort: string): string {
		const field = sort.replace(/^-/, "");
		if (!this.sortable.has(field))
			throw new RangeError(`'${this.shape.name}' is not sorted by '${field}': it is no index.`);
		return field === this.shape.key ? "_id" : field;
	}

	private sortKeyOf(search: JsonValue, after: string): readonly [unknown, string] {
		const key = decodeCursor(search as Json, after);
		if (!key) throw new InvalidCursor(this.shape.name);
		return key;
	}
}

const versionOf = ({ doc }: DocChange): string => doc?._version ?? "";
