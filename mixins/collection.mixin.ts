/** Plain records of one kind, each under its key. One service owns a collection; nobody else can reach it. */

import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import type { Service as MoleculerService, ServiceBroker } from "moleculer";
import { MemoryAdapter } from "moleculer-db";
import { type DataLock, lockDataDir } from "../adapters/datadir";
import { told } from "../adapters/sqlite-file";
import type { Mixin } from "../cluster";
import { settingsOf } from "../cluster/settings";
import { fromRow, toRow } from "./rows";

type Query = Readonly<Record<string, unknown>>;

export interface Collection<T> {
	get(key: string): Promise<T | undefined>;
	/** @throws Duplicate when its key, or another unique value of it, is taken */
	insert(record: T): Promise<void>;
	/** Keeps the record; one of the same key is replaced as a whole. @throws Duplicate as `insert`, but for the key */
	put(record: T): Promise<void>;
	find(query: Query): Promise<T[]>;
	count(query?: Query): Promise<number>;
	/** False when there was none. */
	remove(key: string): Promise<boolean>;
}

export interface CollectionOptions<T> {
	/** Fields beside the key that no two records share, where they have them. */
	readonly unique?: readonly (keyof T & string)[];
	/** How often the file is rewritten without what was replaced; at least every 5 s. @default 60000 */
	readonly compactMs?: number;
}

/** Another record has the key, or a value that must be unique. */
export class Duplicate extends Error {
	override readonly name = "Duplicate";
	readonly code = "DUPLICATE";
	constructor(
		collection: string,
		readonly field: string,
		readonly value: unknown
	) {
		super(`There is a record in '${collection}' already whose ${field} is ${JSON.stringify(value)}.`);
	}
}

/** What is used of moleculer-db's NeDB adapter. */
interface Adapter {
	init(broker: ServiceBroker, service: MoleculerService): void;
	connect(): Promise<void>;
	disconnect(): Promise<void>;
	find(filters: { query: Query }): Promise<object[]>;
	count(filters: { query: Query }): Promise<number>;
	insert(record: object): Promise<object>;
	removeMany(query: Query): Promise<number>;
	readonly db: {
		ensureIndex(options: { fieldName: string; unique: boolean; sparse: boolean }): Promise<void>;
		updateAsync(query: Query, record: object, options: { upsert: boolean }): Promise<unknown>;
		compactDatafileAsync(): Promise<void>;
	} | null;
}

/**
 * Gives the service `this.<name>`, a collection kept in the data folder. The adapter of moleculer-db is held in a field:
 * its mixin would open insert and remove to every caller.
 */
export function collection<const N extends string, T extends object>(
	name: N,
	key: keyof T & string,
	options: CollectionOptions<T> = {}
): Mixin<{ readonly [K in N]: Collection<T> }> {
	const field = `${name}Records`;
	const opened = (service: object): Opened<T> | undefined => (service as Record<string, Opened<T> | undefined>)[field];
	return {
		created(this: MoleculerService) {
			const { dataDir, access } = settingsOf(this.broker);
			if (access === "read") return;
			const lock = lockDataDir(dataDir, { pid: process.pid, command: process.argv.slice(1).join(" ") });
			const records = new Records<T>(this as MoleculerService, join(dataDir, `${name}.db`), name, key, options);
			Object.assign(this, { [field]: { records, lock } satisfies Opened<T>, [name]: records });
		},
		async started(this: object) {
			await opened(this)?.records.open();
		},
		async stopped(this: object) {
			const { records, lock } = opened(this) ?? {};
			await records?.close();
			lock?.release();
		}
	};
}

/** More often would be of no use. */
const LEAST_COMPACT_MS = 5_000;

interface Opened<T extends object> {
	readonly records: Records<T>;
	readonly lock: DataLock;
}

/** A record as it was put: what the database adds to it is its own affair. */
const plain = <T>(stored: object): T => {
	const { _id, ...record } = stored as { _id: unknown };
	return fromRow(record) as T;
};

class Records<T extends object> implements Collection<T> {
	private readonly adapter: Adapter;
	private readonly logger: MoleculerService["logger"];
	/** A write that failed may have left half a line, to which the next one would be joined. */
	private torn = false;
	private compacting: NodeJS.Timeout | undefined;

