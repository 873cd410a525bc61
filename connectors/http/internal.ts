/** What an address is, as far as it is not anybody's on the internet. */

import { BlockList, isIP } from "node:net";
import { networkInterfaces } from "node:os";

export type Internal = "loopback" | "private" | "linklocal" | "special";

/** The first that holds an address says what it is. What a cloud tells its machines stands in other networks, too. */
const INTERNAL: readonly (readonly [Internal, BlockList])[] = (
	[
		[
			"linklocal",
			"169.254.0.0/16 fe80::/10 fd00:ec2::254/128 fd20:ce::254/128 100.100.100.200/32 168.63.129.16/32 192.0.0.192/32"
		],
		["loopback", "127.0.0.0/8 ::1/128"],
		["private", "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 100.64.0.0/10 198.18.0.0/15 fc00::/7 fec0::/10"],
		["special", "0.0.0.0/8 192.0.0.0/24 192.88.99.0/24 224.0.0.0/4 240.0.0.0/4 2001::/32"]
	] as const
).map(([kind, networks]) => [kind, listOf(networks.split(" "))]);

/** All that IPv6 has given to anybody; what stands beyond is of no host on the internet. */
const GIVEN_IN_IPV6 = listOf(["2000::/3"]);

export function listOf(networks: readonly string[]): BlockList {
	const list = new BlockList();
	for (const network of networks) {
		const [address = "", bits] = network.split("/");
		const family = isIP(address) === 4 ? "ipv4" : "ipv6";
		list.addSubnet(address, Number(bits ?? (family === "ipv4" ? 32 : 128)), family);
	}
	return list;
}

export const holds = (list: BlockList, address: string): boolean =>
	list.check(address, isIP(address) === 4 ? "ipv4" : "ipv6");

/** What an address is; undefined for one on the internet. An IPv4 address within one of IPv6 is what counts. */
export function internalOf(given: string): Internal | undefined {
	const address = plain(given);
	if (isIP(address) === 0) return "special";
	const kind = INTERNAL.find(([, list]) => holds(list, address))?.[0];
	if (kind !== undefined) return kind;
	if (isOwn(address)) return "loopback";
	if (isIP(address) === 4) return undefined;
	const within = ipv4In(address);
	if (within !== undefined) return internalOf(within);
	return holds(GIVEN_IN_IPV6, address) ? undefined : "special";
}

/** Whatever stands at an address of this machine's is reached from here past its firewall. */
const isOwn = (address: string): boolean =>
	Object.values(networkInterfaces()).some(each => each?.some(({ address: own }) => plain(own) === address));

/** Without brackets and zone. */
export const plain = (address: string): string => address.replace(/^\[|\]$/g, "").replace(/%.*$/, "");

/** Whoever translates takes the address to IPv4: mapped, compatible, translated, NAT64 (RFC 6052), 6to4, ISATAP. */
function ipv4In(address: string): string | undefined {
	const groups = groupsOf(address);
	const [first, second, third, , fifth, sixth, seventh, eighth] = groups;
	const high = groups.slice(0, 6).map(group => group.toString(16));
	if (["0:0:0:0:0:ffff", "0:0:0:0:ffff:0", "0:0:0:0:0:0", "64:ff9b:0:0:0:0"].includes(high.join(":")))
		return dotted(seventh, eighth);
	if (first === 0x2002) return dotted(second, third);
	return sixth === 0x5efe && (fifth === 0 || fifth === 0x200) ? dotted(seventh, eighth) : undefined;
}

const dotted = (high = 0, low = 0): string => [high >> 8, high & 0xff, low >> 8, low & 0xff].join(".");

/** The eight groups of an address of IPv6. */
function groupsOf(address: string): number[] {
	const [head = "", tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
	const groups = (text: string): number[] =>
		text === "" ? [] : text.split(":").map(group => Number.parseInt(group, 16));
	const [left, right] = [groups(head), groups(tail ?? "")];
	return tail === undefined ? left : [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right];
}
