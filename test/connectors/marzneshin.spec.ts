import type { Source } from "../../connectors/connector";
import type { WireObject } from "../../connectors/http/json";
import { marzneshinSpec, openMarzneshin } from "../../connectors/marzneshin";
import type { Connection } from "../../contracts/migration/records";
import { createDerivations } from "../../domain/migration/marzneshin-to-marzban/credentials";
import { sourceConformance } from "./conformance";
import { type SmallMarzneshin, startSmallMarzneshin, userOf } from "./support/marzneshin";
import { type Served, serve } from "./support/serve";

const connect = (url: string, more: Record<string, string | number> = {}): Connection => ({
	connector: "marzneshin",
	url,
	username: "admin",
	password: "admin123",
	retryBaseMs: 2,
	timeoutMs: 60_000,
	...more
});

const people = (count = 23): WireObject[] =>
	Array.from({ length: count }, (_, i) => userOf(i + 1, `user_${String(i).padStart(4, "0")}`));

interface Ground {
	panel: SmallMarzneshin;
	source: Source;
}

function ground(count?: number): Ground {
	const on = {} as Ground;
	beforeEach(async () => {
		on.panel = await startSmallMarzneshin(people(count));
		on.source = openMarzneshin(connect(on.panel.url));
	});
	afterEach(async () => {
		await on.source.close();
		await on.panel.close();
	});
	return on;
}

describe("a connection", () => {
	let panel: SmallMarzneshin;
	let stranger: Served;
	beforeAll(async () => {
		panel = await startSmallMarzneshin(people());
		panel.derive = (await createDerivations()).xxh128;
		stranger = await serve(({ path }) =>
			path === "/api/admin" ? { status: 401, json: { detail: "Not authenticated" } } : { status: 404, json: {} }
		);
	});
	afterAll(async () => {
		await Promise.all([panel.close(), stranger.close()]);
	});

	sourceConformance("marzneshin", {
		spec: marzneshinSpec,
		open: openMarzneshin,
		good: () => connect(`${panel.url}/`),
		bad: () => ({
			unreachable: connect("http://127.0.0.1:9"),
			"wrong-system": connect(stranger.url, { password: "never to be sent" }),
			"login-refused": connect(panel.url, { password: "wrong password" }),
			"auth-algorithm-contradicted": connect(panel.url, { authAlgorithm: "plain" })
		}),
		volatile: {
			users: {
				used_traffic: "123",
				lifetime_used_traffic: "9",
				online_at: "2026-11-21T00:00:00",
				sub_updated_at: "2026-11-21T00:00:00",
				sub_last_user_agent: "v2rayNG",
				activated: false,
				is_active: false,
				subscription_url: "https://other/sub/x/y",
				note: ""
			},
			admins: { users_data_usage: "7" }
		},
		named: ["users", "admins", "inbounds"]
	});

	test("a Marzban is named, and is sent no password to report to its owner's phone", async () => {
		const check = await openMarzneshin(connect(stranger.url)).check();
		expect(check).toMatchObject({ ok: false, system: "marzban" });
		expect(check.findings[0]?.message).toContain("This is a Marzban");
		expect(stranger.asked.filter(({ method }) => method === "POST")).toEqual([]);
	});
});

describe("what a check finds", () => {
	const on = ground();

	test.each(["xxh128", "plain"] as const)("the algorithm %s is read off a user's links", async algorithm => {
		on.panel.derive = (await createDerivations())[algorithm];
		const { ok, facts } = await on.source.check();
		expect([ok, facts.authAlgorithm]).toEqual([true, algorithm]);
	});

	test("if no links tell, it says to set it; set, it is taken", async () => {
		const check = await on.source.check();
		expect(check.findings.at(-1)).toMatchObject({ ok: false, code: "auth-algorithm-unknown" });
		expect(check.findings.at(-1)?.message).toContain("set authAlgorithm");
		const told = await openMarzneshin(connect(on.panel.url, { authAlgorithm: "xxh128" })).check();
		expect([told.ok, told.facts.authAlgorithm]).toEqual([true, "xxh128"]);
	});

	test("facts hold what a mapping needs, and no service's list of users", async () => {
		const { facts } = await on.source.check();
		expect(facts.services).toEqual([
			{ id: 1, name: "default", inbound_ids: [1] },
			{ id: 2, name: null, inbound_ids: [] }
		]);
		expect(facts.inbounds).toMatchObject([
			{ id: 1, tag: "VLESS TCP", protocol: "vless", flow: "xtls-rprx-vision", port: 18443, node: { id: 2 } },
			{ id: 2, tag: "VLESS GRPC", flow: null }
		]);
		expect(facts.admins).toMatchObject([{ username: "admin" }, { username: "reseller1" }]);
		expect(facts.statistics).toMatchObject({ total: 23 });
	});

	test("an account without sudo sees only its own users, so it is refused", async () => {
		on.panel.account = { username: "reseller1", is_sudo: false };
		const check = await on.source.check();
		expect(check).toMatchObject({ ok: false, account: "reseller1" });
		expect(check.findings.at(-1)).toMatchObject({ code: "not-sudo" });
	});

	test("a disabled account logs in and may call nothing: that is said", async () => {
		on.panel.hook = ({ headers }) =>
			headers.authorization ? { status: 401, json: { detail: "Could not validate credentials" } } : undefined;
		const check = await on.source.check();
		expect(check.findings.at(-1)).toMatchObject({ ok: false, code: "login-refused" });
		expect(check.findings.at(-1)?.message).toContain("disabled");
	});
});

