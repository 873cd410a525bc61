/** What a database carries for Marzban, on a real MariaDB with Marzban's tables. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { RowDataPacket } from "mysql2";
import { createConnection } from "mysql2/promise";
import { openMarzban } from "../../connectors/marzban";
import { AdminRows } from "../../connectors/marzban/admin-rows";
import { carriedChange, rowsOf } from "../../connectors/marzban/carried";
import { refuse } from "../../connectors/marzban/refuse";
import { UserRows } from "../../connectors/marzban/user-rows";
import { type Database, openDatabase } from "../../connectors/sql";
import type { Json } from "../../contracts/json";
import { startSmallMarzban } from "../connectors/support/marzban";
import { CARRIED, HASH } from "../connectors/support/marzban-carried";
import { connect, data, STATES } from "../connectors/support/marzban-users";
import { type MariaDb, startMariaDb } from "../support/mariadb";

const NOW = new Date("2026-11-21T00:00:00Z");
let server: MariaDb;
let database: Database;
let rows: UserRows;

beforeAll(async () => {
	server = await startMariaDb();
	database = openDatabase(server.url, 5000);
	rows = new UserRows(database);
});
afterAll(async () => {
	await database?.close();
	await server?.[Symbol.asyncDispose]();
});

/** A user made as the panel would, and as its API shows them. */
async function made(name: string, more = ""): Promise<Json> {
	await server.root.query(
		`INSERT INTO users (username, status, used_traffic, created_at) VALUES ('${name}', 'active', 0, UTC_TIMESTAMP()) ${more}`
	);
	const [row] = await found("SELECT created_at FROM users WHERE username = ?", name);
	return { ...data({ username: name }), created_at: String(row?.created_at) };
}
async function found(sql: string, ...cells: string[]): Promise<RowDataPacket[]> {
	return (await server.root.query<RowDataPacket[]>(sql, cells))[0];
}
const text = async (sql: string, name: string) =>
	(await database.read(sql, [name])).map(row => Object.values(row).join(" | "));
const present = async (name: string): Promise<Json> => {
	const [record] = await rows.complete([{ name, data: data({ username: name }) }]);
	return record?.data ?? {};
};
async function carry(name: string, desired: Json, before: Json | null = null): Promise<string[]> {
	const there = await present(name);
	const change = carriedChange(desired, there, before, NOW);
	if (change) await rows.carry(there, change);
	return [...(change?.fields ?? [])];
}

test("opened to be read, it takes no write on any connection", async () => {
	const reading = openDatabase(server.url, 5000, { access: "read" });
	expect(await reading.read("SELECT 1 AS one")).toEqual([{ one: "1" }]);
	const write = { sql: "UPDATE users SET used_traffic = 1 WHERE id = 0" };
	await expect(reading.change([write])).rejects.toMatchObject({ code: "forbidden" });
	await reading.close();
});

