/**
 * Hosts, Marzneshin → Marzban: an entry of an inbound becomes an entry of that inbound's tag. Marzban shows every user of
 * a tag all its hosts, and knows no host without a tag: what was bound to no inbound, or to some services alone, is told.
 */

import type { Json, JsonValue } from "../../../contracts/json";
import type { Definition } from "../../../contracts/migration/definition";
import type { Loss } from "../../../contracts/migration/records";
import type { FieldMapping } from "../../../contracts/migration/transformer";
import { own } from "../../own";
import type { Converted, Converter, StreamMapping } from "../mapping";
import { type InboundRoute, PROTOCOLS, type SourceFacts, type TargetFacts } from "./context";
import { rulesOf } from "./definition";
import { hostName } from "./host-names";
import type { LossCode, LossSeverity } from "./losses";
import { lost, refuse, text } from "./values";

/** What a mapping of hosts knows beside the rest. */
export interface HostContext {
	/** By the id of the source's inbound. */
	readonly inbounds: Readonly<Record<string, Pick<InboundRoute, "sourceTag" | "protocol" | "tag">>>;
}

export function hostContextOf(source: SourceFacts, target: TargetFacts, definition: Definition): HostContext {
	const { inboundTags } = rulesOf(definition);
	const route = ({ id, tag, protocol }: SourceFacts["inbounds"][number]) => {
		const wanted = own(inboundTags, tag) ?? tag;
		const there = own(target.inbounds, protocol)?.includes(wanted) ?? false;
		return [String(id), { sourceTag: tag, protocol, tag: there ? wanted : null }] as const;
	};
	return { inbounds: Object.fromEntries(source.inbounds.map(route)) };
}

const row = (to: string | null, from: string, convert: string): FieldMapping => ({
	to,
	from: from.split(" "),
	convert
});

const tag: Converter<HostContext> = ({ inbound_id = null }, { inbounds }) => {
	if (inbound_id === null) {
		const reason = "Marzban has no hosts without an inbound: put it under the tags whose users shall get it, by hand.";
		return refuse("host_unbound", "inbound_id", inbound_id, reason);
	}
	const route = own(inbounds, String(inbound_id));
	if (route?.tag) return { value: route.tag };
	if (!route) return refuse("no_inbound", "inbound_id", inbound_id, "The source told of no such inbound at the plan.");
	const { sourceTag, protocol } = route;
	const known = PROTOCOLS.some(each => each === protocol);
	const reason = known
		? `The target has no ${protocol} inbound '${sourceTag}': add it there, or name its counterpart in rules.inboundTags.`
		: `Marzban has no ${protocol}.`;
	return refuse("no_inbound", "inbound_id", sourceTag, reason);
};

/** Marzban fills in texts as Python does, and refuses braces that are no variable. */
const isFillable = (value: string): boolean => !/[{}]/.test(value.replace(/\{\{|\}\}|\{(?=\w*[A-Za-z_])\w+\}/g, ""));

const template: Converter<HostContext> = (data, _context, { from: [field = ""] }) => {
	const value = text(data[field]);
	if (!isFillable(value))
		return refuse("host_refused", field, value, "Marzban wants braces in pairs, around the name of a variable.");
	if (field !== "address" || !value.includes("{SERVER_IP")) return { value };
	const reason = "Stands for the address of the panel that fills it in: the target's own from now on.";
	return { value, losses: [lost("server_address", field, "act", reason)] };
};

const name: Converter<HostContext> = (data, context, of) => {
	const { value } = tag(data, context, of);
	return value === undefined ? {} : { value: hostName({ ...data, tag: value }) };
};

const optional: Converter<HostContext> = (data, _context, { from: [field = ""] }) => ({ value: data[field] || null });
const flag: Converter<HostContext> = (data, _context, { from: [field = ""] }) => ({ value: data[field] === true });

/** The codes of this severity. */
type LossSaying<S> = { [C in LossCode]: LossSeverity<C> extends S ? C : never }[LossCode];

/** Of an enumeration that both panels have; `none` is said by an empty text. */
const oneOf =
	(code: LossSaying<"degraded">, values: readonly string[], otherwise: string): Converter<HostContext> =>
	(data, _context, { from: [field = ""] }) => {
		const value = data[field] === "none" && otherwise === "" ? "" : text(data[field]) || otherwise;
		if (values.includes(value)) return { value };
		const reason = `Marzban has no ${field} '${value}'.`;
		return { value: otherwise, losses: [lost(code, field, "degraded", reason)] };
	};

const FRAGMENT = /^(\d{1,4}(-\d{1,4})?),(\d{1,3}(-\d{1,3})?),(tlshello|\d|\d-\d)$/;
const NOISE = /^(rand:\d{1,4}(-\d{1,4})?|(str|hex|base64):[^&,]+),\d{1,4}(-\d{1,4})?$/;

const table = (value: JsonValue | undefined): Json | null =>
	value !== null && typeof value === "object" && !Array.isArray(value) ? value : null;

const fragment: Converter<HostContext> = data => {
	const given = table(data.fragment);
	if (given === null) return { value: null };
	const { length, interval, packets } = given;
	return spelled("fragment_dropped", "fragment", `${length},${interval},${packets}`, value => FRAGMENT.test(value));
};

