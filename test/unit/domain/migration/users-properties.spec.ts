/** Promises that hold for any user of the source, not only for those that were seen. */

import fc from "fast-check";
import { refuse } from "../../../../connectors/marzban/refuse";
import type { Json } from "../../../../contracts/json";
import type { Transformed } from "../../../../contracts/migration/records";
import { type Mapping, transform } from "../../../../domain/migration/mapping";
import { loadMappings } from "../../../../domain/migration/mappings";

let mapping: Mapping<Json>;
beforeAll(async () => {
	mapping = (await loadMappings()).named("marzneshin-to-marzban") as Mapping<Json>;
});

const TARGET_INBOUNDS: Readonly<Record<string, readonly string[]>> = {
	vless: ["VLESS"],
	trojan: ["Trojan"],
	shadowsocks: ["SS"]
};
const SERVICES: Readonly<Record<number, readonly number[]>> = { 1: [1, 2, 3], 2: [4], 3: [3, 4, 5], 4: [], 5: [2, 5] };
const INBOUNDS = [
	{ id: 1, tag: "VLESS", protocol: "vless", flow: "xtls-rprx-vision" },
	{ id: 2, tag: "Trojan", protocol: "trojan" },
	{ id: 3, tag: "SS", protocol: "shadowsocks" },
	{ id: 4, tag: "hy", protocol: "hysteria2" },
	{ id: 5, tag: "VLESS elsewhere", protocol: "vless" }
];
const MOST = 2n ** 63n - 1n;
/** What Marzban takes, as its own pattern spells it. */
const TAKEN_NAME = /^(?=\w{3,32}\b)[a-zA-Z0-9-_@.]+(?:_[a-zA-Z0-9-_@.]+)*$/;
const NOW = Date.parse("2026-11-21T00:00:00Z");

const ruleArbitrary = fc.record({
	inboundTags: fc.constant({}),
	resettingPlans: fc.constantFrom("full", "shrink", "quarantine"),
	refusedNames: fc.constantFrom("rename", "quarantine"),
	limitedUsers: fc.constantFrom("disable", "oneByte", "quarantine"),
	noAccess: fc.constantFrom("create", "quarantine")
});
const sideArbitrary = fc.record({
	authAlgorithm: fc.constantFrom("xxh128", "plain"),
	sharedNames: fc.constantFrom([], ["abc", "ali"])
});
/** What carries, beside the API: nothing, or a database of one kind. */
const databaseArbitrary = fc.constantFrom(null, { kind: "sqlite" }, { kind: "mysql" });
const contextFor = (rules: object, side: object, database: object | null = null): Json => ({
	...mapping.contextOf(
		{ ...side, services: servicesFact(), inbounds: INBOUNDS, admins: [{ username: "reseller" }] } as never,
		{ account: "root", accountKind: "env", inbounds: TARGET_INBOUNDS, admins: [], database } as never,
		{ streams: ["admins", "users"], rules } as never
	),
	plannedAt: new Date(NOW).toISOString().slice(0, 19),
	now: new Date().toISOString().slice(0, 19)
});
const servicesFact = () => Object.entries(SERVICES).map(([id, inbound_ids]) => ({ id: Number(id), inbound_ids }));

/** `\w{3,32}` as Python reads it, in small letters as the panel shows it. */
const wordArbitrary = fc
	.array(fc.constantFrom(..."abcz0189___éüßøıاکی۱用戶ﬁⅷкя𝐚"), { minLength: 3, maxLength: 32 })
	.map(letters => letters.join("").toLowerCase());
const nameArbitrary = fc.oneof(
	wordArbitrary,
	fc.stringMatching(/^[a-z0-9_]{3,32}$/),
	fc.constantFrom("abc", "ali", "user_c")
);
const bytesArbitrary = fc.oneof(
	fc.bigInt({ min: 0n, max: 20n }),
	fc.bigInt({ min: 0n, max: MOST }),
	fc.constantFrom(0n, 1n, MOST, 2n ** 53n + 1n)
);
const dateArbitrary = fc
	.date({ min: new Date("0001-01-01T00:00:00Z"), max: new Date("9999-12-31T23:59:59Z"), noInvalidDate: true })
	.chain(date => fc.constantFrom(date.toISOString().slice(0, 19), `${date.toISOString().slice(0, 19)}.789012`));

const timeArbitrary = fc.oneof(
	{ weight: 4, arbitrary: dateArbitrary },
	{
		weight: 1,
		arbitrary: fc.constantFrom("", "soon", "2026-13-45T00:00:00", "2026-01-01T00:00:00+03:30", "2026-01-01")
	}
);

