/** Where a subscription may be asked for, given a panel's address as the definition has it. Pure. */

export interface LinkAddress {
	readonly address: string;
	/** At the panel's own address: the one that the customers see may lead elsewhere, back to us even. */
	readonly own: boolean;
}

/** What stands behind a link: a format, and the client's own parameters without their question mark. */
export interface Behind {
	readonly suffix?: string;
	readonly query: string;
}

/**
 * The addresses of a link of the panel, the likeliest first.
 * @param link as the panel says it, absolute or from its root on @param base without a slash at its end, or unknown
 */
export function linkAddresses(link: string, base: string | null, { suffix = "", query }: Behind): LinkAddress[] {
	const shown = URL.canParse(link) ? new URL(link) : undefined;
	const { pathname, search } = shown ?? new URL(link.replace(/^\/*/, "/"), "http://panel");
	const behind = (address: string): string => withBehind(`${address}${search}`, suffix, query);
	const own = base === null ? [] : pathsOf(pathname, shown !== undefined).flatMap(path => atPanel(base, path));
	const shownAt = shown ? `${shown.origin}${pathname}` : undefined;
	return [
		...[...new Set(own)].map(address => ({ address: behind(address), own: true })),
		...(shownAt !== undefined && !own.includes(shownAt) ? [{ address: behind(shownAt), own: base === null }] : [])
	];
}

/** A shown link may stand behind a prefix of a proxy's, which the panel itself knows nothing of. */
function pathsOf(pathname: string, shown: boolean): string[] {
	const tail = /\/[^/]+\/[^/]+\/*$/.exec(pathname)?.[0];
	return shown && tail !== undefined && tail !== pathname ? [tail, pathname] : [pathname];
}

/** A panel behind a prefix has its subscriptions there too, most often; else at the root. */
export function atPanel(base: string, path: string): string[] {
	const { origin, pathname } = new URL(base);
	const prefix = pathname.replace(/\/+$/, "");
	if (prefix === "") return [`${origin}${path}`];
	const addresses = [`${origin}${prefix}${path}`, `${origin}${path}`];
	return path.startsWith(`${prefix}/`) ? addresses.reverse() : addresses;
}

function withBehind(address: string, suffix: string, query: string): string {
	const at = address.indexOf("?");
	const [path, own] = at < 0 ? [address, ""] : [address.slice(0, at), address.slice(at + 1)];
	const whole = suffix === "" ? path : `${path.replace(/\/+$/, "")}/${suffix}`;
	const queries = [own, query].filter(each => each !== "");
	return queries.length === 0 ? whole : `${whole}?${queries.join("&")}`;
}
