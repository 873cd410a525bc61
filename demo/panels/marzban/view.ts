/** A user as the API shows them. A row that cannot be shown fails the whole answer: it poisons every list it is on. */
import type { Body } from "../json";
import { whole } from "../json";
import { shown } from "../time";
import { type HostsByTag, hostsByTag, linksOf } from "./links";
import { adminBody, type Marzban } from "./marzban";
import type { PlanRow, UserRecord } from "./records";
import { tokenFor } from "./tokens";

const sum = (left: number | bigint, right: number | bigint): number | bigint => whole(BigInt(left) + BigInt(right));

const planBody = (plan: PlanRow): Body => ({
	data_limit: plan.data_limit,
	expire: plan.expire,
	add_remaining_traffic: plan.add_remaining_traffic === 1,
	fire_on_either: plan.fire_on_either === 1
});

export function userBody(marzban: Marzban, record: UserRecord, hosts: HostsByTag = hostsByTag(marzban)): Body {
	const { row, proxies, plan, owner } = record;
	if (proxies.length === 0) throw new Error("Each user needs at least one proxy");
	const split = (kept: boolean): Body =>
		Object.fromEntries(
			proxies.map(({ protocol, excluded }) => [
				protocol,
				marzban.core.tags(protocol).filter(tag => excluded.has(tag) !== kept)
			])
		);
	return {
		proxies: Object.fromEntries(proxies.map(({ protocol, settings }) => [protocol, settings])),
		expire: row.expire,
		data_limit: row.data_limit,
		data_limit_reset_strategy: row.data_limit_reset_strategy,
		inbounds: split(true),
		note: row.note,
		sub_updated_at: shown(row.sub_updated_at),
		sub_last_user_agent: row.sub_last_user_agent,
		online_at: shown(row.online_at),
		on_hold_expire_duration: row.on_hold_expire_duration,
		on_hold_timeout: shown(row.on_hold_timeout),
		auto_delete_in_days: row.auto_delete_in_days,
		next_plan: plan ? planBody(plan) : null,
		username: row.username,
		status: row.status,
		used_traffic: row.used_traffic,
		lifetime_used_traffic: sum(record.resets, row.used_traffic),
		created_at: shown(row.created_at),
		links: linksOf(marzban, record, hosts),
		subscription_url: `${marzban.prefix()}/sub/${tokenFor(row.username, marzban.secret, Math.ceil(marzban.now().getTime() / 1000))}`,
		excluded_inbounds: split(false),
		admin: owner ? adminBody(owner) : null
	};
}
