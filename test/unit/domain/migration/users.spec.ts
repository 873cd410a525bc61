import type { Json } from "../../../../contracts/json";
import type { Definition } from "../../../../contracts/migration/definition";
import type { Transformed } from "../../../../contracts/migration/records";
import { type Mapping, transform } from "../../../../domain/migration/mapping";
import { loadMappings } from "../../../../domain/migration/mappings";
import { violation } from "../../../../domain/migration/marzneshin-to-marzban/rules";

let mapping: Mapping<Json>;
beforeAll(async () => {
	mapping = (await loadMappings()).named("marzneshin-to-marzban") as Mapping<Json>;
});

const definition = {
	streams: ["admins", "users"],
	rules: {
		inboundTags: { old: "VMess TCP" },
		resettingPlans: "full",
		refusedNames: "rename",
		limitedUsers: "disable",
		noAccess: "create"
	}
} as unknown as Definition;
const source = {
	authAlgorithm: "xxh128",
	services: [
		{ id: 1, inbound_ids: [1, 2, 4] },
		{ id: 2, inbound_ids: [3] },
		{ id: 3, inbound_ids: [1, 3] },
		{ id: 4, inbound_ids: [] },
		{ id: 5, inbound_ids: [5, 6] }
	],
	inbounds: [
		{ id: 1, tag: "VLESS", protocol: "vless", flow: "xtls-rprx-vision" },
		{ id: 2, tag: "Trojan", protocol: "trojan", flow: null },
		{ id: 3, tag: "hy", protocol: "hysteria2" },
		{ id: 4, tag: "old", protocol: "vmess" },
		{ id: 5, tag: "SS", protocol: "shadowsocks" },
		// The same tag on a second node: one inbound at the target.
		{ id: 6, tag: "SS", protocol: "shadowsocks" }
	],
	admins: [{ username: "reseller" }]
};
const target = {
	account: "root",
	accountKind: "env",
	inbounds: { vless: ["VLESS"], trojan: ["Trojan"], vmess: ["VMess TCP"], shadowsocks: ["SS"] },
	admins: [{ username: "boss", is_sudo: true }]
};
const user: Json = {
	id: 12,
	username: "ali",
	expire_strategy: "never",
	expire_date: null,
	usage_duration: null,
	activation_deadline: null,
	key: "cd613e30d8f16adf91b7584a2265b1f5",
	data_limit: null,
	data_limit_reset_strategy: "no_reset",
	note: null,
	enabled: true,
	expired: false,
	data_limit_reached: false,
	used_traffic: "0",
	lifetime_used_traffic: "0",
	service_ids: [1],
	owner_username: "reseller",
	subscription_url: "http://panel/sub/ali/cd613e30d8f16adf91b7584a2265b1f5"
};
const context = (rules: object = {}, sides: { source?: object; target?: object } = {}): Json =>
	mapping.contextOf(
		{ ...source, ...sides.source } as never,
		{ ...target, ...sides.target } as never,
		{ ...definition, rules: { ...definition.rules, ...rules } } as never
	);
const moved = (fields: Json, known = context()): Transformed =>
	transform(
		mapping.streams.users as never,
		{ id: "1", name: String(fields.username ?? "ali"), data: { ...user, ...fields } },
		known
	);
const dataOf = (fields: Json, known?: Json): Json => moved(fields, known).target?.data as Json;
const lossesOf = (fields: Json, known?: Json): string[] => moved(fields, known).losses.map(({ code }) => code);
const categoryOf = (fields: Json, known?: Json): string | undefined => moved(fields, known).quarantine?.category;

