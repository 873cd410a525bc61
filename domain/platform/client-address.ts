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
}

/** @param isAddress tells an IP address from any other text · @param trusts is that address a proxy of ours? */
export function clientAddress(
	hops: Hops,
	isAddress: (text: string) => boolean,
	trusts: (address: string) => boolean
): string {
	let client = plain(hops.peer);
	if (!trusts(client)) return client;
	for (const hop of said(hops)) {
		const address = plain(hop);
		if (!isAddress(address)) return client;
		client = address;
		if (!trusts(address)) return client;
	}
	return client;
}

/** The nearest first. */
function said({ forwardedFor, forwarded }: Hops): string[] {
	const listed = forwardedFor === undefined ? (forwarded ?? "").split(",").map(forOf) : forwardedFor.split(",");
	return listed.slice(-MOST_HOPS).reverse();
}

const forOf = (element: string): string => /(?:^|;)\s*for=("?)([^";,]*)\1/i.exec(element)?.[2] ?? "";

/** Without port, brackets, zone and the IPv6 form of an IPv4 address. */
function plain(text: string): string {
	const trimmed = text.trim().replace(/^"|"$/g, "");
	const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(trimmed)?.[1];
	const bare = bracketed ?? (/^[\d.]+:\d+$/.test(trimmed) ? (trimmed.split(":", 1)[0] as string) : trimmed);
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
	if (!address.includes(":")) return address;
	const [head = "", tail] = address.toLowerCase().split("::");
	const left = head === "" ? [] : head.split(":");
	const right = tail === undefined || tail === "" ? [] : tail.split(":");
	const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - left.length - right.length)).fill("0");
	return `${[...left, ...zeros, ...right]
		.slice(0, 4)
		.map(group => group.replace(/^0+(?=.)/, ""))
		.join(":")}::/64`;
}
