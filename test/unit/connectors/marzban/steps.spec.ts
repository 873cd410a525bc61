import { userFingerprint } from "../../../../connectors/marzban/records";
import { refuse } from "../../../../connectors/marzban/refuse";
import { isOurBeginning, nextStep, type Step } from "../../../../connectors/marzban/steps";
import type { Json } from "../../../../contracts/json";

const NOW = { now: 1_800_000_000 };
const PAST = 1_000_000_000;
const ID = "89b0b04c-0487-94a9-3bda-e8205218c76a";

const user = (changes: Json = {}): Json => ({
	username: "abc",
	status: "active",
	proxies: { vless: { id: ID, flow: "" } },
	inbounds: { vless: ["A"] },
	expire: null,
	data_limit: "9007199254740993",
	data_limit_reset_strategy: "month",
	on_hold_expire_duration: null,
	on_hold_timeout: null,
	note: null,
	admin: null,
	...changes
});
const bodyOf = (step: Step) => (step.kind === "create" || step.kind === "modify" ? step.body : {});
const created = (changes: Json) => bodyOf(nextStep(user(changes), undefined, NOW));

describe("steps to a user of Marzban", () => {
	test("an active one is created with their inbounds, byte counts as integers", () => {
		expect(created({})).toEqual({
			username: "abc",
			status: "active",
			proxies: { vless: { id: ID, flow: "" } },
			inbounds: { vless: ["A"] },
			data_limit: 9007199254740993n,
			data_limit_reset_strategy: "month"
		});
	});

	test.each([
		["disabled", { status: "disabled" }],
		["expired", { status: "expired", expire: PAST }],
		["active on paper, yet past", { expire: PAST }]
	])("%s: created without inbounds and past expiry, then all in one change", (_name, changes: Json) => {
		const body = created(changes);
		expect(body).toMatchObject({ status: "active" });
		expect(body).not.toHaveProperty("inbounds");
		expect(body).not.toHaveProperty("expire");
		const bare = user({ inbounds: { vless: [] }, status: "active" });
		expect(bodyOf(nextStep(user(changes), bare, NOW))).toMatchObject({
			inbounds: { vless: ["A"] },
			...(changes.status === "disabled" ? { status: "disabled" } : { expire: PAST })
		});
		expect(isOurBeginning(user(changes), bare, NOW)).toBe(true);
	});

	test("no inbounds at all: the key is left out, never empty", () => {
		expect(created({ inbounds: {} })).not.toHaveProperty("inbounds");
		expect(created({ inbounds: { vless: [] } })).not.toHaveProperty("inbounds");
	});

	test("a protocol without inbounds beside one with some: staged, since left out it would get all", () => {
		const changes = { proxies: { vless: { id: ID }, trojan: { password: "p" } } };
		expect(created(changes)).not.toHaveProperty("inbounds");
		const bare = user({ ...changes, inbounds: {} });
		expect(bodyOf(nextStep(user(changes), bare, NOW))).toMatchObject({ inbounds: { vless: ["A"], trojan: [] } });
	});
});

describe("changes to a user of Marzban", () => {
	test("a change takes values away by 0 and empty text, and sends next_plan back", () => {
		const there = user({ expire: 5, note: "old", next_plan: { data_limit: "5", expire: 0, fire_on_either: true } });
		expect(bodyOf(nextStep(user({ data_limit: null }), there, NOW))).toMatchObject({
			expire: 0,
			note: "",
			data_limit: 0,
			next_plan: { data_limit: 5n, expire: 0, fire_on_either: true }
		});
	});

	test("out of hold or disabled: active is said, and what is left of the hold says nothing", () => {
		const held = user({ status: "on_hold", on_hold_expire_duration: 60 });
		expect(bodyOf(nextStep(user(), held, NOW))).toMatchObject({ status: "active" });
		expect(nextStep(user(), { ...held, status: "active" }, NOW)).toEqual({ kind: "done" });
		expect(nextStep(user({ status: "disabled" }), { ...held, status: "disabled" }, NOW)).toEqual({ kind: "done" });
		const longer = user({ status: "disabled", on_hold_expire_duration: 90 });
		expect(nextStep(longer, { ...held, status: "disabled" }, NOW)).toMatchObject({ kind: "modify" });
		expect(bodyOf(nextStep(user({ note: "x" }), user(), NOW))).not.toHaveProperty("status");
	});

	test("the owner comes last, and only if another is asked for", () => {
		expect(nextStep(user({ admin: "res1" }), user(), NOW)).toEqual({ kind: "own", admin: "res1" });
		expect(nextStep(user({ admin: "res1" }), user({ admin: "res1" }), NOW)).toEqual({ kind: "done" });
		expect(nextStep(user(), user({ admin: "dbsudo" }), NOW)).toEqual({ kind: "done" });
	});

	test("someone else's user of that name is no beginning of ours", () => {
		const other = user({ proxies: { vless: { id: ID.replace("8", "9") } } });
		expect(isOurBeginning(user(), other, NOW)).toBe(false);
		expect(isOurBeginning(user({ status: "disabled" }), other, NOW)).toBe(false);
		// Ours would have been created with their inbounds at once.
		expect(isOurBeginning(user(), user({ inbounds: {} }), NOW)).toBe(false);
	});
});