describe("a user's credentials", () => {
	it("are the panel's own derivation of the key, for each protocol the user may use", () => {
		expect(dataOf({}).proxies).toEqual({
			vless: { id: "89b0b04c-0487-94a9-3bda-e8205218c76a", flow: "xtls-rprx-vision" },
			vmess: { id: "89b0b04c-0487-94a9-3bda-e8205218c76a" },
			trojan: { password: "89b0b04c048794a93bdae8205218c76a" }
		});
	});

	it("are the key itself in plain mode, also in capitals", () => {
		const known = context({}, { source: { authAlgorithm: "plain" } });
		expect(dataOf({ key: "CD613E30D8F16ADF91B7584A2265B1F5" }, known).proxies).toMatchObject({
			vless: { id: "cd613e30-d8f1-6adf-91b7-584a2265b1f5" },
			trojan: { password: "CD613E30D8F16ADF91B7584A2265B1F5" }
		});
	});

	it.each([
		["xtls-rprx-vision-udp443", "", ["vless_flow_dropped"]],
		["xtls-rprx-direct", "", ["vless_flow_dropped"]],
		["xtls-rprx-vision", "xtls-rprx-vision", []],
		["", "", []],
		[null, "", []]
	])("have the flow that Marzban knows, or none, never a refusal: %s", (given, flow, losses) => {
		const inbounds = [{ id: 1, tag: "VLESS", protocol: "vless", flow: given }];
		const known = context({}, { source: { inbounds, services: [{ id: 1, inbound_ids: [1] }] } });
		expect(dataOf({}, known).proxies).toMatchObject({ vless: { flow } });
		expect(lossesOf({}, known)).toEqual(losses);
	});

	it("are not made of nothing, or everyone's would be the same", () => {
		expect(categoryOf({ key: "" })).toBe("no_key");
		expect(categoryOf({ key: null })).toBe("no_key");
	});

	describe("of a plain key that is no UUID", () => {
		const plain = (rules: object = {}) => context(rules, { source: { authAlgorithm: "plain" } });
		it.each(["not-a-key", "Pass word/+=?&#%", "کلید", "k", "x".repeat(64), "cd613e30d8f16adf91b7584a2265b1f"])(
			"'%s' are the passwords that it is",
			key => {
				const { target, losses } = moved({ key, service_ids: [1, 5] }, plain());
				expect(target?.data).toMatchObject({
					proxies: { trojan: { password: key }, shadowsocks: { password: key, method: "chacha20-ietf-poly1305" } },
					inbounds: { trojan: ["Trojan"], shadowsocks: ["SS"] }
				});
				expect(Object.keys(target?.data.proxies as Json).sort()).toEqual(["shadowsocks", "trojan"]);
				expect(losses).toMatchObject([
					{ code: "uuid_missing", severity: "degraded", reason: expect.stringContaining("VLESS (vless), old (vmess)") }
				]);
				expect(losses[0]?.reason).not.toContain(key === "k" ? "'k'" : key);
			}
		);

		it("are spare ones where nothing else is served, or the user waits, as the rule says", () => {
			const vless = { key: "not-a-key", service_ids: [6] };
			const services = [{ id: 6, inbound_ids: [1] }];
			const known = (rules: object = {}) => context(rules, { source: { authAlgorithm: "plain", services } });
			const { target, losses } = moved(vless, known());
			expect(target?.data).toMatchObject({ proxies: { trojan: { password: "not-a-key" } }, inbounds: {} });
			expect(losses).toMatchObject([{ code: "access_lost", severity: "act" }]);
			expect(categoryOf(vless, known({ noAccess: "quarantine" }))).toBe("no_uuid");
		});
	});
});

describe("a user's inbounds", () => {
	it("are those of the user's services, by the operator's tags, each once", () => {
		expect(dataOf({ service_ids: [1, 5] }).inbounds).toEqual({
			vless: ["VLESS"],
			vmess: ["VMess TCP"],
			trojan: ["Trojan"],
			shadowsocks: ["SS"]
		});
	});

	it("lose, on record, what the target lacks", () => {
		expect(dataOf({ service_ids: [3] }).inbounds).toEqual({ vless: ["VLESS"] });
		expect(lossesOf({ service_ids: [3] })).toEqual(["inbound_dropped"]);
	});

	it("are none, with one proxy, for a user who may connect nowhere: an empty list would mean all", () => {
		expect(dataOf({ service_ids: [] })).toMatchObject({ inbounds: {}, proxies: { vless: { flow: "" } } });
		expect(dataOf({ service_ids: [4] }).inbounds).toEqual({});
	});

	it("that are all missing at the target leave the user without access, on record", () => {
		expect(dataOf({ service_ids: [2] })).toMatchObject({ inbounds: {}, proxies: { vless: { flow: "" } } });
		expect(moved({ service_ids: [2] }).losses).toMatchObject([
			{ code: "access_lost", severity: "act", reason: expect.stringContaining("hy (hysteria2)") }
		]);
		expect(categoryOf({ service_ids: [2] }, context({ noAccess: "quarantine" }))).toBe("no_access");
	});

	it("are told apart by protocol: a tag that is served for one may be lost for another", () => {
		const inbounds = [...source.inbounds, { id: 7, tag: "VLESS", protocol: "tuic" }];
		const known = context({}, { source: { inbounds, services: [{ id: 1, inbound_ids: [1, 7] }] } });
		expect(moved({}, known).losses).toMatchObject([
			{ code: "inbound_dropped", reason: "Not at the target: VLESS (tuic)." }
		]);
	});

	it("of a service made after the plan are missed on record", () => {
		expect(dataOf({ service_ids: [1, 99] }).inbounds).toEqual(dataOf({}).inbounds);
		expect(lossesOf({ service_ids: [1, 99] })).toEqual(["service_unknown"]);
	});
});

