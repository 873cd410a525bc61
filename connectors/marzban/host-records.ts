/** Marzban's hosts as records, and what of them is ours to say. */

import type { Json } from "../../contracts/json";
import type { TargetRecord } from "../../contracts/migration/records";
import { hostName } from "../../domain/migration/marzneshin-to-marzban/host-names";
import { listIn } from "../beyond";
import type { Caps } from "../caps";
import { ConnectorError } from "../connector";
import { digest } from "../fingerprint";
import { isObject, toJson, type WireObject } from "../http/json";
import { glance, type Shape } from "../http/shape";
import { unlessMisshapen } from "./records";

/** By tag, as the panel answers them. */
export type Lists = Readonly<Record<string, readonly WireObject[]>>;

const BOOLEANS = ["allowinsecure", "is_disabled", "mux_enable", "random_user_agent", "use_sni_as_host"];
const TEXTS = ["sni", "host", "path", "fragment_setting", "noise_setting"];

/** Columns, which only some databases hold to. */
const LENGTHS: Readonly<Record<string, number>> = {
	remark: 256,
	address: 256,
	sni: 1000,
	host: 1000,
	path: 256,
	fragment_setting: 100,
	noise_setting: 2000
};

export const recordOf = (tag: string, host: WireObject): TargetRecord => {
	const data = { ...toJson(host), tag };
	return { name: hostName(data), data };
};

/** Every host; a second one that says where it leads in the same words is numbered. */
export function hostRecords(lists: Lists): TargetRecord[] {
	const met = new Map<string, number>();
	return Object.entries(lists).flatMap(([tag, hosts]) =>
		hosts.map(host => {
			const record = recordOf(tag, host);
			const times = (met.get(record.name) ?? 0) + 1;
			met.set(record.name, times);
			return times === 1 ? record : { ...record, name: `${record.name} (${times})` };
		})
	);
}

/** All fields in one spelling: a value left out and an empty one say the same. */
function says(data: Json): Json {
	const { tag = null, remark = null, address = null, port } = data;
	const named = (field: string) => (data[field] === "none" ? "" : (data[field] ?? ""));
	return {
		tag,
		remark,
		address,
		port: port || null,
		security: data.security || "inbound_default",
		alpn: named("alpn"),
		fingerprint: named("fingerprint"),
		...Object.fromEntries(BOOLEANS.map(field => [field, Boolean(data[field])])),
		...Object.fromEntries(TEXTS.map(field => [field, data[field] || null]))
	};
}

export const hostFingerprint = (data: Json): string => digest(says(data));

/** As the panel wants one of its list. */
export function hostBody(data: Json): WireObject {
	const { tag, ...body } = says(data);
	return body;
}

export function refuseHost(name: string, data: Json): void {
	if (hostName(data) !== name) {
		throw new ConnectorError("refused", `The host ${name} is not sent to Marzban: its name does not follow from it.`, {
			untouched: true
		});
	}
	const long = Object.entries(LENGTHS).filter(([field, most]) => [...String(data[field] ?? "")].length > most);
	if (long.length === 0) return;
	const words = long.map(([field, most]) => `${field} may be ${most} characters long`);
	throw new ConnectorError("refused", `The host ${name} is not sent to Marzban: ${words.join("; ")}.`, {
		untouched: true
	});
}

const HOST: Shape = {
	remark: "text",
	address: "text",
	port: "number",
	...Object.fromEntries([...TEXTS, "security", "alpn", "fingerprint"].map(field => [field, "text" as const])),
	...Object.fromEntries(BOOLEANS.map(field => [field, "flag" as const]))
};

export function listsIn(answer: WireObject, caps: Caps): Lists {
	const lists = Object.entries(answer).map(([tag, hosts]) => {
		if (!Array.isArray(hosts) || !hosts.every(isObject) || !tag.isWellFormed())
			throw new ConnectorError("unexpected-answer", "GET /api/hosts did not answer lists.");
		for (const host of hosts) unlessMisshapen(host, `host '${glance(host.remark)}'`, HOST, caps);
		return [tag, hosts] as const;
	});
	listIn(
		lists.flatMap(([, hosts]) => hosts),
		"GET /api/hosts",
		caps
	);
	return Object.fromEntries(lists);
}