describe("users", () => {
	test("are written to the byte and to the second, read back, and not written again", async () => {
		await made("whole");
		const desired = {
			...data(),
			...CARRIED,
			used_traffic: "9007199254740993",
			sub_updated_at: "2026-10-31T23:59:59.999999"
		};
		expect(await carry("whole", desired)).not.toEqual([]);
		expect(await carry("whole", desired)).toEqual([]);
		expect(await present("whole")).toMatchObject({
			used_traffic: "9007199254740993",
			lifetime_used_traffic: "18014398509481985",
			created_at: "2023-04-05T06:07:08",
			sub_updated_at: "2026-10-31T23:59:59",
			traffic_reset_at: "2026-11-01T00:00:00",
			sub_last_user_agent: "v2rayNG/1.8.5"
		});
		const log =
			"SELECT used_traffic_at_reset, reset_at FROM user_usage_logs WHERE user_id = (SELECT id FROM users WHERE username = ?)";
		expect(await text(log, "whole")).toEqual(["9007199254740992 | 2026-11-01 00:00:00"]);
	});

	test("a counter that moved by one byte beyond 2^53 is seen", async () => {
		await made("near");
		await carry("near", { ...data(), used_traffic: "9007199254740992" });
		const there = await present("near");
		await server.root.query("UPDATE users SET used_traffic = 9007199254740993 WHERE username = 'near'");
		const change = carriedChange({ ...data(), used_traffic: "1" }, there, null, NOW);
		if (change === null) throw new Error("nothing to change");
		await expect(rows.carry(there, change)).rejects.toMatchObject({ code: "conflict" });
		expect(await text("SELECT used_traffic FROM users WHERE username = ?", "near")).toEqual(["9007199254740993"]);
	});

	test("an agent longer than its column is cut, by characters", async () => {
		await made("agent");
		const agent = "🙂".repeat(100);
		expect(await carry("agent", { ...data(), sub_last_user_agent: agent })).toEqual(["sub_last_user_agent"]);
		expect((await present("agent")).sub_last_user_agent).toBe("🙂".repeat(64));
	});

	test("a change that fails midway leaves nothing", async () => {
		await made("atomic");
		const there = await present("atomic");
		const logs = [{ id: null, used_traffic_at_reset: "1", reset_at: "not a time" }];
		const change = { columns: { used_traffic: "5" }, logs, fields: [] };
		await expect(rows.carry(there, change)).rejects.toMatchObject({ code: "refused" });
		expect((await present("atomic")).used_traffic).toBe("0");
	});

	test("are put back column by column, with their log and owner", async () => {
		await server.root.query("INSERT INTO admins (username) VALUES ('owner')");
		await made("old");
		await server.root.query(`UPDATE users SET used_traffic = 7, note = '', admin_id = (SELECT id FROM admins WHERE username = 'owner'),
			edit_at = '2020-01-01 00:00:00', sub_last_user_agent = 'x' WHERE username = 'old'`);
		await server.root.query(
			"INSERT INTO user_usage_logs (user_id, used_traffic_at_reset, reset_at) SELECT id, 9007199254740993, NULL FROM users WHERE username = 'old'"
		);
		const before = JSON.parse(JSON.stringify(await present("old"))) as Json;
		await carry("old", { ...data(), ...CARRIED }, before);
		await server.root.query(
			"UPDATE users SET admin_id = NULL, edit_at = UTC_TIMESTAMP(), on_hold_timeout = UTC_TIMESTAMP() WHERE username = 'old'"
		);
		await carry("old", before);
		const image = rowsOf(before);
		if (image === undefined) throw new Error("no image");
		await rows.putBack(image, await present("old"));
		expect(rowsOf(await present("old"))).toEqual(image);
	});

	test("one removed takes their rows along, those that nobody owns any more too", async () => {
		await made("gone");
		await carry("gone", { ...data(), ...CARRIED });
		const there = await present("gone");
		const count = async () =>
			Number(
				(
					await found(
						"SELECT count(*) AS n FROM user_usage_logs WHERE user_id IS NULL OR user_id NOT IN (SELECT id FROM users)"
					)
				)[0]?.n
			);
		await rows.clear(there);
		await server.root.query("DELETE FROM users WHERE username = 'gone'");
		await server.root.query(
			`SET FOREIGN_KEY_CHECKS = 0; INSERT INTO user_usage_logs (user_id, used_traffic_at_reset) VALUES (${rowsOf(there)?.users.id}, 1); SET FOREIGN_KEY_CHECKS = 1`
		);
		expect(await count()).toBe(1);
		await rows.sweep(there);
		expect(await count()).toBe(0);
	});

	test("a namesake in other letters is another one", async () => {
		await made("Folded");
		await made("FOLDED");
		expect(await rows.complete([{ name: "folded", data: {} }])).toEqual([{ name: "folded", data: {} }]);
	});

	test("what the columns cannot hold is refused before anything is sent", () => {
		const desired = { ...data({ username: "late" }), expire: 2_147_483_648 };
		expect(() => refuse(desired, "mysql")).toThrow(
			expect.objectContaining({ code: "refused", message: expect.stringContaining("2038") })
		);
		expect(() => refuse({ ...desired, expire: 2_147_483_647 }, "mysql")).not.toThrow();
		expect(() => refuse(desired, "sqlite")).not.toThrow();
		expect(() => refuse({ ...data(STATES.on_hold), username: "x".repeat(35) }, "mysql")).toThrow(/34/);
	});
});