describe("a user without any inbound", () => {
	const plain = { authAlgorithm: "plain" };
	const bare = (inbounds: object, side: object = {}) =>
		dataOf({ service_ids: [], key: "not-a-key" }, context({}, { source: side, target: { inbounds } }));

	it("has the one proxy that the target runs and their key makes", () => {
		expect(bare({ vmess: ["a"] })).toMatchObject({ inbounds: {}, proxies: { vmess: {} } });
		expect(bare({ vless: ["a"], trojan: ["b"] }, plain).proxies).toEqual({ trojan: { password: "not-a-key" } });
		expect(Object.keys(bare({ vless: ["a"], shadowsocks: ["b"] }, plain).proxies as Json)).toEqual(["shadowsocks"]);
	});

	it("waits for a human where there is no such", () => {
		const known = context({}, { source: plain, target: { inbounds: { vless: ["a"] } } });
		expect(categoryOf({ service_ids: [], key: "not-a-key" }, known)).toBe("no_uuid");
	});
});

describe("a user's status", () => {
	it.each([
		[{}, "active"],
		[{ expire_strategy: "start_on_first_use", usage_duration: 60 }, "on_hold"],
		[{ expired: true, expire_strategy: "fixed_date", expire_date: "2020-01-01T00:00:00" }, "expired"],
		[{ expired: true, enabled: false, expire_strategy: "fixed_date", expire_date: "2020-01-01T00:00:00" }, "disabled"],
		[{ enabled: false, data_limit_reached: true, data_limit: "5", used_traffic: "7" }, "disabled"],
		[{ enabled: false, expire_strategy: "start_on_first_use", usage_duration: 60 }, "disabled"]
	])("of %j is %s", (fields, status) => expect(dataOf(fields as Json).status).toBe(status));

	it("on hold and disabled is a trap when the user is enabled again, so it is on record", () => {
		const held = { enabled: false, expire_strategy: "start_on_first_use", usage_duration: 60 };
		expect(moved(held).losses).toMatchObject([{ code: "hold_disabled", severity: "act" }]);
		expect(dataOf(held).on_hold_expire_duration).toBe(60);
	});
});

