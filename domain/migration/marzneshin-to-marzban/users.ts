/**
 * Users, Marzneshin → Marzban. Nobody gets more quota, time or access than at the source; the one exception is
 * `resettingPlans: full`, which is recorded in bytes. Rules: how both panels treat each field was observed on the
 * programs themselves (Marzneshin 0.7.4, Marzban 0.8.4).
 */

import type { Json, JsonValue } from "../../../contracts/json";
import type { Loss, Quarantine, Severity } from "../../../contracts/migration/records";
import type { FieldMapping } from "../../../contracts/migration/transformer";
import type { AuthAlgorithm, Credentials, Derive } from "../credentials";
import type { Converted, Converter, StreamMapping } from "../mapping";
import { type Context, type InboundRoute, PROTOCOLS, type Protocol } from "./context";
import { oldLinkOf } from "./links";
import { LAST_EXPIRY, naiveSeconds, unixSeconds } from "./time";

const row = (to: string | null, from: string, convert: string): FieldMapping => ({
	to,
	from: from.split(" "),
	convert
});

const rows: readonly FieldMapping[] = [
	row("username", "username", "name"),
	row("status", "enabled expired data_limit_reached expire_strategy", "status"),
	row("proxies", "key service_ids", "proxies"),
	row("inbounds", "service_ids", "inbounds"),
	row("expire", "expire_strategy expire_date", "expire"),
	row("data_limit", "data_limit used_traffic data_limit_reset_strategy data_limit_reached", "dataLimit"),
	row("data_limit_reset_strategy", "data_limit_reset_strategy", "same"),
	row("on_hold_expire_duration", "expire_strategy usage_duration", "holdDuration"),
	row("on_hold_timeout", "expire_strategy activation_deadline", "holdTimeout"),
	row("note", "note", "note"),
	row("admin", "owner_username", "owner"),
	row(null, "used_traffic", "usedTraffic"),
	row(null, "lifetime_used_traffic", "lifetime")
];

const lost = (code: string, field: string, severity: Severity, reason: string, amount?: string): Loss => ({
	code,
	field,
	reason,
	severity,
	...(amount !== undefined && { amount })
});
const refuse = (category: string, field: string, value: JsonValue, reason: string): { quarantine: Quarantine } => ({
	quarantine: { category, field, value: String(value), reason }
});
const text = (value: JsonValue | undefined): string => (typeof value === "string" ? value : "");
const bytes = (value: JsonValue | undefined): bigint => BigInt(text(value) || "0");

/** Marzban 0.8.4's own pattern for user names. */
const NAME = /^(?=\w{3,32}\b)[a-zA-Z0-9-_@.]+$/;

const name: Converter<Context> = ({ username }) =>
	NAME.test(text(username))
		? { value: text(username) }
		: refuse("name_refused", "username", username ?? null, "Marzban takes 3 to 32 of a-z, 0-9 and _ as a name.");

/** Marzban's statuses; which one wins when several hold: disabled, then expired or limited, then on hold. */
const status: Converter<Context> = data => {
	if (data.enabled !== true) return { value: "disabled" };
	if (data.expired === true) return { value: "expired" };
	if (data.data_limit_reached === true)
		return refuse("limited", "data_limit_reached", text(data.used_traffic), "The API cannot make a user limited.");
	return { value: data.expire_strategy === "start_on_first_use" ? "on_hold" : "active" };
};

/** The inbounds a user's services open, each target inbound once. */
function routesOf(data: Json, context: Context): { served: InboundRoute[]; dropped: InboundRoute[] } {
	const ids = Array.isArray(data.service_ids) ? data.service_ids : [];
	const routes = ids.flatMap(id => context.services[String(id)] ?? []);
	const unique = (list: InboundRoute[], key: (route: InboundRoute) => string): InboundRoute[] => [
		...new Map(list.map(route => [key(route), route])).values()
	];
	const served = routes.filter(route => route.tag !== null);
	const tags = new Set(served.map(route => route.sourceTag));
	const dropped = routes.filter(route => route.tag === null && !tags.has(route.sourceTag));
	return {
		served: unique(served, route => `${route.protocol} ${route.tag} ${route.flow}`),
		dropped: unique(dropped, route => `${route.protocol} ${route.sourceTag}`)
	};
}

const ACCOUNT: Readonly<Record<Protocol, (credentials: Credentials, flow: string) => Json>> = {
	vless: ({ uuid }, flow) => ({ id: uuid as string, flow }),
	vmess: ({ uuid }) => ({ id: uuid as string }),
	trojan: ({ password }) => ({ password }),
	// What marznode's xray gives every account.
	shadowsocks: ({ password }) => ({ password, method: "chacha20-ietf-poly1305" })
};

const proxies =
	(derive: Readonly<Record<AuthAlgorithm, Derive>>): Converter<Context> =>
	(data, context) => {
		const { served } = routesOf(data, context);
		const used = PROTOCOLS.filter(protocol => served.some(route => route.protocol === protocol));
		// A user needs one proxy, also one who may connect nowhere.
		const protocols: readonly Protocol[] = used.length > 0 ? used : ["vless"];
		const credentials = derive[context.authAlgorithm](text(data.key));
		if (credentials.uuid === null && protocols.some(protocol => protocol === "vless" || protocol === "vmess"))
			return refuse(
				"no_uuid",
				"key",
				"(masked)",
				"In plain mode this key is no UUID, so no vless or vmess account exists."
			);
		const flow = served.find(route => route.flow !== "")?.flow ?? "";
		return { value: Object.fromEntries(protocols.map(protocol => [protocol, ACCOUNT[protocol](credentials, flow)])) };
	};

