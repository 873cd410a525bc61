/** Marzban's API and its SQLite file together, on the sample panel while it runs. */

import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Target, Write } from "../../connectors/connector";
import { marzbanSpec, openMarzban } from "../../connectors/marzban";
import { UserRows } from "../../connectors/marzban/user-rows";
import type { Json } from "../../contracts/json";
import { startMarzban } from "../../demo/panels/marzban";
import type { Panel } from "../../demo/panels/panel";
import { targetConformance } from "./conformance";
import {
	CARRIED,
	CARRIED_STATES,
	CARRIED_VOLATILE,
	CARRIED_WRITES,
	carriedWrite,
	HASH
} from "./support/marzban-carried";
import { connect, data, STATES, write } from "./support/marzban-users";

interface Ground {
	folder: string;
	file: string;
	panel: Panel;
	target: Target;
	/** What the database holds of one user. */
	row: (name: string) => Record<string, unknown>;
	logs: (name: string) => unknown[];
}

function ground(each: boolean): Ground {
	const on = {} as Ground;
	const open = async () => {
		on.folder = mkdtempSync(join(tmpdir(), "marzban-"));
		on.file = join(on.folder, "db.sqlite3");
		on.panel = await startMarzban({ file: on.file, createMs: 0, loginMs: 0, jobSeconds: 0 });
		on.panel.db.exec("INSERT INTO admins (username, hashed_password, is_sudo) VALUES ('dbsudo', 'x', 1)");
		on.target = openMarzban(connect(on.panel.url, { database: on.file }));
		on.row = name => ({ ...on.panel.db.prepare("SELECT * FROM users WHERE username = ?").get(name) });
		on.logs = name =>
			on.panel.db
				.prepare(
					"SELECT used_traffic_at_reset AS used, reset_at AS at FROM user_usage_logs WHERE user_id = (SELECT id FROM users WHERE username = ?) ORDER BY id"
				)
				.all(name)
				.map(row => ({ ...row }));
	};
	const close = async () => {
		await on.target.close();
		await on.panel.close();
		rmSync(on.folder, { recursive: true });
	};
	if (each) {
		beforeEach(open);
		afterEach(close);
	} else {
		beforeAll(open);
		afterAll(close);
	}
	return on;
}

describe("with a database", () => {
	const on = ground(false);

	targetConformance("marzban", {
		spec: marzbanSpec,
		open: openMarzban,
		good: () => connect(on.panel.url, { database: `sqlite:///${on.file}` }),
		bad: () => ({
			unreachable: connect("http://127.0.0.1:9", { database: on.file }),
			"login-refused": connect(on.panel.url, { password: "wrong password", database: on.file }),
			"database-unreachable": connect(on.panel.url, { database: "/nowhere/db.sqlite3" }),
			"database-wrong-system": connect(on.panel.url, { database: __filename })
		}),
		volatile: CARRIED_VOLATILE,
		writes: stream => CARRIED_WRITES[stream] ?? [],
		changing: ["users"]
	});
});

