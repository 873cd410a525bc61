/** A database that is killed, frozen, away, or not as it must be: nothing acknowledged is lost, and each says what to do. */

import { MongoClient } from "mongodb";
import { type Announcement, Conflict, Relay, StoreClosed } from "../../adapters/collection";
import { StoreAway, StoreDenied, StoreUnfit } from "../../adapters/errors";
import { MongoLinks } from "../../adapters/linkstore/mongo";
import type { MongoDatabase } from "../../adapters/mongo/connection";
import { type Note, SHAPE } from "../adapters/collection.model";
import { databaseOf, type OpenedMongo, openMongo } from "../support/mongo";
import { type DataServer, freePort, startMongo } from "../support/servers";
import { until } from "../support/until";

let server: DataServer;
beforeAll(async () => {
	server = await startMongo();
});
afterAll(() => server[Symbol.asyncDispose]());

/** As an operator would look into it. */
async function asked<T>(work: (client: MongoClient) => Promise<T>, { url } = server): Promise<T> {
	const client = await new MongoClient(url, { useUnifiedTopology: true, useNewUrlParser: true }).connect();
	try {
		return await work(client);
	} finally {
		await client.close();
	}
}

const noted = (size: number): { readonly events: readonly Announcement[] } => ({
	events: [{ event: "notes.changed", payload: { size } }]
});
const sizeIn = ({ payload }: Announcement): number => (payload as { readonly size: number }).size;

/** A node's relay: what it announces, in the order in which it does. */
function relayOf({ adapter }: Pick<OpenedMongo<Note>, "adapter">, heard: number[]): Relay {
	return new Relay(adapter, {
		announce: async announcement => void heard.push(sizeIn(announcement)),
		failed: () => undefined,
		againMs: 50
	});
}

async function ids({ collection }: OpenedMongo<Note>): Promise<string[]> {
	const found: string[] = [];
	for await (const { id } of collection.each()) found.push(id);
	return found;
}

/** What the announcements of one writer are apart from those of the next. */
const FAR = 1_000_000;

