/** Collections in a MongoDB-compatible server promise what those in SQLite do. */

import { MongoAdapter } from "../../adapters/collection/mongo";
import type { MongoDatabase } from "../../adapters/mongo/connection";
import { collectionConformance, type Opened } from "../adapters/collection.conformance";
import { type Note, SHAPE } from "../adapters/collection.model";
import { moleculerDbConformance } from "../adapters/moleculer-db.conformance";
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

const POSTS = { name: "posts", unique: ["slug"], indexes: ["votes"] };
// MongoDB looks into all fields by an index of texts alone.
moleculerDbConformance("MongoDB", () => new MongoAdapter(databaseOf(server), POSTS), false);

it("is opened by many nodes at once, who all find the same", async () => {
	const database = databaseOf(server);
	const nodes = await Promise.all(Array.from({ length: 6 }, () => openMongo<Note>(SHAPE, database)));
	await Promise.all(nodes.map(({ collection }, at) => collection.insert({ id: `${at}`, size: at })));
	for (const { collection } of nodes) expect((await collection.find({}, { sort: "-size" })).records).toHaveLength(6);
	for (const node of nodes) await node.close();
});
