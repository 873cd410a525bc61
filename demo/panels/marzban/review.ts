/** The review job: limits and expiries take effect, holds begin, and none of it before the job has run. */
import { instant, seconds } from "../time";
import { nextPlan, startExpire } from "./changes";
import { type Marzban, nowOf } from "./marzban";
import { records, type UserRecord, type UserRow } from "./records";

const over = "data_limit > 0 AND used_traffic >= data_limit";
const late = "expire <> 0 AND expire <= ?";

export function review(marzban: Marzban): void {
	end(marzban);
	begin(marzban);
}

function end(marzban: Marzban): void {
	const now = seconds(marzban.now());
	const due = `SELECT * FROM users WHERE status = 'active' AND ((${over}) OR (${late}))`;
	for (const record of records(marzban, marzban.store.all<UserRow>(due, now))) {
		const { row, plan } = record;
		const limited = Boolean(row.data_limit) && row.used_traffic >= (row.data_limit ?? 0);
		const expired = Boolean(row.expire) && (row.expire ?? 0) <= now;
		if (plan && (plan.fire_on_either || (limited && expired)) && nextPlan(marzban, record)) continue;
		const change = { status: limited ? "limited" : "expired", last_status_change: nowOf(marzban) };
		marzban.store.update("users", row.id, change);
	}
}

function begin(marzban: Marzban): void {
	const held = marzban.store.all<UserRow>("SELECT * FROM users WHERE status = 'on_hold'");
	for (const record of records(marzban, held)) if (starts(marzban, record)) startExpire(marzban, record);
}

/** Seen online since last touched, or the timeout is over. */
function starts({ now }: Marzban, { row }: UserRecord): boolean {
	const base = instant(row.edit_at ?? row.created_at);
	if (row.online_at && base <= instant(row.online_at)) return true;
	return row.on_hold_timeout !== null && instant(row.on_hold_timeout) <= now().getTime();
}
