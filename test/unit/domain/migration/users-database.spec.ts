/** With the target's database: what the API cannot carry is a value there, not a loss. */

import type { Json } from "../../../../contracts/json";
import { type Mapping, transform } from "../../../../domain/migration/mapping";
import { loadMappings } from "../../../../domain/migration/mappings";

let mapping: Mapping<Json>;
beforeAll(async () => {
	mapping = (await loadMappings()).named("marzneshin-to-marzban") as Mapping<Json>;
});
const source = {
	authAlgorithm: "xxh128",
	services: [{ id: 1, inbound_ids: [1] }],
	inbounds: [{ id: 1, tag: "VLESS", protocol: "vless", flow: null }],
	admins: []
};
const context = (kind: string | null, storage?: string): Json => {
	const target = {
		account: "root",
		accountKind: "env",
		inbounds: { vless: ["VLESS"] },
		admins: [],
		database: kind && { kind },
		...(storage && { storage })
	};
	const rules = {
		inboundTags: {},
		resettingPlans: "full",
		refusedNames: "rename",
		limitedUsers: "disable",
		noAccess: "create"
	};
	return mapping.contextOf(source as never, target as never, { streams: ["users"], rules } as never);
};
const user: Json = {
	id: 1,
	username: "ali",
	expire_strategy: "never",
	key: "cd613e30d8f16adf91b7584a2265b1f5",
	data_limit: "10",
	data_limit_reset_strategy: "month",
	enabled: true,
	used_traffic: "4",
	lifetime_used_traffic: "9007199254740993",
	traffic_reset_at: "2026-11-01T00:00:00",
	created_at: "2020-01-01T00:00:00",
	service_ids: [1],
	owner_username: null,
	subscription_url: "http://panel/sub/ali/k"
};
const clock = { plannedAt: "2026-11-20T00:00:00", now: "2026-11-21T00:00:00" };
const moved = (fields: Json, kind = "sqlite") =>
	transform(
		mapping.streams.users as never,
		{ id: "1", name: "ali", data: { ...user, ...fields } },
		{ ...context(kind), ...clock }
	);

it("plan, use, lifetime, phase and birth cross exactly, and nothing is lost", () => {
	const { target, losses } = moved({});
	expect(target?.data).toMatchObject({
		data_limit: "10",
		used_traffic: "4",
		lifetime_used_traffic: "9007199254740993",
		traffic_reset_at: "2026-11-01T00:00:00",
		created_at: "2020-01-01T00:00:00"
	});
	expect(losses).toEqual([]);
});

it("one who has used up their plan is limited, and stays so", () => {
	expect(moved({ used_traffic: "11" }).target?.data).toMatchObject({
		status: "limited",
		data_limit: "10",
		used_traffic: "11"
	});
});

it("a limit of 0, which means no traffic at all, is one byte that is used", () => {
	expect(moved({ data_limit: "0", used_traffic: "0", data_limit_reached: true }).target?.data).toMatchObject({
		status: "limited",
		data_limit: "1",
		used_traffic: "1"
	});
});

it("a limit of 0 that resets would be a byte each time: it does not reset there, on record", () => {
	const fields = { data_limit: "0", used_traffic: "3", data_limit_reached: true, data_limit_reset_strategy: "day" };
	const { target, losses } = moved(fields);
	expect(target?.data).toMatchObject({ status: "limited", data_limit: "1", data_limit_reset_strategy: "no_reset" });
	expect(losses).toMatchObject([
		{ code: "zero_limit", severity: "info" },
		{ code: "reset_dropped", severity: "degraded" }
	]);
});

it("one on hold who has used up their plan is not made limited: they would lose their hold", () => {
	const held = moved({ used_traffic: "10", expire_strategy: "start_on_first_use", usage_duration: 60 });
	expect(held.target?.data.status).toBe("disabled");
	expect(held.losses.map(({ code }) => code)).toContain("limited_disabled");
});

it("an expiry after 2038 ends there on MySQL, on record", () => {
	const fields = { expire_strategy: "fixed_date", expire_date: "2100-12-31T23:59:59" };
	expect(moved(fields).target?.data.expire).toBe(4_133_980_799);
	const { target, losses } = moved(fields, "mysql");
	expect(target?.data.expire).toBe(2_147_483_647);
	expect(losses).toMatchObject([{ code: "expire_clamped", severity: "degraded" }]);
});

