/** Marzneshin's own database beside its API: read alone, for the passwords of its admins. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Source } from "../../connectors/connector";
import { openMarzneshin } from "../../connectors/marzneshin";
import { openDatabase } from "../../connectors/sql";
import { startMarzneshin } from "../../demo/panels/marzneshin";
import type { Panel } from "../../demo/panels/panel";

const BCRYPT = /^\$2b\$12\$.{53}$/;

let folder: string;
let panel: Panel;
const file = () => join(folder, "marzneshin.db");
const open = (database: string): Source =>
	openMarzneshin({
		connector: "marzneshin",
		url: panel.url,
		username: "admin",
		password: "admin123",
		authAlgorithm: "xxh128",
		retryBaseMs: 1,
		database
	});
async function on<T>(database: string, work: (source: Source) => Promise<T>): Promise<T> {
	const source = open(database);
	try {
		return await work(source);
	} finally {
		await source.close();
	}
}

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "marzneshin-database-"));
	panel = await startMarzneshin({ loginMs: 1, file: file() });
});
afterAll(async () => {
	await panel.close();
	rmSync(folder, { recursive: true, force: true });
});

test("a record says that there is a password, never which; the hash is given when it is asked for", async () => {
	await on(file(), async source => {
		const { records } = await source.read("admins", null, 100);
		expect(records.length).toBeGreaterThan(3);
		for (const { data } of records) expect(data.has_password).toBe(true);
		expect(JSON.stringify([records, await source.check()])).not.toContain("$2b$");
		expect(await source.secrets?.("admins", ["reseller1", "nobody"])).toEqual({
			reseller1: { hashed_password: expect.stringMatching(BCRYPT) }
		});
		expect(await source.secrets?.("users", ["reseller1"])).toEqual({});
	});
});

test("one whose password is none, or of another kind, is not said to have one", async () => {
	const [before] = panel.db.prepare("SELECT hashed_password AS hash FROM admins WHERE username = 'reseller1'").all();
	for (const hash of [null, "", "plain text"]) {
		panel.db.prepare("UPDATE admins SET hashed_password = ? WHERE username = 'reseller1'").run(hash);
		await on(file(), async source => {
			expect((await source.find("admins", "reseller1"))?.data.has_password).toBe(false);
			expect(await source.secrets?.("admins", ["reseller1"])).toEqual({});
		});
	}
	panel.db.prepare("UPDATE admins SET hashed_password = ? WHERE username = 'reseller1'").run(String(before?.hash));
});

test("without a database all is as the API says", async () => {
	await on("", async source => {
		const { facts } = await source.check();
		expect(facts.database).toBeNull();
		expect((await source.find("admins", "reseller1"))?.data).not.toHaveProperty("has_password");
		expect(await source.secrets?.("admins", ["reseller1"])).toEqual({});
	});
});

test("it is only read: the database itself refuses a write on that connection", async () => {
	const database = openDatabase(file(), 1000, { access: "read" });
	await expect(database.change([{ sql: "UPDATE admins SET is_sudo = 1" }])).rejects.toMatchObject({
		code: "forbidden"
	});
	await database.close();
});

describe("a check", () => {
	const finding = (database: string, code: string) =>
		on(database, async source => (await source.check()).findings.find(each => each.code === code));
	const made = (name: string, sql: string): string => {
		const path = join(folder, name);
		const db = new DatabaseSync(path);
		db.exec(sql);
		db.close();
		return path;
	};
	const TABLE =
		"CREATE TABLE admins (username TEXT, hashed_password TEXT, enabled INT, all_services_access INT); INSERT INTO admins VALUES ('x', 'y', 1, 1)";

	test("of the panel's own is good, and says what it is for", async () => {
		await on(file(), async source => {
			const { ok, facts } = await source.check();
			expect([ok, facts.database]).toEqual([true, { kind: "sqlite" }]);
		});
		expect(await finding(file(), "database")).toMatchObject({ ok: true, message: expect.stringMatching(/only read/) });
	});

	test.each([
		["no file", "database-unreachable", () => join(folder, "absent.db"), "There is no database file"],
		["no database", "database-wrong-system", () => text("note.txt"), "no SQLite database"],
		["no tables", "database-tables", () => made("empty.db", "CREATE TABLE t (a)"), "no table admins"],
		[
			"a Marzban's",
			"database-tables",
			() => made("other.db", "CREATE TABLE admins (username TEXT, hashed_password TEXT)"),
			"no enabled, all_services_access"
		],
		["another Marzneshin's", "database-foreign", () => made("foreign.db", TABLE), "their admins differ"]
	])("of %s says so in a sentence", async (_what, code, path, words) => {
		expect(await finding(path(), code)).toMatchObject({ ok: false, message: expect.stringContaining(words) });
	});

	const text = (name: string): string => {
		const path = join(folder, name);
		writeFileSync(path, "not a database, but a longer text than its header would be");
		return path;
	};

	test("of one that is locked says what to do", async () => {
		const path = made("locked.db", TABLE);
		const holder = new DatabaseSync(path);
		holder.exec("BEGIN EXCLUSIVE");
		const said = await finding(path, "database-throttled");
		holder.close();
		expect(said?.message).toMatch(/locked by another program.*Stop what holds it/);
	});
});
