/** Any two small panels and any definition between them, for what a plan promises. */

import fc from "fast-check";
import { type Naming, namings } from "../../demo/panels/marzban/names";
import type { Row } from "../../demo/panels/store";

export interface SourceAdmin {
	readonly username: string;
	readonly is_sudo: number;
	readonly enabled: number;
	readonly all_services_access: number;
	readonly modify_users_access: number;
}
export interface TargetAdmin {
	readonly username: string;
	readonly is_sudo: number;
	readonly telegram_id: number | null;
}
export interface PanelUser {
	readonly row: Readonly<Row>;
	/** Whose it is, by the place in the list of admins, counted round; none beyond it. */
	readonly owner: number;
	readonly services: readonly number[];
}
/** Who stands at the target before. */
export interface Squatter {
	readonly user: number;
	readonly note: string;
	readonly owner: number;
	/** The same name or another one, as the target's database takes it. */
	readonly spelling: Spelling;
}
/** A host that stands at the target before. */
export interface StandingHost {
	readonly inbound_tag: string;
	readonly remark: string;
	readonly address: string;
	readonly port: number | null;
}
export interface AnyPanels {
	/** How the target's database compares names. */
	readonly naming: Naming;
	readonly admins: readonly SourceAdmin[];
	readonly there: readonly TargetAdmin[];
	readonly users: readonly PanelUser[];
	readonly squatters: readonly Squatter[];
	readonly hosts: readonly StandingHost[];
	/** A host at the source that the target's table has no room for. */
	readonly longHost: boolean;
	/** Names of services whose template stands at the target already, otherwise than ours. */
	readonly templates: readonly string[];
	readonly databases: { readonly source: boolean; readonly target: boolean };
	readonly definition: {
		readonly streams: readonly string[];
		readonly conflict: "skip" | "overwrite" | "fail";
		readonly batch: { readonly records: number };
		readonly rules: object;
	};
}

const GB = 1024 ** 3;
const bit = fc.constantFrom(1, 1, 0);
/** Some are one name to one target and several to another: by case, accents, blanks at the end, emoji, digits. */
const adminNames = [
	..."boss Boss bóss reseller مدیر مُدیر 💎 🌍 ۱۲ 12 Ádmin a/b?c#d%41".split(" "),
	...["boss ", "vip 💎", "vip 🌍", "x".repeat(32)]
];

/** Of a name that the target may take for another one. */
export const SPELLINGS = {
	same: name => name,
	capital: name => `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`,
	capitals: name => name.toUpperCase(),
	accent: name => name.replace(/[aeiou]/, "$&\u0301"),
	blank: name => `${name} `
} satisfies Record<string, (name: string) => string>;
export type Spelling = keyof typeof SPELLINGS;

const sourceAdmins: fc.Arbitrary<SourceAdmin[]> = fc.uniqueArray(
	fc.record({
		username: fc.constantFrom(...adminNames),
		is_sudo: fc.constantFrom(0, 0, 1),
		enabled: bit,
		all_services_access: bit,
		modify_users_access: bit
	}),
	{ selector: ({ username }) => username, maxLength: 5 }
);
const targetAdmins: fc.Arbitrary<TargetAdmin[]> = fc.uniqueArray(
	fc.record({
		username: fc.constantFrom("admin", ...adminNames, "stranger"),
		is_sudo: fc.constantFrom(0, 1),
		telegram_id: fc.constantFrom(null, 5)
	}),
	{ selector: ({ username }) => username, maxLength: 4 }
);

const PAST = "2020-05-01 00:00:00.000000";
const COMING = "2035-01-02 03:04:05.678901";
const time = (...more: readonly (string | null)[]) => fc.constantFrom<string | null>(null, PAST, ...more);

