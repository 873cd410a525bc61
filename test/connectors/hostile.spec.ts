/** Panels that mean ill, or are broken: each connector refuses what they answer with a sentence, in time, in little memory. */

import { performance } from "node:perf_hooks";
import { calledBy } from "../../connectors/caller";
import { USUAL } from "../../connectors/caps";
import { ConnectorError, type Target } from "../../connectors/connector";
import { Session } from "../../connectors/http/session";
import { openMarzban } from "../../connectors/marzban";
import { openMarzneshin } from "../../connectors/marzneshin";
import type { TargetRecord } from "../../contracts/migration/records";
import {
	BROKEN,
	type Choice,
	CODED,
	ENDLESS,
	type HostilePanel,
	hostilePanel,
	LARGE,
	type Misdeed
} from "../support/hostile-panel";
import { until } from "../support/until";

const CAPS = { ...USUAL, panelAnswerBytes: 4_194_304, panelAnswerValues: 200_000 };
const GIVEN = { username: "admin", password: "admin123", retryBaseMs: 1, timeoutMs: 3_000 };
/** Machines are busy at times; none of these is near what an answer without end would take. */
const SOON_MS = 60_000;
const LITTLE_BYTES = 400 * 1_048_576;

const TOKENS = new Set(["/api/admin/token", "/api/admins/token"]);
const token =
	(value: unknown = "t"): Misdeed =>
	response =>
		void response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ access_token: value }));
/** Lets in, then answers all else alike. */
const letIn =
	(misdeed: Misdeed): Choice =>
	(_method, { pathname }) =>
		TOKENS.has(pathname) ? token() : misdeed;

const session = (panel: HostilePanel): Session =>
	new Session({
		...GIVEN,
		url: new URL(panel.url),
		system: "Marzban",
		tokenPath: "/api/admin/token",
		rateLimit: 0,
		connections: 4,
		caps: CAPS
	});

async function refusal(work: () => Promise<unknown>): Promise<ConnectorError> {
	const began = performance.now();
	const error = await work().then(
		value => new Error(`It was taken: ${JSON.stringify(value)?.slice(0, 100)}`),
		failed => failed
	);
	expect(error).toBeInstanceOf(ConnectorError);
	expect(error.message.length).toBeLessThan(8_000);
	expect(error.message).toMatch(/^\S.*[.?]$/s);
	expect(performance.now() - began).toBeLessThan(SOON_MS);
	return error;
}

const rows = (modes: Readonly<Record<string, Misdeed>>) => Object.entries(modes);

describe("one answer", () => {
	test.each([...rows(ENDLESS), ...rows(LARGE)])("%s is cut off", async (_name, misdeed) => {
		const before = process.memoryUsage().rss;
		await using panel = await hostilePanel(letIn(misdeed));
		const asking = session(panel);
		await refusal(() => asking.get("/api/x"));
		const text = await asking.text("/openapi.json").catch((error: Error) => error);
		if (text instanceof Error) await refusal(() => Promise.reject(text));
		else expect(text?.length).toBeLessThanOrEqual(CAPS.panelAnswerBytes);
		await asking.close();
		await until(() => panel.open() === 0);
		expect(panel.sent()).toBeLessThan(20 * CAPS.panelAnswerBytes);
		expect(process.memoryUsage().rss - before).toBeLessThan(LITTLE_BYTES);
	});

	test.each(rows(CODED))("%s is not opened", async (_name, misdeed) => {
		const before = process.memoryUsage().rss;
		await using panel = await hostilePanel(letIn(misdeed));
		const asking = session(panel);
		expect((await refusal(() => asking.get("/api/x"))).message).toMatch(/coding that nobody asked for/);
		await asking.close();
		expect(process.memoryUsage().rss - before).toBeLessThan(LITTLE_BYTES);
	});

	test.each(rows(BROKEN))("%s: read, or refused with a sentence", async (_name, misdeed) => {
		await using panel = await hostilePanel(letIn(misdeed));
		const asking = session(panel);
		const answered = await asking.get("/api/x").then(
			() => null,
			error => error
		);
		if (answered !== null) await refusal(() => Promise.reject(answered));
		await refusal(() => asking.write("POST", "/api/user", {}).then(() => Promise.reject(none())));
		await asking.close();
		// Nobody was asked but the panel, and not for ever.
		expect(panel.asked.length).toBeLessThan(12);
	});

	test("a wait of a billion seconds is nobody's", async () => {
		await using panel = await hostilePanel(letIn(BROKEN["come back in a billion seconds"]));
		const asking = session(panel);
		const { details } = await refusal(() => asking.get("/api/x"));
		expect(details.retryAfterMs).toBeLessThanOrEqual(86_400_000);
		await asking.close();
	});
});
/** What the table above takes for refused where it was read: that is no matter of this row. */
const none = () => new ConnectorError("unexpected-answer", "There was none.");

