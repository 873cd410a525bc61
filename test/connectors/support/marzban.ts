/** As much of Marzban as the connector touches, in memory, with a say in every answer: for failures at a chosen moment. */

import { isObject, parse, stringify, type Wire, type WireObject } from "../../../connectors/http/json";
import { type Lists, listRoutes, newLists } from "./marzban-lists";
import { type Asked, type Reply, type Served, serve } from "./serve";

const INBOUNDS: Readonly<Record<string, readonly string[]>> = {
	vless: ["VLESS TCP REALITY", "VLESS GRPC REALITY"],
	vmess: ["VMess TCP", "VMess Websocket"],
	trojan: ["Trojan Websocket TLS"],
	shadowsocks: ["Shadowsocks TCP"]
};

export interface SmallMarzban extends Served {
	readonly users: Map<string, WireObject>;
	readonly admins: Map<string, WireObject>;
	readonly lists: Lists;
	/** Each state in which a user could connect, as `name status tags`. */
	readonly seen: string[];
	/** Asked before each call; an answer replaces the panel's, unless it is to come after the work was done. */
	hook: (asked: Asked) => (Reply & { readonly afterCommit?: boolean }) | undefined;
	version: string;
	account: { username: string; is_sudo: boolean };
}

const detail = (status: number, text: unknown): Reply => ({ status, json: { detail: text } });
const crash: Reply = { status: 500, text: "Internal Server Error", hangUp: true };
const wire = (value: Wire): Reply => ({ text: stringify(value) });

export async function startSmallMarzban(): Promise<SmallMarzban> {
	const users = new Map<string, WireObject>();
	const admins = new Map<string, WireObject>([["dbsudo", admin("dbsudo", true)]]);
	const seen: string[] = [];
	const served = await serve(asked => {
		const hooked = panel.hook(asked);
		if (hooked && !hooked.afterCommit) return hooked;
		const reply = answer(panel, asked);
		for (const user of users.values()) seen.push(stateOf(user));
		return hooked ?? reply;
	});
	const panel: SmallMarzban = {
		...served,
		users,
		admins,
		lists: newLists(Object.values(INBOUNDS).flat()),
		seen,
		hook: () => undefined,
		version: "0.8.4",
		account: { username: "admin", is_sudo: true }
	};
	return panel;
}

const admin = (username: string, is_sudo: boolean): WireObject => ({
	username,
	is_sudo,
	telegram_id: null,
	discord_webhook: null,
	users_usage: 0
});

function stateOf(user: WireObject): string {
	const tags = Object.values(user.inbounds as Record<string, string[]>).flat();
	return `${user.username} ${user.status} ${tags.length > 0 ? "open" : "shut"}`;
}

function answer(panel: SmallMarzban, asked: Asked): Reply {
	if (asked.what === "POST /api/admin/token") return login(asked);
	if (
		!asked.path.startsWith("/api/") ||
		!/^\/api\/(admins?|users?|system|inbounds|hosts|user_template)(\/|$)/.test(asked.path)
	) {
		return detail(404, "Not Found");
	}
	if (/^\/api\/admins\/./.test(asked.path)) return detail(404, "Not Found");
	if (asked.headers.authorization !== "Bearer t") return detail(401, "Not authenticated");
	const [, kind = "", name = "", more = ""] = /^\/api\/(\w+)\/?([^/]*)\/?(.*)$/.exec(asked.path) ?? [];
	const call = { panel, asked, name: decodeURIComponent(name), more };
	return ROUTES[`${asked.method} ${kind}`]?.(call) ?? detail(405, "Method Not Allowed");
}

function login(asked: Asked): Reply {
	const form = new URLSearchParams(asked.text);
	if (form.get("password") !== "admin123") return detail(401, "Incorrect username or password");
	return { json: { access_token: "t", token_type: "bearer" } };
}

interface Call {
	readonly panel: SmallMarzban;
	readonly asked: Asked;
	readonly name: string;
	readonly more: string;
}

