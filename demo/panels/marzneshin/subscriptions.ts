/** What a client gets for a user's name and key: links to every host that user may use. */
import { type Answer, json, notFound, text } from "../answers";
import type { Call } from "../call";
import { type Format, formats } from "../formats";
import type { Route } from "../http";
import { type Body, isBody, parseJson } from "../json";
import type { Row } from "../store";
import { instant } from "../time";
import { link } from "./links";
import { type Marzneshin, nowOf } from "./marzneshin";
import { ids } from "./recorded";
import { settings } from "./system";
import { shownUser, stateOf, type UserRow } from "./users";

/** What Python's int(key, 16) takes. */
const hexadecimal = /^\s*[+-]?(0[xX]_?)?[0-9a-fA-F]+(_[0-9a-fA-F]+)*\s*$/;

function holder({ store }: Marzneshin, call: Call): UserRow {
	const key = call.params.key ?? "";
	if (!hexadecimal.test(key)) throw notFound();
	const row = store.one<UserRow>("SELECT * FROM users WHERE username = ?", call.params.username ?? "");
	if (row?.key !== key) throw notFound();
	return row;
}

/** Hosts of the inbounds of the user's services, and unbound ones that are such a service's or everybody's. */
function hostsOf({ store }: Marzneshin, user: UserRow): { host: Body; inbound: Row | undefined }[] {
	const mine = "(SELECT service_id FROM users_services WHERE user_id = ?)";
	const inbounds = store.all(
		`SELECT * FROM inbounds WHERE id IN (SELECT inbound_id FROM inbounds_services WHERE service_id IN ${mine})`,
		user.id
	);
	const services = store.all("SELECT service_id AS id FROM users_services WHERE user_id = ?", user.id);
	const his = services.map(({ id }) => id);
	return store.all("SELECT body FROM hosts ORDER BY position").flatMap(row => {
		const host = parseJson(`${row.body}`);
		if (!isBody(host) || host.is_disabled) return [];
		const inbound = inbounds.find(one => one.id === host.inbound_id);
		const offered = ids(host.service_ids).some(id => his.includes(id));
		const unbound = host.inbound_id === null && (host.universal === true || offered);
		return inbound || unbound ? [{ host, inbound }] : [];
	});
}

/** Keys of another length than 32 have no curve25519 key, and chained hosts are beyond v0.7.4: both fail it all. */
function linksOf(marzneshin: Marzneshin, user: UserRow): string[] {
	const { placeholder_if_disabled, placeholder_remark } = settings(marzneshin, "subscription") ?? {};
	if (!stateOf(user, nowOf(marzneshin)).is_active && placeholder_if_disabled) {
		const nobody = { v: "2", ps: `${placeholder_remark}`, add: "127.0.0.1", port: 80, id: null };
		return [`vmess://${Buffer.from(JSON.stringify(nobody)).toString("base64")}`];
	}
	const hosts = hostsOf(marzneshin, user);
	if (hosts.length > 0 && Buffer.byteLength(user.key) !== 32)
		throw new Error("The private key must be exactly 32 bytes long");
	return hosts.flatMap(({ host, inbound }) => {
		if (Array.isArray(host.chain_ids) && host.chain_ids.length > 0) throw new Error("chained host");
		return link(marzneshin.credentials, user, host, inbound);
	});
}

/** Headers are Latin-1: a name beyond it fails the answer, and so does a last day that has no day after it. */
function headersOf(marzneshin: Marzneshin, call: Call, user: UserRow): Record<string, string> {
	const { profile_title, support_link, update_interval } = settings(marzneshin, "subscription") ?? {};
	const name = `${user.username}`.toLowerCase();
	if (/[^\0-\xff]/.test(name)) throw new Error("'latin-1' codec can't encode characters");
	const ends = user.expire_strategy === "fixed_date" ? user.expire_date : null;
	if (ends?.startsWith("9999")) throw new Error("year 10000 is out of range");
	const expire = ends ? Math.floor(instant(ends) / 1000) : 0;
	return {
		"content-disposition": `attachment; filename="${name}"`,
		"profile-web-page-url": call.url.href,
		"support-url": `${support_link}`,
		"profile-title": `base64:${Buffer.from(`${profile_title}`).toString("base64")}`,
		"profile-update-interval": `${update_interval}`,
		"subscription-userinfo": `upload=0; download=${user.used_traffic}; total=${user.data_limit ?? 0}; expire=${expire}`
	};
}

function subscription(marzneshin: Marzneshin, call: Call, user: UserRow, format: Format): Answer {
	const { type, write } = formats[format];
	const headers = headersOf(marzneshin, call, user);
	return { ...text(write(linksOf(marzneshin, user)), type), headers };
}

/** The first rule that fits the user agent names the format. */
function bare(marzneshin: Marzneshin, call: Call): Answer {
	const user = holder(marzneshin, call);
	const agent = call.headers["user-agent"] ?? "";
	const seen = { sub_updated_at: nowOf(marzneshin), sub_last_user_agent: agent.slice(0, 512) };
	marzneshin.store.update("users", user.id, seen);
	const { rules, template_on_acceptance } = settings(marzneshin, "subscription") ?? {};
	if (template_on_acceptance && call.headers.accept?.includes("text/html"))
		return text(`<!doctype html><title>${user.username}</title>\n`, "text/html; charset=utf-8");
	const list = Array.isArray(rules) ? rules.filter(isBody) : [];
	const rule = list.find(({ pattern }) => new RegExp(`^(?:${pattern})`).test(agent));
	return subscription(marzneshin, call, user, named(rule?.result === "base64-links" ? "v2ray" : rule?.result));
}

const offered: readonly Format[] = ["sing-box", "clash-meta", "clash", "xray", "v2ray", "links"];
const named = (name: unknown): Format => offered.find(format => format === name) ?? "v2ray";

function formatted(marzneshin: Marzneshin, call: Call): Answer {
	const user = holder(marzneshin, call);
	const { format } = call.params;
	if (format === "wireguard") return { ...text("{}", "application/json"), headers: headersOf(marzneshin, call, user) };
	const known = offered.find(name => name === format);
	if (known) return subscription(marzneshin, call, user, known);
	throw notFound();
}

export function subscriptionRoutes(marzneshin: Marzneshin): Route[] {
	const path = "/sub/:username/:key";
	const usage = (call: Call): Answer => {
		holder(marzneshin, call);
		return json({ step: 3600, total: 0, usages: [] });
	};
	return [
		{ method: "GET", path, answer: call => bare(marzneshin, call) },
		{ method: "GET", path: `${path}/info`, answer: call => json(shownUser(marzneshin, holder(marzneshin, call).id)) },
		{ method: "GET", path: `${path}/usage`, answer: usage },
		{ method: "GET", path: `${path}/:format`, answer: call => formatted(marzneshin, call) }
	];
}