describe("admins", () => {
	test("come with their hash, sudo among them, and go although users are theirs", async () => {
		const admins = new AdminRows(database);
		await admins.create("boss", { is_sudo: true, hashed_password: HASH, users_usage: "9007199254740993" });
		await expect(admins.create("BOSS", { hashed_password: HASH })).rejects.toMatchObject({ code: "conflict" });
		const sql = "SELECT hashed_password, is_sudo, users_usage FROM admins WHERE username = ?";
		expect(await text(sql, "boss")).toEqual([`${HASH} | 1 | 9007199254740993`]);
		await admins.count("boss", "5");
		expect(await text(sql, "boss")).toEqual([`${HASH} | 1 | 9007199254740993`]);
		await made("his");
		await server.root.query(
			"UPDATE users SET admin_id = (SELECT id FROM admins WHERE username = 'boss') WHERE username = 'his'"
		);
		await admins.remove("BOSS");
		await admins.count("BOSS", "9223372036854775807");
		expect(await text(sql, "boss")).toEqual([`${HASH} | 1 | 9007199254740993`]);
		await admins.remove("boss");
		expect(await text(sql, "boss")).toEqual([]);
		expect(await text("SELECT admin_id FROM users WHERE username = ?", "his")).toEqual([""]);
	});
});

/** Whatever the server's own mode makes of a backslash, and whatever is written. */
describe.each(["", "NO_BACKSLASH_ESCAPES", "ANSI_QUOTES,NO_BACKSLASH_ESCAPES", "NO_ZERO_DATE,PIPES_AS_CONCAT"])(
	"a server whose sql_mode is '%s'",
	mode => {
		const HOSTILE = [
			"\\' OR 1=1 -- ",
			"a\\\\'b",
			"'); DROP TABLE users; -- ",
			'" OR ""="',
			"x\0y",
			"\n\r\u001a%_?:x @y `z` 🙂",
			"\\",
			"'"
		];
		let other: Database;
		beforeAll(async () => {
			await server.root.query("SET GLOBAL sql_mode = ?", [mode]);
			other = openDatabase(server.url, 5000);
		});
		afterAll(async () => {
			await other?.close();
			await server.root.query("SET GLOBAL sql_mode = DEFAULT");
		});

		test.each(HOSTILE.map(value => [JSON.stringify(value), value]))("takes %s as it is", async (_, value) => {
			const admins = new AdminRows(other);
			await admins.create(value, { hashed_password: HASH });
			const [{ username } = {}] = await other.read("SELECT username FROM admins WHERE username = ?", [value]);
			expect(username).toBe(value);
			await made("hostile");
			const there = await new UserRows(other).require({ name: "hostile", data: await present("hostile") });
			await new UserRows(other).carry(there.data, { columns: { sub_last_user_agent: value }, logs: null, fields: [] });
			expect((await present("hostile")).sub_last_user_agent).toBe(value);
			await admins.remove(value);
			expect(await other.read("SELECT id FROM admins WHERE username = ?", [value])).toEqual([]);
			await server.root.query("DELETE FROM users WHERE username = 'hostile'");
		});

		/** What the server's own message would have said: the row, or the value that has no room. */
		test.each([
			["a row that is there", { hashed_password: HASH }, "twice"],
			["a value that has no room", { hashed_password: `${HASH}` }, "x".repeat(40)],
			["a number that has no room", { hashed_password: HASH, users_usage: "99999999999999999999" }, "many"]
		])("refuses %s without saying anything of it", async (_, data, name) => {
			const admins = new AdminRows(other);
			if (name === "twice") await admins.create(name, data);
			const error = await admins.create(name, data).catch(each => each);
			expect(String(error.stack) + JSON.stringify(error)).not.toMatch(/\$2b|99999999|xxxx/);
			expect(error.code).toMatch(/^(conflict|refused)$/);
			await admins.remove(name);
		});

		test("reads and writes times as UTC", async () => {
			expect(await other.read("SELECT @@session.time_zone AS zone")).toEqual([{ zone: "+00:00" }]);
		});
	}
);

