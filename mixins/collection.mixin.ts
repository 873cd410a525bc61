import { join } from "node:path";
import type { Service as MoleculerService, ServiceBroker } from "moleculer";
import { MemoryAdapter } from "moleculer-db";
import { type DataLock, lockDataDir } from "../adapters/datadir";
import type { Mixin } from "../cluster";
import { settingsOf } from "../cluster/settings";

type Query = Readonly<Record<string, unknown>>;

/** Plain records of one kind, each under its key. One service owns a collection; nobody else can reach it. */
export interface Collection<T> {
	get(key: string): Promise<T | undefined>;
	/** Keeps the record; one of the same key is replaced. */
	put(record: T): Promise<void>;
	find(query: Query): Promise<T[]>;
	count(query?: Query): Promise<number>;
	/** False when there was none. */
	remove(key: string): Promise<boolean>;
}

/** What is used of an adapter of moleculer-db; the same on every kind of database. */
interface Adapter {
	init(broker: ServiceBroker, service: MoleculerService): void;
	connect(): Promise<void>;
	disconnect(): Promise<void>;
	find(filters: { query: Query }): Promise<object[]>;
	count(filters: { query: Query }): Promise<number>;
	insert(record: object): Promise<object>;
	updateMany(query: Query, update: object): Promise<number>;
	removeMany(query: Query): Promise<number>;
}
interface NeDb extends Adapter {
	readonly db: {
		ensureIndex(options: { fieldName: string; unique: boolean }): Promise<void>;
		setAutocompactionInterval(ms: number): void;
		stopAutocompaction(): void;
	};
}

/** NeDB only appends; nothing makes its file smaller unless it is told to. */
const COMPACT_EVERY_MS = 60_000;

/**
 * Gives the service `this.<name>`, a collection kept in the data folder. The adapter of moleculer-db is held in a field:
 * its mixin would open insert and remove to every caller.
 */
export function collection<const N extends string, T extends object>(
	name: N,
	key: keyof T & string
): Mixin<{ readonly [K in N]: Collection<T> }> {
	const field = `${name}Adapter`;
	return {
		created(this: MoleculerService) {
			const { dataDir, access } = settingsOf(this.broker);
			if (access === "read") return;
			const lock = lockDataDir(dataDir, { pid: process.pid, command: process.argv.slice(1).join(" ") });
			const adapter = new MemoryAdapter({ filename: join(dataDir, `${name}.db`) } as never) as unknown as NeDb;
			adapter.init(this.broker, this as MoleculerService);
			Object.assign(this, { [field]: { adapter, lock } satisfies Open, [name]: over<T>(adapter, key) });
		},
		async started(this: object) {
			const { adapter } = opened(this, field) ?? {};
			if (!adapter) return;
			await adapter.connect();
			await adapter.db.ensureIndex({ fieldName: key, unique: true });
			adapter.db.setAutocompactionInterval(COMPACT_EVERY_MS);
		},
		async stopped(this: object) {
			const { adapter, lock } = opened(this, field) ?? {};
			adapter?.db?.stopAutocompaction();
			await adapter?.disconnect();
			lock?.release();
		}
	};
}

interface Open {
	readonly adapter: NeDb;
	readonly lock: DataLock;
}
const opened = (service: object, field: string): Open | undefined =>
	(service as Record<string, Open | undefined>)[field];

/** moleculer-db promisifies a function that answers a promise, which Node tells about at every call (DEP0174). */
function quietly<T>(call: () => T): T {
	const { noDeprecation } = process;
	process.noDeprecation = true;
	try {
		return call();
	} finally {
		process.noDeprecation = noDeprecation ?? false;
	}
}

/** A record as it was put: what the database adds to it is its own affair. */
const plain = <T>(stored: object): T => {
	const { _id, ...record } = stored as { _id: unknown };
	return record as T;
};

function over<T extends object>(adapter: Adapter, key: keyof T & string): Collection<T> {
	return {
		get: async value => {
			const [found] = await adapter.find({ query: { [key]: value } });
			return found && plain<T>(found);
		},
		put: async record => {
			const updated = await quietly(() => adapter.updateMany({ [key]: record[key] }, { $set: record }));
			if (updated === 0) await adapter.insert({ ...record });
		},
		find: async query => (await adapter.find({ query })).map(found => plain<T>(found)),
		count: (query = {}) => adapter.count({ query }),
		remove: async value => (await adapter.removeMany({ [key]: value })) > 0
	};
}