describe("what is carried", () => {
	const on = ground(true);

	test("stands in the tables to the byte, and the panel shows it at once", async () => {
		const made = await on.target.write("users", carriedWrite("whole"));
		expect(on.row("whole")).toMatchObject({
			used_traffic: 9007199254740991n,
			created_at: "2023-04-05 06:07:08.123456",
			online_at: "2026-11-01 10:00:00.000000",
			sub_updated_at: "2026-10-31 09:00:00.500000",
			sub_revoked_at: "2024-01-01 00:00:00.000000",
			sub_last_user_agent: "v2rayNG/1.8.5"
		});
		expect(on.logs("whole")).toEqual([{ used: 9007199254740994n, at: "2026-11-01 00:00:00.000000" }]);
		const plain = openMarzban(connect(on.panel.url));
		const [seen] = await plain.find("users", ["whole"]);
		await plain.close();
		const { sub_revoked_at: _one, traffic_reset_at: _two, ...shown } = CARRIED;
		expect(seen?.data).toMatchObject({ ...shown, sub_updated_at: "2026-10-31T09:00:00.500000" });
		expect(made.data).toMatchObject({ ...CARRIED, sub_updated_at: "2026-10-31T09:00:00.500000" });
	});

	test.each([
		[
			"lifetime beyond this period",
			{ used_traffic: "3", lifetime_used_traffic: "10", traffic_reset_at: null },
			[7n, "2023-04-05 06:07:08.123456"]
		],
		[
			"a reset with nothing before it",
			{ used_traffic: "3", lifetime_used_traffic: "3" },
			[0n, "2026-11-01 00:00:00.000000"]
		],
		["lifetime below this period", { used_traffic: "3", lifetime_used_traffic: "1", traffic_reset_at: null }, null]
	])("the log holds %s", async (_name, changes, log) => {
		for (let times = 0; times < 3; times++) await on.target.write("users", carriedWrite("logged", changes));
		expect(on.logs("logged")).toEqual(log === null ? [] : [{ used: log[0], at: log[1] }]);
	});

	test("written again with more, the one row is replaced", async () => {
		const made = await on.target.write("users", carriedWrite("again"));
		const ours = on.target.fingerprint("users", made.data);
		const later = { used_traffic: "5", lifetime_used_traffic: "9", traffic_reset_at: "2026-11-20T00:00:00" };
		await on.target.write("users", carriedWrite("again", later, { ours }));
		expect(on.logs("again")).toEqual([{ used: 4n, at: "2026-11-20 00:00:00.000000" }]);
		expect(on.row("again").used_traffic).toBe(5n);
	});

	test("what a customer used at the target since is not forgotten by a second write", async () => {
		await on.target.write(
			"users",
			carriedWrite("busy", { data_limit: "100", used_traffic: "5", lifetime_used_traffic: "9" })
		);
		on.panel.db.exec("UPDATE users SET used_traffic = 50, online_at = '2026-11-21 01:00:00.000000'");
		await on.target.write(
			"users",
			carriedWrite("busy", { data_limit: "100", used_traffic: "5", lifetime_used_traffic: "9" })
		);
		expect(on.row("busy")).toMatchObject({ used_traffic: 50n, online_at: "2026-11-21 01:00:00.000000" });
	});

	test("a hold is not ended by when its user was last seen", async () => {
		await on.target.write("users", carriedWrite("held", STATES.on_hold));
		on.panel.review();
		expect(on.row("held")).toMatchObject({ status: "on_hold", online_at: "2026-11-01 10:00:00.000000" });
	});

	test("traffic counted between the read and the write is seen, and the write made anew", async () => {
		const { carry } = UserRows.prototype;
		const late = jest.spyOn(UserRows.prototype, "carry").mockImplementationOnce(function (this: UserRows, ...args) {
			on.panel.db.exec("UPDATE users SET used_traffic = used_traffic + 1");
			return carry.apply(this, args);
		});
		const made = await on.target.write("users", carriedWrite("raced"));
		expect(late).toHaveBeenCalledTimes(2);
		late.mockRestore();
		expect(made.data.used_traffic).toBe(CARRIED.used_traffic);
	});
});

