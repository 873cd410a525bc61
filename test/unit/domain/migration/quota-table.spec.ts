/**
 * Every state that a user's traffic can be in, by every rule and in every mode: nobody can use more at the target than at
 * the source, now or once somebody renews, enables or resets them, but for what is on record in bytes.
 */

import type { Json } from "../../../../contracts/json";
import type { Transformed } from "../../../../contracts/migration/records";
import { type Mapping, transform } from "../../../../domain/migration/mapping";
import { loadMappings } from "../../../../domain/migration/mappings";

let mapping: Mapping<Json>;
beforeAll(async () => {
	mapping = (await loadMappings()).named("marzneshin-to-marzban") as Mapping<Json>;
});

const NOW = "2026-11-21T00:00:00";
const PAST = "2026-01-01T00:00:00";
const N = 10n;
const TIMES: Readonly<Record<string, Json>> = {
	never: { expire_strategy: "never" },
	ended: { expire_strategy: "fixed_date", expire_date: PAST, expired: true },
	running: { expire_strategy: "fixed_date", expire_date: "2030-01-01T00:00:00" },
	held: { expire_strategy: "start_on_first_use", usage_duration: 60 }
};
const RULES = ["full", "shrink", "quarantine"].flatMap(resettingPlans =>
	["disable", "oneByte", "quarantine"].map(limitedUsers => ({ resettingPlans, limitedUsers }))
);
const MODES = [null, "sqlite", "mysql"] as const;

const USERS: readonly Json[] = [true, false].flatMap(enabled =>
	Object.values(TIMES).flatMap(time =>
		[null, 0n, N].flatMap(limit =>
			[0n, N - 1n, N, N + 1n].flatMap(used =>
				["no_reset", "month"].map(
					(strategy): Json => ({
						id: 1,
						username: "ali",
						key: "cd613e30d8f16adf91b7584a2265b1f5",
						enabled,
						expired: false,
						...time,
						data_limit: limit === null ? null : String(limit),
						used_traffic: String(used),
						lifetime_used_traffic: String(used),
						data_limit_reached: limit !== null && used >= limit,
						data_limit_reset_strategy: strategy,
						created_at: PAST,
						service_ids: [1],
						owner_username: null
					})
				)
			)
		)
	)
);

const contextFor = (rules: object, kind: (typeof MODES)[number]): Json => ({
	...mapping.contextOf(
		{
			authAlgorithm: "xxh128",
			services: [{ id: 1, inbound_ids: [1] }],
			inbounds: [{ id: 1, tag: "VLESS", protocol: "vless" }],
			admins: []
		} as never,
		{
			account: "root",
			accountKind: "env",
			inbounds: { vless: ["VLESS"] },
			admins: [],
			database: kind && { kind }
		} as never,
		{ streams: ["users"], rules: { inboundTags: {}, refusedNames: "rename", noAccess: "create", ...rules } } as never
	),
	plannedAt: NOW,
	now: NOW
});

/** As either panel reckons what somebody may use. */
interface State {
	readonly enabled: boolean;
	readonly ended: boolean;
	/** Null: unlimited. */
	readonly limit: bigint | null;
	readonly used: bigint;
}
const ACTIONS: Readonly<Record<string, (state: State) => State>> = {
	renew: state => ({ ...state, ended: false }),
	enable: state => ({ ...state, enabled: true }),
	reset: state => ({ ...state, used: 0n })
};
const SEQUENCES = [
	[],
	["renew"],
	["enable"],
	["reset"],
	["renew", "enable"],
	["renew", "reset"],
	["renew", "enable", "reset"]
];
const UNLIMITED = 2n ** 80n;

const sourceState = (data: Json): State => ({
	enabled: data.enabled === true,
	ended: data.expired === true,
	limit: data.data_limit === null ? null : BigInt(String(data.data_limit)),
	used: BigInt(String(data.used_traffic))
});
/** The API begins every counter anew. */
const targetState = (data: Json): State => ({
	enabled: data.status !== "disabled",
	ended: data.expire !== null && Number(data.expire) * 1000 < Date.parse(`${NOW}Z`),
	limit: data.data_limit === null ? null : BigInt(String(data.data_limit)),
	used: BigInt(String(data.used_traffic ?? 0))
});
function usable(state: State, actions: readonly string[]): bigint {
	const { enabled, ended, limit, used } = actions.reduce(
		(now, name) => (ACTIONS[name] as (s: State) => State)(now),
		state
	);
	if (!enabled || ended) return 0n;
	if (limit === null) return UNLIMITED;
	return limit > used ? limit - used : 0n;
}

interface Case {
	readonly kind: (typeof MODES)[number];
	readonly data: Json;
	readonly made: Json;
	readonly source: State;
	readonly target: State;
	/** The bytes on record. */
	readonly gain: bigint;
	readonly isUsedUp: boolean;
	readonly codes: readonly string[];
}

function caseOf(kind: Case["kind"], data: Json, { target, losses }: Transformed & { target: { data: Json } }): Case {
	const source = sourceState(data);
	return {
		kind,
		data,
		made: target.data,
		source,
		target: targetState(target.data),
		gain: BigInt(losses.find(({ code }) => code === "quota_gain")?.amount ?? "0"),
		isUsedUp: source.limit !== null && source.used >= source.limit,
		codes: losses.map(({ code, severity }) => `${code} ${severity}`)
	};
}

/** Of each case, what is wrong. */
const PROMISES: Readonly<Record<string, (test: Case) => boolean>> = {
	// Where nothing is left a byte is, since 0 would be unlimited.
	"no sequence of a human's actions opens more than at the source, but for what is on record": test =>
		SEQUENCES.every(
			actions => usable(test.target, actions) <= usable(test.source, actions) + test.gain + (test.isUsedUp ? 1n : 0n)
		),
	"to renew whoever has used up all opens nothing, whatever is on record": test =>
		!test.isUsedUp || usable(test.target, ["renew"]) <= 1n,
	"where to enable them does, it is for a human": test =>
		!test.isUsedUp || usable(test.target, ["renew", "enable"]) <= 1n || test.codes.includes("limited_disabled act"),
	// Marzban looks at no limit of a user on hold.
	"nobody is on hold who has used up all": test => test.made.status !== "on_hold" || !test.isUsedUp,
	"a limit of 0 is on record, and never resets": ({ source, codes, made }) =>
		source.limit !== 0n ||
		(codes.some(code => /zero_limit|limited_one_byte/.test(code)) && made.data_limit_reset_strategy === "no_reset"),
	"that it does not reset is on record": ({ source, codes, data }) =>
		source.limit !== 0n || data.data_limit_reset_strategy === "no_reset" || codes.includes("reset_dropped degraded"),
	"with a database nothing is gained at all": ({ kind, gain }) => kind === null || gain === 0n
};

describe.each(MODES)("by %s", kind => {
	it.each(RULES)("nobody gains traffic: %j", rules => {
		const context = contextFor(rules, kind);
		const cases = USERS.flatMap(data => {
			const moved = transform(mapping.streams.users as never, { id: "1", name: "ali", data }, context);
			return moved.target ? [caseOf(kind, data, moved as never)] : [];
		});
		for (const [promise, holds] of Object.entries(PROMISES))
			expect([promise, cases.filter(test => !holds(test))]).toEqual([promise, []]);
		expect(cases.length).toBeGreaterThan(kind || rules.limitedUsers !== "quarantine" ? 90 : 60);
	});
});
