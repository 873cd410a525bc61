/** Collections in a MongoDB-compatible server promise what those in SQLite do. */

import type { MongoDatabase } from "../../adapters/mongo/connection";
import { collectionConformance, type Opened } from "../adapters/collection.conformance";
import { type Note, SHAPE } from "../adapters/collection.model";
import { databaseOf, openMongo } from "../support/mongo";
import { type DataServer, startMongo } from "../support/servers";

let server: DataServer;
beforeAll(async () => {
	server = await startMongo();
});
afterAll(() => server[Symbol.asyncDispose]());

async function opened(database: MongoDatabase): Promise<Opened> {
	const { collection, adapter, close } = await openMongo<Note>(SHAPE, database);
	return {
		collection,
		adapter,
		close,
		again: async () => {
			await close();
			return await opened(database);
		}
	};
}

/** Whole with FAULTS=all. */
const SHARE = process.env.FAULTS === "all" ? 1 : 0.2;
collectionConformance("a collection in MongoDB", () => opened(databaseOf(server)), SHARE);