const inbounds: Converter<Context> = (data, context) => {
	const { served, dropped } = routesOf(data, context);
	const missing = dropped.map(route => `${route.sourceTag} (${route.protocol})`).join(", ");
	if (served.length === 0 && dropped.length > 0)
		return refuse("no_access", "service_ids", missing, "The target has none of the inbounds this user may use.");
	const tags = (protocol: Protocol): string[] => {
		const own = served.filter(route => route.protocol === protocol).map(route => route.tag as string);
		return [...new Set(own)].sort();
	};
	const value = Object.fromEntries(PROTOCOLS.map(p => [p, tags(p)] as const).filter(([, list]) => list.length > 0));
	const losses =
		dropped.length > 0 ? [lost("inbound_dropped", "service_ids", "degraded", `Not at the target: ${missing}.`)] : [];
	return { value, losses };
};

const expire: Converter<Context> = data => {
	if (data.expire_strategy !== "fixed_date") return { value: null };
	const seconds = unixSeconds(text(data.expire_date));
	if (seconds > LAST_EXPIRY)
		return {
			value: LAST_EXPIRY,
			losses: [lost("expire_clamped", "expire_date", "info", "Marzban ends in the year 9999.")]
		};
	// 0 would mean unlimited.
	return { value: Math.max(1, seconds) };
};

/** What is left of a plan that never resets becomes its limit; 0 would mean unlimited, so 1 byte is the least. */
const dataLimit: Converter<Context> = (data, context) => {
	if (data.data_limit === null || data.data_limit === undefined) return { value: null };
	const limit = bytes(data.data_limit);
	const used = bytes(data.used_traffic);
	const remainder = String(limit > used ? limit - used : 1n);
	if (used === 0n) return { value: remainder };
	if (data.data_limit_reset_strategy === "no_reset")
		return {
			value: remainder,
			losses: [
				lost("limit_is_remainder", "data_limit", "info", "The target cannot store used traffic: the rest is the limit.")
			]
		};
	return RESETTING[context.resettingPlans](limit, used, remainder);
};

const RESETTING: Readonly<Record<Context["resettingPlans"], (limit: bigint, used: bigint, rest: string) => Converted>> =
	{
		full: (limit, used, rest) => {
			if (limit === 0n) return { value: rest };
			const gain = used < limit ? used : limit;
			const reason = "This period's use is forgotten once: the target cannot store it.";
			return { value: String(limit), losses: [lost("quota_gain", "used_traffic", "degraded", reason, String(gain))] };
		},
		shrink: (_limit, used, rest) => ({
			value: rest,
			losses: [lost("limit_shrunk", "data_limit", "act", "Every period now has only this period's rest.", String(used))]
		}),
		quarantine: (_limit, used) =>
			refuse(
				"resetting_plan_used",
				"used_traffic",
				String(used),
				"A resetting plan is partly used; resettingPlans says quarantine."
			)
	};

const onHold = (data: Json): boolean => data.expire_strategy === "start_on_first_use";

const holdDuration: Converter<Context> = data => ({ value: onHold(data) ? (data.usage_duration ?? null) : null });

const holdTimeout: Converter<Context> = data => ({
	value: onHold(data) && data.activation_deadline ? naiveSeconds(text(data.activation_deadline)) : null
});

const note: Converter<Context> = data => ({ value: text(data.note) || null });

const owner: Converter<Context> = ({ owner_username }, { account, owners }) => {
	const envAccount = account.kind === "env";
	if (owner_username === null || owner_username === undefined) {
		if (envAccount) return { value: null };
		const reason = `Had no owner; belongs to '${account.name}' now.`;
		return { value: account.name, losses: [lost("owner_assigned", "owner_username", "info", reason)] };
	}
	// What the env sudo creates has no owner at Marzban, and set-owner to it answers 404.
	if (envAccount && owner_username === account.name) return { value: null };
	if (owners.includes(text(owner_username))) return { value: owner_username };
	return refuse("owner_missing", "owner_username", owner_username, "This admin is neither at the target nor moved.");
};

const usedTraffic: Converter<Context> = data =>
	bytes(data.used_traffic) === 0n || data.data_limit !== null
		? {}
		: {
				losses: [
					lost("used_traffic_dropped", "used_traffic", "info", "The counter begins anew.", text(data.used_traffic))
				]
			};

const lifetime: Converter<Context> = data =>
	bytes(data.lifetime_used_traffic) === 0n
		? {}
		: {
				losses: [
					lost(
						"lifetime_dropped",
						"lifetime_used_traffic",
						"info",
						"The counter begins anew.",
						text(data.lifetime_used_traffic)
					)
				]
			};

const same: Converter<Context> = (data, _context, { from }) => ({ value: data[from[0] as string] ?? null });

export const users = (derive: Readonly<Record<AuthAlgorithm, Derive>>): StreamMapping<Context> => ({
	rows,
	nameField: "username",
	oldLink: data => oldLinkOf(text(data.subscription_url)),
	converters: {
		name,
		status,
		proxies: proxies(derive),
		inbounds,
		expire,
		dataLimit,
		same,
		holdDuration,
		holdTimeout,
		note,
		owner,
		usedTraffic,
		lifetime
	}
});