describe("killed under writers", () => {
	const ROUNDS = process.env.FAULTS === "all" ? 12 : 3;

	it("loses nothing that was acknowledged, has no half of a batch, and announces all of it in its order", async () => {
		const database = databaseOf(server);
		await using nodes = await twoNodes(database);
		const stored: string[] = [];
		const [announced, heard]: [number[], number[]] = [[], []];
		const relays = nodes.list.map(node => relayOf(node, heard));
		await Promise.all(relays.map(relay => relay.begin()));
		let isOver = false;
		let batches = 0;
		const write = async (node: OpenedMongo<Note>, relay: Relay, writer: number): Promise<void> => {
			for (let batch = 0; !isOver; batch++) {
				const batched = [0, 1, 2].map(at => `${writer}-${batch}-${at}`);
				const [first = ""] = batched;
				const changes = batched.map(id => ({ insert: { id, kind: first } }));
				await node.collection.write(changes, writer < 2 ? noted(writer * FAR + batch) : {});
				announced.push(...(writer < 2 ? [writer * FAR + batch] : []));
				stored.push(...batched);
				batches++;
				void relay.run();
			}
		};
		const writing = [0, 1, 2, 3, 4, 5].map(writer => {
			const node = nodes.list[writer % 2] as OpenedMongo<Note>;
			return write(node, relays[writer % 2] as Relay, writer);
		});
		for (let round = 0; round < ROUNDS; round++) {
			const before = batches;
			await until(() => batches > before + 30, "they write");
			await server.kill();
			await server.again();
		}
		const before = batches;
		await until(() => batches > before + 10, "they write again");
		isOver = true;
		// None of them was refused: each write was tried until it was known to be stored.
		await Promise.all(writing);
		await Promise.all(relays.map(relay => relay.run()));
		await until(async () => (await nodes.list[0]?.adapter.pending(1))?.length === 0, "all is announced");
		const there = await ids(nodes.list[0] as OpenedMongo<Note>);
		expect(there).toEqual([...new Set(stored)].sort());
		for (const writer of [0, 1]) {
			const of = (sizes: readonly number[]): number[] => sizes.filter(size => Math.floor(size / FAR) === writer);
			// At least once; of each writer, who waited for each before the next, in its order.
			expect([...new Set(of(heard))]).toEqual(of(announced));
		}
		await Promise.all(relays.map(relay => relay.end()));
	});

	it("counts right, with many who read, add one and try again", async () => {
		const database = databaseOf(server);
		await using nodes = await twoNodes(database);
		const [{ collection }] = nodes.list as [OpenedMongo<Note>];
		await collection.insert({ id: "a", size: 0 });
		let added = 0;
		/** Nobody could tell whether it was stored: others had written over it, or not. */
		let unknown = 0;
		const add = async (node: OpenedMongo<Note>): Promise<void> => {
			const found = await node.collection.read("a");
			const { record, version = "" } = { record: found?.record, version: found?.version };
			try {
				await node.collection.put({ id: "a", size: Number(record?.size) + 1 }, { expected: version });
				added++;
			} catch (error) {
				if (error instanceof StoreAway) unknown++;
				else if (!(error instanceof Conflict)) throw error;
			}
		};
		let isOver = false;
		const adding = nodes.list.flatMap(node =>
			[1, 2, 3].map(async () => {
				while (!isOver) await add(node);
			})
		);
		await until(() => added > 20, "they add");
		await server.kill();
		await server.again();
		const before = added;
		await until(() => added > before + 20, "they add again");
		isOver = true;
		await Promise.all(adding);
		const stored = (await collection.get("a"))?.size ?? 0;
		expect(stored).toBeGreaterThanOrEqual(added);
		expect(stored - added).toBeLessThanOrEqual(unknown);
		// Of each who adds, one at most was under way.
		expect(unknown).toBeLessThanOrEqual(adding.length);
	});

	it("old links are kept whole", async () => {
		const links = new MongoLinks(databaseOf(server), "write");
		await links.opened;
		const stored: string[] = [];
		let isOver = false;
		const link = (id: string) => ({ id, username: "ann", keyDigest: "x", target: "y" });
		const writing = [1, 2, 3].map(async writer => {
			for (let batch = 0; !isOver; batch++) {
				const batched = [0, 1, 2, 3].map(at => `${writer}-${batch}-${at}`);
				await links.put("vpn", batched.map(link));
				stored.push(...batched);
			}
		});
		await until(() => stored.length > 60, "they write");
		await server.kill();
		await server.again();
		const before = stored.length;
		await until(() => stored.length > before + 60, "they write again");
		isOver = true;
		await Promise.all(writing);
		expect((await links.of("vpn", stored)).map(({ id }) => id)).toEqual(stored);
		expect(await links.count()).toBe(stored.length);
		await links.close();
	});
});

async function twoNodes(database: MongoDatabase) {
	const list = [await openMongo<Note>(SHAPE, database), await openMongo<Note>(SHAPE, database)];
	return {
		list,
		[Symbol.asyncDispose]: async () => {
			for (const node of list) await node.close();
		}
	};
}

