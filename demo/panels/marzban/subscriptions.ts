/** What a client gets for a subscription token, in the format it asks for or is known to read. */
import { type Answer, json, notFound, text } from "../answers";
import type { Call } from "../call";
import { type Format, formats } from "../formats";
import type { Route } from "../http";
import { instant } from "../time";
import { hostsByTag, linksOf } from "./links";
import { type Marzban, nowOf } from "./marzban";
import { type UserRecord, userNamed } from "./records";
import { openToken } from "./tokens";
import { userBody } from "./view";

/** First match counts; anybody else reads base64 links. */
const readers: readonly (readonly [RegExp, Format])[] = [
	[/^([Cc]lash-verge|[Cc]lash[-.]?[Mm]eta|[Ff][Ll][Cc]lash|[Mm]ihomo)/, "clash-meta"],
	[/^([Cc]lash|[Ss]tash)/, "clash"],
	[/^(SFA|SFI|SFM|SFT|[Kk]aring|[Hh]iddify[Nn]ext)/, "sing-box"],
	[/^(SS|SSR|SSD|SSS|Outline|Shadowsocks|SSconf)/, "outline"]
];

const offered: readonly Format[] = ["sing-box", "clash-meta", "clash", "outline", "v2ray", "v2ray-json"];

/** Tokens from before the user was made or revoked are worth nothing. */
function holder(marzban: Marzban, call: Call): UserRecord {
	const opened = openToken(call.params.token ?? "", marzban.secret);
	const record = opened && userNamed(marzban, opened.username);
	if (!record) throw notFound();
	const since = [record.row.created_at, record.row.sub_revoked_at].flatMap(time => (time ? instant(time) : []));
	if (since.some(time => time > opened.second * 1000)) throw notFound();
	return record;
}

function subscription(marzban: Marzban, call: Call, record: UserRecord, format: Format): Answer {
	const { username, used_traffic, data_limit, expire } = record.row;
	const { type, write } = formats[format];
	return {
		...text(write(linksOf(marzban, record, hostsByTag(marzban))), type),
		headers: {
			"content-disposition": `attachment; filename="${username}"`,
			"profile-web-page-url": call.url.href,
			"support-url": "https://t.me/",
			"profile-title": `base64:${Buffer.from("Subscription").toString("base64")}`,
			"profile-update-interval": "12",
			"subscription-userinfo": `upload=0; download=${used_traffic}; total=${data_limit ?? 0}; expire=${expire ?? 0}`
		}
	};
}

function bare(marzban: Marzban, call: Call): Answer {
	const record = holder(marzban, call);
	if (call.headers.accept?.includes("text/html"))
		return text(`<!doctype html><title>${record.row.username}</title>\n`, "text/html; charset=utf-8");
	const agent = call.headers["user-agent"] ?? "";
	const seen = { sub_updated_at: nowOf(marzban), sub_last_user_agent: agent };
	marzban.store.update("users", record.row.id, seen);
	const format = readers.find(([pattern]) => pattern.test(agent))?.[1] ?? "v2ray";
	return subscription(marzban, call, record, format);
}

function info(marzban: Marzban, call: Call): Answer {
	const { admin, excluded_inbounds, note, inbounds, auto_delete_in_days, ...open } = userBody(
		marzban,
		holder(marzban, call)
	);
	return json(open);
}

function formatted(marzban: Marzban, call: Call): Answer {
	const record = holder(marzban, call);
	const format = offered.find(name => name === call.params.format);
	if (!format) throw notFound();
	return subscription(marzban, call, record, format);
}

/** Of a create: the real panel reads 300 users a second where it creates 105 (CONTRACT.md, measured). */
const cost = 0.36;

export function subscriptionRoutes(marzban: Marzban): Route[] {
	const usages = [{ node_id: null, node_name: "Master", used_traffic: 0 }];
	const usage = (call: Call): Answer => json({ usages, username: holder(marzban, call).row.username });
	return [
		{ method: "GET", path: "/sub/:token/", cost, answer: call => bare(marzban, call) },
		{ method: "GET", path: "/sub/:token", cost, answer: call => bare(marzban, call) },
		{ method: "GET", path: "/sub/:token/info", answer: call => info(marzban, call) },
		{ method: "GET", path: "/sub/:token/usage", answer: usage },
		{ method: "GET", path: "/sub/:token/:format", cost, answer: call => formatted(marzban, call) }
	];
}
