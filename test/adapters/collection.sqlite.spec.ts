import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Shape } from "../../adapters/collection";
import { openCollection } from "../support/collections";
import { collectionConformance, type Opened } from "./collection.conformance";
import { type Note, SHAPE } from "./collection.model";

const folders: string[] = [];
afterAll(() => {
	for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

async function opened(folder: string): Promise<Opened> {
	const { collection, adapter, close } = await openCollection<Note>(SHAPE, folder);
	return {
		collection,
		adapter,
		close,
		again: async () => {
			await close();
			return await opened(folder);
		}
	};
}

collectionConformance("a collection in SQLite", () => {
	const folder = mkdtempSync(join(tmpdir(), "banyan-collection-"));
	folders.push(folder);
	return opened(folder);
});

it("a list is no text, though SQLite reads it off as one", async () => {
	await using opened = await openCollection<Note>(SHAPE);
	const { collection } = opened;
	await collection.insert({ id: "list", kind: ["1"] as never });
	await collection.insert({ id: "text", kind: '["1"]' });
	expect((await collection.find({ kind: '["1"]' })).records.map(({ id }) => id)).toEqual(["text"]);
	expect((await collection.find({ kind: { $gte: "" } })).records.map(({ id }) => id)).toEqual(["text"]);
});

describe("the indexes of a file", () => {
	/** How SQLite goes about what `work` asks of it. */
	async function plans(file: string, work: () => Promise<unknown>): Promise<string[]> {
		const asked = jest.spyOn(DatabaseSync.prototype, "prepare");
		await work();
		const statements = asked.mock.calls.map(([sql]) => sql).filter(sql => sql.startsWith("SELECT id"));
		asked.mockRestore();
		const db = new DatabaseSync(file);
		const steps = statements.flatMap(sql =>
			db
				.prepare(`EXPLAIN QUERY PLAN ${sql}`)
				.all()
				.map(({ detail }) => String(detail))
		);
		db.close();
		return steps;
	}

	it("are used by every page of an order, from whatever place on: nothing is sorted, no record is passed over", async () => {
		await using opened = await openCollection<Note>(SHAPE);
		const { collection, file } = opened;
		await collection.write(
			Array.from({ length: 9 }, (_, at) => ({ insert: { id: `${at}`, kind: "k", size: at < 4 ? null : at } }))
		);
		const walk = async (filter: object, sort: "id" | "-id" | "size" | "-size"): Promise<void> => {
			let after: string | null | undefined;
			while (after !== null) after = (await collection.find(filter, { sort, limit: 2, ...(after && { after }) })).next;
		};
		const steps = await plans(file, async () => {
			for (const sort of ["id", "-id", "size", "-size"] as const) await walk({}, sort);
			for (const sort of ["size", "-size"] as const) await walk({ kind: "k" }, sort);
		});
		expect(steps.length).toBeGreaterThan(15);
		for (const step of steps) expect(step).toMatch(/^S(EARCH|CAN) records USING INDEX /);
	});

	it("come and go with what the service asks for, without a record being lost", async () => {
		const folder = mkdtempSync(join(tmpdir(), "banyan-collection-"));
		folders.push(folder);
		const ids = async (shape: Shape<Note>, sort: "id" | "size"): Promise<string[]> => {
			await using opened = await openCollection<Note>(shape, folder);
			return (await opened.collection.find({}, { sort })).records.map(({ id }) => id);
		};
		const plain = { name: "notes", key: "id" } as const;
		const before = await openCollection<Note>(plain, folder);
		await before.collection.write([{ insert: { id: "a", size: 2, mail: "m" } }, { insert: { id: "b", size: 1 } }]);
		await before.close();
		await expect(ids(plain, "size")).rejects.toThrow(/no index/);
		expect(await ids({ ...plain, indexes: ["size"] }, "size")).toEqual(["b", "a"]);
		expect(await ids({ ...plain, unique: ["mail"] }, "id")).toEqual(["a", "b"]);
		await using again = await openCollection<Note>(plain, folder);
		await again.collection.insert({ id: "c", mail: "m" });
		await again.close();
		await expect(ids({ ...plain, unique: ["mail"] }, "id")).rejects.toThrow(
			/notes\.db' cannot be used \(UNIQUE constraint failed/
		);
		expect(await ids({ ...plain, indexes: ["size"] }, "id")).toEqual(["a", "b", "c"]);
	});
});
