/**
 * What of a user Marzban's database holds and its API cannot set: the traffic used, the times, the log of resets.
 * Pure: says which columns and which log rows are not yet as a record asks.
 */

import type { Json, JsonValue } from "../../contracts/json";
import { canonical } from "../../domain/canonical";
import { isFields } from "../../domain/unknown";
import type { Database, Row } from "../sql";
import { bytesOf, table } from "./records";
import { ahead, sameTime, stored } from "./times";

type Kind = Database["kind"];

/** A row of user_usage_logs; one to be made has no id yet. */
export type Log = {
	readonly id: string | null;
	readonly used_traffic_at_reset: string;
	readonly reset_at: string | null;
};
/** What the database holds of one user, as it spells it: in a record under `database`, and so in what is put back. */
export type Rows = {
	readonly kind: Kind;
	readonly users: Row;
	readonly user_usage_logs: Log[];
};
export interface Change {
	readonly columns: Readonly<Record<string, string | null>>;
	/** All there shall be; null leaves them. */
	readonly logs: readonly Log[] | null;
	/** What is changed, by name. */
	readonly fields: readonly string[];
}

const TIMES = ["created_at", "online_at", "sub_updated_at", "sub_revoked_at"];
/** They move while a customer uses the target. */
const MOVING = ["used_traffic", "online_at", "sub_updated_at", "sub_last_user_agent"];
/** Fields of a record that only the database can take. */
export const CARRIED = [...TIMES, ...MOVING, "lifetime_used_traffic", "traffic_reset_at", "database"];
/** Marzban moves its status with these, and status is never set past its API: xray would not hear of it. */
const NEVER_SET = ["id", "username", "status"];

/** A record as the API alone can make it. */
export function withoutCarried(data: Json): Json {
	return Object.fromEntries(Object.entries(data).filter(([field]) => !CARRIED.includes(field)));
}

const isRows = (value: unknown): value is Rows =>
	isFields(value) && isFields(value.users) && Array.isArray(value.user_usage_logs);

export function rowsOf(data: Json): Rows | undefined {
	return isRows(data.database) ? data.database : undefined;
}

/** Nothing of the limit is left: Marzban calls such a user limited. */
export function isUsedUp(used: JsonValue | undefined, limit: JsonValue | undefined): boolean {
	const [has, may] = [bytesOf(used), bytesOf(limit)];
	return may > 0n && has >= may;
}

/** What is to be written yet; null when all is as asked. @param before what stood there before our first write */
export function carriedChange(desired: Json, present: Json, before: Json | null, now: Date): Change | null {
	const rows = rowsOf(present);
	if (rows === undefined) return null;
	const image = rowsOf(desired);
	const logs = image ? image.user_usage_logs : logsAsked(desired, rows);
	const missing = logs !== null && !sameLogs(logs, rows.user_usage_logs) ? logs : null;
	const asked = image ? pick(image.users, MOVING) : columnsAsked(desired, rows, now);
	const kept = image || missing || !isOurs(desired, rows, before) ? [] : moved(asked, rows.users);
	const columns = Object.fromEntries(
		Object.entries(asked).filter(
			([name, value]) => !kept.includes(name) && !sameCell(name, value, rows.users[name] ?? null)
		)
	);
	const fields = [...Object.keys(columns), ...(missing ? ["user_usage_logs"] : [])];
	return fields.length === 0 ? null : { columns, logs: missing, fields };
}

function columnsAsked(desired: Json, { kind, users }: Rows, now: Date): Record<string, string | null> {
	const columns: Record<string, string | null> = {};
	for (const name of TIMES) if (desired[name] !== undefined) columns[name] = stored(desired[name], kind);
	const { used_traffic, sub_last_user_agent: agent } = desired;
	if (used_traffic !== undefined) columns.used_traffic = String(used_traffic ?? 0);
	if (agent !== undefined) columns.sub_last_user_agent = agent === null ? null : String(agent);
	// A hold ends at once when its user was seen since they were last touched: they are touched now.
	const { online_at = null } = columns;
	const isTouched = ahead(users.edit_at ?? null, online_at);
	if (desired.status === "on_hold" && online_at !== null && !isTouched)
		columns.edit_at = stored(now.toISOString(), kind);
	return columns;
}

/** One row holds what was used before this period, and when this period began. */
function logsAsked(desired: Json, { kind, users }: Rows): Log[] | null {
	const { lifetime_used_traffic: lifetime, traffic_reset_at: reset } = desired;
	if (lifetime === undefined && reset === undefined) return null;
	const earlier = bytesOf(lifetime) - bytesOf(desired.used_traffic);
	const amount = earlier > 0n ? earlier : 0n;
	if (amount === 0n && (reset ?? null) === null) return [];
	const reset_at = stored(reset ?? desired.created_at ?? users.created_at ?? null, kind);
	return [{ id: null, used_traffic_at_reset: String(amount), reset_at }];
}

function sameLogs(asked: readonly Log[], there: readonly Log[]): boolean {
	if (asked.length !== there.length) return false;
	return asked.every((log, at) => {
		const other = there[at];
		if (other === undefined || log.used_traffic_at_reset !== other.used_traffic_at_reset) return false;
		return log.id === null ? sameTime(log.reset_at, other.reset_at) : canonical(json(log)) === canonical(json(other));
	});
}

const json = (log: Log): Json => ({ ...log });

/** Written by us before, so that what is ahead of what is asked was used at the target since. */
function isOurs(desired: Json, { kind, users }: Rows, before: Json | null): boolean {
	const { created_at } = desired;
	if (typeof created_at !== "string" || !sameTime(stored(created_at, kind), users.created_at ?? null)) return false;
	return before === null || canonical(table(rowsOf(before)?.users)) !== canonical(table(users));
}

function moved(asked: Readonly<Record<string, string | null>>, there: Row): string[] {
	const isAhead = (name: string): boolean => {
		const [wanted, has] = [asked[name] ?? null, there[name] ?? null];
		return name === "used_traffic" ? bytesOf(has) > bytesOf(wanted) : ahead(has, wanted);
	};
	const names = ["used_traffic", "online_at", "sub_updated_at"].filter(isAhead);
	return names.includes("sub_updated_at") ? [...names, "sub_last_user_agent"] : names;
}

function sameCell(name: string, asked: string | null, there: string | null): boolean {
	if (name === "used_traffic") return bytesOf(asked) === bytesOf(there);
	return name.endsWith("_at") ? sameTime(asked, there) : asked === there;
}

const pick = (row: Row, names: readonly string[]): Record<string, string | null> =>
	Object.fromEntries(names.filter(name => name in row).map(name => [name, row[name] ?? null]));

/** Columns put back last, once the API has put back its own: they end in the very bytes that stood there. */
export function lastColumns(image: Rows, present: Rows): Record<string, string | null> {
	const names = Object.keys(image.users).filter(name => name in present.users);
	return pick(
		image.users,
		names.filter(name => ![...NEVER_SET, ...MOVING].includes(name))
	);
}

/** Is all but what moves by itself in the very bytes that stood there? */
export function isPutBack(image: Rows, present: Rows): boolean {
	const still = (rows: Rows): Json =>
		Object.fromEntries(
			Object.entries(rows.users).filter(([name]) => ![...MOVING, "status", "last_status_change"].includes(name))
		);
	return (
		canonical(still(image)) === canonical(still(present)) && sameLogs(image.user_usage_logs, present.user_usage_logs)
	);
}