	constructor(
		service: MoleculerService,
		private readonly file: string,
		private readonly name: string,
		private readonly key: keyof T & string,
		private readonly options: CollectionOptions<T>
	) {
		// By default NeDB drops up to a tenth of the rows in silence when it cannot read them.
		const settings = { filename: file, corruptAlertThreshold: 0, modes: { fileMode: 0o600, dirMode: 0o700 } };
		this.adapter = new MemoryAdapter(settings as never) as unknown as Adapter;
		this.adapter.init(service.broker, service);
		this.logger = service.logger;
	}

	async open(): Promise<void> {
		if (dropTornTail(this.file)) {
			this.logger.warn(`The last row of '${this.file}' was cut off and is dropped: it was never acknowledged.`);
		}
		try {
			await this.adapter.connect();
		} catch (error) {
			// What is asked of it from here on would wait for ever.
			await this.adapter.disconnect();
			const { message } = error as Error;
			throw new Error(`The collection '${this.file}' cannot be read (${message}). Restore it from a backup.`);
		}
		await this.adapter.db?.ensureIndex({ fieldName: this.key, unique: true, sparse: false });
		for (const fieldName of this.options.unique ?? []) {
			await this.adapter.db?.ensureIndex({ fieldName, unique: true, sparse: true });
		}
		// NeDB only appends; nothing makes its file smaller unless it is told to.
		this.compacting = setInterval(
			() => void this.compact(),
			Math.max(LEAST_COMPACT_MS, this.options.compactMs ?? 60_000)
		);
		this.compacting.unref();
	}

	/** Compacting waits for whatever is under way, so that nothing is written once the folder is given back. */
	async close(): Promise<void> {
		if (!this.adapter.db) return;
		clearInterval(this.compacting);
		await this.compact();
		await this.adapter.disconnect();
	}

	/** It can wait: on a full disk the file stays as it is. NeDB's own timer would take the process down. */
	private async compact(): Promise<void> {
		try {
			await this.adapter.db?.compactDatafileAsync();
		} catch (error) {
			this.torn = true;
			this.logger.warn(`'${this.file}' cannot be rewritten (${(error as { code?: string }).code}): it stays as it is.`);
		}
	}

	async get(value: string): Promise<T | undefined> {
		const [found] = await this.adapter.find({ query: { [this.key]: value } });
		return found && plain<T>(found);
	}

	insert(record: T): Promise<void> {
		return this.write(record, () => this.adapter.insert(toRow(record)));
	}

	put(record: T): Promise<void> {
		const query = { [this.key]: record[this.key] };
		return this.write(record, async () => this.adapter.db?.updateAsync(query, toRow(record), { upsert: true }));
	}

	async find(query: Query): Promise<T[]> {
		return (await this.adapter.find({ query })).map(found => plain<T>(found));
	}

	count(query: Query = {}): Promise<number> {
		return this.adapter.count({ query });
	}

	async remove(value: string): Promise<boolean> {
		let removed = 0;
		await this.write({}, async () => {
			removed = await this.adapter.removeMany({ [this.key]: value });
		});
		return removed > 0;
	}

	private async write(record: Partial<T>, act: () => Promise<unknown>): Promise<void> {
		try {
			if (this.torn) await this.adapter.db?.compactDatafileAsync();
			this.torn = false;
			await act();
		} catch (error) {
			const { errorType } = error as { errorType?: string };
			if (errorType === "uniqueViolated") throw await this.duplicate(record);
			this.torn = true;
			throw told(this.file, error);
		}
	}

	private async duplicate(record: Partial<T>): Promise<Duplicate> {
		for (const field of [this.key, ...(this.options.unique ?? [])]) {
			const [taken] = record[field] === undefined ? [] : await this.find({ [field]: record[field] });
			if (taken && taken[this.key] !== record[this.key]) return new Duplicate(this.name, field, record[field]);
		}
		return new Duplicate(this.name, this.key, record[this.key]);
	}
}

/** A process that is killed may leave half a row at the end; every whole one ends with a newline. */
function dropTornTail(file: string): boolean {
	if (!existsSync(file)) return false;
	const handle = openSync(file, "r+");
	try {
		const { size } = fstatSync(handle);
		const byte = Buffer.alloc(1);
		let end = size;
		while (end > 0 && readSync(handle, byte, 0, 1, end - 1) === 1 && byte[0] !== 10) end--;
		if (end < size) ftruncateSync(handle, end);
		return end < size;
	} finally {
		closeSync(handle);
	}
}