describe("a user without traffic left", () => {
	const spent = { data_limit_reached: true, data_limit: "5", used_traffic: "7" };
	const held = { ...spent, expire_strategy: "start_on_first_use", usage_duration: 60 };
	const resets = { ...spent, data_limit_reset_strategy: "month" };
	const oneByte = { limitedUsers: "oneByte" };

	it("is disabled, on record", () => {
		expect(dataOf(spent)).toMatchObject({ status: "disabled", data_limit: "1" });
		expect(moved(spent).losses).toMatchObject([
			{ code: "limited_disabled", severity: "act", reason: expect.stringContaining("7 of 5 bytes") },
			{ code: "limit_is_remainder" }
		]);
		expect(dataOf(resets)).toMatchObject({ status: "disabled", data_limit: "5" });
	});

	it.each([
		["used exactly", { data_limit: "5", used_traffic: "5" }],
		["a limit of 0", { data_limit: "0", used_traffic: "0" }],
		["a limit of 0 that resets", { data_limit: "0", used_traffic: "3", data_limit_reset_strategy: "day" }]
	])("is told by their numbers too: %s", (_what, fields) => {
		expect(dataOf(fields)).toMatchObject({ status: "disabled" });
		expect(dataOf(fields, context(oneByte))).toMatchObject({ status: "active", data_limit: "1" });
	});

	it("can be left one byte, also each period", () => {
		expect(dataOf(spent, context(oneByte))).toMatchObject({ status: "active", data_limit: "1" });
		expect(moved(spent, context(oneByte)).losses).toMatchObject([{ code: "limited_one_byte", severity: "degraded" }]);
		expect(dataOf(resets, context(oneByte))).toMatchObject({ status: "active", data_limit: "1" });
		expect(moved(resets, context(oneByte)).losses).toMatchObject([
			{ code: "limited_one_byte", severity: "act" },
			{ code: "reset_postponed" }
		]);
	});

	it("and on hold is disabled either way: on hold no limit counts, as active they would never expire", () => {
		for (const known of [context(), context(oneByte)]) {
			expect(dataOf(held, known)).toMatchObject({ status: "disabled", data_limit: "1", on_hold_expire_duration: 60 });
			expect(lossesOf(held, known)).toEqual(["limited_disabled", "hold_disabled", "limit_is_remainder"]);
		}
	});

	it("can be left for a human", () => {
		expect(categoryOf(spent, context({ limitedUsers: "quarantine" }))).toBe("limited");
	});

	const ended = { expired: true, expire_strategy: "fixed_date", expire_date: "2020-01-01T00:00:00" };
	it.each([
		["expired", { ...resets, ...ended }],
		["disabled", { ...resets, enabled: false }],
		["both", { ...resets, ...ended, enabled: false }],
		["on hold and disabled", { ...held, enabled: false, data_limit_reset_strategy: "day" }]
	])("and %s, on a plan that resets, is treated alike: to renew would be to give it all again", (what, fields) => {
		expect(dataOf(fields)).toMatchObject({ status: "disabled", data_limit: "5" });
		expect(moved(fields).losses).toContainEqual(expect.objectContaining({ code: "limited_disabled", severity: "act" }));
		expect(categoryOf(fields, context({ limitedUsers: "quarantine" }))).toBe("limited");
		if (what.includes("hold")) return;
		expect(dataOf(fields, context(oneByte))).toMatchObject({ data_limit: "1" });
		expect(dataOf(fields, context(oneByte)).status).toBe(what === "expired" ? "expired" : "disabled");
		expect(lossesOf(fields, context(oneByte))).toContain("limited_one_byte");
	});

	it("is as they are where something stronger holds and one byte is left either way", () => {
		const expired = { ...spent, ...ended };
		expect(dataOf(expired)).toMatchObject({ status: "expired", data_limit: "1" });
		expect(lossesOf(expired)).toEqual(["limit_is_remainder"]);
		expect(dataOf(expired, context(oneByte))).toMatchObject({ status: "expired", data_limit: "1" });
		expect(dataOf({ ...spent, enabled: false }, context(oneByte))).toMatchObject({
			status: "disabled",
			data_limit: "1"
		});
	});
});