describe("logging in", () => {
	test.each([
		["of a megabyte", "t".repeat(1_000_000)],
		["with a line break", "t\r\nx-injected: 1"],
		["with a NUL", "t\0"],
		["of emoji", "🔑"],
		["that is empty", ""],
		["that is a table", { toString: 1 }],
		["that is none", null]
	])("a token %s is refused", async (_name, value) => {
		await using panel = await hostilePanel((_method, { pathname }) =>
			TOKENS.has(pathname) ? token(value) : undefined
		);
		const asking = session(panel);
		await refusal(() => asking.get("/api/x"));
		await asking.close();
		expect(panel.asked).toEqual(["POST /api/admin/token"]);
	});

	test("a login in a circle ends", async () => {
		const no: Misdeed = response => void response.writeHead(401).end('{"detail":"no"}');
		await using panel = await hostilePanel(letIn(no));
		const asking = session(panel);
		for (let call = 0; call < 5; call++) await refusal(() => asking.get("/api/x"));
		await asking.close();
		expect(panel.asked.length).toBeLessThanOrEqual(20);
	});
});

/** A Marzneshin's or a Marzban's users by page, as a test has them. */
const answer =
	(value: unknown): Misdeed =>
	response =>
		void response
			.writeHead(200, { "content-type": "application/json" })
			.end(typeof value === "string" ? value : JSON.stringify(value));
const user = (id: number, more: object = {}) => ({
	id,
	username: `user_${id}`,
	key: id.toString(16).padStart(32, "0"),
	enabled: true,
	expire_strategy: "never",
	service_ids: [1],
	...more
});
const marzneshinUsers = (page: number, size: number) =>
	Array.from({ length: size }, (_, at) => user((page - 1) * size + at + 1));

/** Reads to the end, or until somebody says that there is none. */
async function walk(
	read: (cursor: string | null) => Promise<{ readonly records: readonly unknown[]; readonly next: string | null }>
): Promise<number> {
	let [cursor, count]: [string | null, number] = [null, 0];
	for (;;) {
		const { records, next } = await read(cursor);
		count += records.length;
		if (next === null) return count;
		cursor = next;
	}
}

describe("listings", () => {
	const number = (asked: URL, name: string) => Number(asked.searchParams.get(name) ?? 1);
	const totals = [1e15, -1, 1.5, 2_000_001, "7", null, [], { valueOf: 1 }, Number.MAX_SAFE_INTEGER + 1, "1e999"];
	const total = (value: unknown) => (value === "1e999" ? "1e999" : JSON.stringify(value));

	test.each(totals)("of %j records, neither panel's is walked", async value => {
		await using panel = await hostilePanel((_method, asked) =>
			TOKENS.has(asked.pathname)
				? token()
				: answer(`{"items":${JSON.stringify(marzneshinUsers(1, 100))},"users":[],"total":${total(value)}}`)
		);
		const source = openMarzneshin({ connector: "marzneshin", url: panel.url, ...GIVEN });
		const target = openMarzban({ connector: "marzban", url: panel.url, settleMs: 0, ...GIVEN });
		await refusal(() => walk(cursor => source.read("users", cursor, 100)));
		await refusal(() => source.count("users"));
		await refusal(() => source.read("services", null, 100));
		await refusal(() => walk(cursor => target.read("users", cursor, 100)));
		await Promise.all([source.close(), target.close()]);
		expect(panel.asked.length).toBeLessThan(10);
	});

	const ways: readonly (readonly [string, (asked: URL, times: number) => object])[] = [
		[
			"the same page for ever",
			() => ({ items: marzneshinUsers(1, 50), users: marzneshinUsers(1, 51), total: 1_999_999 })
		],
		[
			"two pages in turn, the total with them",
			(_asked, times) => ({
				items: marzneshinUsers(1 + (times % 2), 50),
				users: marzneshinUsers(1 + (times % 2), 51),
				total: 1_000 + times
			})
		],
		[
			"a total that grows with each page",
			(asked, times) => ({
				items: marzneshinUsers(number(asked, "page"), 50),
				users: Array.from({ length: 51 }, (_, at) => user(times * 1000 + at)),
				total: 500 + times
			})
		],
		[
			"pages without a record that the last one had",
			(_asked, times) => ({
				items: marzneshinUsers(1000 + times, 50),
				users: marzneshinUsers(1000 + times, 51),
				total: 500 + (times % 7)
			})
		],
		[
			"more records than were asked for",
			() => ({ items: marzneshinUsers(1, 5_000), users: marzneshinUsers(1, 5_000), total: 10_000 })
		],
		["empty pages of many", () => ({ items: [], users: [], total: 1_999_999 })]
	];
	test.each(ways)(
		"%s: the walk ends",
		async (_name, page) => {
			let times = 0;
			await using panel = await hostilePanel((_method, asked) =>
				TOKENS.has(asked.pathname) ? token() : answer(page(asked, times++))
			);
			const source = openMarzneshin({ connector: "marzneshin", url: panel.url, ...GIVEN });
			const target = openMarzban({ connector: "marzban", url: panel.url, settleMs: 0, ...GIVEN });
			for (const read of [
				(cursor: string | null) => source.read("users", cursor, 50),
				(cursor: string | null) => source.read("services", cursor, 50),
				(cursor: string | null) => target.read("users", cursor, 50)
			]) {
				const ended = await walk(read).catch(error => error);
				if (typeof ended !== "number") await refusal(() => Promise.reject(ended));
			}
			await source.find("users", "nobody").catch(error => refusal(() => Promise.reject(error)));
			await Promise.all([source.close(), target.close()]);
			expect(panel.asked.length).toBeLessThan(5_000);
		},
		240_000
	);
});

