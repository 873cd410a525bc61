/**
 * What a record must keep to be sent to Marzban at all: what its API refuses, and what it accepts and then chokes on
 * (a row that makes every listing answer 500). A second look, made apart from the converters that should have seen to it.
 */

import type { Json, JsonValue } from "../../../contracts/json";
import type { RuleDescription, Violation } from "../../../contracts/migration/validator";
import type { Category } from "./losses";
import { LAST_EXPIRY, LONGEST_HOLD } from "./time";

/** Facts of the target that a rule may need. */
export interface RuleContext {
	readonly owners: readonly string[];
	/** Where its connection names one. */
	readonly database?: object | null;
}
interface Rule extends RuleDescription {
	readonly category: Category;
	readonly holds: (data: Json, context: RuleContext) => boolean;
}

const MAX_BYTES = 2n ** 63n - 1n;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const table = (value: JsonValue | undefined): Json =>
	value !== null && typeof value === "object" && !Array.isArray(value) ? value : {};
const integer = (value: JsonValue | undefined): value is number =>
	typeof value === "number" && Number.isSafeInteger(value);

const STATUSES = ["active", "on_hold", "disabled", "expired"];

const user = (category: Category, field: string, says: string, holds: Rule["holds"]): Rule => ({
	stream: "users",
	category,
	field,
	says,
	holds
});

const RULES: readonly Rule[] = [
	user("name_refused", "username", "3 to 32 of a-z, A-Z, 0-9, _ (also - @ . after the third)", ({ username }) =>
		/^(?=\w{3,32}\b)[a-zA-Z0-9-_@.]+$/.test(String(username))
	),
	user(
		"name_refused",
		"username",
		"at most 34 characters, as its column",
		({ username }) => String(username).length <= 34
	),
	user(
		"status_refused",
		"status",
		"active, on_hold, disabled, expired; limited only by its database",
		(data, context) => [...STATUSES, ...(context.database ? ["limited"] : [])].includes(String(data.status))
	),
	user(
		"poison",
		"proxies",
		"at least one proxy; without, the row breaks every listing",
		({ proxies }) => Object.keys(table(proxies)).length > 0
	),
	user("credentials_refused", "proxies", "vless and vmess carry a UUID", ({ proxies }) =>
		["vless", "vmess"].every(p => !Object.hasOwn(table(proxies), p) || UUID.test(String(table(table(proxies)[p])?.id)))
	),
	user("access_gained", "inbounds", "no empty list (it means all), and only protocols that have a proxy", data =>
		Object.entries(table(data.inbounds)).every(
			([protocol, tags]) => Array.isArray(tags) && tags.length > 0 && Object.hasOwn(table(data.proxies), protocol)
		)
	),
	user(
		"poison",
		"expire",
		`null, or 1 to ${LAST_EXPIRY}; beyond, the row breaks every listing`,
		({ expire }) => expire === null || (integer(expire) && expire >= 1 && expire <= LAST_EXPIRY)
	),
	user(
		"status_refused",
		"expire",
		"an expired user has an expiry",
		({ status, expire }) => status !== "expired" || expire !== null
	),
	user("quota_gained", "data_limit", "null, or 1 to 2^63-1 bytes (0 means unlimited)", ({ data_limit }) => {
		if (data_limit === null) return true;
		if (typeof data_limit !== "string" || !/^\d+$/.test(data_limit)) return false;
		return BigInt(data_limit) >= 1n && BigInt(data_limit) <= MAX_BYTES;
	}),
	user(
		"hold_refused",
		"on_hold_expire_duration",
		"a user on hold has a duration over 0, which ends before the year 9999, and no expiry",
		({ status, expire, on_hold_expire_duration: duration }) =>
			status !== "on_hold" || (integer(duration) && duration > 0 && duration <= LONGEST_HOLD && expire === null)
	),
	user("note_refused", "note", "at most 500 code points", ({ note }) => [...String(note ?? "")].length <= 500),
	user(
		"owner_missing",
		"admin",
		"the owner exists",
		({ admin }, { owners }) => admin === null || owners.includes(String(admin))
	),
	{
		stream: "admins",
		category: "name_refused",
		field: "username",
		says: "1 to 34 characters",
		holds: ({ username }) => String(username).length >= 1 && String(username).length <= 34
	}
];

export const ruleDescriptions: readonly RuleDescription[] = RULES.map(({ stream, category, field, says }) => ({
	stream,
	category,
	field,
	says
}));

/** The first rule of its stream that a record breaks, if any. */
export function violation(
	stream: string,
	record: { id: string; data: Json },
	context: RuleContext
): Violation | undefined {
	const broken = RULES.find(rule => rule.stream === stream && !rule.holds(record.data, context));
	if (!broken) return undefined;
	const { category, field, says } = broken;
	return { id: record.id, category, field, value: summary(record.data[field]), reason: `Marzban wants: ${says}.` };
}

/** A value for the report, without what would give access. */
const summary = (value: JsonValue | undefined): string =>
	value !== null && typeof value === "object" ? Object.keys(value).join(", ") : String(value ?? null);