describe("reading users", () => {
	const on = ground(250);

	const readAll = async (between: (page: number) => void = () => undefined): Promise<string[]> => {
		const ids: string[] = [];
		let page = await on.source.read("users", null, 100);
		for (let number = 1; ; number++) {
			ids.push(...page.records.map(({ id }) => id));
			if (page.next === null) return ids;
			between(number);
			page = await on.source.read("users", page.next, 100);
		}
	};

	test("never more than 100 a page, ordered by name", async () => {
		expect(await readAll()).toHaveLength(250);
		const pages = on.panel.asked.filter(({ what }) => what === "GET /api/users");
		expect(pages.map(({ query }) => query.get("size"))).toEqual(["100", "100", "100"]);
		expect(pages.every(({ query }) => query.get("order_by") === "username")).toBe(true);
	});

	test("a total that moves between pages hides nobody", async () => {
		const ids = await readAll(page => {
			if (page === 1) on.panel.users.splice(0, 30);
		});
		const stayed = on.panel.users.map(({ id }) => String(id));
		expect(stayed.filter(id => !ids.includes(id))).toEqual([]);
	});

	test("a token that ends midway is renewed", async () => {
		const ids = await readAll(page => {
			on.panel.token = `t${page + 1}`;
		});
		expect(ids).toHaveLength(250);
		expect(on.panel.asked.filter(({ what }) => what === "POST /api/admins/token")).toHaveLength(3);
	});

	test("a page that fails now and then is read again, in full", async () => {
		let calls = 0;
		on.panel.hook = ({ what }) => {
			if (what !== "GET /api/users") return undefined;
			calls += 1;
			return [{ status: 500, text: "no", hangUp: true }, { cut: true }, undefined][calls % 3];
		};
		expect(await readAll()).toHaveLength(250);
	});

	test("a page the panel cannot make is told with its rows", async () => {
		on.panel.hook = ({ what }) =>
			what === "GET /api/users" ? { status: 500, text: "Internal Server Error" } : undefined;
		await expect(on.source.read("users", null, 100)).rejects.toMatchObject({
			code: "broken",
			message: expect.stringContaining("1 to 100")
		});
	});

	test("byte counts beyond 2^53 are exact decimal strings", async () => {
		const { records } = await on.source.read("users", null, 1);
		expect(records[0]?.data).toMatchObject({
			lifetime_used_traffic: "9007199254740993",
			used_traffic: "0",
			data_limit: null
		});
	});
});

describe("names", () => {
	const on = ground();

	test("a row stored in mixed case is found by the name it shows, which answers 404", async () => {
		on.panel.users.push(userOf(90, "LegacyMixedCase"));
		expect(await on.source.find("users", "legacymixedcase")).toMatchObject({ id: "90", name: "legacymixedcase" });
		expect(await on.source.find("users", "LegacyMixedCase")).toBeUndefined();
	});

	test("two rows that show one name are two records", async () => {
		on.panel.users.push(userOf(91, "Twin_User"), userOf(92, "twin_user"));
		const { records } = await on.source.read("users", null, 100);
		expect(
			records
				.filter(({ name }) => name === "twin_user")
				.map(({ id }) => id)
				.sort()
		).toEqual(["91", "92"]);
		expect(await on.source.find("users", "twin_user")).toMatchObject({ id: "92" });
	});

	test("a part of a name is no name, and one with signs of its own is searched as it is", async () => {
		expect(await on.source.find("users", "user_00")).toBeUndefined();
		on.panel.users.push(userOf(93, "کاربر_فارسی"));
		expect(await on.source.find("users", "کاربر_فارسی")).toMatchObject({ id: "93" });
	});
});