const noise: Converter<HostContext> = data => {
	const given = Array.isArray(data.noise) ? data.noise.map(table) : [];
	if (given.length === 0) return { value: null };
	const all = given.map(one => `${one?.type}:${one?.packet},${one?.delay}`);
	return spelled("noise_dropped", "noise", all.join("&"), () => all.every(one => NOISE.test(one)));
};

function spelled(
	code: LossSaying<"degraded">,
	field: string,
	value: string,
	isTaken: (value: string) => boolean
): Converted {
	if (isTaken(value)) return { value };
	const reason = `Marzban does not take '${value}'.`;
	return { value: null, losses: [lost(code, field, "degraded", reason)] };
}

const mux: Converter<HostContext> = data => {
	const settings = table(data.mux_settings);
	if (settings === null) return { value: false };
	const reason = `Marzban has mux on or off; '${text(settings.protocol)}' and its numbers are set in its templates.`;
	return { value: true, losses: [lost("mux_settings_dropped", "mux_settings", "info", reason)] };
};

/** What Marzban's hosts cannot say, and what that comes to. */
type Lost = { [C in LossCode]: readonly [field: string, code: C, severity: LossSeverity<C>, reason: string] }[LossCode];
const LOST: readonly Lost[] = [
	["chain_ids", "chain_dropped", "act", "Marzban does not chain hosts: customers would connect to this one directly."],
	["service_ids", "host_services_gained", "act", "It was shown to some services alone: every user of the tag gets it."],
	["universal", "universal_dropped", "degraded", "It was shown to all users: those without this tag lose it."],
	["uuid", "host_credentials_dropped", "act", "It had a UUID of its own: at Marzban everyone has their own."],
	["password", "host_credentials_dropped", "act", "It had a password of its own: at Marzban everyone has their own."],
	["http_headers", "http_headers_dropped", "degraded", "Marzban's hosts have no headers."],
	["network", "network_dropped", "degraded", "Marzban's hosts take the inbound's network."],
	["header_type", "header_type_dropped", "degraded", "Marzban's hosts take the inbound's header."],
	["reality_public_key", "reality_dropped", "degraded", "Marzban's hosts take the inbound's REALITY keys."],
	["reality_short_ids", "reality_dropped", "degraded", "Marzban's hosts take the inbound's short ids."],
	["flow", "flow_dropped", "degraded", "At Marzban everyone has their own flow."],
	["shadowsocks_method", "shadowsocks_method_dropped", "degraded", "At Marzban everyone has their own method."],
	["shadowtls_version", "shadowtls_dropped", "degraded", "Marzban has no ShadowTLS."],
	["splithttp_settings", "splithttp_dropped", "degraded", "Marzban's hosts take the inbound's settings."],
	["early_data", "early_data_dropped", "degraded", "Marzban's hosts have no early data."],
	["mtu", "wireguard_dropped", "info", "Marzban has no WireGuard."],
	["dns_servers", "wireguard_dropped", "info", "Marzban has no WireGuard."],
	["allowed_ips", "wireguard_dropped", "info", "Marzban has no WireGuard."]
];

const says = (value: JsonValue | undefined): boolean =>
	Array.isArray(value) ? value.length > 0 : table(value) ? Object.keys(table(value) ?? {}).length > 0 : Boolean(value);

const dropped: Converter<HostContext> = data => {
	const losses: Loss[] = LOST.filter(([field]) => says(data[field])).map(([field, code, severity, reason]) =>
		lost(code, field, severity, reason)
	);
	if (Number(data.weight ?? 1) === 1) return { losses };
	return {
		losses: [...losses, lost("weight_dropped", "weight", "info", "Marzban shows hosts in the order of its list.")]
	};
};

const ALPN = ["", "h3", "h2", "http/1.1", "h3,h2,http/1.1", "h3,h2", "h2,http/1.1"];
const PRINTS = "chrome firefox safari ios android edge 360 qq random randomized".split(" ");

export const hosts: StreamMapping<HostContext> = {
	nameField: "name",
	rows: [
		row("tag", "inbound_id", "tag"),
		row("remark", "remark", "template"),
		row("address", "address", "template"),
		row("port", "port", "optional"),
		row("sni", "sni", "optional"),
		row("host", "host", "optional"),
		row("path", "path", "optional"),
		row("security", "security", "security"),
		row("alpn", "alpn", "alpn"),
		row("fingerprint", "fingerprint", "fingerprint"),
		row("allowinsecure", "allowinsecure", "flag"),
		row("is_disabled", "is_disabled", "flag"),
		row("fragment_setting", "fragment", "fragment"),
		row("noise_setting", "noise", "noise"),
		row("mux_enable", "mux_settings", "mux"),
		row("name", "inbound_id remark address port sni host path", "name"),
		row(null, [...LOST.map(([field]) => field), "weight"].join(" "), "dropped")
	],
	converters: {
		tag,
		template,
		optional,
		flag,
		fragment,
		noise,
		mux,
		name,
		dropped,
		security: oneOf("security_dropped", ["inbound_default", "none", "tls"], "inbound_default"),
		alpn: oneOf("alpn_dropped", ALPN, ""),
		fingerprint: oneOf("fingerprint_dropped", ["", ...PRINTS], "")
	}
};
