/** Traps of the source that no recording shows: the sample has them too. */
import type { Json } from "../../demo/panels/json";
import { ask } from "../support/panels";
import { closeAll, marzneshin, type Session } from "../support/panels-session";

afterEach(closeAll);

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

	test("a removed user fails the page of their admin's list that would show them, and only that", async () => {
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

	test.each([
		["کاربر_فارسی", "2030-01-01T00:00:00", 500],
		["josé_ñ", "2030-01-01T00:00:00", 200],
		["plain", "9999-12-31T00:00:00", 500],
		["plain", "9998-12-31T00:00:00", 200]
	])(
		"a link of %s until %s: %i in every format with headers, and the connection is closed",
		async (username, expire_date, status) => {
			const source = await marzneshin();
			const name = `${username}_2`;
			const json = { username: name, expire_strategy: "fixed_date", expire_date, service_ids: [1] };
			const { body } = await source.ask("POST", "/api/users", { ...json });
			const path = new URL(`${(body as { subscription_url: string }).subscription_url}`).pathname;
			for (const format of ["", "/v2ray", "/links", "/sing-box", "/wireguard"]) {
				const reply = await ask(source.panel, path + format);
				expect([format, reply.status]).toEqual([format, status]);
				if (status === 500)
					expect([reply.text, reply.headers["content-type"]]).toEqual([
						"Internal Server Error",
						"text/plain; charset=utf-8"
					]);
				else expect(reply.headers["content-disposition"]).toBe(`attachment; filename="${name}"`);
			}
			for (const format of ["/info", "/usage"]) expect((await ask(source.panel, path + format)).status).toBe(200);
		}
	);

	test("made-up users are the same every time, and as many as asked for", async () => {
		const first = await marzneshin({ users: 150 });
		const second = await marzneshin({ users: 150 });
		const keys = async (session: Session): Promise<Json[]> =>
			(await session.items("/api/users?size=100&page=11")).map(user => user.key ?? null);
		expect(await keys(first)).toEqual(await keys(second));
		expect((await first.ask("GET", "/api/system/stats/users")).body).toMatchObject({ total: 1149 });
	});
});
