/** Traps of the real panels that no recording shows: the samples have them too. */
import { Agent } from "node:http";
import { isBody, type Json } from "../../demo/panels/json";
import { startMarzban } from "../../demo/panels/marzban";
import { startMarzneshin } from "../../demo/panels/marzneshin";
import type { Panel } from "../../demo/panels/panel";
import { ask, logIn, object, objects, type Reply } from "../support/panels";

const quick = { createMs: 0, loginMs: 0, jobSeconds: 0 };

/** Asks as the sudo; closes what it opened. */
class Session {
	private constructor(
		readonly panel: Panel,
		private readonly token: string
	) {}

	static async on(panel: Panel): Promise<Session> {
		return new Session(panel, await logIn(panel));
	}

	ask(method: string, path: string, json?: Json, agent?: Agent): Promise<Reply> {
		return ask(this.panel, path, { method, token: this.token, json, agent: agent ?? false });
	}

	async items(path: string): Promise<ReturnType<typeof objects>> {
		const body = object((await this.ask("GET", path)).body);
		return objects(body.items ?? body.users);
	}
}

const open: Panel[] = [];
afterEach(async () => {
	await Promise.all(open.splice(0).map(panel => panel.close()));
});

async function marzban(options: Parameters<typeof startMarzban>[0] = {}): Promise<Session> {
	const panel = await startMarzban({ ...quick, ...options });
	open.push(panel);
	return Session.on(panel);
}

async function marzneshin(options: Parameters<typeof startMarzneshin>[0] = {}): Promise<Session> {
	const panel = await startMarzneshin({ ...quick, ...options });
	open.push(panel);
	return Session.on(panel);
}

const vless = (username: string, more: Record<string, Json> = {}): Json => ({
	username,
	proxies: { vless: {} },
	...more
});

