/** The routes of users. */
import { randomBytes } from "node:crypto";
import { type Answer, forbidden, invalid, json, notFound, Refusal } from "../answers";
import { type Call, objectOf } from "../call";
import type { Route } from "../http";
import { queryRules } from "../rules";
import { breaksARule, type Cell, type Row } from "../store";
import { stamp } from "../time";
import { readChange, readCreation, type UserInput } from "./bodies";
import {
	type AdminRow,
	adminNamed,
	asAdmin,
	asSudo,
	empty,
	type Marzneshin,
	mayModify,
	nowOf,
	servicesOf
} from "./marzneshin";
import { paged } from "./pages";
import { type ServiceRow, shownServices } from "./services";
import { listed } from "./user-lists";
import { shownUser, stateOf, type UserRow } from "./users";

const orNull = (value: number | bigint | undefined): Cell => value || null;

/** Who is no sudo cannot tell a stranger's user from nobody; asked for one without owner, the panel fails. */
function userFor(marzneshin: Marzneshin, call: Call, admin: AdminRow): UserRow {
	const row = marzneshin.store.one<UserRow>("SELECT * FROM users WHERE username = ?", call.params.username ?? "");
	if (admin.is_sudo !== 1) {
		if (row && row.admin_id === null) throw new Error("the user has no owner");
		if (row?.admin_id !== admin.id) throw forbidden();
	}
	if (!row) throw notFound("User not found");
	return row;
}

/** Unknown services are dropped, and those outside of the caller's own. */
function bind(marzneshin: Marzneshin, user: number, wanted: readonly number[], admin: AdminRow): void {
	const free = admin.is_sudo === 1 || admin.all_services_access === 1;
	const allowed = free ? wanted : wanted.filter(id => servicesOf(marzneshin, admin).includes(id));
	const known = marzneshin.store.all<{ id: number }>(
		"SELECT id FROM services WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
		JSON.stringify(allowed)
	);
	marzneshin.store.run("DELETE FROM users_services WHERE user_id = ?", user);
	for (const { id } of known) marzneshin.store.insert("users_services", { user_id: user, service_id: id });
}

function inserted(marzneshin: Marzneshin, input: UserInput, admin: AdminRow): number {
	return marzneshin.store.atomically(() => {
		const id = marzneshin.store.insert("users", {
			username: input.username,
			key: input.key,
			expire_strategy: input.expire_strategy ?? "never",
			expire_date: input.expire_date ?? null,
			usage_duration: input.usage_duration ?? null,
			activation_deadline: input.activation_deadline ?? null,
			data_limit: orNull(input.data_limit),
			data_limit_reset_strategy: input.data_limit_reset_strategy ?? "no_reset",
			note: input.note ?? null,
			admin_id: admin.id,
			created_at: nowOf(marzneshin)
		});
		bind(marzneshin, id, input.service_ids ?? [], admin);
		return id;
	});
}

function added(marzneshin: Marzneshin, call: Call, admin: AdminRow): Answer {
	const input = readCreation(objectOf(call), marzneshin.version);
	try {
		return json(shownUser(marzneshin, inserted(marzneshin, input, admin)));
	} catch (error) {
		if (breaksARule(error)) throw new Refusal(409, "User already exists");
		throw error;
	}
}

const cleared: Readonly<Record<string, Row>> = {
	fixed_date: { usage_duration: null, activation_deadline: null },
	start_on_first_use: { expire_date: null },
	never: { expire_date: null, usage_duration: null, activation_deadline: null }
};

/** What is not said stays. */
function columns(marzneshin: Marzneshin, input: UserInput): Row {
	const { expire_strategy, data_limit, note } = input;
	const said = {
		expire_strategy,
		expire_date: input.expire_date,
		usage_duration: input.usage_duration,
		activation_deadline: input.activation_deadline,
		data_limit_reset_strategy: input.data_limit_reset_strategy
	};
	const kept = Object.entries(said).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
	return {
		...(expire_strategy ? cleared[expire_strategy] : {}),
		...Object.fromEntries<Cell>(kept),
		...(data_limit === undefined ? {} : { data_limit: orNull(data_limit) }),
		...(note === undefined ? {} : { note: note || null }),
		edit_at: nowOf(marzneshin)
	};
}

/** The nodes hear of a user's state only when it changes. */
function settle(marzneshin: Marzneshin, before: UserRow): void {
	const after = marzneshin.store.one<UserRow>("SELECT * FROM users WHERE id = ?", before.id);
	const now = nowOf(marzneshin);
	if (!after || stateOf(after, now).is_active === stateOf(before, now).is_active) return;
	marzneshin.store.update("users", before.id, { activated: Number(stateOf(after, now).is_active) });
}

function modified(marzneshin: Marzneshin, call: Call, admin: AdminRow): Answer {
	const row = userFor(marzneshin, call, admin);
	const input = readChange(objectOf(call), marzneshin.version);
	mayModify(admin);
	marzneshin.store.atomically(() => {
		marzneshin.store.update("users", row.id, columns(marzneshin, input));
		if (input.service_ids) bind(marzneshin, row.id, input.service_ids, admin);
	});
	settle(marzneshin, row);
	return json(shownUser(marzneshin, row.id));
}

function removed(marzneshin: Marzneshin, row: UserRow): void {
	marzneshin.store.update("users", row.id, { username: null, removed: 1, activated: 0 });
}