const ROUTES: Readonly<Record<string, (call: Call) => Reply>> = {
	...listRoutes,
	"GET system": ({ panel }) => ({ json: { version: panel.version, total_user: panel.users.size, users_active: 0 } }),
	"GET inbounds": () => ({
		json: Object.fromEntries(Object.entries(INBOUNDS).map(([p, tags]) => [p, tags.map(tag => ({ tag, protocol: p }))]))
	}),
	"GET admin": ({ panel }) => ({ json: panel.account }),
	"GET admins": ({ panel }) => wire([...panel.admins.values()]),
	"POST admin": ({ panel, asked }) => {
		const { username } = bodyOf(asked);
		if (panel.admins.has(String(username))) return detail(409, "Admin already exists");
		panel.admins.set(String(username), admin(String(username), false));
		return wire(panel.admins.get(String(username)) ?? null);
	},
	"DELETE admin": ({ panel, name }) => {
		if (panel.admins.get(name)?.is_sudo) return detail(403, "You're not allowed to delete sudo accounts.");
		return panel.admins.delete(name) ? detail(200, "ok") : detail(404, "Admin not found");
	},
	"GET users": list,
	"GET user": ({ panel, name }) => shown(panel.users.get(name)),
	"POST user": create,
	"PUT user": call => (call.more === "set-owner" ? own(call) : modify(call)),
	"DELETE user": ({ panel, name }) => {
		const user = panel.users.get(name);
		if (user === undefined) return detail(404, "User not found");
		panel.users.delete(name);
		// The panel's own slip: it reports to an owner who is not there.
		return user.admin === null ? crash : detail(200, "User successfully deleted");
	}
};

function bodyOf(asked: Asked): WireObject {
	const body = asked.text === "" ? {} : parse(asked.text);
	return isObject(body) ? body : {};
}

function shown(user: WireObject | undefined): Reply {
	if (user === undefined) return detail(404, "User not found");
	if (user.poisoned) return crash;
	return wire({ ...user, subscription_url: `/sub/${Math.random()}`, links: ["vless://…"], excluded_inbounds: {} });
}

function list({ panel, asked }: Call): Reply {
	const wanted = asked.query.getAll("username");
	const all = [...panel.users.values()].filter(user => wanted.length === 0 || wanted.includes(String(user.username)));
	const sorted = all.sort((a, b) => (String(a.username) < String(b.username) ? -1 : 1));
	const offset = Number(asked.query.get("offset") ?? 0);
	const users = sorted.slice(offset, offset + Number(asked.query.get("limit") || all.length));
	return users.some(user => user.poisoned) ? crash : wire({ users, total: all.length });
}

function create({ panel, asked }: Call): Reply {
	const body = bodyOf(asked);
	const name = String(body.username);
	if (!/^\w{3,32}$/.test(name))
		return detail(422, { username: "Value error, Username only can be 3 to 32 characters" });
	if (panel.users.has(name)) return detail(409, "User already exists");
	if (body.status !== "active" && body.status !== "on_hold")
		return detail(422, { status: "Input should be 'active' or 'on_hold'" });
	if (!isObject(body.proxies)) {
		panel.users.set(name, { username: name, admin: null, inbounds: {}, status: "active", poisoned: true });
		return crash;
	}
	const none = { expire: null, data_limit: null, note: null, next_plan: null, used_traffic: 0, admin: null };
	const hold = { on_hold_expire_duration: null, on_hold_timeout: null, data_limit_reset_strategy: "no_reset" };
	const protocols = Object.keys(body.proxies);
	const given = body.inbounds;
	const tagsOf = (protocol: string): Wire => {
		if (!isObject(given)) return [];
		const tags = given[protocol];
		return Array.isArray(tags) && tags.length > 0 ? tags : [...(INBOUNDS[protocol] ?? [])];
	};
	const inbounds = Object.fromEntries(protocols.map(protocol => [protocol, tagsOf(protocol)]));
	panel.users.set(name, { ...none, ...hold, ...body, inbounds, created_at: new Date().toISOString() });
	return shown(panel.users.get(name));
}

function modify({ panel, asked, name }: Call): Reply {
	const user = panel.users.get(name);
	if (user === undefined) return detail(404, "User not found");
	const { inbounds, next_plan = null, ...body } = bodyOf(asked);
	const set = Object.fromEntries(
		Object.entries(body).filter(
			([key, value]) => value !== null && key !== "username" && !(key.startsWith("on_hold") && value === 0)
		)
	);
	Object.assign(user, set, { next_plan });
	const known = { ...(user.inbounds as WireObject), ...(inbounds as WireObject) };
	const protocols = Object.keys(user.proxies as WireObject);
	user.inbounds = Object.fromEntries(protocols.map(one => [one, known[one] ?? [...(INBOUNDS[one] ?? [])]]));
	for (const field of ["expire", "data_limit", "note"]) user[field] ||= null;
	const isPast = typeof user.expire === "number" && user.expire < Date.now() / 1000;
	if (user.status === "active" || user.status === "expired") user.status = isPast ? "expired" : "active";
	return shown(user);
}

function own({ panel, asked, name }: Call): Reply {
	const user = panel.users.get(name);
	const owner = panel.admins.get(asked.query.get("admin_username") ?? "");
	if (owner === undefined) return detail(404, "Admin not found");
	if (user !== undefined) user.admin = owner;
	return shown(user);
}
