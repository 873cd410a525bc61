/** Share links of a source user. A bound host carries what the key makes; an unbound one what it says itself. */
import { type Body, isBody, parseJson } from "../json";
import type { Row } from "../store";
import type { Credentials } from "./credentials";
import type { UserRow } from "./users";

interface End {
	readonly remark: string;
	readonly address: string;
	readonly port: string;
	readonly uuid: string;
	readonly password: string;
	readonly method: string;
	readonly params: string;
	readonly network: string;
}

const say = (value: unknown): string => (value === null || value === undefined ? "" : `${value}`);
const first = (value: unknown): string => (Array.isArray(value) ? say(value[0]) : say(value).split(",")[0]) ?? "";

function fill(template: unknown, names: Readonly<Record<string, string>>): string {
	return say(template).replace(/\{(\w+)\}/g, (_, name: string) => names[name] ?? "<missing>");
}

const securityOf = (host: Body, config: Body): string =>
	host.security === "inbound_default" ? say(config.tls) || "none" : say(host.security);

function paramsOf(host: Body, config: Body, names: Readonly<Record<string, string>>): string {
	const params = new URLSearchParams({ security: securityOf(host, config), type: say(config.network ?? host.network) });
	const more: Readonly<Record<string, string>> = {
		headerType: say(host.header_type ?? config.header_type),
		path: host.path ? fill(host.path, names) : say(config.path),
		host: first(host.host) || first(config.host),
		sni: first(host.sni) || first(config.sni),
		fp: say(host.fingerprint) || say(config.fp),
		alpn: host.alpn === "none" ? "" : say(host.alpn),
		pbk: say(config.pbk),
		sid: say(config.sid),
		flow: say(host.flow ?? config.flow)
	};
	for (const [name, value] of Object.entries(more)) if (value) params.set(name, value);
	return params.toString();
}

function endOf(credentials: Credentials, user: UserRow, host: Body, inbound: Row | undefined): End {
	const parsed = inbound ? parseJson(say(inbound.config)) : {};
	const config = isBody(parsed) ? parsed : {};
	const protocol = say(inbound ? inbound.protocol : host.protocol);
	const network = say(config.network ?? host.network);
	const username = say(user.username).toLowerCase();
	const names = { SERVER_IP: "127.0.0.1", USERNAME: username, PROTOCOL: protocol, TRANSPORT: network, DAYS_LEFT: "∞" };
	return {
		remark: encodeURIComponent(fill(host.remark, names)),
		address: first(fill(host.address, names)),
		port: say(host.port ?? config.port ?? 0),
		uuid: inbound ? credentials.uuid(user.key) : say(host.uuid),
		password: inbound ? credentials.password(user.key) : say(host.password),
		method: say(host.shadowsocks_method ?? "chacha20-ietf-poly1305"),
		params: paramsOf(host, config, names),
		network
	};
}

const base64 = (value: string): string => Buffer.from(value).toString("base64");

const shapes: Readonly<Record<string, (end: End) => string>> = {
	vless: ({ uuid, address, port, params, remark }) => `vless://${uuid}@${address}:${port}?${params}#${remark}`,
	vmess: ({ uuid, address, port, network, remark, params }) => {
		const { path = "", host = "", security = "none" } = Object.fromEntries(new URLSearchParams(params));
		const body = { add: address, aid: "0", host, id: uuid, net: network, path, port: Number(port) };
		return `vmess://${base64(JSON.stringify({ ...body, ps: decodeURIComponent(remark), scy: "auto", tls: security, v: "2" }))}`;
	},
	trojan: ({ password, address, port, params, remark }) =>
		`trojan://${password}@${address}:${port}?${params}#${remark}`,
	shadowsocks: ({ method, password, address, port, remark }) =>
		`ss://${base64(`${method}:${password}`)}@${address}:${port}#${remark}`,
	hysteria2: ({ password, address, port, params, remark }) =>
		`hysteria2://${password}@${address}:${port}?${params}#${remark}`,
	tuic: ({ uuid, password, address, port, remark }) => `tuic://${uuid}:${password}@${address}:${port}#${remark}`
};

/** None for protocols without a share link. */
export function link(credentials: Credentials, user: UserRow, host: Body, inbound: Row | undefined): string[] {
	const shape = shapes[say(inbound ? inbound.protocol : host.protocol)];
	return shape ? [shape(endOf(credentials, user, host, inbound))] : [];
}