it.each([
	["mysql", 2_147_483_647, 315_360_000],
	["sqlite", 4_133_980_799, 630_720_000]
])("the same where only the panel itself said that it is on %s", (storage, expire, duration) => {
	const known = { stream: mapping.streams.users as never, context: context(null, storage) as never };
	const told = (fields: Json) =>
		transform(known.stream, { id: "1", name: "ali", data: { ...user, ...fields } }, known.context);
	const dated = told({ expire_strategy: "fixed_date", expire_date: "2100-12-31T23:59:59" });
	expect(dated.target?.data.expire).toBe(expire);
	expect(dated.losses.some(({ code }) => code === "expire_clamped")).toBe(storage === "mysql");
	const held = told({ expire_strategy: "start_on_first_use", usage_duration: 630_720_000 });
	expect(held.target?.data.on_hold_expire_duration).toBe(duration);
});

it("a hold that could end after 2038 is cut on MySQL, on record: begun, it would have no end", () => {
	const held = (usage_duration: number) => ({ expire_strategy: "start_on_first_use", usage_duration });
	expect(moved(held(630_720_000)).target?.data.on_hold_expire_duration).toBe(630_720_000);
	expect(moved(held(315_360_000), "mysql").losses).toEqual([]);
	const { target, losses } = moved(held(630_720_000), "mysql");
	expect(target?.data.on_hold_expire_duration).toBe(315_360_000);
	expect(losses).toMatchObject([{ code: "hold_clamped", severity: "degraded" }]);
});

describe("a time that is cosmetic costs nobody a customer", () => {
	const TIMES = ["created_at", "online_at", "sub_updated_at", "sub_revoked_at"];
	const COMING = ["2026-11-21T00:05:01", "2027-01-01T00:00:00.123456", "9999-12-31T23:59:59"];
	it.each(TIMES.flatMap(field => COMING.map(value => [field, value])))(
		"%s at %s is to come: that of the plan",
		(field, value) => {
			const { target, losses } = moved({ [field as string]: value as string });
			expect(target?.data[field as string]).toBe("2026-11-20T00:00:00");
			expect(losses).toMatchObject([{ code: "time_clamped", field, severity: "info" }]);
		}
	);

	it.each(TIMES.flatMap(field => ["soon", "0001-01-01T00:00:00", "2026-02-31T00:00:00"].map(value => [field, value])))(
		"%s at %s is none that a database keeps",
		(field, value) => {
			const { target, losses } = moved({ [field as string]: value as string });
			expect(target?.data[field as string]).toBe(field === "created_at" ? "2026-11-20T00:00:00" : null);
			expect(losses).toMatchObject([{ code: "time_clamped", field, severity: "info" }]);
		}
	);

	it("that is, or will be in a moment, stays to the microsecond", () => {
		for (const value of ["2026-11-21T00:04:59.999999", "1000-01-01T00:00:00", "2020-01-01T00:00:00.5"])
			expect(moved({ online_at: value })).toMatchObject({ target: { data: { online_at: value } }, losses: [] });
		expect(moved({ online_at: "2020-01-01T00:00:00+03:30" }).target?.data.online_at).toBe("2020-01-01T00:00:00");
		expect(moved({ created_at: null }).target?.data.created_at).toBe("2026-11-20T00:00:00");
	});

	it("keeps the next reset where it is: never sooner than at the source", () => {
		const coming = "2026-12-24T00:00:00";
		expect(moved({ traffic_reset_at: coming })).toMatchObject({
			target: { data: { traffic_reset_at: coming } },
			losses: []
		});
		expect(moved({ traffic_reset_at: null, created_at: coming }).target?.data.traffic_reset_at).toBe(coming);
		expect(moved({ traffic_reset_at: "soon" }).target?.data.traffic_reset_at).toBeNull();
	});

	it.each([
		["used_traffic", "-5"],
		["lifetime_used_traffic", "-5"]
	])("and so does no %s of %s", (field, value) => {
		expect(moved({ [field]: value }).target?.data[field]).toBe("0");
	});
});
