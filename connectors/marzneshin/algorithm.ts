/**
 * How a Marzneshin derives credentials from keys: no API says it, but the links of a user who is served by a host that is
 * bound to an inbound hold the credentials themselves.
 */

import {
	AUTH_ALGORITHMS,
	type AuthAlgorithm,
	createDerivations
} from "../../domain/migration/marzneshin-to-marzban/credentials";
import { isObject, parse, type Wire, type WireObject } from "../http/json";
import { type Session, segment } from "../http/session";
import { LARGEST_PAGE } from "./api";
import { rowsOf } from "./rows";

const CANDIDATES = 5;
const PAGES = 5;
/** Other keys have no working subscription. */
const KEY = /^[0-9a-f]{32}$/i;
const TELLING = new Set(["vless", "vmess", "trojan", "shadowsocks"]);

export interface Layout {
	readonly services: readonly WireObject[];
	readonly inbounds: readonly WireObject[];
	readonly hosts: readonly WireObject[];
}

/** Null when no user's links tell. */
export async function detectAlgorithm(session: Session, layout: Layout): Promise<AuthAlgorithm | null> {
	const derivations = await createDerivations();
	for (const { username, key } of await candidates(session, servedServices(layout))) {
		const links = await session.text(`/sub/${segment(username)}/${segment(key)}/links`);
		const shown = credentialsIn(links ?? "");
		const matching = AUTH_ALGORITHMS.filter(algorithm => {
			const { uuid, password } = derivations[algorithm](key);
			return shown.has(password) || (uuid !== null && shown.has(uuid));
		});
		if (matching.length === 1) return matching[0] ?? null;
	}
	return null;
}

/** Services whose users get links that carry their own credentials: an unbound host carries its own. */
function servedServices({ services, inbounds, hosts }: Layout): Set<unknown> {
	const bound = new Set(hosts.filter(host => host.is_disabled !== true).map(host => host.inbound_id));
	const telling = inbounds.filter(inbound => TELLING.has(textOf(inbound.protocol)) && bound.has(inbound.id));
	const ids = new Set(telling.map(inbound => inbound.id));
	const serves = (service: WireObject) => list(service.inbound_ids).some(id => ids.has(id));
	return new Set(services.filter(serves).map(service => service.id));
}

async function candidates(
	session: Session,
	served: ReadonlySet<unknown>
): Promise<{ username: string; key: string }[]> {
	const found: { username: string; key: string }[] = [];
	for (let number = 1; number <= PAGES && found.length < CANDIDATES; number++) {
		const query = { order_by: "username", is_active: true };
		const { rows, total } = await rowsOf(session, "/api/users", query, number, LARGEST_PAGE);
		for (const user of rows.filter(row => row !== null)) {
			const key = textOf(user.key);
			if (KEY.test(key) && list(user.service_ids).some(id => served.has(id)))
				found.push({ username: trueName(user), key });
		}
		if (number * LARGEST_PAGE >= total) break;
	}
	return found.slice(0, CANDIDATES);
}

/** The name shown is lower-cased; the subscription's path has it as it is stored. */
function trueName(user: WireObject): string {
	const shown = textOf(user.username);
	const path = /\/sub\/([^/]+)\/[^/]+$/.exec(textOf(user.subscription_url))?.[1];
	try {
		return path === undefined ? shown : decodeURIComponent(path);
	} catch {
		return shown;
	}
}

/** Every user id and password in a list of links, which may be wrapped in base64. */
function credentialsIn(text: string): Set<string> {
	const links = text.includes("://") ? text : fromBase64(text);
	const found = new Set<string>();
	for (const link of links.split(/\s+/)) {
		const [, scheme, rest] = /^(\w+):\/\/(.+)$/.exec(link) ?? [];
		if (scheme === undefined || rest === undefined) continue;
		for (const credential of scheme === "vmess" ? vmessId(rest) : userInfo(rest)) found.add(credential);
	}
	return found;
}

function vmessId(rest: string): string[] {
	try {
		const body = parse(fromBase64(rest));
		return isObject(body) && typeof body.id === "string" ? [body.id.toLowerCase()] : [];
	} catch {
		return [];
	}
}

function userInfo(rest: string): string[] {
	const info = decode(/^([^@/?#]+)@/.exec(rest)?.[1] ?? "");
	const shadowsocks = fromBase64(info);
	return [info, info.toLowerCase(), info.replace(/^[^:]*:/, ""), shadowsocks.replace(/^[^:]*:/, "")];
}

function decode(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

const textOf = (value: Wire | undefined): string => (typeof value === "string" ? value.toWellFormed() : "");
const fromBase64 = (text: string): string => Buffer.from(text, "base64").toString("utf8");
const list = (value: Wire | undefined): Wire[] => (Array.isArray(value) ? value : []);
