/** Collections in a MongoDB-compatible server, for a test: each in a database of its own. */

import { randomBytes } from "node:crypto";
import { Records, type Shape } from "../../adapters/collection";
import type { MongoOptions } from "../../adapters/collection/mongo";
import { MongoAdapter } from "../../adapters/collection/mongo";
import { readMongo } from "../../adapters/mongo/address";
import type { MongoDatabase } from "../../adapters/mongo/connection";
import type { DataServer } from "./servers";

/** A database that nothing else is in, unless it is named. */
export function databaseOf(
	{ url }: Pick<DataServer, "url">,
	database = `t${randomBytes(8).toString("hex")}`
): MongoDatabase {
	const address = readMongo(url);
	if (!address) throw new Error(`${url} is no address of MongoDB.`);
	return { ...address, database, patienceMs: 10_000 };
}

export interface OpenedMongo<T extends object> extends AsyncDisposable {
	readonly collection: Records<T>;
	readonly adapter: MongoAdapter;
	close(): Promise<void>;
}

export async function openMongo<T extends object>(
	shape: Shape<T>,
	database: MongoDatabase,
	options: Partial<MongoOptions> = {}
): Promise<OpenedMongo<T>> {
	const adapter = new MongoAdapter(database, { ...shape, ...options });
	await adapter.connect();
	const close = (): Promise<void> => adapter.disconnect();
	return { collection: new Records(adapter, shape), adapter, close, [Symbol.asyncDispose]: close };
}