describe("fingerprint of a user", () => {
	test("blind to what moves by itself, to order and to spelling", () => {
		const there = user({
			proxies: { vless: { flow: "", id: ID.replaceAll("-", "") }, trojan: { password: "p", flow: "" } },
			inbounds: { trojan: [], vless: ["B", "A"] },
			used_traffic: "5",
			online_at: "2026-01-01T00:00:00",
			subscription_url: "/sub/x",
			created_at: "2026-01-01T00:00:00",
			note: "",
			expire: 0,
			data_limit: "0"
		});
		const asked = user({
			proxies: { trojan: { password: "p" }, vless: { id: ID } },
			inbounds: { vless: ["A", "B"] },
			data_limit: null
		});
		expect(userFingerprint(there)).toBe(userFingerprint(asked));
		expect(userFingerprint(user({ status: "limited" }))).toBe(userFingerprint(user()));
	});

	test.each([
		["owner", { admin: "res1" }],
		["disabled", { status: "disabled" }],
		["inbound", { inbounds: { vless: ["B"] } }],
		["bytes", { data_limit: "9007199254740992" }],
		["note", { note: "x" }],
		["status", { status: "on_hold", on_hold_expire_duration: 60 }]
	])("sees another %s", (_name, changes: Json) => {
		expect(userFingerprint(user(changes))).not.toBe(userFingerprint(user()));
	});

	test("a time says the same with and without zone, for offsets are dropped there", () => {
		const at = (on_hold_timeout: string) => userFingerprint(user({ status: "on_hold", on_hold_timeout }));
		expect(at("2030-01-01T00:00:00Z")).toBe(at("2030-01-01T00:00:00"));
		expect(at("2030-01-01T00:00:00.5")).not.toBe(at("2030-01-01T00:00:00"));
	});
});

describe("what is never sent", () => {
	test.each([
		["no proxies", { proxies: {} }],
		["proxies left out", { proxies: null }],
		["a proxy without its credential", { proxies: { vless: {} } }],
		["an unknown protocol", { proxies: { hysteria2: { password: "x" } } }],
		["inbounds of a protocol without a proxy, which would give all of the other's", { inbounds: { vmess: ["B"] } }],
		["an expiry beyond computing", { expire: 253_377_590_400 }],
		["milliseconds", { expire: 1_893_456_000_000 }],
		["the year 1970, which would be for ever", { expire: 0 }],
		["before 1970", { expire: -86_400 }],
		["expired without a date", { status: "expired" }],
		["a limit of nothing, which would be none", { data_limit: "0" }],
		["more than 2^63-1 bytes", { data_limit: "9223372036854775808" }],
		["half a byte", { data_limit: "1.5" }],
		["limited", { status: "limited" }],
		["no status", { status: null }],
		["on hold for no time", { status: "on_hold" }],
		["on hold with an expiry", { status: "on_hold", on_hold_expire_duration: 60, expire: 1_900_000_000 }]
	])("%s", (_name, changes: Json) => {
		expect(() => refuse(user(changes))).toThrow(expect.objectContaining({ code: "refused" }));
	});

	test("all else goes", () => {
		expect(() => refuse(user())).not.toThrow();
		expect(() => refuse(user({ data_limit: "9223372036854775807", expire: 253_377_590_399 }))).not.toThrow();
		expect(() => refuse(user({ status: "on_hold", on_hold_expire_duration: 60 }))).not.toThrow();
	});
});
