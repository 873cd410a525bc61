/** Hosts by inbound tag. PUT replaces all hosts of the tags it names. */
import { type Answer, invalid, json, Refusal } from "../answers";
import { type Call, objectOf } from "../call";
import type { Route } from "../http";
import { type Body, isBody, type Json } from "../json";
import { Rules } from "../rules";
import type { Row } from "../store";
import type { Core } from "./core";
import type { HostRow } from "./links";
import { asSudo, type Marzban } from "./marzban";

const alpns = ["", "h3", "h2", "http/1.1", "h3,h2,http/1.1", "h3,h2", "h2,http/1.1"] as const;
const prints = [
	"",
	"chrome",
	"firefox",
	"safari",
	"ios",
	"android",
	"edge",
	"360",
	"qq",
	"random",
	"randomized"
] as const;
const securities = ["inbound_default", "none", "tls"] as const;
const fragment = /^((\d{1,4}-\d{1,4})|(\d{1,4})),((\d{1,3}-\d{1,3})|(\d{1,3})),(tlshello|\d|\d-\d)$/;
const span = "(\\d{1,4}-\\d{1,4}|\\d{1,4})";
const oneNoise = `(rand:${span}|str:.+|hex:.+|base64:.+)(,${span})?`;
const noise = new RegExp(`^${oneNoise}(&${oneNoise})*$`);

const flags = ["allowinsecure", "is_disabled", "mux_enable", "random_user_agent", "use_sni_as_host"] as const;

/** Text with places to fill in: braces come in pairs. */
const fillable = (text: string): boolean => !/[{}]/.test(text.replace(/\{\{|\}\}/g, "").replace(/\{[^{}]*\}/g, ""));

function template(rules: Rules, name: string): string {
	const value = rules.need(name) ? rules.text(name, { nullable: false }) : undefined;
	if (value !== undefined && !fillable(value)) rules.fail(name, "Value error, Invalid formatting variables");
	return value ?? "";
}

function matching(rules: Rules, name: string, pattern: RegExp, words: string): string | null {
	const value = rules.text(name);
	if (value && !pattern.test(value)) rules.fail(name, `Value error, ${words}`);
	return value ?? null;
}

/** Unsaid is off; only `allowinsecure` can stay unsaid. */
function flagOf(rules: Rules, name: (typeof flags)[number]): number | null {
	const unsaid = name === "allowinsecure" ? null : 0;
	const flag = rules.flag(name);
	return flag === undefined ? unsaid : Number(flag);
}

function hostOf(value: Json): Row {
	if (!isBody(value)) throw invalid({ "0": "Input should be a valid dictionary or object to extract fields from" });
	const rules = new Rules(value);
	const row: Row = {
		remark: template(rules, "remark"),
		address: template(rules, "address"),
		port: rules.whole("port") ?? null,
		sni: rules.text("sni") ?? null,
		host: rules.text("host") ?? null,
		path: rules.text("path") ?? null,
		security: rules.choice("security", securities) ?? "inbound_default",
		alpn: rules.choice("alpn", alpns) || "none",
		fingerprint: rules.choice("fingerprint", prints) || "none"
	};
	for (const name of flags) row[name] = flagOf(rules, name);
	const shape = "Fragment setting must be like this: length,interval,packet (10-100,100-200,tlshello).";
	row.fragment_setting = matching(rules, "fragment_setting", fragment, shape);
	const noisy = "Noise setting must be like this: packet,delay (rand:10-20,100-200).";
	row.noise_setting = matching(rules, "noise_setting", noise, noisy);
	rules.done();
	return row;
}

const bool = (cell: Json | undefined): boolean | null => (cell === null || cell === undefined ? null : cell === 1);
const unnamed = (name: string): string => (name === "none" ? "" : name);

const hostBody = (row: HostRow): Body => ({
	remark: row.remark,
	address: row.address,
	port: row.port,
	sni: row.sni,
	host: row.host,
	path: row.path,
	security: row.security,
	alpn: unnamed(row.alpn),
	fingerprint: unnamed(row.fingerprint),
	allowinsecure: bool(row.allowinsecure),
	is_disabled: bool(row.is_disabled),
	mux_enable: bool(row.mux_enable),
	fragment_setting: row.fragment_setting ?? null,
	noise_setting: row.noise_setting ?? null,
	random_user_agent: bool(row.random_user_agent),
	use_sni_as_host: bool(row.use_sni_as_host)
});

/** A tag met for the first time comes with one host. */
export function meet({ store }: Pick<Marzban, "store">, core: Core): void {
	for (const { tag } of core.inbounds) {
		if (store.one("SELECT id FROM inbounds WHERE tag = ?", tag)) continue;
		store.insert("inbounds", { tag });
		const remark = "🚀 Marz ({USERNAME}) [{PROTOCOL} - {TRANSPORT}]";
		store.insert("hosts", { remark, address: "{SERVER_IP}", inbound_tag: tag, is_disabled: 0 });
	}
}

function all({ store, core }: Marzban): Answer {
	const hosts = Map.groupBy(store.all<HostRow>("SELECT * FROM hosts ORDER BY id"), host => host.inbound_tag);
	return json(Object.fromEntries(core.inbounds.map(({ tag }) => [tag, (hosts.get(tag) ?? []).map(hostBody)])));
}

function replaced(marzban: Marzban, call: Call): Answer {
	const given = Object.entries(objectOf(call)).map(([tag, hosts]) => {
		if (!Array.isArray(hosts)) throw invalid({ [tag]: "Input should be a valid list" });
		return { tag, rows: hosts.map(hostOf) };
	});
	const unknown = given.find(({ tag }) => !marzban.core.inbound(tag));
	if (unknown) throw new Refusal(400, `Inbound ${unknown.tag} doesn't exist`);
	marzban.store.atomically(() => {
		for (const { tag, rows } of given) {
			marzban.store.run("DELETE FROM hosts WHERE inbound_tag = ?", tag);
			for (const row of rows) marzban.store.insert("hosts", { ...row, inbound_tag: tag });
		}
	});
	return all(marzban);
}

export const hostRoutes = (marzban: Marzban): Route[] => [
	{ method: "GET", path: "/api/hosts", answer: asSudo(marzban, () => all(marzban)) },
	{ method: "PUT", path: "/api/hosts", json: true, cost: 1, answer: asSudo(marzban, call => replaced(marzban, call)) }
];