describe("rows that others hold", () => {
	const usage = async (name: string) => (await text("SELECT used_traffic FROM users WHERE username = ?", name))[0];
	const set = (names: readonly string[]) =>
		names.map(name => ({ sql: "UPDATE users SET used_traffic = used_traffic + 1 WHERE username = ?", cells: [name] }));

	test("are waited for, and the transaction is done whole", async () => {
		await made("held");
		await made("free");
		const holder = await createConnection({ host: "127.0.0.1", port: server.port, user: "root", database: "marzban" });
		await holder.query("START TRANSACTION");
		await holder.query("UPDATE users SET note = 'x' WHERE username = 'held'");
		const changed = database.change(set(["free", "held"]));
		// Longer than one try waits.
		await sleep(3000);
		await holder.query("COMMIT");
		await changed;
		expect([await usage("free"), await usage("held")]).toEqual(["1", "1"]);
		await holder.end();
	});

	test("in a storm of deadlocks each transaction is done once, none by half", async () => {
		await made("left");
		await made("right");
		const storm = Array.from({ length: 40 }, (_, at) =>
			database.change(set(at % 2 === 0 ? ["left", "right"] : ["right", "left"]))
		);
		const failed = (await Promise.allSettled(storm)).filter(({ status }) => status === "rejected");
		const done = String(40 - failed.length);
		expect([await usage("left"), await usage("right")]).toEqual([done, done]);
		expect(failed).toEqual([]);
	}, 60_000);
});

test("no statement's value is put into its text", () => {
	const source = readdirSync(join(__dirname, "../../connectors/sql")).map(name =>
		readFileSync(join(__dirname, "../../connectors/sql", name), "utf8")
	);
	const texts = source.flatMap(each => each.match(/\.query[^;]*;/g) ?? []);
	expect(texts.every(each => /this\.#timed\((sql|"[A-Z ]+"|rehearsal \? "ROLLBACK" : "COMMIT")\)/.test(each))).toBe(
		true
	);
	expect(source.join("")).not.toMatch(/\bescape\(|escapeId|\.format\(/);
});

describe("a connection", () => {
	const judged = async (url: string) => {
		await using panel = await startSmallMarzban().then(small =>
			Object.assign(small, { [Symbol.asyncDispose]: () => small.close() })
		);
		panel.users.clear();
		const target = openMarzban(connect(panel.url, { database: url }));
		const check = await target.check();
		const copy = await target.backup?.("/tmp/never-made");
		await target.close();
		return { check, copy, bad: check.findings.filter(({ ok }) => !ok).map(({ code }) => code) };
	};

	test("tells the kind and which names it takes for one; it cannot be copied from here", async () => {
		await server.root.query(
			"DELETE FROM user_usage_logs; DELETE FROM users; DELETE FROM admins; INSERT INTO admins (username, is_sudo) VALUES ('dbsudo', 1)"
		);
		const { check, copy, bad } = await judged(server.url);
		expect([bad, check.facts.database, copy]).toEqual([[], { kind: "mysql" }, null]);
		expect(check.facts.naming).toEqual({ users: "exact", admins: "loose", services: "loose" });
	});

	test("refused, unknown, read-only or gone, it says so without its password", async () => {
		await server.root.query(
			"CREATE USER reader@'127.0.0.1' IDENTIFIED BY 'secret'; GRANT SELECT ON marzban.* TO reader@'127.0.0.1'"
		);
		const at = `127.0.0.1:${server.port}`;
		for (const [url, code] of [
			[`mysql://panel:wrongsecret@${at}/marzban`, "database-login-refused"],
			[`mysql://panel:p%40ss%3Aw%2Frd@${at}/other`, "database-forbidden"],
			[`mysql://reader:secret@${at}/marzban`, "database-forbidden"],
			["mysql://panel:secret@127.0.0.1:9/marzban", "database-unreachable"]
		] as const) {
			const { check, bad } = await judged(url);
			expect([url, bad]).toEqual([url, [code]]);
			expect(JSON.stringify(check)).not.toMatch(/secret|p@ss/);
		}
	});

	test("a server that dies and comes no more is told as unreachable, its write as in doubt", async () => {
		const lost = openDatabase(server.url, 2000);
		await lost.read("SELECT 1");
		await server.kill();
		await expect(lost.change([{ sql: "UPDATE users SET id = id" }])).rejects.toMatchObject({
			code: "unreachable",
			details: { retryable: true }
		});
		await lost.close();
	});
});