/** A user as the source can show one: what it computes follows from the rest. */
const userArbitrary = fc
	.record({
		id: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.bigInt({ min: 1n, max: MOST }).map(String)),
		username: nameArbitrary,
		hasCapitals: fc.boolean(),
		key: fc.oneof(fc.stringMatching(/^[0-9a-f]{32}$/), fc.string({ minLength: 1, maxLength: 64 })),
		expire_strategy: fc.constantFrom("never", "fixed_date", "start_on_first_use"),
		date: dateArbitrary,
		usage_duration: fc.oneof(
			fc.integer({ min: 1, max: 10 ** 8 }),
			fc.integer({ min: 1, max: 315_360_000_000 }),
			fc.constantFrom(null, 0, -1)
		),
		deadline: fc.option(dateArbitrary),
		limit: fc.option(bytesArbitrary),
		used: bytesArbitrary,
		data_limit_reset_strategy: fc.constantFrom("no_reset", "day", "week", "month", "year"),
		note: fc.option(
			fc.oneof(
				fc.string({ unit: "grapheme", maxLength: 60 }),
				fc.integer({ min: 499, max: 600 }).map(length => "🌳".repeat(length))
			)
		),
		enabled: fc.boolean(),
		service_ids: fc.subarray([1, 2, 3, 4, 5]),
		owner_username: fc.constantFrom("reseller", "root", null),
		created_at: fc.option(timeArbitrary),
		online_at: fc.option(timeArbitrary),
		sub_updated_at: fc.option(timeArbitrary),
		sub_revoked_at: fc.option(timeArbitrary),
		traffic_reset_at: fc.option(timeArbitrary)
	})
	.map(({ hasCapitals, date, deadline, limit, used, ...user }): Json => {
		const dated = user.expire_strategy === "fixed_date";
		const held = user.expire_strategy === "start_on_first_use";
		const spelt = hasCapitals ? user.username.toUpperCase() : user.username;
		return {
			...user,
			expire_date: dated ? date : null,
			usage_duration: held ? user.usage_duration : null,
			activation_deadline: held ? deadline : null,
			expired: dated && Date.parse(`${date.slice(0, 19)}Z`) < NOW,
			data_limit: limit === null ? null : String(limit),
			used_traffic: String(used),
			lifetime_used_traffic: String(used),
			data_limit_reached: limit !== null && used >= limit,
			subscription_url: `http://panel/sub/${encodeURIComponent(spelt)}/ab`
		};
	});

/** Between the first and the last deadline that Marzban can reckon with; the first is past either way. */
function reckoned(deadline: string): string {
	const [, middle] = ["1970-01-01T00:00:00", deadline.slice(0, 19), "9999-03-20T00:00:00"].sort();
	return middle as string;
}

const move = (data: Json, context: Json): Transformed =>
	transform(mapping.streams.users as never, { id: String(data.id), name: String(data.username), data }, context);

type Case = { readonly data: Json; readonly rules: Json; readonly moved: Transformed };
const forEveryUser = (promise: (made: Json, test: Case) => void): void =>
	fc.assert(
		fc.property(userArbitrary, ruleArbitrary, sideArbitrary, (data, rules, side) => {
			const moved = move(data, contextFor(rules, side));
			if (moved.target) promise(moved.target.data, { data, rules: rules as Json, moved });
			else expect(moved.quarantine).toBeDefined();
		}),
		{ numRuns: 1000 }
	);