/** About the end of an INT, and of what a panel reads. */
const EXPIRIES = [
	PAST,
	COMING,
	"2038-01-19 03:14:07.000000",
	"2038-01-19 03:14:08.000000",
	"2044-04-04 04:04:04.000000",
	"9999-12-31 23:59:59.000000",
	"1969-01-01 00:00:00.000000"
];
const expiry: fc.Arbitrary<Readonly<Row>> = fc.oneof(
	fc.constant({ expire_strategy: "never" }),
	fc.constantFrom(...EXPIRIES).map(expire_date => ({ expire_strategy: "fixed_date", expire_date })),
	fc
		.tuple(fc.constantFrom(0, 1, 86_400, 315_360_000_000), time(COMING, "9999-12-31 23:59:59.000000"))
		.map(([usage_duration, activation_deadline]) => ({
			expire_strategy: "start_on_first_use",
			usage_duration,
			activation_deadline
		}))
);
const quota: fc.Arbitrary<Readonly<Row>> = fc.record({
	data_limit: fc.constantFrom(null, 0, 1, GB, 10 * GB),
	used_traffic: fc.constantFrom(0, 1, GB, 11 * GB),
	data_limit_reset_strategy: fc.constantFrom("no_reset", "day", "month")
});
const cosmetic: fc.Arbitrary<Readonly<Row>> = fc.record({
	created_at: fc.constantFrom(PAST, PAST, COMING),
	online_at: time(COMING),
	sub_updated_at: time(COMING),
	sub_revoked_at: time(COMING),
	traffic_reset_at: time(COMING),
	sub_last_user_agent: fc.constantFrom(null, "v2rayNG", "x".repeat(512)),
	note: fc.constantFrom(null, "", "یادداشت 🌳", "🌳".repeat(500))
});
const userNames: readonly ((n: number) => string)[] = [
	n => `user_${n}`,
	n => `user_${n}`,
	n => `کاربر_${n}`,
	n => `Imported_${n}`,
	n => `IMPORTED_${n - 1}`,
	n => `ünï_${n}`,
	n => `uni_${n - 1}`,
	n => `üni_${n - 2}`,
	n => `vip💎_${n}`,
	n => `vip🌍_${n - 1}`,
	n => `کاربر_${"۰۱۲۳۴۵۶۷۸۹"[n % 10]}`,
	n => `user_${n - 1} `
];
const users = fc
	.array(
		fc.tuple(
			expiry,
			quota,
			cosmetic,
			fc.record({
				enabled: bit,
				name: fc.constantFrom(...userNames),
				key: fc.constantFrom("hex", "hex", "hex", "text"),
				owner: fc.nat({ max: 7 }),
				services: fc.constantFrom([1], [2], [4], [1, 3], [6], [], [7, 9])
			})
		),
		{ minLength: 1, maxLength: 12 }
	)
	.map(all =>
		all.map(([times, traffic, rest, { enabled, name, key, owner, services }], n): PanelUser => {
			const digits = `${n}`.padStart(32, "ab");
			return {
				row: { ...times, ...traffic, ...rest, enabled, username: name(n), key: key === "hex" ? digits : `key ${n}` },
				owner,
				services
			};
		})
	);

/** Two of the recorded panel's own among them, and one that is nobody's. */
const HOSTS: readonly StandingHost[] = [
	{ inbound_tag: "VMess TCP", remark: "theirs", address: "cdn.example", port: 8443 },
	{ inbound_tag: "VLESS TCP REALITY", remark: "🚀 {USERNAME} [{PROTOCOL}]", address: "{SERVER_IP}", port: null },
	{ inbound_tag: "Shadowsocks TCP", remark: "disabled host", address: "{SERVER_IP}", port: null }
];

const STREAMS = ["admins", "services", "hosts", "users", "nodes", "settings"];

export const anyPanels: fc.Arbitrary<AnyPanels> = fc.record({
	naming: fc.constantFrom(...namings, "mariadb" as const),
	admins: sourceAdmins,
	there: targetAdmins,
	users,
	squatters: fc.array(
		fc.record({
			user: fc.nat({ max: 11 }),
			note: fc.constantFrom("theirs", "ours"),
			owner: fc.nat({ max: 5 }),
			spelling: fc.constantFrom(...(Object.keys(SPELLINGS) as Spelling[]))
		}),
		{ maxLength: 3 }
	),
	hosts: fc.subarray([...HOSTS]),
	longHost: fc.boolean(),
	templates: fc.subarray(["vmess", "vless-only", "Vmess", "VLÉSS-only ", "DEFAULT"]),
	databases: fc.record({ source: fc.boolean(), target: fc.boolean() }),
	definition: fc.record({
		streams: fc.oneof(fc.constant(["admins", "users"]), fc.subarray(STREAMS, { minLength: 1 }), fc.constant(["users"])),
		conflict: fc.constantFrom("skip", "overwrite", "overwrite", "fail"),
		batch: fc.record({ records: fc.integer({ min: 1, max: 9 }) }),
		rules: fc.record({
			resettingPlans: fc.constantFrom("full", "shrink", "quarantine"),
			limitedUsers: fc.constantFrom("disable", "oneByte", "quarantine"),
			refusedNames: fc.constantFrom("rename", "quarantine"),
			noAccess: fc.constantFrom("create", "quarantine")
		})
	})
}) as fc.Arbitrary<AnyPanels>;