describe("who has nothing left", () => {
	const on = ground(true);

	test.each(["active", "limited"])(
		"is limited though %s is asked for, and never active with inbounds",
		async status => {
			const seen: string[] = [];
			const tags =
				"(SELECT count(*) FROM exclude_inbounds_association AS e JOIN proxies AS p ON p.id = e.proxy_id WHERE p.user_id = users.id)";
			const watcher = new DatabaseSync(on.file);
			const look = () => {
				const row = watcher.prepare(`SELECT status, ${tags} AS shut FROM users WHERE username = 'spent'`).get();
				if (row) seen.push(`${row.status} ${row.shut}`);
			};
			const timer = setInterval(look, 0);
			const spent = { status, data_limit: "5", used_traffic: "7", lifetime_used_traffic: "7" };
			const made = await on.target.write("users", carriedWrite("spent", spent));
			look();
			clearInterval(timer);
			watcher.close();
			expect(made.data).toMatchObject({ status: "limited", used_traffic: "7" });
			const open = seen.at(-1) ?? "";
			expect(open).toMatch(/^limited \d/);
			const bare = seen.filter(state => state.startsWith("active"));
			expect(bare.filter(state => state.split(" ")[1] === open.split(" ")[1])).toEqual([]);
			on.panel.review();
			expect(on.row("spent").status).toBe("limited");
		}
	);

	test("an open user whose counter is taken over is limited by the panel itself, which tells xray", async () => {
		const { data: before } = await on.target.write("users", write("open", { data_limit: "9" }));
		expect(before.status).toBe("active");
		const puts = on.panel.requests["PUT /api/user/:username"] ?? 0;
		const full = carriedWrite("open", { data_limit: "9", used_traffic: "9", lifetime_used_traffic: "9" }, { before });
		expect((await on.target.write("users", full)).data.status).toBe("limited");
		expect(on.panel.requests["PUT /api/user/:username"]).toBe(puts + 1);
		const less = carriedWrite(
			"open",
			{ data_limit: "9", used_traffic: "3", lifetime_used_traffic: "9", traffic_reset_at: null },
			{ before }
		);
		expect((await on.target.write("users", less)).data.status).toBe("active");
	});

	test("contradictions are refused before anything is sent", async () => {
		for (const changes of [
			{ status: "limited", data_limit: "5", used_traffic: "4" },
			{ status: "limited", data_limit: null, used_traffic: "4" },
			{ ...STATES.on_hold, data_limit: "5", used_traffic: "5" },
			{ used_traffic: "-1" },
			{ used_traffic: "9223372036854775808" },
			{ used_traffic: undefined as never },
			{ created_at: "2099-01-01T00:00:00" },
			{ created_at: "2024-02-31T00:00:00" },
			{ online_at: "2024-02-03T00:00:00+02:00" },
			{ sub_revoked_at: "tomorrow" }
		]) {
			await expect(on.target.write("users", carriedWrite("wrong", changes))).rejects.toMatchObject({ code: "refused" });
		}
		expect(on.panel.requests["POST /api/user"]).toBeUndefined();
	});
});

describe("whatever fails on the way", () => {
	const on = ground(true);
	const persist = (one: Write): Promise<unknown> =>
		on.target.write("users", one).catch((error: { details?: { retryable?: boolean } }) => {
			if (!error.details?.retryable) throw error;
			return persist(one);
		});

	test("a tenth of all calls, half of those after the work: all is carried, one log row each, and undone to nothing", async () => {
		on.panel.setFaults({ rate: 0.1, afterCommit: 0.5, kinds: ["error", "reset", "badGateway", "unavailable"] });
		const states = Object.values(CARRIED_STATES);
		const writes = Array.from({ length: 150 }, (_, i) => carriedWrite(`many_${i}`, states[i % states.length]));
		await Promise.all(writes.map(persist));
		on.panel.setFaults({ rate: 0 });
		const found = await on.target.find(
			"users",
			writes.map(({ name }) => name)
		);
		const said = ({ data }: { data: Json }) =>
			[data.username, data.used_traffic, on.target.fingerprint("users", data)].join(" ");
		expect(found.map(said).sort()).toEqual(writes.map(said).sort());
		for (const { name, data } of found) {
			const usedUp = BigInt(String(data.used_traffic)) >= BigInt(String(data.data_limit ?? "99999999999999999"));
			if (usedUp) expect([name, data.status]).toEqual([name, expect.stringMatching(/limited|disabled/)]);
			else expect([name, data.status]).not.toEqual([name, "limited"]);
			expect(on.logs(name)).toHaveLength(1);
		}
		for (const { name, data } of found) {
			expect(await on.target.undo("users", { name, before: null, ours: on.target.fingerprint("users", data) })).toBe(
				"restored"
			);
		}
		for (const table of ["users", "user_usage_logs", "proxies", "exclude_inbounds_association"]) {
			expect([table, on.panel.db.prepare(`SELECT * FROM ${table}`).all()]).toEqual([table, []]);
		}
	});

	test.each([1, 2, 3])("stopped after %i requests, it is finished by the next write", async requests => {
		const term = { over: false };
		const one = carriedWrite("stopped", { status: "limited", data_limit: "5", used_traffic: "5", admin: "dbsudo" });
		const watch = setInterval(() => {
			const sent = Object.entries(on.panel.requests).filter(([what]) => /^(POST|PUT) .api.user/.test(what));
			if (sent.reduce((sum, [, n]) => sum + n, 0) >= requests) term.over = true;
		}, 0);
		const ended = await on.target.write("users", one, term).catch((error: unknown) => error);
		clearInterval(watch);
		expect(ended).toBeDefined();
		const made = await on.target.write("users", one);
		expect(made.data).toMatchObject({ status: "limited", used_traffic: "5", admin: "dbsudo" });
		expect(on.logs("stopped")).toHaveLength(1);
	});
});