/** Whatever a field may hold that no panel's does. */
const ODD: readonly string[] = [
	"null",
	"[]",
	"{}",
	"[[[]]]",
	'{"toString":1,"valueOf":1}',
	'{"__proto__":1}',
	"true",
	"0",
	"-1",
	"1.5",
	"1e999",
	"-1e999",
	"9223372036854775808",
	"123456789012345678901234567890",
	'""',
	'"abc"',
	'"\\ud800"',
	'"\\u0000"',
	'"__proto__"',
	'"constructor"',
	'"\\u202eevil\\u200b"',
	'"😀😀😀"',
	JSON.stringify("x".repeat(300_000)),
	JSON.stringify(Array(100_000).fill(1)),
	'[null,{"a":1}]',
	'["1","x"]'
];
/** Each field of a record in turn, with each of these. */
const bent = (record: Readonly<Record<string, unknown>>): string[] =>
	Object.keys(record).flatMap(field =>
		ODD.map(
			odd =>
				`{${Object.entries(record).map(([name, value]) => `${JSON.stringify(name)}:${name === field ? odd : JSON.stringify(value)}`)}}`
		)
	);

describe("records", () => {
	const whole = user(7, {
		expire_date: null,
		usage_duration: 86_400,
		activation_deadline: null,
		data_limit: 5,
		data_limit_reset_strategy: "no_reset",
		note: "n",
		used_traffic: 1,
		lifetime_used_traffic: 1,
		owner_username: "admin",
		created_at: "2026-11-11T00:00:01",
		subscription_url: "http://panel/sub/user_7/00000000000000000000000000000007",
		online_at: null,
		expired: false,
		data_limit_reached: false
	});

	test("of a user, any field may be anything: read, or held back with a sentence, and none is lost", async () => {
		let body = "";
		await using panel = await hostilePanel((_method, asked) => (TOKENS.has(asked.pathname) ? token() : answer(body)));
		const source = openMarzneshin({ connector: "marzneshin", url: panel.url, ...GIVEN });
		let held = 0;
		for (const item of bent(whole)) {
			body = `{"items":[${item}],"total":1}`;
			const page = await source.read("users", null, 100).catch(error => error);
			if (page instanceof Error) await refusal(() => Promise.reject(page));
			else {
				expect(page.records).toHaveLength(1);
				const [record] = page.records;
				expect(record.name.length).toBeLessThanOrEqual(512);
				if (record.quarantine) {
					held += 1;
					expect(record.quarantine).toMatchObject({ category: "source_malformed" });
					expect(JSON.stringify(record.quarantine).length).toBeLessThan(1_000);
				} else expect(() => source.fingerprint("users", record.data)).not.toThrow();
			}
		}
		await source.close();
		expect(held).toBeGreaterThan(100);
		expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
	}, 120_000);

	const STREAMS: Readonly<Record<string, object>> = {
		admins: {
			id: 1,
			username: "admin",
			is_sudo: true,
			enabled: true,
			service_ids: [1],
			subscription_url_prefix: "",
			users_data_usage: 5
		},
		services: { id: 1, name: "default", inbound_ids: [1] },
		inbounds: { id: 1, tag: "T", protocol: "vless", config: "{}", service_ids: [1], node: { id: 1 } },
		hosts: {
			id: 1,
			remark: "r",
			address: "a",
			port: 1,
			sni: "s",
			security: "tls",
			inbound_id: 1,
			fragment: {},
			noise: [],
			mux_settings: null,
			weight: 1
		},
		nodes: { id: 1, name: "n", address: "a", port: 1, usage_coefficient: 1 }
	};
	test.each(Object.keys(STREAMS))(
		"of %s as well",
		async stream => {
			let body = "";
			await using panel = await hostilePanel((_method, asked) => (TOKENS.has(asked.pathname) ? token() : answer(body)));
			const source = openMarzneshin({ connector: "marzneshin", url: panel.url, ...GIVEN });
			for (const item of bent(STREAMS[stream] as never)) {
				body = `{"items":[${item}],"total":1}`;
				const page = await source.read(stream, null, 100).catch(error => error);
				if (page instanceof Error) await refusal(() => Promise.reject(page));
				else for (const { data } of page.records) expect(() => source.fingerprint(stream, data)).not.toThrow();
			}
			await source.close();
		},
		120_000
	);

	const held = {
		username: "user_7",
		status: "active",
		proxies: { vless: { id: "11111111-1111-4111-8111-111111111111", flow: "" } },
		inbounds: { vless: ["T"] },
		data_limit: 5,
		used_traffic: 0,
		lifetime_used_traffic: 0,
		data_limit_reset_strategy: "no_reset",
		expire: null,
		note: null,
		on_hold_expire_duration: null,
		on_hold_timeout: null,
		subscription_url: "/sub/x",
		created_at: "2026-11-11T00:00:01",
		admin: { username: "admin" },
		next_plan: null
	};
	test("of a target's user: read, shown as unreadable, or refused", async () => {
		let item = "";
		await using panel = await hostilePanel((_method, { pathname }) => {
			if (TOKENS.has(pathname)) return token();
			if (pathname === "/api/users") return answer(`{"users":[${item}],"total":1}`);
			return pathname.startsWith("/api/user/") ? answer(item) : answer([]);
		});
		const target = openMarzban({ connector: "marzban", url: panel.url, settleMs: 0, ...GIVEN });
		for (item of bent(held)) {
			await comparable(target, () => target.find("users", ["user_7"]));
			await comparable(target, async () => (await target.read("users", null, 10)).records);
		}
		await target.close();
	}, 240_000);
});

