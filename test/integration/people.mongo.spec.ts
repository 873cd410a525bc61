/** People in a MongoDB-compatible server, as two nodes share it. */

import { databaseOf, openMongo } from "../support/mongo";
import { type People, SHAPE } from "../support/people";
import { peopleSuite } from "../support/people-suite";
import { type DataServer, startMongo } from "../support/servers";

let server: DataServer;
beforeAll(async () => {
	server = await startMongo();
});
afterAll(() => server[Symbol.asyncDispose]());

peopleSuite(
	"people in MongoDB",
	async () => {
		const database = databaseOf(server);
		const [one, other] = [await openMongo(SHAPE, database), await openMongo(SHAPE, database)];
		return {
			nodes: [one.collection as People, other.collection as People],
			[Symbol.asyncDispose]: async () => {
				await one.close();
				await other.close();
			}
		};
	},
	{ runs: 2, many: 20 }
);
