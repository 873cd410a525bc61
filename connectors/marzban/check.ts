/** What a connection to Marzban turned out to be, and the facts that a mapping needs. */

import type { Json, JsonValue } from "../../contracts/json";
import { fold } from "../../domain/migration/folding";
import type { Check } from "../connector";
import { enter, Findings, type Identity, verdict } from "../http/identify";
import { isObject, toJson, type WireObject } from "../http/json";
import type { Session } from "../http/session";
import { glance } from "../http/shape";
import type { Database } from "../sql";
import { listAdmins } from "./api";
import { checkDatabase } from "./check-database";
import type { Learned, Naming } from "./naming";

/** What the requests here were tried against. */
const SUPPORTED = /^v?0\.8\./;

export async function checkMarzban(session: Session, naming: Naming, database?: Database): Promise<Check> {
	const findings = new Findings();
	const stopped = await enter(session, "marzban", findings);
	if (stopped !== null) return verdict(findings, stopped);
	const identity: Identity = { system: "marzban", version: null, account: null, facts: {} };
	try {
		const me = await session.object("/api/admin");
		const account = glance(me.username);
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
		const names = known.admins.map(({ username }) => username);
		if (known.accountKind === "env") await sayNamesake(naming, account, names, findings);
		const carrier = database ? await checkDatabase(database, session, findings) : null;
		// A database that may not be read tells nothing.
		const learned = database && !carrier ? {} : await learnedBy(naming, findings);
		const all = { ...known, ...learned, database: carrier };
		return verdict(findings, { ...identity, account, version, facts: all });
	} catch (error) {
		findings.failed(error);
		return verdict(findings, identity);
	}
}

/**
 * The account of the environment is no row, and the panel looks for one all the same: where its database finds another
 * admin by that name, everyone whom the account creates is that one's.
 */
async function sayNamesake(
	naming: Naming,
	account: string,
	names: readonly string[],
	findings: Findings
): Promise<void> {
	const alike = names.find(name => name !== account && fold(name, "loose") === fold(account, "loose"));
	if (alike === undefined || (await naming.findsAdmin(account)) !== true) return;
	const message = `The panel's database takes the name of one of its admins, '${alike}', for '${account}', the account connected with: whoever that account creates would belong to '${alike}'. Rename one of the two, or connect with a sudo account of the panel's own table.`;
	findings.bad("account-namesake", message);
}

async function learnedBy(naming: Naming, findings: Findings): Promise<Json> {
	const { storage, ...learned } = await naming.learn(true);
	if (storage === "mysql") findings.good("storage", ON_MYSQL);
	sayUnknown(learned, findings);
	return { storage, naming: { ...learned } };
}

const ON_MYSQL =
	"The panel keeps its records in MySQL or MariaDB: an expiry ends there by 2038-01-19, a later one is cut to that.";

/** It matters only where names of the source look alike; then more is held back than need be, and nobody is mistaken. */
function sayUnknown(learned: Omit<Learned, "storage">, findings: Findings): void {
	const unknown = Object.entries(learned).flatMap(([stream, folding]) => (folding === null ? [stream] : []));
	if (unknown.length === 0) return;
	const message = `There are no ${unknown.join(", no ")} yet by which it could be told how the panel compares their names: names that differ in case, accents, blanks at the end or emoji alone are taken for one.`;
	findings.good("naming-unknown", message);
}

function judgeVersion(version: string | null, findings: Findings): void {
	if (version !== null && SUPPORTED.test(version)) {
		findings.good("version", `Marzban ${version} is supported.`);
	} else {
		findings.bad("unsupported-version", `Marzban ${version ?? "of no version"} is not supported: use 0.8.x.`);
	}
}

/** An account of the environment is in no list: what it creates has no owner, and it cannot be made one. */
async function facts(
	session: Session,
	account: string,
	system: WireObject
): Promise<Json & { readonly accountKind: string; readonly admins: { username: string; is_sudo: boolean }[] }> {
	const [admins, inbounds] = await Promise.all([listAdmins(session), session.object("/api/inbounds")]);
	const counts = toJson(system);
	const count = (name: string): JsonValue => (typeof counts[name] === "object" ? null : (counts[name] ?? null));
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
	const listed = Array.isArray(list) ? list.filter(isObject) : [];
	return listed.flatMap(({ tag }) => (typeof tag === "string" && tag.isWellFormed() ? [tag] : []));
}