describe("Marzneshin", () => {
	test("limit and offset are ignored: it is the first page again, fifty of it", async () => {
		const source = await marzneshin();
		const plain = await source.items("/api/users");
		const asked = await source.items("/api/users?limit=100&offset=300");
		expect(asked).toHaveLength(50);
		expect(asked.map(user => user.id)).toEqual(plain.map(user => user.id));
	});

	test("all pages hold all users once, two of them by the same shown name", async () => {
		const source = await marzneshin();
		const pages = await Promise.all(
			Array.from({ length: 10 }, (_, page) => source.items(`/api/users?size=100&order_by=username&page=${page + 1}`))
		);
		const users = pages.flat();
		expect(new Set(users.map(user => user.id)).size).toBe(999);
		const twins = users.filter(user => user.username === "twin_user");
		expect(twins.map(user => `${user.subscription_url}`.split("/").at(-2)).sort()).toEqual(["Twin_User", "twin_user"]);
	});

	test("one name filters by likeness, several are meant exactly", async () => {
		const source = await marzneshin();
		expect(await source.items("/api/users?username=twin")).toHaveLength(2);
		expect(await source.items("/api/users?username=twin&username=abc")).toHaveLength(1);
	});

	test("integers beyond 2^53 come out as they are", async () => {
		const source = await marzneshin();
		const text = async (name: string): Promise<string> => (await source.ask("GET", `/api/users/${name}`)).text;
		expect(await text("dl_2p53p1")).toContain('"data_limit":9007199254740993,');
		expect(await text("dl_2p63m1")).toContain('"data_limit":9223372036854775807,');
		expect(await text("used_2p53p1")).toContain('"used_traffic":9007199254740993,');
	});

	test("a raw limit of 0 is reached at once and shown as 0", async () => {
		const source = await marzneshin();
		const { body } = await source.ask("GET", "/api/users/dl_zero_sql");
		expect(body).toMatchObject({ data_limit: 0, data_limit_reached: true, is_active: false });
	});

	test("a removed user fails the page of his admin's list that would show him, and only that", async () => {
		const source = await marzneshin();
		const status = async (page: number): Promise<number> =>
			(await source.ask("GET", `/api/admins/admin/users?size=100&page=${page}`)).status;
		expect([await status(1), await status(2), await status(3)]).toEqual([200, 500, 200]);
		const nightly = await marzneshin({ version: "master" });
		expect((await nightly.ask("GET", "/api/admins/admin/users?size=100&page=2")).status).toBe(200);
	});

	test("deleting is soft: gone from the lists, kept in the table", async () => {
		const source = await marzneshin();
		expect((await source.ask("DELETE", "/api/users/abc")).status).toBe(200);
		expect((await source.ask("GET", "/api/users/abc")).status).toBe(404);
		const row = source.panel.db.prepare("SELECT username, removed FROM users WHERE id = 1").get();
		expect({ ...row }).toEqual({ username: null, removed: 1n });
	});

	test("a row with a name outside of the rule fails every list it is on", async () => {
		const source = await marzneshin();
		source.panel.db.exec("UPDATE users SET username = 'a-b' WHERE id = 1");
		expect((await source.ask("GET", "/api/users")).status).toBe(500);
		expect((await source.ask("GET", "/api/users?page=2")).status).toBe(200);
	});

	test("the job starts a hold whose deadline has passed", async () => {
		const source = await marzneshin({ now: () => new Date("2026-11-21T02:27:26Z") });
		const json = { username: "held", expire_strategy: "start_on_first_use", usage_duration: 60, service_ids: [] };
		await source.ask("POST", "/api/users", { ...json, activation_deadline: "2026-11-21T02:00:00" });
		source.panel.review();
		const { body } = await source.ask("GET", "/api/users/held");
		expect(body).toMatchObject({ expire_strategy: "fixed_date", expire_date: "2026-11-21T02:28:26" });
	});

	test("links carry what xxh128 makes of the key, unbound hosts their own", async () => {
		const source = await marzneshin();
		const { text } = await ask(source.panel, "/sub/abc/cd613e30d8f16adf91b7584a2265b1f5/links");
		expect(text).toContain("vless://89b0b04c-0487-94a9-3bda-e8205218c76a@");
		expect(text).toContain("trojan://89b0b04c048794a93bdae8205218c76a@");
		expect(text).toContain("vless://00000000-0000-4000-8000-000000000001@198.51.100.1:1?");
		expect(source.panel.db.prepare("SELECT sub_updated_at AS at FROM users WHERE id = 1").get()?.at).toBeNull();
	});

	test("a plain panel's links carry the key itself", async () => {
		const source = await marzneshin({ authAlgorithm: "plain" });
		const { text } = await ask(source.panel, "/sub/abc/cd613e30d8f16adf91b7584a2265b1f5/links");
		expect(text).toContain("vless://cd613e30-d8f1-6adf-91b7-584a2265b1f5@");
		expect(text).toContain("trojan://cd613e30d8f16adf91b7584a2265b1f5@");
	});

	test.each([
		["key_short/ab", 500],
		["key_64/ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", 500],
		["key_dashed/35e4e39c-7d5c-4f4b-8b71-558e4f37ff53", 404],
		["svc_09/unknown", 404]
	])("an odd key: %s is %i", async (path, status) => {
		const source = await marzneshin();
		expect((await ask(source.panel, `/sub/${path}/links`)).status).toBe(status);
	});

	test("made-up users are the same every time, and as many as asked for", async () => {
		const first = await marzneshin({ users: 150 });
		const second = await marzneshin({ users: 150 });
		const keys = async (session: Session): Promise<Json[]> =>
			(await session.items("/api/users?size=100&page=11")).map(user => user.key ?? null);
		expect(await keys(first)).toEqual(await keys(second));
		expect((await first.ask("GET", "/api/system/stats/users")).body).toMatchObject({ total: 1149 });
	});
});