describe("what several nodes announce", () => {
	it("is in the order of its collection, and by one of them at a time", async () => {
		await using nodes = await twoNodes(databaseOf(server));
		const heard: number[] = [];
		const relays = nodes.list.map(node => relayOf(node, heard));
		await Promise.all(relays.map(relay => relay.begin()));
		let size = 0;
		// Each waits for its turn to count: what is stored later has the greater number.
		for (let round = 0; round < 15; round++)
			for (const [at, node] of nodes.list.entries()) {
				await node.collection.put({ id: "a", size }, noted(size));
				size++;
				void relays[at]?.run();
			}
		await Promise.all(relays.map(relay => relay.run()));
		expect(heard).toEqual(Array.from({ length: size }, (_, at) => at));
		await Promise.all(relays.map(relay => relay.end()));
	});

	it("is announced by another where the one that wrote it is dead, or dies while it does", async () => {
		const database = databaseOf(server);
		await using nodes = await twoNodes(database);
		const [dead, alive] = nodes.list as [OpenedMongo<Note>, OpenedMongo<Note>];
		await dead.collection.put({ id: "a" }, noted(1));
		await dead.collection.put({ id: "a" }, noted(2));
		const heard: number[] = [];
		const stuck = Promise.withResolvers<void>();
		let began = false;
		const held = dead.adapter.alone(async isMine => {
			began = true;
			await stuck.promise;
			expect(isMine()).toBe(true);
		});
		await until(() => began, "one of them announces");
		const relay = relayOf(alive, heard);
		const run = relay.begin();
		// As long as it lives, nobody takes its turn.
		await new Promise(resolve => setTimeout(resolve, 4_000));
		expect(heard).toEqual([]);
		stuck.resolve();
		await held;
		await run;
		expect(heard).toEqual([1, 2]);
		await asked(client =>
			client
				.db(database.database)
				.collection("outbox.relays")
				.updateOne({}, { $set: { holder: "dead" } })
		);
		await dead.collection.put({ id: "a" }, noted(3));
		await until(() => heard.length === 3, "its turn is taken, which has no beat any more");
		await relay.end();
	});
});

describe("that does not answer", () => {
	it("is waited for, and a moment of it is not noticed; a longer one is told, and over when it is", async () => {
		await using notes = await openMongo<Note>(SHAPE, databaseOf(server));
		await notes.collection.insert({ id: "a", size: 1 });
		server.freeze();
		const writing = notes.collection.put({ id: "a", size: 2 });
		setTimeout(() => server.thaw(), 2_000);
		await writing;
		expect(await notes.collection.get("a")).toEqual({ id: "a", size: 2 });
		await server.kill();
		const asking = [
			notes.collection.get("a"),
			notes.collection.put({ id: "b" }),
			notes.collection.put({ id: "c" }, noted(1))
		];
		for (const asked of await Promise.allSettled(asking))
			expect(asked).toMatchObject({
				status: "rejected",
				reason: {
					name: "StoreAway",
					message: expect.stringMatching(/^The store 'notes' does not answer \(for \d+ ms\): MongoDB /)
				}
			});
		await server.again();
		await notes.collection.put({ id: "b" });
		expect(await ids(notes)).toContain("b");
		await notes.close();
		await expect(notes.collection.get("a")).rejects.toThrow(StoreClosed);
	});

	it("at the start is waited for, and told by its address", async () => {
		const nowhere = databaseOf({ url: `mongodb://ann:secret@127.0.0.1:${await freePort()}` });
		const opening = openMongo<Note>(SHAPE, { ...nowhere, patienceMs: 1_000 });
		await expect(opening).rejects.toThrow(StoreAway);
		await expect(opening).rejects.toThrow(
			/does not answer \(for 1000 ms\): MongoDB at 127\.0\.0\.1:\d+ says: .*ECONNREFUSED.*Check the address in MONGODB_URL/
		);
		await expect(opening).rejects.not.toThrow(/secret/);
		await server.kill();
		const later = openMongo<Note>(SHAPE, { ...databaseOf(server), patienceMs: 60_000 });
		await new Promise(resolve => setTimeout(resolve, 1_500));
		await server.again();
		await (await later).close();
	});
});

