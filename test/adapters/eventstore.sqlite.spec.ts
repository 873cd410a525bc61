import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { NEW, openSqliteStore, StoreBusy, StoreClosed, StoreFull } from "../../adapters/eventstore";
import { openFile, pragma } from "../../adapters/sqlite-file";
import { conformance } from "./conformance";
import { all, event, insist } from "./events";
import { startWriter } from "./writer";

const made: string[] = [];
const fresh = (): string => {
	const dir = mkdtempSync(join(tmpdir(), "banyan-store-"));
	made.push(dir);
	return join(dir, "events.db");
};
afterAll(() => {
	for (const dir of made) rmSync(dir, { recursive: true, force: true });
});

conformance("the event store in SQLite", options => openSqliteStore(fresh(), options));

describe("one file", () => {
	it("L11: is in WAL with a full sync wherever an acknowledgement is given", () => {
		const db = openFile(fresh(), { application: 1, version: 1, schema: "CREATE TABLE a (b TEXT)" }, {});
		expect(db.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
		expect(db.prepare("PRAGMA synchronous").get()).toEqual({ synchronous: 2 });
		expect(pragma(db, "user_version")).toBe(1);
		db.close();
	});

	it("keeps everything over a restart", async () => {
		const file = fresh();
		const before = openSqliteStore(file);
		const { version, position, at } = await before.append("a", NEW, [event(1)], "1");
		await before.close();
		const after = openSqliteStore(file);
		expect(await after.version("a")).toBe(version);
		expect(await after.append("a", NEW, [event(1)], "1")).toEqual({ version, position, at, repeated: true });
		await after.close();
	});

	it("answers each append of a group by itself", async () => {
		const store = openSqliteStore(fresh());
		const group = await Promise.allSettled([
			store.append("a", NEW, [event(1)], "1"),
			store.append("a", "7", [event("stale")], "2"),
			store.append("b", NEW, [event(1)], "1"),
			store.append("a", "1", [event(2)], "3")
		]);
		expect(group.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled"]);
		expect(await all(store.readAll())).toHaveLength(3);
		await store.close();
	});

	it("that is full stores nothing of the append, goes on reading, and goes on when it may grow", async () => {
		const file = fresh();
		const store = openSqliteStore(file, { maxPages: 40 });
		let kept = 0;
		const fill = async (): Promise<void> => {
			for (; ; kept++) {
				await store.append("a", String(kept), [event("x".repeat(7_000)), event(kept)], `${kept}`);
			}
		};
		await expect(fill()).rejects.toThrow(StoreFull);
		expect(kept).toBeGreaterThan(5);
		expect(await all(store.read("a"))).toHaveLength(2 * kept);
		expect(await store.version("a")).toBe(String(kept));
		const group = [insist(store, "b", "small", "1"), insist(store, "c", "x".repeat(200_000), "big")];
		for (const refused of group) await expect(refused).rejects.toThrow(/disk is full or its size limit/);
		expect(await store.streams("")).toEqual(["a"]);
		await store.close();
		const roomy = openSqliteStore(file);
		await insist(roomy, "a", "more", "more");
		expect(await all(roomy.read("a"))).toHaveLength(2 * kept + 1);
		await roomy.close();
	});

	it("makes an append wait for another writer, and says so when that one hangs", async () => {
		const file = fresh();
		const store = openSqliteStore(file, { busyMs: 150 });
		const other = new DatabaseSync(file);
		other.exec("BEGIN IMMEDIATE");
		const hung = store.append("a", NEW, [event(1)], "1");
		await expect(hung).rejects.toThrow(StoreBusy);
		await expect(hung).rejects.toThrow(/locked by another process for \d+ ms/);
		await store.close();
		const patient = openSqliteStore(file, { busyMs: 60_000 });
		const waiting = patient.append("a", NEW, [event(1)], "1");
		setTimeout(() => other.exec("ROLLBACK"), 60);
		expect((await waiting).version).toBe("1");
		other.close();
		await patient.close();
	});
});

describe("a store opened for reading", () => {
	it("creates nothing", () => {
		const file = fresh();
		expect(() => openSqliteStore(file, { access: "read" })).toThrow(/no such file/);
		expect(existsSync(file)).toBe(false);
		expect(() => openSqliteStore(join(file, "deeper", "events.db"), { access: "read" })).toThrow(/no such file/);
		expect(readdirSync(join(file, ".."))).toEqual([]);
	});

	it("sees what a writer stores, and stores nothing itself", async () => {
		const file = fresh();
		const writer = openSqliteStore(file);
		const { version } = await insist(writer, "a", 1, "1");
		const reader = openSqliteStore(file, { access: "read" });
		expect(await reader.version("a")).toBe(version);
		await insist(writer, "a", 2, "2");
		expect(await all(reader.readAll())).toHaveLength(2);
		const refused = reader.append("a", version, [event(3)], "3");
		await expect(refused).rejects.toThrow(StoreClosed);
		await expect(refused).rejects.toThrow(/open for reading only/);
		await reader.close();
		await writer.close();
	});

	it("opens what nobody holds any more", async () => {
		const file = fresh();
		const writer = openSqliteStore(file);
		await insist(writer, "a", 1, "1");
		await writer.close();
		const reader = openSqliteStore(file, { access: "read" });
		expect(await all(reader.readAll())).toHaveLength(1);
		await reader.close();
	});
});

describe("several processes on one file", () => {
	it("L13: none loses an append to another; the versions are contiguous", async () => {
		const file = fresh();
		const streams = ["shared/a", "shared/b"];
		const writers = ["p", "q", "r"].map(name => startWriter({ file, name, streams, count: 60 }));
		for (const { ended } of writers) expect((await ended).code).toBe(0);
		const store = openSqliteStore(file);
		for (const stream of streams) {
			const found = await all(store.read(stream));
			expect(found.map(recorded => recorded.version)).toEqual(Array.from({ length: 180 }, (_, i) => `${i + 1}`));
			expect(new Set(found.map(recorded => recorded.event.data)).size).toBe(180);
		}
		await store.close();
	});

	it("a subscriber sees what another process appends, each once and in order", async () => {
		const file = fresh();
		const store = openSqliteStore(file);
		const first = await insist(store, "before", 0, "0");
		const writer = startWriter({ file, name: "w", streams: ["a", "b"], count: 40 });
		const stop = new AbortController();
		const seen: string[] = [];
		for await (const recorded of store.subscribe(first.position, stop.signal)) {
			seen.push(recorded.position);
			if (seen.length === 80) stop.abort();
		}
		await writer.ended;
		const stored = await all(store.readAll(first.position));
		expect(seen).toEqual(stored.map(recorded => recorded.position));
		await store.close();
	});

	it("a reader reads while another process writes", async () => {
		const file = fresh();
		await openSqliteStore(file).close();
		const writer = startWriter({ file, name: "w", streams: ["a"], count: 300 });
		await writer.began;
		const reader = openSqliteStore(file, { access: "read" });
		let before = 0;
		let code: number | null | undefined;
		void writer.ended.then(ended => {
			code = ended.code;
		});
		while (before < 300) {
			// One that died would be waited for in vain.
			expect(code ?? 0).toBe(0);
			const found = await all(reader.read("a"));
			expect(found.map(recorded => recorded.version)).toEqual(found.map((_, i) => `${i + 1}`));
			expect(found.length).toBeGreaterThanOrEqual(before);
			before = found.length;
		}
		expect((await writer.ended).code).toBe(0);
		await reader.close();
	});
});