describe("Marzban", () => {
	test("one poisoned row fails every list with it, till it is deleted", async () => {
		const target = await marzban();
		await target.ask("POST", "/api/user", vless("fine"));
		expect((await target.ask("POST", "/api/user", vless("late", { expire: 253402300799 }))).status).toBe(500);
		expect((await target.ask("GET", "/api/users")).status).toBe(500);
		expect((await target.ask("GET", "/api/users?limit=1")).status).toBe(200);
		expect((await target.ask("GET", "/api/user/late")).status).toBe(500);
		expect((await target.ask("DELETE", "/api/user/late")).status).toBe(500);
		expect((await target.ask("GET", "/api/users")).status).toBe(200);
	});

	test("integers beyond 2^53 are exact both ways", async () => {
		const target = await marzban();
		const { text } = await target.ask("POST", "/api/user", vless("big", { data_limit: 9223372036854775807n }));
		expect(text).toContain('"data_limit":9223372036854775807,');
		target.panel.db.exec("UPDATE users SET used_traffic = 9007199254740993");
		expect((await target.ask("GET", "/api/user/big")).text).toContain('"used_traffic":9007199254740993,');
	});

	test("the job flips the expired and the limited, not those on hold", async () => {
		const target = await marzban();
		await target.ask("POST", "/api/user", vless("past", { expire: 1000000000 }));
		await target.ask("POST", "/api/user", vless("full", { data_limit: 1 }));
		await target.ask(
			"POST",
			"/api/user",
			vless("held", { status: "on_hold", on_hold_expire_duration: 60, data_limit: 1 })
		);
		target.panel.db.exec("UPDATE users SET used_traffic = 5");
		const status = async (): Promise<unknown[]> => (await target.items("/api/users")).map(user => user.status);
		expect(await status()).toEqual(["active", "active", "on_hold"]);
		target.panel.review();
		expect(await status()).toEqual(["expired", "limited", "on_hold"]);
	});

	test("the job runs by itself", async () => {
		const target = await marzban({ jobSeconds: 0.05 });
		await target.ask("POST", "/api/user", vless("past", { expire: 1000000000 }));
		await new Promise(resolve => setTimeout(resolve, 120));
		expect((await target.ask("GET", "/api/user/past")).body).toMatchObject({ status: "expired" });
	});

	test("a hold that timed out starts counting", async () => {
		const now = new Date("2026-11-21T02:27:26Z");
		const target = await marzban({ now: () => now });
		const hold = { status: "on_hold", on_hold_expire_duration: 60, on_hold_timeout: "2026-11-21T02:00:00" };
		await target.ask("POST", "/api/user", vless("held", hold));
		target.panel.review();
		const expire = now.getTime() / 1000 + 60;
		const { body } = await target.ask("GET", "/api/user/held");
		expect(body).toMatchObject({ status: "active", expire, on_hold_expire_duration: null, on_hold_timeout: null });
	});

	test("inbounds left out are none, then one PUT gives them and disables at once", async () => {
		const target = await marzban();
		await target.ask("POST", "/api/user", vless("off"));
		const { body } = await target.ask("PUT", "/api/user/off", {
			status: "disabled",
			inbounds: { vless: ["VLESS TCP REALITY"] }
		});
		expect(body).toMatchObject({ status: "disabled", inbounds: { vless: ["VLESS TCP REALITY"] } });
	});

	test("what SQL writes is told at once, lifetime included", async () => {
		const target = await marzban();
		await target.ask("POST", "/api/user", vless("sql"));
		target.panel.db.exec("UPDATE users SET used_traffic = 7");
		target.panel.db.exec("INSERT INTO user_usage_logs (user_id, used_traffic_at_reset) VALUES (1, 10)");
		const { body } = await target.ask("GET", "/api/user/sql");
		expect(body).toMatchObject({ used_traffic: 7, lifetime_used_traffic: 17 });
	});

	test("a subscription link opens in every format until it is revoked", async () => {
		let clock = Date.parse("2026-11-21T02:27:26Z");
		const target = await marzban({ now: () => new Date(clock) });
		const { body } = await target.ask("POST", "/api/user", vless("sub", { inbounds: {} }));
		const made = object(body);
		const path = new URL(`${made.subscription_url}`).pathname;
		const plain = await ask(target.panel, path);
		expect(Buffer.from(plain.text, "base64").toString().split("\n")).toEqual(made.links);
		expect(plain.headers["subscription-userinfo"]).toBe("upload=0; download=0; total=0; expire=0");
		for (const format of [
			"",
			"/info",
			"/usage",
			"/sing-box",
			"/clash",
			"/clash-meta",
			"/outline",
			"/v2ray",
			"/v2ray-json"
		])
			expect((await ask(target.panel, `${path}${format || "/"}`)).status).toBe(200);
		expect((await ask(target.panel, `${path}/wireguard`)).status).toBe(404);
		expect((await ask(target.panel, "/sub/sub/cd613e30d8f16adf91b7584a2265b1f5")).status).toBe(404);
		clock += 2_000;
		const revoked = object((await target.ask("POST", "/api/user/sub/revoke_sub")).body);
		expect((await ask(target.panel, path)).status).toBe(404);
		clock += 1_000;
		expect((await ask(target.panel, new URL(`${revoked.subscription_url}`).pathname)).status).toBe(200);
	});

	test("a changed password ends the tokens from before", async () => {
		let clock = Date.parse("2026-11-21T02:27:26Z");
		const target = await marzban({ now: () => new Date(clock) });
		await target.ask("POST", "/api/admin", { username: "res", password: "old", is_sudo: false });
		const token = await logIn(target.panel, "res", "old");
		expect((await ask(target.panel, "/api/admin", { token })).status).toBe(200);
		clock += 2_000;
		await target.ask("PUT", "/api/admin/res", { is_sudo: false, password: "new" });
		expect((await ask(target.panel, "/api/admin", { token })).status).toBe(401);
	});
});

