/** Old links in a MongoDB-compatible server are found as those in SQLite are. */

import { MongoLinks } from "../../adapters/linkstore/mongo";
import type { MongoDatabase } from "../../adapters/mongo/connection";
import { linkStoreConformance, type OpenedLinks } from "../adapters/linkstore.conformance";
import { databaseOf } from "../support/mongo";
import { type DataServer, startMongo } from "../support/servers";

let server: DataServer;
beforeAll(async () => {
	server = await startMongo();
});
afterAll(() => server[Symbol.asyncDispose]());

async function opened(database: MongoDatabase): Promise<OpenedLinks> {
	const links = new MongoLinks(database, "write");
	await links.opened;
	return {
		links,
		again: async () => {
			await links.close();
			return await opened(database);
		}
	};
}
linkStoreConformance("old links in MongoDB", () => opened(databaseOf(server)));