describe("what is undone", () => {
	const on = ground(true);

	test("one who was there has every column and log row back, byte for byte", async () => {
		await on.target.write("users", write("old", { note: null, ...STATES.on_hold, on_hold_timeout: null }));
		on.panel.db.exec(`UPDATE users SET used_traffic = 11, created_at = '2020-01-01 00:00:00', online_at = NULL, note = '', admin_id = NULL,
			sub_last_user_agent = 'old', last_status_change = '2021-01-01 00:00:00.000001', edit_at = '2020-01-02 00:00:00.000000'`);
		on.panel.db.exec(
			"INSERT INTO user_usage_logs (id, user_id, used_traffic_at_reset, reset_at) SELECT 7, id, 4, '2020-02-01 00:00:00' FROM users"
		);
		on.panel.db.exec(
			"INSERT INTO user_usage_logs (id, user_id, used_traffic_at_reset, reset_at) SELECT 9, id, 9007199254740993, NULL FROM users"
		);
		const [row, logs] = [on.row("old"), on.panel.db.prepare("SELECT * FROM user_usage_logs").all()];
		const [found] = await on.target.find("users", ["old"]);
		const before = JSON.parse(JSON.stringify(found?.data));
		const changes = { ...STATES.on_hold, admin: "dbsudo" };
		const made = await on.target.write("users", carriedWrite("old", changes, { before }));
		expect(on.row("old").admin_id).toBe(1n);
		const ours = on.target.fingerprint("users", made.data);
		expect(await on.target.undo("users", { name: "old", before, ours })).toBe("restored");
		expect(on.row("old")).toEqual(row);
		expect(on.panel.db.prepare("SELECT * FROM user_usage_logs").all()).toEqual(logs);
		expect(await on.target.undo("users", { name: "old", before, ours })).toBe("already");
	});

	test("an undo that was killed between its requests is finished", async () => {
		await on.target.write("users", write("half"));
		const [{ data: before } = { data: {} }] = await on.target.find("users", ["half"]);
		const row = on.row("half");
		const changed = carriedWrite("half", { note: "ours", used_traffic: "3", lifetime_used_traffic: "4" }, { before });
		const made = await on.target.write("users", changed);
		const ours = on.target.fingerprint("users", made.data);
		on.panel.setFaults({ rate: 1, afterCommit: 1, kinds: ["error"] });
		await expect(on.target.undo("users", { name: "half", before, ours })).rejects.toMatchObject({ code: "broken" });
		on.panel.setFaults({ rate: 0 });
		expect(await on.target.undo("users", { name: "half", before, ours })).toBe("restored");
		expect(on.row("half")).toEqual(row);
	});

	test("one we made is gone with all that hung on them", async () => {
		const made = await on.target.write("users", carriedWrite("made"));
		on.panel.db.exec("INSERT INTO notification_reminders (user_id, type) SELECT id, 'data_usage' FROM users");
		on.panel.db.exec("INSERT INTO node_user_usages (created_at, user_id) SELECT '2026-01-01 00:00:00', id FROM users");
		const ours = on.target.fingerprint("users", made.data);
		expect(await on.target.undo("users", { name: "made", before: null, ours })).toBe("restored");
		const tables =
			"users user_usage_logs proxies exclude_inbounds_association notification_reminders node_user_usages next_plans";
		for (const table of tables.split(" ")) {
			expect([table, on.panel.db.prepare(`SELECT * FROM ${table}`).all()]).toEqual([table, []]);
		}
	});

	test("the log goes before the user does: Marzban would leave it behind with nobody's id", async () => {
		const made = await on.target.write("users", carriedWrite("leaving"));
		on.panel.db.exec(`CREATE TABLE left_behind (id INTEGER);
			CREATE TRIGGER leaves BEFORE DELETE ON users BEGIN
				INSERT INTO left_behind SELECT id FROM user_usage_logs WHERE user_id = old.id; END`);
		on.panel.db.exec(
			"CREATE TRIGGER first BEFORE DELETE ON proxies BEGIN INSERT INTO left_behind SELECT id FROM user_usage_logs; END"
		);
		await on.target.undo("users", { name: "leaving", before: null, ours: on.target.fingerprint("users", made.data) });
		expect(on.panel.db.prepare("SELECT * FROM left_behind").all()).toEqual([]);
	});

	test("who was made anew by somebody else under that name is not ours", async () => {
		const made = await on.target.write("users", carriedWrite("anew"));
		on.panel.db.exec("UPDATE users SET created_at = '2026-11-20 00:00:00.000000'");
		expect(
			await on.target.undo("users", { name: "anew", before: null, ours: on.target.fingerprint("users", made.data) })
		).toBe("changed-since");
	});
});

