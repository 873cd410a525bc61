/** moleculer-db's own service, with all its actions, over an adapter: it is one of its adapters in every respect. */

import { ServiceBroker } from "moleculer";
import * as moleculerDb from "moleculer-db";
import type { CollectionAdapter } from "../../adapters/collection";

let broker: ServiceBroker;
let adapter: CollectionAdapter;

/** @param open an adapter with nothing in it, where `slug` is unique and `votes` an index @param searchesAll without naming fields */
export function moleculerDbConformance(name: string, open: () => CollectionAdapter, searchesAll = true): void {
	describe(`moleculer-db over ${name}`, () => {
		beforeEach(async () => {
			broker = new ServiceBroker({ logger: false });
			const settings = { idField: "id", useDotNotation: true };
			const schema = { name: "posts", mixins: [moleculerDb as never], adapter: open(), settings };
			// Moleculer gives the service a copy.
			({ adapter } = broker.createService(schema as never) as unknown as { adapter: CollectionAdapter });
			await broker.start();
		});
		afterEach(() => broker.stop());
		promises(searchesAll);
	});
}

const call = <T>(action: string, params: object = {}): Promise<T> =>
	broker.call(`posts.${action}`, params) as Promise<T>;
type Post = { readonly id: string; readonly title: string; readonly votes: number };
const some = (): Promise<Post[]> =>
	call("insert", {
		entities: ["Ann", "ben", "Cid", "dan"].map((title, votes) => ({
			title,
			votes,
			slug: `s${votes}`,
			by: { name: title }
		}))
	});
const titles = (posts: readonly Post[]): string[] => posts.map(({ title }) => title);

function promises(searchesAll: boolean): void {
	it("creates, gets, updates and removes", async () => {
		const made = await call<Post>("create", { title: "Ann", votes: 1, by: { name: "a", of: "x" } });
		expect(made).toMatchObject({ id: expect.any(String), title: "Ann" });
		expect(await call("get", { id: made.id })).toMatchObject(made);
		const updated = await call("update", { id: made.id, votes: 2, by: { name: "b" } });
		expect(updated).toMatchObject({ id: made.id, title: "Ann", votes: 2, by: { name: "b", of: "x" } });
		expect(await call("remove", { id: made.id })).toMatchObject({ id: made.id });
		await expect(call("get", { id: made.id })).rejects.toMatchObject({ name: "EntityNotFoundError" });
		await expect(call("update", { id: "none", votes: 2 })).rejects.toMatchObject({ name: "EntityNotFoundError" });
	});

	it("takes a key that is given, and refuses it a second time, as it does a unique value", async () => {
		expect(await call("create", { id: "own", slug: "one" })).toMatchObject({ id: "own" });
		await expect(call("create", { id: "own" })).rejects.toThrow(/'_id' of document 0 is taken/);
		await expect(call("insert", { entities: [{ id: "a" }, { slug: "one" }] })).rejects.toThrow(/'slug' of document 1/);
		expect(await call("count")).toBe(1);
	});

	it("finds by query, order, limit and offset", async () => {
		await some();
		expect(titles(await call("find", { sort: "-votes" }))).toEqual(["dan", "Cid", "ben", "Ann"]);
		expect(titles(await call("find", { sort: "votes", limit: 2, offset: 1 }))).toEqual(["ben", "Cid"]);
		expect(titles(await call("find", { query: { votes: { $in: [0, 3] }, title: { $ne: "Ann" } } }))).toEqual(["dan"]);
		expect(
			titles(await call("find", { query: { $or: [{ votes: 0 }, { votes: { $gte: 3 } }] }, sort: "title" }))
		).toEqual(["Ann", "dan"]);
		expect(await call("find", { query: { votes: 1 }, fields: ["title"] })).toEqual([{ title: "ben" }]);
		expect(await call("count", { query: { votes: { $nin: [0], $lt: 3 } } })).toBe(2);
	});

	it("searches in all fields, or in some", async () => {
		await some();
		if (searchesAll) expect(titles(await call("find", { search: "AN", sort: "votes" }))).toEqual(["Ann", "dan"]);
		expect(await call("count", { search: "s1", searchFields: ["title"] })).toBe(0);
		expect(titles(await call("find", { search: "s1", searchFields: ["slug", "title"] }))).toEqual(["ben"]);
	});

	it("lists by pages, and answers many by their keys", async () => {
		const posts = await some();
		expect(await call("list", { page: 2, pageSize: 3, sort: "votes" })).toMatchObject({
			rows: [{ title: "dan" }],
			total: 4,
			page: 2,
			totalPages: 2
		});
		const [first, , third] = posts as [Post, Post, Post];
		expect(titles(await call("get", { id: [first.id, third.id] })).sort()).toEqual(["Ann", "Cid"]);
		expect(Object.keys(await call<object>("get", { id: [first.id, third.id], mapping: true })).sort()).toEqual(
			[first.id, third.id].sort()
		);
	});

	it("does what no action asks for", async () => {
		await some();
		expect(await adapter.updateMany({ votes: { $lt: 2 } }, { $set: { done: true }, $unset: { by: 1 } })).toBe(2);
		expect(await adapter.findOne({ done: true, title: "Ann" })).toMatchObject({ title: "Ann", votes: 0 });
		expect(await adapter.findOne({ title: "nobody" })).toBeNull();
		await expect(adapter.updateMany({}, { $push: { a: 1 } })).rejects.toThrow(/'\$push'/);
		await expect(adapter.updateMany({}, { $set: { "__proto__.a": 1 } })).rejects.toThrow(RangeError);
		expect(await adapter.removeMany({ done: true })).toBe(2);
		await adapter.clear();
		expect(await adapter.count()).toBe(0);
	});
}
