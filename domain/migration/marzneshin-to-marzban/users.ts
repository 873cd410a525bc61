/**
 * Users, Marzneshin → Marzban. Nobody gets more quota, time or access than at the source; the one exception is
 * `resettingPlans: full`, which is recorded in bytes. Rules: how both panels treat each field was observed on the
 * programs themselves (Marzneshin 0.7.4, Marzban 0.8.4).
 *
 * No loss without the database: `activated`, `is_active` follow from the rest; `online_at`, `sub_updated_at` and
 * `sub_last_user_agent` are said anew by the next connection; `created_at` and `sub_revoked_at` only guard old tokens,
 * and the target's are new. `id` and `subscription_url` live on in the run's own records, for the old links.
 */

import type { Json } from "../../../contracts/json";
import type { FieldMapping } from "../../../contracts/migration/transformer";
import type { Converted, Converter, StreamMapping } from "../mapping";
import { inbounds, proxies } from "./access";
import type { Context } from "./context";
import type { AuthAlgorithm, Derive } from "./credentials";
import { oldLinkOf, oldPathOf } from "./links";
import { name } from "./names";
import { dataLimit, lifetime, resetPhase, resetStrategy, usedTraffic } from "./quota";
import { expire, holdDuration, holdTimeout, status } from "./status";
import { carriedTimes } from "./times";
import { lost, refuse, text } from "./values";

const row = (to: string | null, from: string, convert: string): FieldMapping => ({
	to,
	from: from.split(" "),
	convert
});

const rows: readonly FieldMapping[] = [
	row("username", "username id subscription_url", "name"),
	row("status", "enabled expired data_limit data_limit_reached used_traffic expire_strategy", "status"),
	row("proxies", "key service_ids", "proxies"),
	row("inbounds", "service_ids key", "inbounds"),
	row("expire", "expire_strategy expire_date", "expire"),
	row("data_limit", "data_limit used_traffic data_limit_reset_strategy data_limit_reached", "dataLimit"),
	row("data_limit_reset_strategy", "data_limit_reset_strategy data_limit", "resetStrategy"),
	row("on_hold_expire_duration", "expire_strategy usage_duration", "holdDuration"),
	row("on_hold_timeout", "expire_strategy activation_deadline", "holdTimeout"),
	row("note", "note", "note"),
	row("admin", "owner_username", "owner"),
	// By the target's database alone; without it, some are losses.
	row("used_traffic", "used_traffic data_limit", "usedTraffic"),
	row("lifetime_used_traffic", "lifetime_used_traffic", "lifetime"),
	row("traffic_reset_at", "traffic_reset_at created_at", "resetPhase"),
	row("created_at", "created_at", "time"),
	row("online_at", "online_at", "time"),
	row("sub_updated_at", "sub_updated_at", "time"),
	row("sub_last_user_agent", "sub_last_user_agent", "carried"),
	row("sub_revoked_at", "sub_revoked_at", "time")
];

const carried: Converter<Context> = (data, { database }, { from }) =>
	!database ? {} : { value: data[from[0] ?? ""] ?? null };

const LONGEST_NOTE = 500;

/** Both panels take up to 500 code points, and a row may hold more; nothing and an empty text say the same. */
const note: Converter<Context> = data => {
	const points = [...text(data.note)];
	if (points.length <= LONGEST_NOTE) return { value: text(data.note) || null };
	const reason = `Of ${points.length} characters the first ${LONGEST_NOTE} are kept: Marzban takes no more.`;
	return { value: points.slice(0, LONGEST_NOTE).join(""), losses: [lost("note_cut", "note", "degraded", reason)] };
};

const owner: Converter<Context> = (data, context) => {
	const owned = ownerOf(data, context);
	const name = text(data.owner_username);
	if (owned.quarantine || !context.raised.includes(name)) return owned;
	const reason = `Belongs to '${name}', who is no sudo at the source and a sudo at the target.`;
	return { ...owned, losses: [...(owned.losses ?? []), lost("owner_raised", "owner_username", "degraded", reason)] };
};

const ownerOf = ({ owner_username }: Json, { account, owners }: Context): Converted => {
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

export const users = (derive: Readonly<Record<AuthAlgorithm, Derive>>): StreamMapping<Context> => ({
	rows,
	after: ["admins"],
	nameField: "username",
	owner: (data, target) => (target ? target.admin : data.owner_username),
	oldLink: data => oldLinkOf(text(data.subscription_url)),
	oldPath: data => oldPathOf(text(data.subscription_url)),
	converters: {
		name,
		status,
		proxies: proxies(derive),
		inbounds: inbounds(derive),
		expire,
		dataLimit,
		resetStrategy,
		holdDuration,
		holdTimeout,
		note,
		owner,
		usedTraffic,
		lifetime,
		resetPhase,
		time: carriedTimes,
		carried
	}
});