describe("admins", () => {
	const on = ground(true);
	const admin = (name: string) => ({ ...on.panel.db.prepare("SELECT * FROM admins WHERE username = ?").get(name) });

	test("keep their hash and what their users used, and a sudo can be removed again, whose users stay", async () => {
		const one = { username: "boss", is_sudo: true, hashed_password: HASH, users_usage: "9007199254740993" };
		const made = await on.target.write("admins", { name: "boss", data: one, before: null });
		expect(JSON.stringify(made)).not.toContain(HASH);
		expect(made.data).toMatchObject({ is_sudo: true, users_usage: "9007199254740993" });
		expect(admin("boss")).toMatchObject({ hashed_password: HASH, is_sudo: 1n, users_usage: 9007199254740993n });
		await on.target.write("users", carriedWrite("his", { admin: "boss" }));
		const ours = on.target.fingerprint("admins", made.data);
		expect(on.target.fingerprint("admins", one)).toBe(
			on.target.fingerprint("admins", { username: "boss", is_sudo: true })
		);
		expect(await on.target.undo("admins", { name: "boss", before: null, ours })).toBe("restored");
		expect(admin("boss")).toEqual({});
		expect(on.row("his").admin_id).toBeNull();
	});

	test.each([true, false])(
		"L34: ours is no sudo any more once the source has none, disabled there or not (%s)",
		async enabled => {
			const one = { username: "boss", is_sudo: true, hashed_password: HASH };
			const made = await on.target.write("admins", { name: "boss", data: one, before: null });
			const ours = on.target.fingerprint("admins", made.data);
			const data = { username: "boss", is_sudo: false, ...(!enabled && { enabled }) };
			const stranger = on.target.write("admins", { name: "boss", data, before: null, ours: "another" });
			await expect(stranger).rejects.toMatchObject({ code: "conflict" });
			expect(admin("boss").is_sudo).toBe(1n);
			const lowered = await on.target.write("admins", { name: "boss", data, before: null, ours });
			expect(lowered.data.is_sudo).toBe(false);
			expect(admin("boss").is_sudo).toBe(0n);
			expect(admin("boss").hashed_password === HASH).toBe(enabled);
			expect(String(admin("boss").hashed_password)).toMatch(/^\$2b\$12\$[./A-Za-z0-9]{53}$/);
		}
	);

	test("who is disabled is made without sudo, and never with the hash they had", async () => {
		const data = { username: "off", is_sudo: true, enabled: false, hashed_password: HASH };
		const secrets = { password: "nobody's" };
		const made = await on.target.write("admins", { name: "off", data, before: null, secrets });
		expect(made.data.is_sudo).toBe(false);
		expect(admin("off").hashed_password).not.toBe(HASH);
		// Written once more after a lost answer.
		await expect(on.target.write("admins", { name: "off", data, before: null, secrets })).resolves.toBeDefined();
	});

	test("a hash that is none is refused and not said back", async () => {
		const data = { username: "bad", is_sudo: false, hashed_password: "plain secret" };
		const refused = on.target.write("admins", { name: "bad", data, before: null });
		await expect(refused).rejects.toMatchObject({
			code: "refused",
			message: expect.not.stringContaining("plain secret")
		});
	});

	test("without a database a sudo is not made, for it could not be taken away again", async () => {
		const plain = openMarzban(connect(on.panel.url));
		const made = await plain.write("admins", {
			name: "few",
			data: { is_sudo: true },
			before: null,
			secrets: { password: "x" }
		});
		await plain.close();
		expect(made.data.is_sudo).toBe(false);
	});
});