async function comparable(target: Target, ask: () => Promise<readonly TargetRecord[]>): Promise<void> {
	const found = await ask().catch((error: Error) => error);
	if (found instanceof Error) return void (await refusal(() => Promise.reject(found)));
	const shown = found.filter(({ unreadable }) => unreadable === undefined);
	for (const { data } of shown) expect(() => target.fingerprint("users", data)).not.toThrow();
}

describe("checks", () => {
	test.each([...rows(BROKEN), ...rows(LARGE), ["an answer without end", ENDLESS["an answer without end"]] as const])(
		"%s: both ends say no in words",
		async (_name, misdeed) => {
			for (const choose of [() => misdeed, letIn(misdeed)] as Choice[]) {
				await using panel = await hostilePanel(choose);
				const ends = [
					openMarzneshin({ connector: "marzneshin", url: panel.url, ...GIVEN }, CAPS),
					openMarzban({ connector: "marzban", url: panel.url, ...GIVEN }, CAPS)
				];
				for (const end of ends) {
					const found = await end.check();
					expect(found.ok).toBe(false);
					for (const { message } of found.findings) expect(message.length).toBeLessThan(8_000);
					await end.close();
				}
			}
		},
		120_000
	);
});

describe("a caller who leaves", () => {
	test("takes their question along: what is under way is cut, nothing follows", async () => {
		await using panel = await hostilePanel(letIn(ENDLESS["no answer"]));
		const asking = new Session({
			...GIVEN,
			timeoutMs: 600_000,
			url: new URL(panel.url),
			system: "Marzban",
			tokenPath: "/api/admin/token",
			rateLimit: 0,
			connections: 4
		});
		const leaving = new AbortController();
		const asked = calledBy({ id: undefined, signal: leaving.signal }, () => asking.get("/api/x"));
		await until(() => panel.open() === 1 && panel.asked.length === 2);
		leaving.abort();
		await expect(asked).rejects.toMatchObject({ code: "stopped" });
		await until(() => panel.open() === 0);
		expect(panel.asked).toHaveLength(2);
		await asking.close();
	});

	test("also while it waits to ask again", async () => {
		const busy: Misdeed = response => void response.writeHead(429, { "retry-after": "50" }).end();
		await using panel = await hostilePanel(letIn(busy));
		const asking = session(panel);
		const leaving = new AbortController();
		const asked = calledBy({ id: undefined, signal: leaving.signal }, () => asking.get("/api/x"));
		await until(() => panel.asked.length === 2);
		leaving.abort();
		await expect(asked).rejects.toMatchObject({ code: "stopped" });
		await asking.close();
	});
});
