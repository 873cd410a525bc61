/**
 * What is never sent to Marzban: rows it stores and then cannot read, which break every listing they are in, and
 * values that mean more access than was meant. It answers most of these with 200, or with 500 after storing them.
 */

import type { Json } from "../../contracts/json";
import { ConnectorError } from "../connector";
import { table } from "./records";

/** 9999-03-20: beyond, dates cannot be computed with. */
const LAST_EXPIRY = 253_377_590_399;
const MOST_BYTES = 2n ** 63n - 1n;
const STATUSES = ["active", "on_hold", "disabled", "expired"];
const CREDENTIALS: Readonly<Record<string, string>> = {
	vless: "id",
	vmess: "id",
	trojan: "password",
	shadowsocks: "password"
};

const RULES: Readonly<Record<string, { says: string; holds: (data: Json) => boolean }>> = {
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

/** Throws before anything is sent. */
export function refuse(data: Json): void {
	const broken = Object.entries(RULES).filter(([, { holds }]) => !holds(data));
	if (broken.length === 0) return;
	const fields = Object.fromEntries(broken.map(([field, { says }]) => [field, says]));
	const words = broken.map(([field, { says }]) => `${field} ${says}`).join("; ");
	throw new ConnectorError("refused", `${String(data.username)} is not sent to Marzban: ${words}.`, { fields });
}

function hasCredentials(data: Json): boolean {
	const proxies = Object.entries(table(data.proxies));
	return (
		proxies.length > 0 &&
		proxies.every(([protocol, settings]) => {
			const credential = CREDENTIALS[protocol];
			return credential !== undefined && Boolean(table(settings)[credential]);
		})
	);
}

function hasProxies(data: Json): boolean {
	return Object.entries(table(data.inbounds)).every(
		([protocol, tags]) => Array.isArray(tags) && (tags.length === 0 || protocol in table(data.proxies))
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