describe("the database itself", () => {
	const on = ground(true);
	const bad = async (database: string) => {
		const target = openMarzban(connect(on.panel.url, { database }));
		const { findings, facts } = await target.check();
		await target.close();
		return [findings.filter(({ ok }) => !ok).map(({ code }) => code), facts.database];
	};

	test("is named in the facts, and none is null", async () => {
		const { database, naming } = (await on.target.check()).facts;
		expect(database).toEqual({ kind: "sqlite" });
		expect(naming).toEqual({ users: "case", admins: "exact", services: "exact" });
		on.panel.db.exec("CREATE UNIQUE INDEX folded ON admins (username COLLATE NOCASE)");
		expect((await on.target.check()).facts.naming).toMatchObject({ users: "case", admins: "case" });
		const plain = openMarzban(connect(on.panel.url));
		expect((await plain.check()).facts.database).toBeNull();
		expect(await plain.backup?.(on.folder)).toBeNull();
		await plain.close();
	});

	test("old, foreign, without its tables or read-only, it is refused", async () => {
		const copy = join(on.folder, "copy.sqlite3");
		await on.target.write("users", write("first"));
		on.panel.db.exec(`VACUUM INTO '${copy}'`);
		const other = new DatabaseSync(copy);
		expect(await bad(copy)).toEqual([[], { kind: "sqlite" }]);
		other.exec("UPDATE users SET created_at = '2020-01-01 00:00:00'");
		expect(await bad(copy)).toEqual([["database-foreign"], null]);
		other.exec("PRAGMA foreign_keys = OFF; DELETE FROM users");
		expect(await bad(copy)).toEqual([["database-foreign"], null]);
		other.exec("DELETE FROM admins");
		expect(await bad(copy)).toEqual([["database-foreign"], null]);
		other.exec("UPDATE alembic_version SET version_num = 'older'");
		expect(await bad(copy)).toEqual([["database-version"], null]);
		other.exec("ALTER TABLE users DROP COLUMN online_at");
		expect(await bad(copy)).toEqual([["database-tables"], null]);
		other.close();
		expect(await bad(`${copy}.gone`)).toEqual([["database-unreachable"], null]);
		await expect(bad(`file:${copy}`)).rejects.toMatchObject({ code: "refused" });
	});

	test("a copy of the panel's that looks the same is found out by the first user, before they are opened", async () => {
		const copy = join(on.folder, "copy.sqlite3");
		on.panel.db.exec(`VACUUM INTO '${copy}'`);
		const target = openMarzban(connect(on.panel.url, { database: copy }));
		expect((await target.check()).ok).toBe(true);
		const limited = carriedWrite("first", { status: "limited", data_limit: "5", used_traffic: "5" });
		await expect(target.write("users", limited)).rejects.toMatchObject({ code: "wrong-system" });
		await target.close();
		const [found] = await on.target.find("users", ["first"]);
		expect(Object.values(found?.data.inbounds ?? {}).flat()).toEqual([]);
	});

	test("is copied into a file of its own that nobody else may read", async () => {
		await on.target.write("users", carriedWrite("kept"));
		const path = (await on.target.backup?.(join(on.folder, "backups"))) ?? "";
		expect(statSync(path).mode & 0o777).toBe(0o600);
		const copy = new DatabaseSync(path);
		expect(copy.prepare("SELECT username FROM users").all()).toEqual([{ username: "kept" }]);
		copy.close();
		await expect(on.target.backup?.(join(on.file, "below"))).rejects.toMatchObject({ code: "refused" });
	});

	test("while the panel holds it, a write waits, and others run on", async () => {
		const holder = new DatabaseSync(on.file);
		await on.target.find("users", ["nobody"]);
		holder.exec("BEGIN IMMEDIATE");
		const wrote = on.target.write("admins", {
			name: "late",
			data: { is_sudo: false, hashed_password: HASH },
			before: null
		});
		await new Promise(resolve => setTimeout(resolve, 300));
		holder.exec("COMMIT");
		holder.close();
		expect((await wrote).name).toBe("late");
	});

	test("nothing in it is asked for without the option", async () => {
		const plain = openMarzban(connect(on.panel.url));
		const made = await plain.write("users", write("plain", { ...CARRIED, used_traffic: "1" }));
		expect(made.data).toMatchObject({ used_traffic: "0", lifetime_used_traffic: "0" });
		expect(made.data.database).toBeUndefined();
		expect(plain.fingerprint("users", made.data)).toBe(plain.fingerprint("users", data({ username: "plain" })));
		await plain.close();
	});
});
