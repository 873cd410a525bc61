import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openSqliteStore, StoreBusy, StoreFull } from "../../adapters/eventstore";
import { atomically, Group, part } from "../../adapters/transactions";
import { event } from "./events";

/** One whose ROLLBACK fails, as on a disk that is failing. */
class Stubborn extends DatabaseSync {
	refusals = 0;
	override exec(sql: string): void {
		if (sql === "ROLLBACK" && this.refusals-- > 0) throw new Error("disk I/O error");
		super.exec(sql);
	}
}

let dir: string;
let db: Stubborn;
beforeEach(() => {
	dir = mkdtempSync(join(tmpdir(), "banyan-transactions-"));
	db = new Stubborn(join(dir, "notes.db"));
	db.exec("PRAGMA journal_mode = WAL; CREATE TABLE notes (text TEXT NOT NULL) STRICT");
});
afterEach(() => {
	db.close();
	rmSync(dir, { recursive: true, force: true });
});

const put = (text: string): void => void db.prepare("INSERT INTO notes VALUES (?)").run(text);
const notes = (): unknown[] =>
	db
		.prepare("SELECT text FROM notes")
		.all()
		.map(({ text }) => text);
const broken = (text: string) => (): void => {
	put(text);
	throw new Error("broken in the middle");
};

it("is all or nothing", () => {
	expect(() => atomically(db, broken("a"))).toThrow("broken in the middle");
	atomically(db, () => put("b"));
	expect(notes()).toEqual(["b"]);
});

it("goes on after a ROLLBACK that failed, and keeps nothing of what it was to undo", async () => {
	const group = new Group(db, "notes.db");
	for (const failing of [async () => atomically(db, broken("a")), () => group.run(broken("a"))]) {
		db.refusals = 1;
		await expect(failing()).rejects.toThrow("broken in the middle");
		await group.run(() => put("b"));
	}
	expect(notes()).toEqual(["b", "b"]);
});

it("goes on after a full disk, of which SQLite has rolled back by itself", async () => {
	const group = new Group(db, "notes.db");
	db.exec("PRAGMA max_page_count = 4");
	const large = group.run(() => put("x".repeat(100_000)));
	const small = group.run(() => put("small"));
	for (const each of [large, small]) await expect(each).rejects.toThrow(StoreFull);
	await group.run(() => put("small"));
	expect(notes()).toEqual(["small"]);
});

it("undoes a part of it alone, but all where SQLite ended all", async () => {
	const group = new Group(db, "notes.db");
	await group.run(() => {
		put("a");
		expect(() => part(db, broken("b"))).toThrow("broken in the middle");
	});
	expect(notes()).toEqual(["a"]);
	db.exec("PRAGMA max_page_count = 4");
	await expect(group.run(() => part(db, () => put("x".repeat(100_000))))).rejects.toThrow(StoreFull);
	expect(notes()).toEqual(["a"]);
});

it("waits for another process without keeping others of this one waiting, and says so in the end", async () => {
	const other = new DatabaseSync(join(dir, "notes.db"));
	other.exec("BEGIN IMMEDIATE");
	const late = new Group(db, "notes.db").run(() => put("late"));
	await expect(new Group(new DatabaseSync(join(dir, "notes.db")), "notes.db", 30).run(() => undefined)).rejects.toThrow(
		StoreBusy
	);
	other.exec("COMMIT");
	await late;
	expect(notes()).toEqual(["late"]);
	other.close();
});

it("keeps an event store from being wedged by it", async () => {
	const store = openSqliteStore(join(dir, "events.db"), {
		now: (
			times => () =>
				new Date(times.shift() ?? "2026-01-02")
		)(["no time"])
	});
	const exec = jest.spyOn(DatabaseSync.prototype, "exec").mockImplementation(function (
		this: DatabaseSync,
		sql: string
	) {
		exec.mockRestore();
		this.exec(sql);
		jest.spyOn(DatabaseSync.prototype, "exec").mockImplementationOnce(() => {
			throw new Error("disk I/O error");
		});
	});
	await expect(store.append("a", "0", [event(1)], "1")).rejects.toThrow("Invalid time value");
	expect(await store.append("a", "0", [event(1)], "1")).toMatchObject({ repeated: false });
	jest.restoreAllMocks();
	await store.close();
});
