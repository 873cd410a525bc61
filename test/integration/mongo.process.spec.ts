/** A process of its own: one without servers does without the driver, and what the driver warns of is in no log. */

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { databaseOf } from "../support/mongo";
import { startMongo } from "../support/servers";

const SCRIPT = `
	const loaded = () => Object.keys(require.cache).filter(file => /node_modules.(mongodb|bson|moleculer-db-adapter-mongo)/.test(file));
	require("./node");
	for (const file of ["collection.mixin", "store.mixin"]) require("./mixins/" + file);
	for (const name of ["platform/access", "migration/links"]) require("./services/" + name + ".service");
	const before = loaded().length;
	const { MongoAdapter } = require("./adapters/collection/mongo");
	const { MongoLinks } = require("./adapters/linkstore/mongo");
	const database = JSON.parse(process.argv[1]);
	(async () => {
		const adapter = new MongoAdapter(database, { name: "notes", unique: ["mail"], indexes: ["size"] });
		const links = new MongoLinks(database, "write");
		await Promise.all([adapter.connect(), links.opened]);
		const doc = { _id: "a", _version: "1", mail: "m" };
		await adapter.write([{ id: "a", doc, expected: null }], [{ event: "x", payload: {} }]);
		await adapter.updateMany({ mail: "m" }, { $set: { size: 1 } });
		await adapter.find({ query: { size: 1 }, sort: ["size", "_id"], limit: 2 });
		await adapter.alone(async () => adapter.acknowledge(["1"]));
		await adapter.count({ query: {} });
		await adapter.removeById("a");
		await links.put("vpn", [{ id: "1", username: "ann", keyDigest: "x", target: "y" }]);
		await links.find("ann");
		await links.close();
		await adapter.disconnect();
		console.log(JSON.stringify({ before, after: loaded().length > 0 }));
	})();`;

it("loads it when it is needed, says nothing by itself, and ends once all is closed", async () => {
	await using server = await startMongo();
	const args = ["--import", "tsx", "-e", SCRIPT, JSON.stringify(databaseOf(server))];
	const { stdout, stderr, status } = spawnSync(process.execPath, args, {
		cwd: join(__dirname, "..", ".."),
		encoding: "utf8",
		timeout: 120_000
	});
	expect([stderr, JSON.parse(stdout || "null"), status]).toEqual(["", { before: 0, after: true }, 0]);
});
