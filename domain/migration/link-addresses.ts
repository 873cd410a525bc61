/** Where an old link may be asked for, given a system's address as the definition has it. Pure. */

import { withoutEnd } from "../trim";

export interface LinkAddress {
	readonly address: string;
	/** At the system's own address: the one that the customers see may lead elsewhere, back to us even. */
	readonly own: boolean;
}

/** What stands behind a link: a format, and the client's own parameters without their question mark. */
export interface Behind {
	readonly suffix?: string;
	readonly query: string;
	/** Hosts beside the system's own that may be asked, separated by commas. */
	readonly hosts?: string;
}

/** The option of a target that names these hosts. */
export const LINK_HOSTS = "linkHosts";

/** In characters: no system's is as long. */
const LONGEST = 4096;

/**
 * The addresses of a link of the system, the likeliest first. A system's word leads to the system itself, and to hosts that
 * the definition allows: whatever else it says is only a path.
 * @param link as the system says it, absolute or from its root on @param base without a slash at its end, or unknown
 */
export function linkAddresses(
	link: string,
	base: string | null,
	{ suffix = "", query, hosts = "" }: Behind
): LinkAddress[] {
	const read = readLink(link);
	if (!read) return [];
	const { pathname, search, shown } = read;
	const behind = (address: string): string => withBehind(`${address}${search}`, suffix, query);
	const own = base === null ? [] : pathsOf(pathname, shown).flatMap(path => atBase(base, path));
	const shownAt = shown && isAllowed(read, hosts) ? `${read.origin}${pathname}` : undefined;
	return [
		...[...new Set(own)].map(address => ({ address: behind(address), own: true })),
		...(shownAt !== undefined && !own.includes(shownAt) ? [{ address: behind(shownAt), own: base === null }] : [])
	];
}

/** @returns undefined for what is no link of a system: another scheme's path is none of an address, nor what names a user */
function readLink(
	link: string
): (Pick<URL, "origin" | "host" | "protocol" | "pathname" | "search"> & { readonly shown: boolean }) | undefined {
	if (link.length > LONGEST) return undefined;
	const shown = URL.canParse(link);
	const text = shown ? link : link.replace(/^[/\\]*/, "/");
	if (!URL.canParse(text, "http://system")) return undefined;
	const { origin, host, protocol, pathname, search, username, password } = new URL(text, "http://system");
	const isWeb = protocol === "http:" || protocol === "https:";
	return isWeb && username === "" && password === "" ? { origin, host, protocol, pathname, search, shown } : undefined;
}

/** Of a name without a port it is the scheme's own. */
const isAllowed = ({ protocol, host }: Pick<URL, "protocol" | "host">, hosts: string): boolean =>
	hosts.split(",").some(each => {
		const address = `${protocol}//${each.trim().replace(/^https?:\/\//i, "")}`;
		return URL.canParse(address) && new URL(address).host === host;
	});

/** A shown link may stand behind a prefix of a proxy's, which the system itself knows nothing of. */
function pathsOf(pathname: string, shown: boolean): string[] {
	const tail = /\/[^/]+\/[^/]+\/*$/.exec(pathname)?.[0];
	return shown && tail !== undefined && tail !== pathname ? [tail, pathname] : [pathname];
}

/** A system behind a prefix has its links there too, most often; else at the root. */
export function atBase(base: string, path: string): string[] {
	const { origin, pathname } = new URL(base);
	const prefix = withoutEnd(pathname, "/");
	if (prefix === "") return [`${origin}${path}`];
	const addresses = [`${origin}${prefix}${path}`, `${origin}${path}`];
	return path.startsWith(`${prefix}/`) ? addresses.reverse() : addresses;
}

function withBehind(address: string, suffix: string, query: string): string {
	const at = address.indexOf("?");
	const [path, own] = at < 0 ? [address, ""] : [address.slice(0, at), address.slice(at + 1)];
	const whole = suffix === "" ? path : `${withoutEnd(path, "/")}/${suffix}`;
	const queries = [own, query].filter(each => each !== "");
	return queries.length === 0 ? whole : `${whole}?${queries.join("&")}`;
}