function enabled(marzneshin: Marzneshin, row: UserRow): Row {
	if (row.enabled === 1) throw new Refusal(409, "User is already enabled");
	const active = stateOf({ ...row, enabled: 1 }, nowOf(marzneshin)).is_active;
	return { enabled: 1, ...(active ? { activated: 1 } : {}) };
}

function disabled(_: Marzneshin, row: UserRow): Row {
	if (row.enabled !== 1) throw new Refusal(409, "User is not enabled");
	return { enabled: 0, activated: 0 };
}

function reset(marzneshin: Marzneshin, row: UserRow): Row {
	const active = stateOf({ ...row, used_traffic: 0 }, nowOf(marzneshin)).is_active;
	return { used_traffic: 0, traffic_reset_at: nowOf(marzneshin), ...(active ? { activated: 1 } : {}) };
}

const revoked = (marzneshin: Marzneshin): Row => ({
	key: randomBytes(16).toString("hex"),
	sub_revoked_at: nowOf(marzneshin)
});

function owned(marzneshin: Marzneshin, call: Call): Answer {
	const name = call.query.get("admin_username");
	if (name === null) throw invalid({ admin_username: "Field required" });
	const row = marzneshin.store.one<UserRow>("SELECT * FROM users WHERE username = ?", call.params.username ?? "");
	if (!row) throw notFound("User not found");
	const owner = adminNamed(marzneshin, name);
	if (!owner) throw notFound("Admin not found");
	marzneshin.store.update("users", row.id, { admin_id: owner.id });
	return json(shownUser(marzneshin, row.id));
}

function expiredRemoved(marzneshin: Marzneshin, call: Call, admin: AdminRow): Answer {
	const rules = queryRules(call.query);
	const passed = rules.need("passed_time") ? Number(rules.whole("passed_time") ?? 0) : 0;
	rules.done();
	mayModify(admin);
	const rows = marzneshin.store.all<UserRow>(
		"SELECT * FROM users WHERE NOT removed AND expire_strategy = 'fixed_date' AND expire_date <= ? AND (? OR admin_id = ?)",
		stamp(new Date(marzneshin.now().getTime() - passed * 1000)),
		admin.is_sudo,
		admin.id
	);
	if (rows.length === 0) throw notFound("No expired user found.");
	for (const row of rows) removed(marzneshin, row);
	return empty;
}

function servicesOfUser(marzneshin: Marzneshin, call: Call, admin: AdminRow): Answer {
	const row = userFor(marzneshin, call, admin);
	return paged<ServiceRow>(marzneshin.store, call, {
		from: "FROM services WHERE id IN (SELECT service_id FROM users_services WHERE user_id = ?)",
		cells: [row.id],
		show: rows => shownServices(marzneshin, rows)
	});
}

function allReset({ store, now }: Marzneshin): Answer {
	store.run("UPDATE users SET used_traffic = 0, traffic_reset_at = ?", stamp(now()));
	return empty;
}

export function userRoutes(marzneshin: Marzneshin): Route[] {
	const admin = (answer: (marzneshin: Marzneshin, call: Call, admin: AdminRow) => Answer): Route["answer"] =>
		asAdmin(marzneshin, (call, who) => answer(marzneshin, call, who));
	const act = (change: (marzneshin: Marzneshin, row: UserRow) => Row): Route["answer"] =>
		admin((_, call, who) => {
			const row = userFor(marzneshin, call, who);
			mayModify(who);
			marzneshin.store.update("users", row.id, change(marzneshin, row));
			return json(shownUser(marzneshin, row.id));
		});
	const drop = admin((_, call, who) => {
		const row = userFor(marzneshin, call, who);
		mayModify(who);
		removed(marzneshin, row);
		return empty;
	});
	const usage = admin((_, call, who) =>
		json({ username: userFor(marzneshin, call, who).username, node_usages: [], total: 0 })
	);
	const user = "/api/users/:username";
	return [
		{ method: "GET", path: "/api/users", answer: admin(listed) },
		{ method: "POST", path: "/api/users", json: true, cost: 0.9, answer: admin(added) },
		{ method: "POST", path: "/api/users/reset", cost: 1, answer: asSudo(marzneshin, () => allReset(marzneshin)) },
		{ method: "DELETE", path: "/api/users/expired", cost: 1, answer: admin(expiredRemoved) },
		{
			method: "GET",
			path: user,
			answer: admin((_, call, who) => json(shownUser(marzneshin, userFor(marzneshin, call, who).id)))
		},
		{ method: "PUT", path: user, json: true, cost: 0.9, answer: admin(modified) },
		{ method: "DELETE", path: user, cost: 0.8, answer: drop },
		{ method: "GET", path: `${user}/services`, answer: admin(servicesOfUser) },
		{ method: "POST", path: `${user}/reset`, cost: 0.8, answer: act(reset) },
		{ method: "POST", path: `${user}/enable`, cost: 0.8, answer: act(enabled) },
		{ method: "POST", path: `${user}/disable`, cost: 0.8, answer: act(disabled) },
		{ method: "POST", path: `${user}/revoke_sub`, cost: 0.8, answer: act(revoked) },
		{ method: "GET", path: `${user}/usage`, answer: usage },
		{ method: "PUT", path: `${user}/set-owner`, cost: 0.6, answer: asSudo(marzneshin, call => owned(marzneshin, call)) }
	];
}