describe("Both", () => {
	test("after a 500 the connection is gone, after anything else it is kept", async () => {
		const source = await marzneshin();
		const agent = new Agent({ keepAlive: true, maxSockets: 1 });
		let connections = 0;
		const counted = agent as unknown as { createConnection: (...args: unknown[]) => unknown };
		const create = counted.createConnection.bind(agent);
		counted.createConnection = (...args) => {
			connections++;
			return create(...args);
		};
		const quiet = (): Promise<void> => new Promise(resolve => setTimeout(resolve, 20));
		for (const path of ["/api/users/abc", "/api/users/none", "/api/services/1/inbounds", "/api/users/abc"]) {
			await source.ask("GET", path, undefined, agent);
			await quiet();
		}
		agent.destroy();
		expect(connections).toBe(2);
	});

	test("creates are worked off one at a time, whatever the concurrency", async () => {
		const target = await marzban({ createMs: 5 });
		const started = performance.now();
		const names = Array.from({ length: 24 }, (_, index) => `user_${index}`);
		const replies = await Promise.all(names.map(name => target.ask("POST", "/api/user", vless(name))));
		expect(replies.every(reply => reply.status === 200)).toBe(true);
		expect(performance.now() - started).toBeGreaterThan(110);
	});

	test("at 64 in flight it collapses: most wait, then fail, a few of them after the row was written", async () => {
		const target = await marzban({ createMs: 2, poolMs: 60 });
		const names = Array.from({ length: 400 }, (_, index) => `user_${index}`);
		const outcomes = await Promise.all(
			names.map(name =>
				target.ask("POST", "/api/user", vless(name)).then(
					reply => reply.status,
					() => 0
				)
			)
		);
		const count = (status: number): number => outcomes.filter(outcome => outcome === status).length;
		expect(count(500)).toBeGreaterThan(50);
		expect(count(0)).toBeGreaterThan(50);
		const rows = Number(target.panel.db.prepare("SELECT count(*) AS rows FROM users").get()?.rows);
		expect(rows).toBeGreaterThan(count(200));
		expect(rows).toBeLessThan(count(200) + 50);
	});

	test("faults come at the rate asked for; failing writes had taken effect at theirs", async () => {
		const target = await marzban();
		target.panel.setFaults({ rate: 1, afterCommit: 0.5, seed: 7 });
		const names = Array.from({ length: 100 }, (_, index) => `user_${index}`);
		const outcomes: (number | string)[] = [];
		for (const name of names) {
			const outcome = await target.ask("POST", "/api/user", vless(name)).then(
				reply => reply.status,
				(error: NodeJS.ErrnoException) => error.code ?? ""
			);
			outcomes.push(outcome);
		}
		expect([...new Set(outcomes)].map(String).sort()).toEqual(["429", "500", "502", "503", "ECONNRESET"]);
		target.panel.setFaults({ rate: 0 });
		const { total } = object((await target.ask("GET", "/api/users?limit=1")).body);
		expect(total).toBeGreaterThan(30);
		expect(total).toBeLessThan(70);
	});

	test("a 429 says when to come back, and nothing was written", async () => {
		const target = await marzban();
		target.panel.setFaults({ rate: 1, kinds: ["tooMany"] });
		const reply = await target.ask("POST", "/api/user", vless("later"));
		expect([reply.status, reply.headers["retry-after"]]).toEqual([429, "1"]);
		target.panel.setFaults({ rate: 0 });
		expect((await target.ask("GET", "/api/user/later")).status).toBe(404);
	});

	test("a paused panel answers later; every call is counted by its template", async () => {
		const target = await marzban();
		target.panel.pause(60);
		const started = performance.now();
		await target.ask("GET", "/api/user/nobody");
		expect(performance.now() - started).toBeGreaterThan(50);
		expect(target.panel.requests).toEqual({ "POST /api/admin/token": 1, "GET /api/user/:username": 1 });
	});

	test("a file keeps what was written, secrets and tokens included", async () => {
		const { mkdtempSync, rmSync } = await import("node:fs");
		const { tmpdir } = await import("node:os");
		const folder = mkdtempSync(`${tmpdir()}/panels-`);
		const file = `${folder}/marzban.sqlite`;
		const first = await startMarzban({ ...quick, file });
		const token = await logIn(first);
		await ask(first, "/api/user", { method: "POST", token, json: vless("kept") });
		await first.close();
		const second = await marzban({ file });
		const reply = await ask(second.panel, "/api/user/kept", { token });
		rmSync(folder, { recursive: true });
		expect(isBody(reply.body) && reply.body.username).toBe("kept");
	});
});