describe("that is not as it must be", () => {
	it("is told where it is no replica set", async () => {
		await using alone = await startMongo(["--standalone"]);
		const opening = openMongo<Note>(SHAPE, databaseOf(alone));
		await expect(opening).rejects.toThrow(StoreUnfit);
		await expect(opening).rejects.toThrow(
			/no replica set, so that it has no transactions\. Start mongod with --replSet/
		);
	});

	it("is told where it asks for another login, without the one that was given", async () => {
		await using closed = await startMongo();
		await asked(
			client => client.db("vpn").command({ createUser: "ann", pwd: "p@ss", roles: [{ role: "readWrite", db: "vpn" }] }),
			closed
		);
		await closed.again(["--auth"]);
		const by = (login: string) =>
			openMongo<Note>(SHAPE, databaseOf({ url: closed.url.replace("//", `//${login}`) }, "vpn"));
		for (const [login, why] of [
			["ann:wrong@", /does not know the user in MONGODB_URL, or has another password/],
			["", /asks for a user and a password/]
		] as const) {
			await expect(by(login)).rejects.toThrow(StoreDenied);
			await expect(by(login)).rejects.toThrow(why);
			await expect(by(login)).rejects.not.toThrow(/wrong@/);
		}
		const url = closed.url.replace("//", "//ann:p%40ss@");
		await using notes = await openMongo<Note>(SHAPE, databaseOf({ url: `${url}/vpn?authSource=vpn` }, "vpn"));
		await notes.collection.put({ id: "a" });
	});

	it("is told where an index has another form, and where two records share what no two may", async () => {
		const database = databaseOf(server);
		const notes = (work: (client: MongoClient) => Promise<unknown>) => asked(work);
		await notes(client =>
			client.db(database.database).collection("notes").createIndex({ size: -1 }, { name: "by_size" })
		);
		await expect(openMongo<Note>(SHAPE, database)).rejects.toThrow(
			/'notes' cannot be kept there: it has an index in another form.*by_size/s
		);
		const other = databaseOf(server);
		await notes(client =>
			client
				.db(other.database)
				.collection("notes")
				.insertMany([
					{ _id: "a", mail: "m" },
					{ _id: "b", mail: "m" }
				] as never)
		);
		await expect(openMongo<Note>(SHAPE, other)).rejects.toThrow(/two of its records share what no two may/);
	});

	it("keeps indexes of another version, and says so", async () => {
		const database = databaseOf(server);
		await (await openMongo<Note>(SHAPE, database)).close();
		const told: string[] = [];
		const notes = await openMongo<Note>({ name: "notes", key: "id" }, database, {
			tell: sentence => told.push(sentence)
		});
		await notes.close();
		expect(told).toEqual([
			expect.stringMatching(/^MongoDB keeps indexes of 'notes' that this version does not use \(.*by_size/)
		]);
	});

	it("acknowledges and reads as it must, whatever the address says of that", async () => {
		const weak = "w=1&j=false&wtimeoutMS=1&readPreference=secondaryPreferred&readConcernLevel=local&retryWrites=false";
		await using notes = await openMongo<Note>(SHAPE, databaseOf({ url: `${server.url}/?${weak}` }));
		await notes.collection.put({ id: "a" });
		const { writeConcern, readConcern, readPreference } = notes.adapter.collection as object as {
			readonly [name: string]: object;
		};
		expect(writeConcern).toMatchObject({ w: "majority", j: true });
		expect(readConcern).toMatchObject({ level: "majority" });
		expect(readPreference).toMatchObject({ mode: "primary" });
	});

	it("refuses a record that is too large for it, with a sentence", async () => {
		await using notes = await openMongo<Note>(SHAPE, databaseOf(server));
		const within = "x".repeat(17 * 2 ** 20);
		for (const writing of [
			() => notes.collection.put({ id: "a", within }),
			() => notes.collection.insert({ id: "a", within }, noted(1)),
			() => notes.collection.write([{ insert: { id: "a", within } }, { insert: { id: "b" } }])
		])
			await expect(writing()).rejects.toThrow(
				/A record of 'notes' has \d+ bytes as MongoDB would keep it, 16777216 at most/
			);
		expect(await notes.collection.count()).toBe(0);
		await notes.collection.put({ id: "a", within: "x".repeat(15 * 2 ** 20) });
	});
});
