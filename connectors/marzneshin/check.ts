/** What a connection to Marzneshin turned out to be, and the facts that a mapping needs. */

import type { Json, JsonValue } from "../../contracts/json";
import { isOneOf } from "../../contracts/table";
import { AUTH_ALGORITHMS, type AuthAlgorithm } from "../../domain/migration/marzneshin-to-marzban/credentials";
import type { Check } from "../connector";
import { enter, Findings, type Identity, verdict } from "../http/identify";
import { isObject, parse, toJson, type WireObject } from "../http/json";
import type { Session } from "../http/session";
import { glance } from "../http/shape";
import type { AdminRows } from "./admin-rows";
import { detectAlgorithm, type Layout } from "./algorithm";
import { whole } from "./api";
import { STREAMS, type StreamName } from "./records";
import { release } from "./release";

export type AlgorithmOption = AuthAlgorithm | "auto";
const isAlgorithm = (text: string): text is AuthAlgorithm => isOneOf(AUTH_ALGORITHMS, text);
/** Its spec has seen to it that it is one. */
export const algorithmOption = (text: string): AlgorithmOption => (isAlgorithm(text) ? text : "auto");

export async function checkMarzneshin(
	session: Session,
	option: AlgorithmOption,
	rows: AdminRows | undefined
): Promise<Check> {
	const findings = new Findings();
	const stopped = await enter(session, "marzneshin", findings);
	if (stopped !== null) return verdict(findings, stopped);
	const identity: Identity = {
		system: "marzneshin",
		version: await release(session, findings),
		account: null,
		facts: {}
	};
	try {
		const me = await session.object("/api/admins/current");
		const account = glance(me.username);
		if (me.is_sudo !== true) {
			findings.bad(
				"not-sudo",
				`${account} is not a sudo account and sees only its own users: connect with a sudo account.`
			);
			return verdict(findings, { ...identity, account });
		}
		findings.good("sudo", `${account} is a sudo account.`);
		const known = await facts(session, option, findings);
		const names = known.admins.map(({ username }) => String(username));
		const kind = rows ? await rows.check(names, findings) : null;
		return verdict(findings, { ...identity, account, facts: { ...known, database: kind && { kind } } });
	} catch (error) {
		findings.failed(error);
		return verdict(findings, identity);
	}
}

async function facts(
	session: Session,
	option: AlgorithmOption,
	findings: Findings
): Promise<Json & { readonly admins: Json[] }> {
	const read = async (name: StreamName) => (await whole(session, STREAMS[name])).map(({ data }) => data);
	const [services, inbounds, hosts, admins, nodes] = await Promise.all([
		read("services"),
		read("inbounds"),
		read("hosts"),
		read("admins"),
		read("nodes")
	]);
	const statistics = await session.object("/api/system/stats/users");
	const subscription = await session.object("/api/system/settings/subscription");
	const layout = { services, inbounds, hosts };
	return {
		authAlgorithm: await algorithm(session, option, layout, statistics.total === 0 ? 0 : 1, findings),
		services: layout.services.map(service => pick(service, ["id", "name", "inbound_ids"])),
		inbounds: layout.inbounds.map(describeInbound),
		hosts: layout.hosts.length,
		admins: admins.map(admin => pick(admin, ["id", "username", "is_sudo", "enabled"])),
		nodes: nodes.map(node => pick(node, ["id", "name", "address", "usage_coefficient", "status"])),
		statistics: toJson(statistics),
		subscription: pick(toJson(subscription), ["profile_title", "support_link", "update_interval"])
	};
}

async function algorithm(
	session: Session,
	option: AlgorithmOption,
	layout: Layout,
	/** 0, or any. */
	users: 0 | 1,
	findings: Findings
): Promise<AuthAlgorithm | null> {
	const detected = await detectAlgorithm(session, layout);
	const given = option === "auto" ? null : option;
	if (given !== null && detected !== null && given !== detected) {
		const message = `Option authAlgorithm says ${given}, but a user's links show ${detected}: set it to ${detected} or auto.`;
		findings.bad("auth-algorithm-contradicted", message);
		return given;
	}
	const known = given ?? detected;
	if (known !== null) {
		findings.good(
			"auth-algorithm",
			`Credentials are derived from keys by ${known}${detected === null ? ", as set" : ""}.`
		);
	} else if (users === 0) {
		findings.good("auth-algorithm", "There are no users whose credentials could be derived.");
	} else {
		const message =
			"No active user's links show how credentials are derived from keys: set authAlgorithm to AUTH_GENERATION_ALGORITHM of the panel's environment (xxh128 unless it is set).";
		findings.bad("auth-algorithm-unknown", message);
	}
	return known;
}

/** What is served behind an inbound is in its configuration, a text of JSON. */
function describeInbound(inbound: Json): Json {
	const config = configOf(inbound);
	const node = inbound.node;
	return {
		...pick(inbound, ["id", "tag", "protocol"]),
		node: isObject(node) ? pick(node, ["id", "name", "address"]) : null,
		...plain(pick(toJson(config), ["port", "network", "tls", "flow"]))
	};
}

/** Whoever wrote that text may have put anything there. */
const plain = (fields: Json): Json =>
	Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, typeof value === "object" ? null : value]));

function configOf(inbound: Json): WireObject {
	try {
		const config = parse(typeof inbound.config === "string" ? inbound.config : "{}");
		return isObject(config) ? config : {};
	} catch {
		return {};
	}
}

function pick(from: Json, keys: readonly string[]): Json {
	const own = (key: string): JsonValue => (Object.hasOwn(from, key) ? (from[key] ?? null) : null);
	return Object.fromEntries(keys.map((key): [string, JsonValue] => [key, own(key)]));
}