describe("an expiry", () => {
	const expire = (date: string) => dataOf({ expire_strategy: "fixed_date", expire_date: date }).expire;
	it.each([
		["2030-06-15T12:00:00", 1_907_755_200],
		["2030-06-15T12:34:56.789012", 1_907_757_296],
		// 0 would mean unlimited.
		["1970-01-01T00:00:00", 1],
		["1969-12-31T00:00:00", 1],
		["2038-01-19T03:14:08", 2_147_483_648],
		// A row beyond this second breaks every listing at Marzban.
		["9999-03-20T00:00:00", 253_377_504_000],
		// That second is already the next day where the panel's host is east of Greenwich.
		["9999-03-20T23:59:59", 253_377_504_000],
		["9999-12-31T23:59:59", 253_377_504_000]
	])("at %s is %d", (date, seconds) => expect(expire(date)).toBe(seconds));

	it.each(["", null, "soon", 5, "5", "June 2030", "2030-02-31T00:00:00"])(
		"of %j leaves the user for a human: it would become none",
		date => {
			expect(categoryOf({ expire_strategy: "fixed_date", expire_date: date })).toBe("date_unreadable");
		}
	);

	it.each(["soon", "5", "2030-02-31T00:00:00"])(
		"of a hold, where the deadline %j is none, costs the deadline alone",
		activation_deadline => {
			const held = { expire_strategy: "start_on_first_use", usage_duration: 60, activation_deadline };
			expect(dataOf(held)).toMatchObject({ status: "on_hold", on_hold_expire_duration: 60, on_hold_timeout: null });
			expect(moved(held).losses).toMatchObject([{ code: "deadline_dropped", severity: "act" }]);
		}
	);

	it.each([null, 0, -5])("of a hold of %j seconds is none: nobody is let in, and nobody is lost", usage_duration => {
		const held = { expire_strategy: "start_on_first_use", usage_duration, activation_deadline: "2027-01-20T00:00:00" };
		expect(dataOf(held)).toMatchObject({
			status: "disabled",
			expire: null,
			on_hold_expire_duration: null,
			on_hold_timeout: null
		});
		expect(moved(held).losses).toMatchObject([{ code: "hold_dropped", severity: "act" }]);
	});

	it("by a rule that is not known leaves the user for a human: it would become none", () => {
		expect(categoryOf({ expire_strategy: "on_fridays", expire_date: "2030-06-15T12:00:00" })).toBe("strategy_unknown");
	});

	it.each([
		["2027-01-20T00:00:00.5", "2027-01-20T00:00:00", []],
		// Marzban's look at all holds ends with an error where its zone moves a deadline out of the years 1 to 9999.
		["0001-01-01T00:00:00", "1970-01-01T00:00:00", []],
		["9999-12-31T23:59:59", "9999-03-20T00:00:00", ["deadline_clamped"]]
	])("of a hold that is not begun by %s starts by %s", (activation_deadline, timeout, losses) => {
		const held = { expire_strategy: "start_on_first_use", usage_duration: 60, activation_deadline };
		expect(dataOf(held).on_hold_timeout).toBe(timeout);
		expect(lossesOf(held)).toEqual(losses);
	});

	it("after a hold longer than Marzban's time is cut to it, on record", () => {
		const held = { expire_strategy: "start_on_first_use", usage_duration: 315_360_000_000 };
		expect(dataOf(held).on_hold_expire_duration).toBe(200_000_000_000);
		expect(lossesOf(held)).toEqual(["hold_clamped"]);
	});

	it("is none without a date, and for a user on hold", () => {
		expect(dataOf({}).expire).toBeNull();
		const held = dataOf({
			expire_strategy: "start_on_first_use",
			usage_duration: 2_592_000,
			activation_deadline: "2027-01-20T00:00:00"
		});
		expect(held).toMatchObject({
			expire: null,
			on_hold_expire_duration: 2_592_000,
			on_hold_timeout: "2027-01-20T00:00:00"
		});
	});
});

describe("a quota", () => {
	const limit = (fields: Json, rules = {}) => dataOf(fields, context(rules)).data_limit;
	it("is exact beyond 2^53, and unlimited stays unlimited", () => {
		expect(limit({ data_limit: "9007199254740993" })).toBe("9007199254740993");
		expect(limit({ data_limit: null, used_traffic: "99" })).toBeNull();
	});

	it("that never resets becomes what is left of it", () => {
		expect(limit({ data_limit: "10", used_traffic: "4" })).toBe("6");
		expect(lossesOf({ data_limit: "10", used_traffic: "4" })).toEqual(["limit_is_remainder"]);
	});

	it("is never 0, which would mean unlimited", () => {
		expect(limit({ data_limit: "5", used_traffic: "7", enabled: false, data_limit_reached: true })).toBe("1");
		expect(limit({ data_limit: "0", enabled: false, data_limit_reached: true })).toBe("1");
	});

	it("of 0 is a byte that no reset renews, on record", () => {
		const ended = { expired: true, expire_strategy: "fixed_date", expire_date: "2020-01-01T00:00:00" };
		const fields = { ...ended, data_limit: "0", data_limit_reached: true, data_limit_reset_strategy: "day" };
		expect(dataOf(fields)).toMatchObject({ status: "expired", data_limit: "1", data_limit_reset_strategy: "no_reset" });
		expect(moved(fields).losses).toMatchObject([
			{ code: "zero_limit", severity: "info" },
			{ code: "reset_dropped", severity: "degraded" }
		]);
		// Used or not, there is nothing of a period to forget.
		const quarantine = context({ resettingPlans: "quarantine" });
		expect(categoryOf({ ...fields, used_traffic: "3" }, quarantine)).toBeUndefined();
	});

	it.each([
		["full", "10", "quota_gain"],
		["shrink", "6", "limit_shrunk"]
	])("that resets is treated as the operator says: %s", (resettingPlans, bytes, loss) => {
		const fields = { data_limit: "10", used_traffic: "4", data_limit_reset_strategy: "month" };
		expect(limit(fields, { resettingPlans })).toBe(bytes);
		expect(moved(fields, context({ resettingPlans })).losses).toMatchObject([
			{ code: loss, amount: "4" },
			{ code: "reset_postponed" }
		]);
	});

	it("that resets and is used beyond itself shrinks by no more than it was", () => {
		const fields = { data_limit: "10", used_traffic: "30", data_limit_reset_strategy: "month", enabled: false };
		const { target, losses } = moved(fields, context({ resettingPlans: "shrink" }));
		expect(target?.data.data_limit).toBe("1");
		expect(losses).toContainEqual(expect.objectContaining({ code: "limit_shrunk", amount: "9" }));
	});

	it("that resets can be left for a human", () => {
		const fields = { data_limit: "10", used_traffic: "4", data_limit_reset_strategy: "month" };
		expect(categoryOf(fields, context({ resettingPlans: "quarantine" }))).toBe("resetting_plan_used");
	});
});

