/** Traps of the target that no recording shows: the sample has them too. */
import { ask, logIn, object } from "../support/panels";
import { closeAll, marzban, vless } from "../support/panels-session";

afterEach(closeAll);

describe("Marzban", () => {
	test.each([
		["plain", 200],
		["c?d#e%41", 200],
		["%2F", 200],
		["token", 200],
		["a/b?c#d%41", 404],
		["/", 404],
		["token/x", 404],
		["usage/x", 405],
		["x/users/disable", 405],
		["", 307]
	])(
		"an admin called '%s' is made, and deleted by %d: the path is decoded before its route is looked for",
		async (username, status) => {
			const target = await marzban();
			expect((await target.ask("POST", "/api/admin", { username, password: "x", is_sudo: false })).status).toBe(200);
			expect((await target.ask("DELETE", `/api/admin/${encodeURIComponent(username)}`)).status).toBe(status);
			const left = target.panel.db.prepare("SELECT count(*) AS n FROM admins WHERE username = ?").get(username);
			expect(left?.n).toBe(status === 200 ? 0n : 1n);
		}
	);

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
