/** Share links of a user: one for every enabled host of every inbound they have. */
import type { Row } from "../store";
import { type Inbound, titles } from "./core";
import type { Marzban } from "./marzban";
import type { UserRecord } from "./records";
import type { Settings } from "./settings";

export interface HostRow extends Row {
	inbound_tag: string;
	remark: string;
	address: string;
	port: number | null;
	sni: string | null;
	host: string | null;
	path: string | null;
	security: string;
	alpn: string;
	fingerprint: string;
	is_disabled: number | null;
}

/** Past this the panel cannot tell the date any more, and every answer with the user in it fails. */
const lastExpire = 253377590399;

export const quote = (text: string): string =>
	encodeURIComponent(text).replace(/[!'()*]/g, mark => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);

interface End extends Inbound {
	readonly remark: string;
	readonly address: string;
	readonly alpn: string;
}

function fill(template: string, names: Readonly<Record<string, string>>): string {
	return template.replace(/\{(\w+)\}/g, (whole, name: string) => names[name] ?? whole);
}

function endOf(host: HostRow, inbound: Inbound, username: string): End {
	const names = {
		SERVER_IP: "127.0.0.1",
		USERNAME: username,
		PROTOCOL: titles[inbound.protocol],
		TRANSPORT: inbound.network
	};
	const choose = (list: string | null, otherwise: string): string => list?.split(",")[0] || otherwise;
	const security = host.security === "tls" || host.security === "none" ? host.security : inbound.tls;
	return {
		...inbound,
		tls: security,
		remark: fill(host.remark, names),
		address: choose(fill(host.address, names), ""),
		port: host.port ?? inbound.port,
		sni: choose(host.sni, inbound.sni),
		host: choose(host.host, inbound.host),
		path: host.path ? fill(host.path, names) : inbound.path,
		fingerprint: host.fingerprint === "none" ? inbound.fingerprint : host.fingerprint,
		alpn: host.alpn === "none" ? "" : host.alpn
	};
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** The flow only counts on tcp with TLS or reality. */
function params(end: End, flow: string): string {
	const flowing = flow !== "" && end.tls !== "none" && ["tcp", "raw", "kcp"].includes(end.network);
	const place =
		end.network === "grpc"
			? [
					["serviceName", end.path],
					["authority", end.host],
					["mode", "gun"]
				]
			: [
					["path", end.path],
					["host", end.host]
				];
	const cover =
		end.tls === "none"
			? []
			: [
					["sni", end.sni],
					["fp", end.fingerprint]
				];
	const alpn = end.tls !== "none" && end.alpn ? [["alpn", end.alpn]] : [];
	const keys =
		end.tls === "reality"
			? [
					["pbk", end.publicKey],
					["sid", end.shortId]
				]
			: [];
	const all = [
		["security", end.tls],
		["type", end.network],
		["headerType", end.headerType],
		...(flowing ? [["flow", flow]] : []),
		...place,
		...cover,
		...alpn,
		...keys
	];
	return all.map(([name, value]) => `${name}=${quote(value ?? "")}`).join("&");
}

/** Python's json.dumps: spaces after the marks, ASCII only. */
function pythonJson(value: Readonly<Record<string, string | number>>): string {
	const cell = (one: string | number): string =>
		JSON.stringify(one).replace(/[\u0080-\uffff]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
	return `{${Object.entries(value)
		.map(([name, one]) => `"${name}": ${cell(one)}`)
		.join(", ")}}`;
}

function vmess(end: End, { id = "" }: Settings): string {
	const { address: add, host, network: net, path, port, remark: ps, tls, headerType: type } = end;
	return `vmess://${base64(pythonJson({ add, aid: "0", host, id, net, path, port, ps, scy: "auto", tls, type, v: "2" }))}`;
}

const shapes: Readonly<Record<Inbound["protocol"], (end: End, settings: Settings) => string>> = {
	vmess,
	vless: (end, { id = "", flow = "" }) =>
		`vless://${id}@${end.address}:${end.port}?${params(end, flow)}#${quote(end.remark)}`,
	trojan: (end, { password = "", flow = "" }) =>
		`trojan://${quote(password)}@${end.address}:${end.port}?${params(end, flow)}#${quote(end.remark)}`,
	shadowsocks: (end, { password = "", method = "" }) =>
		`ss://${base64(`${method}:${password}`)}@${end.address}:${end.port}#${quote(end.remark)}`
};

export type HostsByTag = ReadonlyMap<string, readonly HostRow[]>;

export function hostsByTag({ store }: Marzban): HostsByTag {
	const hosts = store.all<HostRow>("SELECT * FROM hosts WHERE NOT coalesce(is_disabled, 0) ORDER BY id");
	return Map.groupBy(hosts, host => host.inbound_tag);
}

export function linksOf({ core }: Marzban, { row, proxies }: UserRecord, hosts: HostsByTag): string[] {
	if ((row.expire ?? 0) > lastExpire) throw new Error("date out of range");
	return proxies.flatMap(({ protocol, settings, excluded }) =>
		core.inbounds
			.filter(inbound => inbound.protocol === protocol && !excluded.has(inbound.tag))
			.flatMap(inbound =>
				(hosts.get(inbound.tag) ?? []).map(host => shapes[protocol](endOf(host, inbound, row.username), settings))
			)
	);
}
