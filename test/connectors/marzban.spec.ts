import { marzbanSpec, openMarzban } from "../../connectors/marzban";
import { targetConformance } from "./conformance";
import { type SmallMarzban, startSmallMarzban } from "./support/marzban";
import { connect, VOLATILE, WRITES } from "./support/marzban-users";
import { type Served, serve } from "./support/serve";

interface Connections {
	panel: SmallMarzban;
	disabled: Served;
	stranger: Served;
}

/** A Marzban, one whose account is disabled, and a Marzneshin; open while the tests around run. */
function connections(): Connections {
	const at = {} as Connections;
	beforeAll(async () => {
		at.panel = await startSmallMarzban();
		at.stranger = await serve(({ path }) =>
			path === "/api/admins/current"
				? { status: 401, json: { detail: "Not authenticated" } }
				: { status: 404, json: {} }
		);
		at.disabled = await serve(({ method, path }) =>
			method === "POST"
				? { json: { access_token: "t" } }
				: { status: path === "/api/admins/current" ? 404 : 401, json: { detail: "Not authenticated" } }
		);
	});
	afterAll(async () => {
		await Promise.all([at.panel.close(), at.stranger.close(), at.disabled.close()]);
	});
	return at;
}

describe("a connection", () => {
	const at = connections();

	targetConformance("marzban", {
		spec: marzbanSpec,
		open: openMarzban,
		good: () => connect(at.panel.url),
		bad: () => ({
			unreachable: connect("http://127.0.0.1:9"),
			"wrong-system": connect(at.stranger.url, { password: "never to be sent" }),
			"login-refused": connect(at.panel.url, { password: "wrong password" })
		}),
		volatile: VOLATILE,
		writes: stream => WRITES[stream] ?? [],
		changing: ["users", "hosts", "services"]
	});

	test("a Marzneshin is named, and is sent no password", async () => {
		const check = await openMarzban(connect(at.stranger.url)).check();
		expect(check).toMatchObject({ ok: false, system: "marzneshin" });
		expect(check.findings[0]?.message).toContain("This is a Marzneshin");
		expect(at.stranger.asked.filter(({ method }) => method === "POST")).toEqual([]);
	});

	test("an account that may call nothing is said to be disabled", async () => {
		const check = await openMarzban(connect(at.disabled.url)).check();
		expect(check.findings.at(-1)).toMatchObject({ ok: false, code: "login-refused" });
		expect(check.findings.at(-1)?.message).toContain("disabled");
	});
});

describe("what a check tells", () => {
	const at = connections();

	test("a version that was never tried, and an account without sudo, are told", async () => {
		at.panel.version = "0.9.0";
		const { findings } = await openMarzban(connect(at.panel.url)).check();
		expect(findings.map(({ code }) => code)).toContain("unsupported-version");
		at.panel.version = "0.8.4";
		at.panel.account = { username: "res1", is_sudo: false };
		const check = await openMarzban(connect(at.panel.url)).check();
		expect(check).toMatchObject({ ok: false, account: "res1" });
		expect(check.findings.at(-1)).toMatchObject({ code: "not-sudo" });
		at.panel.account = { username: "admin", is_sudo: true };
	});

	test("facts name the account's kind: what the environment's sudo creates has no owner", async () => {
		const env = await openMarzban(connect(at.panel.url)).check();
		expect(env.facts).toMatchObject({ account: "admin", accountKind: "env", version: "0.8.4" });
		expect(env.facts.inbounds).toMatchObject({ vless: ["VLESS TCP REALITY", "VLESS GRPC REALITY"] });
		at.panel.account = { username: "dbsudo", is_sudo: true };
		expect((await openMarzban(connect(at.panel.url)).check()).facts.accountKind).toBe("db");
		at.panel.account = { username: "admin", is_sudo: true };
	});

	test.each([
		["ftp://panel", "http"],
		["not an address", "address"],
		["http://admin:secret@panel", "password"]
	])("the address %s is refused before anything is sent", (url, word) => {
		expect(() => openMarzban(connect(url))).toThrow(
			expect.objectContaining({ code: "refused", message: expect.stringContaining(word) })
		);
	});
});