it("a note that only a row can hold is cut, by code points, on record", () => {
	const note = `${"🌳".repeat(499)}${"x".repeat(9)}`;
	expect(dataOf({ note }).note).toBe(`${"🌳".repeat(499)}x`);
	expect(moved({ note }).losses).toMatchObject([{ code: "note_cut", severity: "degraded" }]);
	expect(lossesOf({ note: "🌳".repeat(500) })).toEqual([]);
});

describe("an owner", () => {
	it.each([
		["reseller", "reseller"],
		["boss", "boss"],
		// The env sudo owns nothing at Marzban: what it creates has no owner.
		["root", null],
		[null, null]
	])("%s is %s", (owner, admin) => expect(dataOf({ owner_username: owner }).admin).toBe(admin));

	it("who is on neither side leaves the user for a human", () => {
		expect(categoryOf({ owner_username: "gone" })).toBe("owner_missing");
	});

	it("whom the plan found to be held back is nobody's", () => {
		const known = context({}, { source: { held: { admins: ["reseller"] } } });
		expect(categoryOf({ owner_username: "reseller" }, known)).toBe("owner_missing");
		const long = "x".repeat(35);
		const named = context({}, { source: { admins: [{ username: long }] } });
		expect(categoryOf({ owner_username: long }, named)).toBe("owner_missing");
	});

	it("who is a sudo at the target and none at the source is told", () => {
		const admins = [{ username: "boss", is_sudo: false, enabled: true }];
		const known = context({}, { source: { admins } });
		expect(dataOf({ owner_username: "boss" }, known).admin).toBe("boss");
		expect(moved({ owner_username: "boss" }, known).losses).toMatchObject([
			{ code: "owner_raised", severity: "degraded" }
		]);
		const sudo = context({}, { source: { admins: [{ username: "boss", is_sudo: true, enabled: true }] } });
		expect(lossesOf({ owner_username: "boss" }, sudo)).toEqual([]);
	});

	it("is the account itself, on record, where a sudo from the database writes", () => {
		const known = context({}, { target: { accountKind: "db", account: "boss" } });
		expect(dataOf({ owner_username: null }, known).admin).toBe("boss");
		expect(lossesOf({ owner_username: null }, known)).toEqual(["owner_assigned"]);
	});
});

describe("a name", () => {
	it.each(["abc", "___", "0123456789", "a".repeat(32)])("%s passes unchanged", name => {
		expect(dataOf({ username: name }).username).toBe(name);
		expect(lossesOf({ username: name })).toEqual([]);
	});

	it.each([
		["کاربر_فارسی", 12, "user-c"],
		["ünïcödé_user", 13, "unicode_user-d"],
		["用户名测试", 14, "user-e"],
		["ﬁﬀⅷ", 1, "fiffviii-1"],
		["ab", 35, "user_ab-z"],
		["a bc", 36, "abc-10"],
		["é".repeat(32), 1_000_000, `${"e".repeat(27)}-lfls`],
		["ø".repeat(3), "9223372036854775807", "user-1y2p0ij32e8e7"],
		// Not known at the source, but a dash would be taken for our own.
		["ali-c", 12, "alic-c"]
	])("%s of row %s is %s", (username, id, made) => {
		expect(dataOf({ username, id }).username).toBe(made);
		const reason = expect.stringMatching(new RegExp(`'${username}' is '${made}'`));
		expect(moved({ username, id }).losses).toMatchObject([{ code: "renamed", severity: "act", reason }]);
	});

	it("that Marzban refuses can be left for a human", () => {
		expect(categoryOf({ username: "用户名测试" }, context({ refusedNames: "quarantine" }))).toBe("name_refused");
		expect(categoryOf({ username: "用户名测试", id: "x" })).toBe("name_refused");
	});
});

