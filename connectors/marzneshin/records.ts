/** Marzneshin's answers as records: the API's own fields, with byte counts as decimal strings. */

import type { Json } from "../../contracts/json";
import type { SourceRecord } from "../../contracts/migration/records";
import { asSet, digest } from "../fingerprint";
import { toJson, type WireObject } from "../http/json";

const SETS: ReadonlySet<string> = new Set(["service_ids", "inbound_ids", "chain_ids"]);
const BYTES = ["used_traffic", "lifetime_used_traffic", "data_limit", "users_data_usage"];

export interface Stream {
	readonly path: string;
	/** The name shown. */
	readonly name: string;
	/** Left out of a record. */
	readonly omit: readonly string[];
	/** It is one record, without a number or a name of its own. */
	readonly single?: boolean;
	/** What a fingerprint is taken of. */
	readonly says: readonly string[];
}

/** `user_ids` is the whole list of a service's users, in every answer: each user says its services himself. */
export const STREAMS: Readonly<Record<string, Stream>> = {
	admins: {
		path: "/api/admins",
		name: "username",
		omit: [],
		says: [
			"username",
			"is_sudo",
			"enabled",
			"all_services_access",
			"modify_users_access",
			"service_ids",
			"subscription_url_prefix"
		]
	},
	users: {
		path: "/api/users",
		name: "username",
		omit: [],
		says: [
			"username",
			"key",
			"enabled",
			"expire_strategy",
			"expire_date",
			"usage_duration",
			"activation_deadline",
			"data_limit",
			"data_limit_reset_strategy",
			"note",
			"service_ids",
			"owner_username"
		]
	},
	services: { path: "/api/services", name: "name", omit: ["user_ids"], says: ["name", "inbound_ids"] },
	inbounds: { path: "/api/inbounds", name: "tag", omit: [], says: ["tag", "protocol", "config", "service_ids"] },
	hosts: {
		path: "/api/inbounds/hosts",
		name: "remark",
		omit: [],
		says: [
			...["remark", "address", "port", "sni", "host", "path", "security", "alpn", "fingerprint", "allowinsecure"],
			...["is_disabled", "fragment", "noise", "mux_settings", "http_headers", "network", "protocol", "inbound_id"],
			...["service_ids", "chain_ids", "universal", "weight", "uuid", "password", "mtu", "dns_servers", "allowed_ips"],
			...["header_type", "reality_public_key", "reality_short_ids", "flow", "shadowtls_version", "shadowsocks_method"],
			...["splithttp_settings", "early_data"]
		]
	},
	nodes: { path: "/api/nodes", name: "name", omit: [], says: ["name", "address", "port", "usage_coefficient"] },
	settings: {
		path: "/api/system/settings/subscription",
		name: "subscription",
		omit: [],
		single: true,
		says: ["profile_title", "support_link", "update_interval", "shuffle_configs", "placeholder_if_disabled", "rules"]
	}
};

export function toRecord(stream: Stream, item: WireObject): SourceRecord {
	const kept = Object.entries(item).filter(([key]) => !stream.omit.includes(key));
	if (stream.single) return { id: "1", name: stream.name, data: toJson(item) };
	const name = item[stream.name];
	const id = String(item.id);
	return { id, name: typeof name === "string" ? name : id, data: toJson(Object.fromEntries(kept), BYTES) };
}

/** Lists of ids are sets; an empty note says no more than none. */
export function fingerprint(stream: Stream, data: Json): string {
	const said = stream.says.map(key => {
		const value = data[key] ?? null;
		if (Array.isArray(value)) return [key, SETS.has(key) ? asSet(value.map(String)) : value];
		return [key, key === "note" && value === "" ? null : value];
	});
	return digest(Object.fromEntries(said) as Json);
}
