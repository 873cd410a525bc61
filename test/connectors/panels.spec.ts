/** The connectors on the sample panels, which answer as the real ones were seen to, traps included. */

import type { Target, Write } from "../../connectors/connector";
import { marzbanSpec, openMarzban } from "../../connectors/marzban";
import { startMarzban } from "../../demo/panels/marzban";
import type { Panel } from "../../demo/panels/panel";
import { targetConformance } from "./conformance";
import { connect, hostWrite, STATES, TAG, VOLATILE, WRITES, write } from "./support/marzban-users";

async function withDbSudo(): Promise<Panel> {
	const panel = await startMarzban({ createMs: 1, loginMs: 1 });
	const call = async (path: string, body: string, headers: Record<string, string>) =>
		(await (await fetch(panel.url + path, { method: "POST", body, headers })).json()) as { access_token: string };
	const form = { "content-type": "application/x-www-form-urlencoded" };
	const { access_token } = await call("/api/admin/token", "username=admin&password=admin123", form);
	const headers = { "content-type": "application/json", authorization: `Bearer ${access_token}` };
	await call("/api/admin", JSON.stringify({ username: "dbsudo", password: "sudo123", is_sudo: true }), headers);
	return panel;
}

describe.each([
	["its environment's sudo", "admin", "admin123", "env"],
	["a sudo of its database", "dbsudo", "sudo123", "db"]
])("the sample Marzban, with %s", (_name, username, password, kind) => {
	let panel: Panel;
	beforeAll(async () => {
		panel = await withDbSudo();
	});
	afterAll(() => panel.close());

	targetConformance("marzban", {
		spec: marzbanSpec,
		open: openMarzban,
		good: () => connect(panel.url, { username, password }),
		bad: () => ({
			unreachable: connect("http://127.0.0.1:9"),
			"login-refused": connect(panel.url, { password: "wrong password" })
		}),
		volatile: VOLATILE,
		writes: stream => WRITES[stream] ?? [],
		changing: ["users", "hosts", "services"]
	});

	test("facts name the account's kind", async () => {
		const { facts } = await openMarzban(connect(panel.url, { username, password })).check();
		expect(facts).toMatchObject({ account: username, accountKind: kind });
	});
});

describe("the sample Marzban at its worst", () => {
	let panel: Panel;
	let target: Target;
	beforeEach(async () => {
		panel = await withDbSudo();
		target = openMarzban(connect(panel.url, { settleMs: 20, retryBaseMs: 1 }));
	});
	afterEach(async () => {
		await target.close();
		await panel.close();
	});

	const persist = async (one: Write, stream = "users"): Promise<void> => {
		await target.write(stream, one).catch((error: { details?: { retryable?: boolean } }) => {
			if (!error.details?.retryable) throw error;
			return persist(one, stream);
		});
	};

	test("a tenth of all calls fails, half of those after the work: all users are there exactly once", async () => {
		panel.setFaults({ rate: 0.1, afterCommit: 0.5, kinds: ["error", "reset", "badGateway", "unavailable"] });
		const states = Object.values(STATES);
		const writes = Array.from({ length: 300 }, (_, i) => write(`many_${i}`, states[i % states.length]));
		await Promise.all(writes.map(one => persist(one)));
		panel.setFaults({ rate: 0 });
		expect(await target.count("users")).toBe(300);
		const names = writes.map(({ name }) => name);
		const found = await target.find("users", names);
		const wanted = writes.map(one => target.fingerprint("users", one.data)).sort();
		expect(found.map(({ data }) => target.fingerprint("users", data)).sort()).toEqual(wanted);
		expect(panel.db.prepare("SELECT count(*) AS n FROM users").get()).toEqual({ n: 300n });
	});

	test("hosts, each a whole list, are there exactly once too, and the panel's own stays", async () => {
		const { records: stood } = await target.read("hosts", null, 100);
		panel.setFaults({ rate: 0.2, afterCommit: 0.5, kinds: ["error", "reset", "badGateway", "unavailable"] });
		const writes = Array.from({ length: 60 }, (_, i) =>
			hostWrite({ remark: `host ${i}`, tag: i % 2 ? TAG : "VMess TCP" })
		);
		await Promise.all(writes.map(one => persist(one, "hosts")));
		panel.setFaults({ rate: 0 });
		const { records } = await target.read("hosts", null, 100);
		const names = [...stood, ...writes].map(({ name }) => name).sort();
		expect(records.map(({ name }) => name).sort()).toEqual(names);
	});

	test("its job flips who is past and limited, and the fingerprint stays", async () => {
		const made = await Promise.all(
			["active", "expired", "disabled", "on_hold"].map(name => target.write("users", write(name, STATES[name])))
		);
		panel.db.exec(
			"UPDATE users SET used_traffic = 9223372036854775807, data_limit = 9007199254740993 WHERE username = 'active'"
		);
		panel.review();
		for (const { name, data } of made) {
			const [now] = await target.find("users", [name]);
			expect([name, now && target.fingerprint("users", now.data)]).toEqual([name, target.fingerprint("users", data)]);
		}
		const [limited] = await target.find("users", ["active"]);
		expect(limited?.data.status).toBe("limited");
	});

	test("a row it stored and cannot read breaks its list, and the others are still found", async () => {
		await target.write("users", write("healthy"));
		panel.db.exec("UPDATE users SET expire = 253402300799 WHERE username = (SELECT username FROM users LIMIT 1)");
		await expect(target.read("users", null, 10)).rejects.toMatchObject({ code: "broken" });
		expect(await target.find("users", ["healthy"])).toMatchObject([
			{ name: "healthy", unreadable: expect.stringContaining("cannot read") }
		]);
		await target.write("users", write("second"));
		expect((await target.find("users", ["second", "absent"])).map(({ name }) => name)).toEqual(["second"]);
	});
});