describe("any user of the source", () => {
	it("is made into what no rule refuses, neither the mapping's nor the connector's", () =>
		fc.assert(
			fc.property(userArbitrary, ruleArbitrary, sideArbitrary, databaseArbitrary, (data, rules, side, database) => {
				const context = contextFor(rules, side, database);
				const { target, id } = move(data, context);
				if (!target) return;
				expect(mapping.violation("users", { id, data: target.data }, context)).toBeUndefined();
				expect(() => refuse(target.data, database?.kind as "sqlite" | undefined)).not.toThrow();
			}),
			{ numRuns: 1000 }
		));

	it("is moved under the default rules whenever they have credentials", () =>
		fc.assert(
			fc.property(userArbitrary, data => {
				const rules = {
					inboundTags: {},
					resettingPlans: "full",
					refusedNames: "rename",
					limitedUsers: "disable",
					noAccess: "create"
				};
				for (const authAlgorithm of ["xxh128", "plain"]) {
					const { quarantine } = move(data, contextFor(rules, { authAlgorithm, sharedNames: ["abc"] }));
					expect(quarantine).toBeUndefined();
				}
			}),
			{ numRuns: 1000 }
		));

	it("gains no status: who is disabled, expired or used up is not let in, but for their one byte", () =>
		forEveryUser((made, { data, rules }) => {
			if (data.enabled !== true) return expect(made.status).toBe("disabled");
			if (made.status === "disabled") return;
			if (data.expired === true) return expect(made.status).toBe("expired");
			if (data.data_limit_reached !== true) return;
			expect([rules.limitedUsers, made.status, made.data_limit]).toEqual(["oneByte", "active", "1"]);
		}));

	it("does not forget that they are on hold", () =>
		forEveryUser((made, { data }) => {
			if (data.expire_strategy === "start_on_first_use") expect(["on_hold", "disabled"]).toContain(made.status);
			else expect(made.status).not.toBe("on_hold");
		}));

	it("gains no traffic, but for the period that is forgotten on record", () =>
		forEveryUser((made, { data, moved }) => {
			if (data.data_limit === null) return expect(made.data_limit).toBeNull();
			const left = BigInt(String(data.data_limit)) - BigInt(String(data.used_traffic));
			const gains = moved.losses.filter(({ code }) => code === "quota_gain").map(({ amount }) => BigInt(amount ?? "0"));
			const given = BigInt(String(made.data_limit)) - gains.reduce((sum, gain) => sum + gain, 0n);
			expect(given <= (left > 1n ? left : 1n)).toBe(true);
			const strategy = data.data_limit === "0" ? "no_reset" : data.data_limit_reset_strategy;
			expect(made.data_limit_reset_strategy).toBe(strategy);
		}));

	it("gains no time", () =>
		forEveryUser((made, { data }) => {
			if (data.expire_strategy === "never") return expect(made.expire).toBeNull();
			if (data.expire_strategy === "fixed_date") {
				const source = Date.parse(`${String(data.expire_date).slice(0, 19)}Z`) / 1000;
				// The one second before which Marzban has no expiry.
				return expect(made.expire).toBeLessThanOrEqual(Math.max(1, source));
			}
			// A hold without a length is none that anybody could begin.
			if (Number(data.usage_duration ?? 0) < 1)
				return expect(made).toMatchObject({ status: "disabled", on_hold_timeout: null });
			expect(made.on_hold_expire_duration).toBeLessThanOrEqual(Number(data.usage_duration));
			expect(made.on_hold_timeout).toBe(data.activation_deadline && reckoned(String(data.activation_deadline)));
		}));

	it("gains no access, and no list of tags is empty, which would mean all", () =>
		forEveryUser((made, { data }) => {
			const ids = (data.service_ids as number[]).flatMap(id => SERVICES[id] ?? []);
			const allowed = INBOUNDS.filter(({ id }) => ids.includes(id)).map(({ protocol, tag }) => `${protocol} ${tag}`);
			const given = Object.entries(made.inbounds as Record<string, string[]>);
			for (const [protocol, tags] of given) {
				expect(tags.length).toBeGreaterThan(0);
				for (const tag of tags) expect(allowed).toContain(`${protocol} ${tag}`);
			}
			const open = given.map(([protocol]) => protocol);
			if (open.length > 0) expect(Object.keys(made.proxies as Json).sort()).toEqual(open.sort());
			else expect(Object.keys(made.proxies as Json)).toHaveLength(1);
		}));

	it("has a name that Marzban takes, and their own where that is one", () =>
		forEveryUser((made, { data, moved }) => {
			const name = String(made.username);
			expect(name).toMatch(TAKEN_NAME);
			expect(name.length).toBeLessThanOrEqual(32);
			expect(name).toBe(name.toLowerCase());
			const isRenamed = moved.losses.some(({ code }) => code === "renamed");
			expect(isRenamed).toBe(name !== data.username);
			expect(isRenamed).toBe(name.includes("-"));
		}));
});

describe("the names of many users", () => {
	const rules = {
		inboundTags: {},
		resettingPlans: "full",
		refusedNames: "rename",
		limitedUsers: "disable",
		noAccess: "create"
	};

	it("are as different as their own, and stay the same whoever else is there", () =>
		fc.assert(
			fc.property(fc.uniqueArray(userArbitrary, { selector: ({ id }) => String(id), maxLength: 40 }), users => {
				const context = contextFor(rules, { authAlgorithm: "xxh128", sharedNames: [] });
				const names = users.map(user => String(move(user, context).target?.name));
				const alone = [...users].reverse().map(user => String(move({ ...user, note: "other" }, context).target?.name));
				expect(alone.reverse()).toEqual(names);
				const kept = names.filter((name, at) => name === users[at]?.username);
				const made = names.filter((name, at) => name !== users[at]?.username);
				expect(new Set([...made, ...kept]).size).toBe(made.length + new Set(kept).size);
			}),
			{ numRuns: 200 }
		));
});
