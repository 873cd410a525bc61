/** Marzneshin's answers as records: the API's own fields, with byte counts as decimal strings. */

import type { Json, JsonValue } from "../../contracts/json";
import type { SourceRecord } from "../../contracts/migration/records";
import { entriesOf } from "../../contracts/table";
import { malformed } from "../../domain/migration/malformed";
import { remade } from "../../domain/own";
import { type Caps, USUAL } from "../caps";
import { ConnectorError } from "../connector";
import { asSet, digest } from "../fingerprint";
import { toJson, type WireObject } from "../http/json";
import { glance, type Kind, type Misshapen, misshapen, type Shape } from "../http/shape";

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
	/** What the fields are that anything is made of. */
	readonly shape: Shape;
	/** One record that is misshapen is held back; of a stream that is read whole, others depend on it. */
	readonly alone?: boolean;
}

const shaped = (kinds: { readonly [kind in Kind]?: string }): Shape =>
	Object.fromEntries(
		entriesOf(kinds).flatMap(([kind, fields]) => fields.split(" ").map(field => [field, kind] as const))
	);

export type StreamName = "admins" | "users" | "services" | "inbounds" | "hosts" | "nodes" | "settings";

/** `user_ids` is the whole list of a service's users, in every answer: the users themselves say their services. */
export const STREAMS: Readonly<Record<StreamName, Stream>> = {
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
		],
		shape: shaped({
			id: "id",
			name: "username",
			flag: "is_sudo enabled all_services_access modify_users_access",
			ids: "service_ids",
			text: "subscription_url_prefix",
			bytes: "users_data_usage"
		})
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
		],
		alone: true,
		shape: shaped({
			id: "id",
			name: "username",
			text: "key expire_strategy expire_date activation_deadline data_limit_reset_strategy note owner_username subscription_url created_at online_at sub_updated_at sub_last_user_agent sub_revoked_at traffic_reset_at",
			flag: "enabled activated is_active expired data_limit_reached",
			number: "usage_duration",
			bytes: "data_limit used_traffic lifetime_used_traffic",
			ids: "service_ids"
		})
	},
	services: {
		path: "/api/services",
		name: "name",
		omit: ["user_ids"],
		says: ["name", "inbound_ids"],
		shape: shaped({ id: "id", text: "name", ids: "inbound_ids" })
	},
	inbounds: {
		path: "/api/inbounds",
		name: "tag",
		omit: [],
		says: ["tag", "protocol", "config", "service_ids"],
		shape: shaped({ id: "id", name: "tag protocol", text: "config", ids: "service_ids" })
	},
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
		],
		shape: shaped({
			id: "id",
			text: "remark address sni host path security alpn fingerprint",
			number: "port weight inbound_id",
			flag: "allowinsecure is_disabled",
			plains: "fragment",
			rows: "noise",
			table: "mux_settings"
		})
	},
	nodes: {
		path: "/api/nodes",
		name: "name",
		omit: [],
		says: ["name", "address", "port", "usage_coefficient"],
		shape: shaped({ id: "id", text: "name address", number: "port usage_coefficient" })
	},
	settings: {
		path: "/api/system/settings/subscription",
		name: "subscription",
		omit: [],
		single: true,
		says: ["profile_title", "support_link", "update_interval", "shuffle_configs", "placeholder_if_disabled", "rules"],
		shape: shaped({ text: "profile_title support_link", number: "update_interval" })
	}
};

/** @throws ConnectorError `unexpected-answer` for one that is not what the panel's own API has, where it is not held back */
export function toRecord(stream: Stream, item: WireObject, caps: Caps = USUAL): SourceRecord {
	const kept = remade(item, (value, key) => (stream.omit.includes(key) ? undefined : value));
	const wrong = misshapen(kept, stream.shape, caps);
	if (wrong) return heldBack(stream, item, wrong);
	if (stream.single) return { id: "1", name: stream.name, data: toJson(item) };
	const name = item[stream.name];
	const id = String(item.id);
	return { id, name: typeof name === "string" ? name : id, data: toJson(kept, BYTES) };
}

function heldBack(stream: Stream, item: WireObject, { field, value, says }: Misshapen): SourceRecord {
	const id = glance(item.id);
	if (!stream.alone || field === "id") {
		const message = `GET ${stream.path} answered a record (id ${id}) that is none of Marzneshin's: ${says}.`;
		throw new ConnectorError("unexpected-answer", message);
	}
	const name = glance(item[stream.name]);
	return malformed(id, name, {
		field,
		value,
		reason: `Marzneshin answered a record that is none of its own: ${says}.`
	});
}

/** Lists of ids are sets; an empty note says no more than none. */
export function fingerprint(stream: Stream, data: Json): string {
	const said = stream.says.map((key): [string, JsonValue] => {
		const value = data[key] ?? null;
		if (Array.isArray(value)) return [key, SETS.has(key) ? asSet(value.map(String)) : value];
		return [key, key === "note" && value === "" ? null : value];
	});
	return digest(Object.fromEntries(said));
}
