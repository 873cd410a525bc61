/** The routes of users. */
import { type Answer, forbidden, json, notFound, Refusal } from "../answers";
import { type Call, objectOf } from "../call";
import type { Route } from "../http";
import { queryRules } from "../rules";
import { breaksARule } from "../store";
import { readTime } from "../time";
import { readChange, readCreation } from "./bodies";
import { create, modify, nextPlan, remove, resetUse, revoke } from "./changes";
import { hostsByTag } from "./links";
import { list } from "./lists";
import { adminNamed, asAdmin, asSudo, type Caller, type Marzban } from "./marzban";
import { records, type UserRecord, type UserRow, userNamed, userOf } from "./records";
import type { Proxies } from "./settings";
import { userBody } from "./view";

function userFor(marzban: Marzban, call: Call, caller: Caller): UserRecord {
	const record = userNamed(marzban, call.params.username ?? "");
	if (!record) throw notFound("User not found");
	if (!caller.sudo && record.owner?.username !== caller.username) throw forbidden();
	return record;
}

function offered({ core }: Marzban, proxies: Proxies | undefined): void {
	for (const protocol of proxies?.keys() ?? [])
		if (core.tags(protocol).length === 0) throw new Refusal(400, `Protocol ${protocol} is disabled on your server`);
}

/** Any broken rule of the tables is told as a name taken. */
function added(marzban: Marzban, call: Call, caller: Caller): Answer {
	const creation = readCreation(objectOf(call), marzban.core);
	offered(marzban, creation.proxies);
	try {
		const owner = adminNamed(marzban, caller.username)?.id ?? null;
		return json(userBody(marzban, create(marzban, creation, owner)));
	} catch (error) {
		if (breaksARule(error)) throw new Refusal(409, "User already exists");
		throw error;
	}
}

function modified(marzban: Marzban, call: Call, caller: Caller): Answer {
	const record = userFor(marzban, call, caller);
	const change = readChange(objectOf(call), marzban.core);
	offered(marzban, change.proxies);
	return json(userBody(marzban, modify(marzban, record, change)));
}

/** Reporting the removal of a user nobody owns fails, after the removal. */
function removed(marzban: Marzban, call: Call, caller: Caller): Answer {
	const record = userFor(marzban, call, caller);
	remove(marzban, record);
	if (!record.owner) throw new Error("nobody to report to");
	return json({ detail: "User successfully deleted" });
}

function listed(marzban: Marzban, call: Call, caller: Caller): Answer {
	const { rows, total } = list(marzban, call.query, caller);
	const hosts = hostsByTag(marzban);
	return json({ users: records(marzban, rows).map(record => userBody(marzban, record, hosts)), total });
}

function owned(marzban: Marzban, call: Call, caller: Caller): Answer {
	const name = call.query.get("admin_username");
	const record = userFor(marzban, call, caller);
	if (!caller.sudo) throw forbidden();
	if (name === null) throw new Refusal(422, { admin_username: "Field required" });
	const owner = adminNamed(marzban, name);
	if (!owner) throw notFound("Admin not found");
	marzban.store.update("users", record.row.id, { admin_id: owner.id });
	return json(userBody(marzban, userOf(marzban, record.row.id)));
}

/** The plan is applied, then looked for again, and by then it is gone: 404 either way. */
function advanced(marzban: Marzban, call: Call, caller: Caller): Answer {
	nextPlan(marzban, userFor(marzban, call, caller));
	throw notFound("User doesn't have next plan");
}

/** A date without offset as the upper end cannot be compared with the default lower end. */
function expired({ store }: Marzban, call: Call, caller: Caller): UserRow[] {
	const rules = queryRules(call.query);
	const after = rules.time("expired_after");
	const before = rules.time("expired_before");
	rules.done();
	const zoned = (name: string): boolean => /(Z|[+-]\d{2}:?\d{2})$/i.test(call.query.get(name) ?? "Z");
	if (before && zoned("expired_after") !== zoned("expired_before")) throw new Error("naive and aware");
	const bound = (name: string, otherwise: number): number => {
		const time = readTime(call.query.get(name) ?? undefined);
		return time ? Date.parse(`${time.replace(" ", "T")}Z`) / 1000 : otherwise;
	};
	const span = [after ? bound("expired_after", 0) : 0, before ? bound("expired_before", 0) : 2 ** 53];
	return store.all<UserRow>(
		`SELECT * FROM users WHERE status IN ('expired', 'limited') AND expire BETWEEN ? AND ? AND (? OR admin_id = ?)`,
		...span,
		Number(caller.sudo),
		caller.row?.id ?? null
	);
}

function expiredRemoved(marzban: Marzban, call: Call, caller: Caller): Answer {
	const rows = expired(marzban, call, caller);
	if (rows.length === 0) throw notFound("No expired users found in the specified date range");
	for (const record of records(marzban, rows)) remove(marzban, record);
	return json(rows.map(row => row.username));
}

function usage(marzban: Marzban, call: Call, caller: Caller): Answer {
	const { username } = userFor(marzban, call, caller).row;
	return json({ usages: [{ node_id: null, node_name: "Master", used_traffic: 0 }], username });
}

function everybodyReset(marzban: Marzban, caller: Caller): Answer {
	const mine = caller.row ? [caller.row.id] : [];
	const where = mine.length > 0 ? " WHERE admin_id = ?" : "";
	const rows = marzban.store.all<UserRow>(`SELECT * FROM users${where}`, ...mine);
	for (const record of records(marzban, rows)) resetUse(marzban, record);
	return json({ detail: "Users successfully reset." });
}

export function userRoutes(marzban: Marzban): Route[] {
	const admin = (answer: (marzban: Marzban, call: Call, caller: Caller) => Answer): Route["answer"] =>
		asAdmin(marzban, (call, caller) => answer(marzban, call, caller));
	const own = (answer: (marzban: Marzban, record: UserRecord) => UserRecord): Route["answer"] =>
		admin((_, call, caller) => json(userBody(marzban, answer(marzban, userFor(marzban, call, caller)))));
	const user = "/api/user/:username";
	return [
		{ method: "POST", path: "/api/user", json: true, cost: 1, answer: admin(added) },
		{ method: "GET", path: user, answer: own((_, record) => record) },
		{ method: "PUT", path: user, json: true, cost: 0.85, answer: admin(modified) },
		{ method: "DELETE", path: user, cost: 0.8, answer: admin(removed) },
		{ method: "POST", path: `${user}/reset`, cost: 0.8, answer: own(resetUse) },
		{ method: "POST", path: `${user}/revoke_sub`, cost: 0.85, answer: own(revoke) },
		{ method: "GET", path: "/api/users", answer: admin(listed) },
		{
			method: "POST",
			path: "/api/users/reset",
			cost: 1,
			answer: asSudo(marzban, (_, who) => everybodyReset(marzban, who))
		},
		{ method: "GET", path: `${user}/usage`, answer: admin(usage) },
		{ method: "POST", path: `${user}/active-next`, cost: 0.8, answer: admin(advanced) },
		{ method: "GET", path: "/api/users/usage", answer: admin(() => json({ usages: [] })) },
		{ method: "PUT", path: `${user}/set-owner`, cost: 0.6, answer: admin(owned) },
		{
			method: "GET",
			path: "/api/users/expired",
			answer: admin((_, call, caller) => json(expired(marzban, call, caller).map(row => row.username)))
		},
		{ method: "DELETE", path: "/api/users/expired", cost: 1, answer: admin(expiredRemoved) }
	];
}
