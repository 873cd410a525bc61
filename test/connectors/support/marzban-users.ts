/** Users as a mapping asks for them, one of each kind that Marzban treats in its own way. */

import type { Write } from "../../../connectors/connector";
import type { Json } from "../../../contracts/json";
import type { Connection } from "../../../contracts/migration/records";
import { hostName } from "../../../domain/migration/marzneshin-to-marzban/host-names";

export const ID = "89b0b04c-0487-94a9-3bda-e8205218c76a";
const PAST = 1_000_000_000;

export const connect = (url: string, more: Record<string, string | number> = {}): Connection => ({
	connector: "marzban",
	url,
	username: "admin",
	password: "admin123",
	retryBaseMs: 2,
	settleMs: 120,
	timeoutMs: 60_000,
	...more
});

export const data = (changes: Json = {}): Json => ({
	status: "active",
	proxies: { vless: { id: ID, flow: "xtls-rprx-vision" }, trojan: { password: "p" } },
	inbounds: { vless: ["VLESS TCP REALITY"], trojan: ["Trojan Websocket TLS"] },
	expire: 1_900_000_000,
	data_limit: "9007199254740993",
	data_limit_reset_strategy: "month",
	on_hold_expire_duration: null,
	on_hold_timeout: null,
	note: "سلام",
	admin: null,
	...changes
});
export const write = (name: string, changes: Json = {}, more: Partial<Write> = {}): Write => ({
	name,
	data: { username: name, ...data(changes) },
	before: null,
	...more
});

export const STATES: Readonly<Record<string, Json>> = {
	active: {},
	disabled: { status: "disabled" },
	expired: { status: "expired", expire: PAST },
	on_hold: { status: "on_hold", expire: null, on_hold_expire_duration: 86_400, on_hold_timeout: "2030-01-01T00:00:00" },
	disabled_hold: { status: "disabled", expire: null, on_hold_expire_duration: 86_400 },
	nowhere: { inbounds: {}, proxies: { vless: { id: ID, flow: "" } } },
	half: { inbounds: { vless: ["VLESS TCP REALITY"] } },
	unlimited: { data_limit: null, expire: null, note: null },
	owned: { admin: "dbsudo" }
};

/** A hold's end cannot be taken away by the API. */
const hold = (state: Json): Json => (state.on_hold_timeout ? { on_hold_timeout: state.on_hold_timeout } : {});

export const TAG = "VLESS TCP REALITY";

/** A host as a mapping asks for it. */
export const hostWrite = (changes: Json = {}, more: Partial<Write> = {}): Write => {
	const said: Json = { tag: TAG, remark: "DE {USERNAME}", address: "de.example", port: 443, sni: null, ...changes };
	const data = { ...said, host: null, path: null, security: "tls", alpn: "h2", ...changes };
	return { name: hostName(data), data, before: null, ...more };
};

const hostCases = [
	{},
	{
		remark: "DE 2",
		address: "de2.example",
		fragment_setting: "10-100,100-200,tlshello",
		noise_setting: "rand:10-20,100-200"
	},
	{ tag: "VMess TCP", remark: "🚀 سلام", port: null, mux_enable: true, is_disabled: true, alpn: "" }
].map(changes => ({
	write: hostWrite(changes),
	changed: { ...hostWrite(changes).data, security: "none", alpn: "h3", allowinsecure: true }
}));

const templateCases = ["Gold", "طلایی (5)"].map(name => ({
	write: { name, data: { name, inbounds: { vless: [TAG] } }, before: null },
	changed: { name, inbounds: { vless: [TAG], trojan: ["Trojan Websocket TLS"] } }
}));

/** A write of each kind, and a later change of it. */
export const WRITES: Readonly<Record<string, readonly { write: Write; changed: Json }[]>> = {
	users: Object.entries(STATES).map(([name, state]) => ({
		write: write(`u_${name}`, state),
		changed: {
			...data({ note: "changed", data_limit: "5", inbounds: { trojan: ["Trojan Websocket TLS"] } }),
			...hold(state),
			username: `u_${name}`
		}
	})),
	hosts: hostCases,
	services: templateCases,
	admins: ["res1", "مدیر", "Mixed.Case"].map(name => ({
		write: { name, data: { username: name, is_sudo: false }, before: null, secrets: { password: "a new one" } },
		changed: { username: name }
	}))
};

/** What moves by itself there. */
export const VOLATILE: Readonly<Record<string, Json>> = {
	users: {
		used_traffic: "123",
		lifetime_used_traffic: "456",
		online_at: "2026-11-21T00:00:00",
		subscription_url: "/sub/other",
		sub_updated_at: "2026-11-21T00:00:00",
		created_at: "2020-01-01T00:00:00"
	},
	admins: { users_usage: "5" },
	services: { id: 77 }
};
