/** Marzban's answers as records, and what of them is ours to say. */

import type { Json, JsonValue } from "../../contracts/json";
import type { TargetRecord } from "../../contracts/migration/records";
import { remade } from "../../domain/own";
import type { Caps } from "../caps";
import { ConnectorError } from "../connector";
import { asSet, digest } from "../fingerprint";
import { isObject, toJson, type Wire, type WireObject } from "../http/json";
import { glance, misshapen, type Shape } from "../http/shape";
import { toSecond } from "./times";

const BYTES = ["data_limit", "used_traffic", "lifetime_used_traffic", "users_usage"];
/** Derived, long and different with every answer. */
const OMITTED = ["links", "excluded_inbounds"];

const USER: Shape = {
	username: "name",
	status: "text",
	proxies: "tables",
	inbounds: "lists",
	data_limit: "bytes",
	used_traffic: "bytes",
	lifetime_used_traffic: "bytes",
	data_limit_reset_strategy: "text",
	expire: "number",
	note: "text",
	on_hold_expire_duration: "number",
	on_hold_timeout: "text",
	subscription_url: "text",
	created_at: "text",
	online_at: "text",
	sub_updated_at: "text",
	sub_last_user_agent: "text",
	sub_revoked_at: "text",
	admin: "text",
	next_plan: "plains"
};
const ADMIN: Shape = {
	username: "name",
	is_sudo: "flag",
	users_usage: "bytes",
	telegram_id: "plain",
	discord_webhook: "text"
};

/** The owner by name alone, as we too say it. @throws ConnectorError `unexpected-answer` */
export function userRecord(user: WireObject, caps: Caps): TargetRecord {
	const own = remade(user, (value, key) => (OMITTED.includes(key) ? undefined : value));
	own.admin = isObject(user.admin) ? (user.admin.username ?? null) : null;
	return { name: nameOf(own, "user", USER, caps), data: toJson(own, BYTES) };
}

export function adminRecord(admin: WireObject, caps: Caps): TargetRecord {
	return { name: nameOf(admin, "admin", ADMIN, caps), data: toJson(admin, BYTES) };
}

function nameOf(item: WireObject, what: string, shape: Shape, caps: Caps): string {
	unlessMisshapen(item, `${what} '${glance(item.username)}'`, shape, caps);
	return String(item.username);
}

/** @param what `user 'alice'` @throws ConnectorError `unexpected-answer` */
export function unlessMisshapen(item: WireObject, what: string, shape: Shape, caps: Caps): void {
	const wrong = misshapen(item, shape, caps);
	if (wrong === undefined) return;
	throw new ConnectorError(
		"unexpected-answer",
		`Marzban answered the ${what}, which is none of its own: ${wrong.says}.`
	);
}

export const table = (value: JsonValue | undefined): Json =>
	typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};

/** The fields we manage, in one spelling, so that what was asked for and what is there compare. */
export interface Says {
	readonly status: "enabled" | "on_hold" | "disabled";
	readonly proxies: Json;
	readonly inbounds: Json;
	readonly expire: JsonValue;
	readonly data_limit: JsonValue;
	readonly data_limit_reset_strategy: JsonValue;
	readonly on_hold_expire_duration: JsonValue;
	readonly on_hold_timeout: JsonValue;
	readonly note: JsonValue;
}

/** Active, expired and limited follow from expire, data_limit and the traffic used: Marzban's own job moves them. */
const STATUSES: Readonly<Record<string, Says["status"]>> = { on_hold: "on_hold", disabled: "disabled" };

export function userSays(data: Json): Says {
	const said = String(data.status);
	const status = (Object.hasOwn(STATUSES, said) && STATUSES[said]) || "enabled";
	return {
		status,
		proxies: proxiesSay(table(data.proxies)),
		inbounds: inboundsSay(table(data.inbounds)),
		expire: data.expire || null,
		data_limit: data.data_limit && String(data.data_limit) !== "0" ? String(data.data_limit) : null,
		data_limit_reset_strategy: data.data_limit_reset_strategy ?? "no_reset",
		...(status === "on_hold" ? holdSays(data) : NO_HOLD),
		note: data.note || null
	};
}

type Hold = Pick<Says, "on_hold_expire_duration" | "on_hold_timeout">;

/** Off hold these do nothing, and the API cannot take them away: a user who starts or is disabled keeps them. */
const NO_HOLD: Hold = { on_hold_expire_duration: null, on_hold_timeout: null };

export function holdSays(data: Json): Hold {
	const { on_hold_expire_duration, on_hold_timeout } = data;
	return {
		on_hold_expire_duration: on_hold_expire_duration || null,
		on_hold_timeout: typeof on_hold_timeout === "string" ? naive(on_hold_timeout) : null
	};
}

/** @param carried a database carries what the API cannot: then the time of creation is ours to say as well */
export function userFingerprint(data: Json, carried = false): string {
	const created = carried ? { created_at: toSecond(data.created_at) } : {};
	return digest({ username: data.username ?? null, admin: data.admin ?? null, ...userSays(data), ...created });
}

export function adminFingerprint(data: Json): string {
	const { username = null, is_sudo = null, telegram_id = null, discord_webhook = null } = data;
	return digest({ username, is_sudo, telegram_id, discord_webhook });
}

/** Marzban fills in what is left out and spells UUIDs with dashes. */
function proxiesSay(proxies: Json): Json {
	return remade(proxies, (settings, protocol) => {
		const said = remade(table(settings), settingSays);
		if (protocol === "shadowsocks" && !Object.hasOwn(table(settings), "method")) said.method = "chacha20-ietf-poly1305";
		return said;
	});
}

const settingSays = (value: JsonValue, key: string): JsonValue | undefined =>
	value === "" || value === null ? undefined : key === "id" ? dashed(String(value)) : value;

const DASHED = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function dashed(id: string): string {
	if (DASHED.test(id)) return id;
	const digits = id.replaceAll("-", "").toLowerCase();
	return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Tags are a set; no tags of a protocol say the same as the protocol left out. */
function inboundsSay(inbounds: Json): Json {
	return remade(inbounds, tags => {
		const set = asSet(Array.isArray(tags) ? tags.map(String) : []);
		return set.length > 0 ? set : undefined;
	});
}

/** Offsets are dropped on input, so a time is its naive text; a whole second has no fraction. */
function naive(time: string): string {
	return time.replace(/(?:Z|[+-]\d\d:?\d\d)$/, "").replace(/\.0+$/, "");
}

/** A count of bytes; none is 0. */
export const bytesOf = (value: JsonValue | undefined): bigint =>
	BigInt(typeof value === "number" ? value : String(value ?? 0));

/** As the API wants byte counts: integers. */
export function toBytes(value: JsonValue | undefined): Wire {
	return value === null || value === undefined ? 0 : bytesOf(value);
}
