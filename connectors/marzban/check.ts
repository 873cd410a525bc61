/** What a connection to Marzban turned out to be, and the facts that a mapping needs. */

import type { Json, JsonValue } from "../../contracts/json";
import type { Check } from "../connector";
import { enter, Findings, type Identity, verdict } from "../http/identify";
import { isObject, toJson, type WireObject } from "../http/json";
import type { Session } from "../http/session";
import type { Database } from "../sql";
import { listAdmins } from "./api";
import { checkDatabase } from "./check-database";

/** What the requests here were tried against. */
const SUPPORTED = /^v?0\.8\./;

export async function checkMarzban(session: Session, database?: Database): Promise<Check> {
	const findings = new Findings();
	const stopped = await enter(session, "marzban", findings);
	if (stopped !== null) return verdict(findings, stopped);
	const identity: Identity = { system: "marzban", version: null, account: null, facts: {} };
	try {
		const me = await session.object("/api/admin");
		const account = String(me.username);
		if (me.is_sudo !== true) {
			findings.bad(
				"not-sudo",
				`${account} is not a sudo account and may not write for others: connect with a sudo account.`
			);
			return verdict(findings, { ...identity, account });
		}
		findings.good("sudo", `${account} is a sudo account.`);
		const system = await session.object("/api/system");
		const version = typeof system.version === "string" ? system.version : null;
		judgeVersion(version, findings);
		const known = await facts(session, account, system);
		const carrier = database ? await checkDatabase(database, session, findings) : null;
		return verdict(findings, { ...identity, account, version, facts: { ...known, database: carrier } });
	} catch (error) {
		findings.failed(error);
		return verdict(findings, identity);
	}
}

function judgeVersion(version: string | null, findings: Findings): void {
	if (version !== null && SUPPORTED.test(version)) {
		findings.good("version", `Marzban ${version} is supported.`);
	} else {
		findings.bad("unsupported-version", `Marzban ${version ?? "of no version"} is not supported: use 0.8.x.`);
	}
}

/** An account of the environment is in no list: what it creates has no owner, and it cannot be made one. */
async function facts(session: Session, account: string, system: WireObject): Promise<Json> {
	const [admins, inbounds] = await Promise.all([listAdmins(session), session.object("/api/inbounds")]);
	const count = (name: string): JsonValue => toJson(system)[name] ?? null;
	return {
		account,
		accountKind: admins.some(({ name }) => name === account) ? "db" : "env",
		version: count("version"),
		inbounds: Object.fromEntries(Object.entries(inbounds).map(([protocol, list]) => [protocol, tagsOf(list)])),
		admins: admins.map(({ name, data }) => ({ username: name, is_sudo: data.is_sudo === true })),
		users: count("total_user"),
		statistics: {
			active: count("users_active"),
			on_hold: count("users_on_hold"),
			disabled: count("users_disabled"),
			expired: count("users_expired"),
			limited: count("users_limited")
		}
	};
}

function tagsOf(list: unknown): string[] {
	return Array.isArray(list) ? list.filter(isObject).map(({ tag }) => String(tag)) : [];
}
