/**
 * What is never sent to Marzban: rows it stores and then cannot read, which break every listing they are in, and
 * values that mean more access than was meant. It answers most of these with 200, or with 500 after storing them.
 */

import type { Json, JsonValue } from "../../contracts/json";
import { ConnectorError } from "../connector";
import type { Database } from "../sql";
import { isUsedUp } from "./carried";
import { table } from "./records";
import { isTime } from "./times";

/** 9999-03-20: beyond, dates cannot be computed with. */
const LAST_EXPIRY = 253_377_590_399;
/** Of a column that MySQL declares INT. */
const LAST_INT = 2_147_483_647;
/** Clocks differ by this much, and a record takes its time from the mapping to here. */
const SOON = 360_000;
const MOST_BYTES = 2n ** 63n - 1n;
const STATUSES = ["active", "on_hold", "disabled", "expired"];
const CREDENTIALS: Readonly<Record<string, string>> = {
	vless: "id",
	vmess: "id",
	trojan: "password",
	shadowsocks: "password"
};

type Kind = Database["kind"] | undefined;
type Rules = Readonly<Record<string, { says: string; holds: (data: Json) => boolean }>>;

const RULES: Rules = {
	status: {
		says: "must be active, on_hold, disabled or expired",
		holds: data => STATUSES.includes(String(data.status))
	},
	proxies: { says: "must name a proxy, each with its credential", holds: hasCredentials },
	inbounds: { says: "may name only protocols that have a proxy", holds: hasProxies },
	expire: { says: `must be null or 1 to ${LAST_EXPIRY} seconds, and past for an expired user`, holds: endsInTime },
	data_limit: { says: "must be null or 1 to 2^63-1 bytes, in decimal: 0 would be unlimited", holds: isLimit },
	on_hold_expire_duration: { says: "must be above 0 for a user on hold, who has no expire", holds: canHold }
};

const isAmount = (value: JsonValue | undefined): boolean =>
	value === undefined || (/^\d{1,19}$/.test(String(value)) && BigInt(String(value)) <= MOST_BYTES);
const timed = (name: string, needed: boolean, past = true) => ({
	says: `must be a UTC time${past ? " that is not to come" : ""}${needed ? "" : ", or null"}`,
	holds: ({ [name]: time }: Json) =>
		time === undefined ||
		(time === null && !needed) ||
		(isTime(time) && (!past || Date.parse(`${time.slice(0, 19)}Z`) <= Date.now() + SOON))
});

/** What only a database carries. A time of creation or revocation to come would close the subscription until then. */
const CARRIED_RULES: Rules = {
	status: {
		says: "must be active, on_hold, disabled or expired; limited is who has used up their data_limit, and then they are not on_hold",
		holds: data => {
			const status = String(data.status);
			const usedUp = isUsedUp(data.used_traffic, data.data_limit);
			return status === "limited" ? usedUp : STATUSES.includes(status) && !(status === "on_hold" && usedUp);
		}
	},
	used_traffic: { says: "must be 0 to 2^63-1 bytes, in decimal", holds: data => isAmount(data.used_traffic) },
	lifetime_used_traffic: {
		says: "must be 0 to 2^63-1 bytes, in decimal, and come with used_traffic",
		holds: data =>
			isAmount(data.lifetime_used_traffic) &&
			(data.lifetime_used_traffic === undefined || data.used_traffic !== undefined)
	},
	created_at: timed("created_at", true),
	online_at: timed("online_at", false),
	sub_updated_at: timed("sub_updated_at", false),
	sub_revoked_at: timed("sub_revoked_at", false),
	// One to come only keeps the next reset away.
	traffic_reset_at: timed("traffic_reset_at", false, false),
	sub_last_user_agent: {
		says: "must be a text or null",
		holds: ({ sub_last_user_agent: agent = null }) => agent === null || typeof agent === "string"
	}
};
/** Columns of MySQL that are narrower than the API. */
const MYSQL_RULES: Rules = {
	expire: {
		says: `must end by ${LAST_INT} seconds (2038) on MySQL`,
		holds: data => endsInTime(data) && Number(data.expire ?? 0) <= LAST_INT
	},
	username: { says: "may be 34 characters long on MySQL", holds: ({ username }) => String(username).length <= 34 }
};

/** Throws before anything is sent. @param kind of the panel's database, where it carries what the API cannot */
export function refuse(data: Json, kind?: Kind): void {
	const rules = { ...RULES, ...(kind && CARRIED_RULES), ...(kind === "mysql" && MYSQL_RULES) };
	const broken = Object.entries(rules).filter(([, { holds }]) => !holds(data));
	if (broken.length === 0) return;
	const fields = Object.fromEntries(broken.map(([field, { says }]) => [field, says]));
	const words = broken.map(([field, { says }]) => `${field} ${says}`).join("; ");
	throw new ConnectorError("refused", `${String(data.username)} is not sent to Marzban: ${words}.`, {
		fields,
		untouched: true
	});
}

function hasCredentials(data: Json): boolean {
	const proxies = Object.entries(table(data.proxies));
	return (
		proxies.length > 0 &&
		proxies.every(([protocol, settings]) => {
			const credential = Object.hasOwn(CREDENTIALS, protocol) ? CREDENTIALS[protocol] : undefined;
			return credential !== undefined && Boolean(table(settings)[credential]);
		})
	);
}

function hasProxies(data: Json): boolean {
	return Object.entries(table(data.inbounds)).every(
		([protocol, tags]) => Array.isArray(tags) && (tags.length === 0 || Object.hasOwn(table(data.proxies), protocol))
	);
}

function endsInTime({ expire = null, status }: Json): boolean {
	if (expire === null) return status !== "expired";
	return typeof expire === "number" && Number.isSafeInteger(expire) && expire > 0 && expire <= LAST_EXPIRY;
}

function isLimit({ data_limit = null }: Json): boolean {
	if (data_limit === null) return true;
	const digits = String(data_limit);
	return /^\d{1,19}$/.test(digits) && BigInt(digits) > 0n && BigInt(digits) <= MOST_BYTES;
}

function canHold({ status, expire = null, on_hold_expire_duration = null }: Json): boolean {
	return status !== "on_hold" || (Number(on_hold_expire_duration) > 0 && expire === null);
}