describe("a name that a row shows and does not have", () => {
	const link = (name: string) => ({ username: "ali", subscription_url: `http://panel/sub/${name}/ab` });
	const sharing = (...sharedNames: string[]) => context({}, { source: { sharedNames } });

	it("is made anew where another row has it, which keeps it", () => {
		expect(dataOf(link("Ali"), sharing("ali")).username).toBe("ali-c");
		expect(dataOf(link("ali"), sharing("ali")).username).toBe("ali");
		expect(moved(link("Ali"), sharing("ali")).losses).toMatchObject([
			{ code: "renamed", severity: "act", reason: expect.stringMatching(/'ali' is 'ali-c'.*'Ali'/) }
		]);
	});

	it("is kept where nobody else shows it", () => {
		expect(dataOf(link("Ali"), sharing()).username).toBe("ali");
		expect(lossesOf(link("Ali"), sharing("other"))).toEqual([]);
		expect(lossesOf(link("Ali"))).toEqual([]);
	});

	it("is kept where names are not to be changed, or the link is no such link", () => {
		const kept = context({ refusedNames: "quarantine" }, { source: { sharedNames: ["ali"] } });
		expect(dataOf(link("Ali"), kept).username).toBe("ali");
		expect(dataOf(link("other"), sharing("ali")).username).toBe("ali");
		expect(dataOf({ subscription_url: null }, sharing("ali")).username).toBe("ali");
	});
});

describe("a period", () => {
	it("that begins anew is on record, where there is a limit to reset", () => {
		expect(lossesOf({ data_limit: "9", data_limit_reset_strategy: "day" })).toEqual(["reset_postponed"]);
		expect(lossesOf({ data_limit: null, data_limit_reset_strategy: "day" })).toEqual([]);
	});
});

describe("an old link", () => {
	it("is kept as its name and a digest of its key", () => {
		expect(moved({}).oldLink).toEqual({ username: "ali", keyDigest: expect.stringMatching(/^[0-9a-f]{64}$/) });
	});
	it("keeps the capitals that the name shown has lost", () => {
		expect(moved({ subscription_url: "http://panel/sub/Ali_X/ab" }).oldLink?.username).toBe("Ali_X");
	});
});

describe("the target's rules", () => {
	const broken = (fields: Json): string | undefined =>
		violation("users", { id: "1", data: { ...dataOf({}), ...fields } }, { owners: ["reseller"] })?.field;

	it("pass what the converters make", () => expect(broken({})).toBeUndefined());
	it.each([
		[{ proxies: {} }, "proxies"],
		[{ inbounds: { vless: [] } }, "inbounds"],
		[{ inbounds: { shadowsocks: ["SS"] } }, "inbounds"],
		[{ expire: 0 }, "expire"],
		[{ expire: 253_402_300_799 }, "expire"],
		[{ data_limit: "0" }, "data_limit"],
		[{ data_limit: "9223372036854775808" }, "data_limit"],
		[{ data_limit: 5 }, "data_limit"],
		[{ status: "limited" }, "status"],
		[{ status: "expired" }, "expire"],
		[{ status: "on_hold", on_hold_expire_duration: 200_000_000_001 }, "on_hold_expire_duration"],
		[{ status: "on_hold" }, "on_hold_expire_duration"],
		[{ note: "🎉".repeat(501) }, "note"],
		[{ admin: "nobody" }, "admin"],
		[{ username: "abc.".padEnd(40, "d") }, "username"]
	])("refuse %j", (fields, field) => expect(broken(fields as Json)).toBe(field));
	it("count a note in code points", () => expect(broken({ note: "🎉".repeat(500) })).toBeUndefined());
});
