/**
 * The address of a client behind proxies. Computed once a request: what limits, logs and audits is the same value.
 * A header counts only as far as trusted proxies wrote it; the rightmost address that is not one of them is the client's
 * (as Envoy's `use_remote_address`; RFC 7239 for `Forwarded`). Pure.
 */

/** More hops than any sane chain has: what stands further left is not looked at. */
const MOST_HOPS = 20;

export interface Hops {
	/** The address at the other end of the socket. */
	readonly peer: string;
	/** The values of `X-Forwarded-For`, joined by commas as they came. */
	readonly forwardedFor?: string | undefined;
	/** The value of `Forwarded`, read only where there is no `X-Forwarded-For`. */
	readonly forwarded?: string | undefined;
	/** The values of `X-Forwarded-Proto`, joined by commas as they came. */
	readonly forwardedProto?: string | undefined;
	/** The values of `X-Forwarded-Host`, joined by commas as they came. */
	readonly forwardedHost?: string | undefined;
}

/** @param isAddress tells an IP address from any other text · @param trusts is that address a proxy of ours? */
export function clientAddress(
	hops: Hops,
	isAddress: (text: string) => boolean,
	trusts: (address: string) => boolean
): string {
	return clientHop(hops, isAddress, trusts).address;
}

/**
 * How the client came, as the proxy says that met it: of a list with one word a hop the one of the client's hop; else
 * the first, which is the outermost proxy's. An untrusted peer's word does not count, and what is no scheme is none.
 */
export function clientScheme(
	hops: Hops,
	isAddress: (text: string) => boolean,
	trusts: (address: string) => boolean
): "http" | "https" {
	if (!trusts(plain(hops.peer))) return "http";
	const schemes =
		hops.forwardedProto === undefined ? elementsOf(hops, "proto") : hops.forwardedProto.split(",").reverse();
	const { nth, of } = clientHop(hops, isAddress, trusts);
	const scheme = nth > 0 && of === schemes.length ? schemes[nth - 1] : schemes.at(-1);
	return /^\s*"?(?:https|wss)"?\s*$/i.test(scheme ?? "") ? "https" : "http";
}

/** What the client called us, as proxies of ours say who were called otherwise: the outermost first. */
export function clientHosts(hops: Hops, trusts: (address: string) => boolean): string[] {
	if (hops.forwardedHost === undefined && hops.forwarded === undefined) return [];
	if (!trusts(plain(hops.peer))) return [];
	const hosts = hops.forwardedHost === undefined ? elementsOf(hops, "host").reverse() : hops.forwardedHost.split(",");
	return hosts.map(host => host.trim()).filter(host => host !== "");
}

interface ClientHop {
	readonly address: string;
	/** Which of those that were said, the nearest being the first; 0: none of them. */
	readonly nth: number;
	/** How many were said. */
	readonly of: number;
}

function clientHop(hops: Hops, isAddress: (text: string) => boolean, trusts: (address: string) => boolean): ClientHop {
	const all = said(hops);
	let client: ClientHop = { address: plain(hops.peer), nth: 0, of: all.length };
	if (!trusts(client.address)) return client;
	for (const [index, hop] of all.slice(0, MOST_HOPS).entries()) {
		const address = plain(hop);
		if (!isAddress(address)) return client;
		client = { ...client, address, nth: index + 1 };
		if (!trusts(address)) return client;
	}
	return client;
}

/** The nearest first. */
const said = (hops: Hops): string[] =>
	hops.forwardedFor === undefined ? elementsOf(hops, "for") : hops.forwardedFor.split(",").reverse();

/** Of each element of `Forwarded`, the nearest first. */
const elementsOf = ({ forwarded = "" }: Hops, name: keyof typeof ELEMENT): string[] =>
	forwarded
		.split(",")
		.map(element => ELEMENT[name].exec(element)?.[2] ?? "")
		.reverse();

const ELEMENT = {
	for: /(?:^|;)\s*for=("?)([^";,]*)\1/i,
	proto: /(?:^|;)\s*proto=("?)([^";,]*)\1/i,
	host: /(?:^|;)\s*host=("?)([^";,]*)\1/i
} as const;

/** Without port, brackets, zone and the IPv6 form of an IPv4 address. */
function plain(text: string): string {
	const trimmed = text.trim().replace(/^"|"$/g, "");
	const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(trimmed)?.[1];
	const bare = bracketed ?? (/^[\d.]+:\d+$/.test(trimmed) ? trimmed.replace(/:.*$/, "") : trimmed);
	return bare
		.replace(/%.*$/, "")
		.replace(/^::ffff:(?=\d+\.)/i, "")
		.replace(
			/^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/i,
			(_, high: string, low: string) => `${bytes(high)}.${bytes(low)}`
		);
}

/** `808` is `8.8` */
function bytes(group: string): string {
	const value = Number.parseInt(group, 16);
	return `${value >> 8}.${value & 0xff}`;
}

/** What one customer holds: an address of IPv4, a /64 of IPv6. */
export function networkOf(address: string): string {
	return address.includes(":") ? firstGroups(address, 4) : address;
}

/** What a provider gives to one customer at most, a /48 of IPv6; undefined where that is the network itself. */
export function regionOf(address: string): string | undefined {
	return address.includes(":") ? firstGroups(address, 3) : undefined;
}

function firstGroups(address: string, groups: number): string {
	const [head = "", tail] = address.toLowerCase().split("::");
	const left = head === "" ? [] : head.split(":");
	const right = tail === undefined || tail === "" ? [] : tail.split(":");
	const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - left.length - right.length)).fill("0");
	return `${[...left, ...zeros, ...right]
		.slice(0, groups)
		.map(group => group.replace(/^0+(?=.)/, ""))
		.join(":")}::/${groups * 16}`;
}
