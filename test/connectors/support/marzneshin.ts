/** As much of Marzneshin as the connector touches, in memory, with a say in every answer. */

import { stringify, type Wire, type WireObject } from "../../../connectors/http/json";
import type { Derive } from "../../../domain/migration/marzneshin-to-marzban/credentials";
import { type Asked, type Reply, type Served, serve } from "./serve";

export interface SmallMarzneshin extends Served {
	readonly users: WireObject[];
	readonly lists: Record<string, WireObject[]>;
	/** Asked before each call; an answer replaces the panel's. */
	hook: (asked: Asked) => Reply | undefined;
	account: { username: string; is_sudo: boolean };
	/** How its subscriptions derive credentials; null: they show none. */
	derive: Derive | null;
	/** The token that is good now. */
	token: string;
}

const detail = (status: number, text: string): Reply => ({ status, json: { detail: text } });

export const userOf = (id: number, username: string, changes: WireObject = {}): WireObject => {
	const key = id.toString(16).padStart(32, "0");
	return {
		id,
		username,
		expire_strategy: "never",
		expire_date: null,
		usage_duration: null,
		activation_deadline: null,
		key,
		data_limit: null,
		data_limit_reset_strategy: "no_reset",
		note: null,
		enabled: true,
		is_active: true,
		activated: true,
		used_traffic: 0,
		lifetime_used_traffic: 9007199254740993n,
		created_at: "2026-11-11T00:00:01",
		service_ids: [1],
		subscription_url: `http://panel.example/sub/${username}/${key}`,
		owner_username: "admin",
		...changes,
		// Shown in lower case, whatever the row holds.
		stored: username
	};
};

const config = (tag: string, flow: string | null): string =>
	JSON.stringify({ tag, protocol: "vless", port: 18443, network: "tcp", tls: "reality", flow });
const NODE = { id: 2, name: "node-de", address: "203.0.113.10" };

const lists = (): Record<string, WireObject[]> => ({
	admins: [
		{ id: 1, username: "admin", is_sudo: true, enabled: true, service_ids: [], users_data_usage: 9092739916367942 },
		{ id: 2, username: "reseller1", is_sudo: false, enabled: true, service_ids: [1], users_data_usage: 5 }
	],
	services: [
		{ id: 1, name: "default", inbound_ids: [1], user_ids: [1, 2, 3] },
		{ id: 2, name: null, inbound_ids: [], user_ids: [] }
	],
	inbounds: [
		{
			id: 1,
			tag: "VLESS TCP",
			protocol: "vless",
			config: config("VLESS TCP", "xtls-rprx-vision"),
			node: NODE,
			service_ids: [1]
		},
		{ id: 2, tag: "VLESS GRPC", protocol: "vless", config: "not json", node: NODE, service_ids: [] }
	],
	"inbounds/hosts": [
		{ id: 1, remark: "own", inbound_id: 1, is_disabled: false },
		{ id: 2, remark: "unbound", inbound_id: null, uuid: "11111111-1111-4111-8111-111111111111" }
	],
	nodes: [{ id: 2, name: "node-de", address: "203.0.113.10", usage_coefficient: 1, status: "healthy" }]
});

export async function startSmallMarzneshin(users: WireObject[]): Promise<SmallMarzneshin> {
	const served = await serve(asked => panel.hook(asked) ?? answer(panel, asked));
	const panel: SmallMarzneshin = {
		...served,
		users,
		lists: lists(),
		hook: () => undefined,
		account: { username: "admin", is_sudo: true },
		derive: null,
		token: "t1"
	};
	return panel;
}

function answer(panel: SmallMarzneshin, asked: Asked): Reply {
	const { path, what } = asked;
	if (what === "POST /api/admins/token") {
		const good = new URLSearchParams(asked.text).get("password") === "admin123";
		return good
			? { json: { access_token: panel.token, is_sudo: true } }
			: detail(401, "Incorrect username or password");
	}
	if (path.startsWith("/sub/")) return links(panel, path);
	if (!/^\/api\/(admins|users|services|inbounds|nodes|system)(\/|$)/.test(path)) return detail(404, "Not Found");
	if (asked.headers.authorization === undefined) return detail(401, "Not authenticated");
	if (asked.headers.authorization !== `Bearer ${panel.token}`) return detail(401, "Could not validate credentials");
	return authorised(panel, asked);
}

function authorised(panel: SmallMarzneshin, { path, query }: Asked): Reply {
	const name = path.slice("/api/".length);
	if (name === "admins/current") return { json: panel.account };
	if (name === "system/stats/users") return { json: { total: panel.users.length, active: 1 } };
	if (name === "system/settings/subscription") return { json: { profile_title: "Support", update_interval: 12 } };
	if (name === "users") return page(sorted(panel, query), query);
	const list = panel.lists[name];
	if (list !== undefined) return page(list, query);
	const user = panel.users.find(({ stored }) => `users/${stored}` === decodeURIComponent(name));
	return user === undefined ? detail(404, "User not found") : { text: stringify(shown(user)) };
}

const shown = ({ stored, ...user }: WireObject): WireObject => ({ ...user, username: String(stored).toLowerCase() });

/** In the order of the names stored; a filter of one value matches substrings in any case. */
function sorted({ users }: SmallMarzneshin, query: URLSearchParams): WireObject[] {
	const part = query.get("username")?.toLowerCase() ?? "";
	const matching = users.filter(({ stored }) => String(stored).toLowerCase().includes(part));
	return matching.sort((a, b) => (String(a.stored) < String(b.stored) ? -1 : 1)).map(shown);
}

function page(all: readonly WireObject[], query: URLSearchParams): Reply {
	const size = Number(query.get("size") ?? 50);
	const number = Number(query.get("page") ?? 1);
	if (size > 100 || size < 1)
		return { status: 422, json: { detail: { size: "Input should be less than or equal to 100" } } };
	const items: Wire = all.slice((number - 1) * size, number * size);
	return { text: stringify({ items, total: all.length, page: number, size }) };
}

function links({ users, derive }: SmallMarzneshin, path: string): Reply {
	const [, , name = "", key = ""] = path.split("/").map(decodeURIComponent);
	const user = users.find(one => one.stored === name && one.key === key);
	if (user === undefined) return detail(404, "Not Found");
	const own = derive?.(key).uuid ?? "00000000-0000-4000-8000-000000000000";
	return {
		text: `vless://11111111-1111-4111-8111-111111111111@a:1#unbound\nvless://${own}@203.0.113.10:18443?flow=#own`
	};
}
